import ChainCore
import ConsensusCore
package import Cryptography
import LedgerCore
import MempoolCore
import Primitives
import ReplicaCore

/// How the votes of a Twins scenario are signed: with one hash each, for speed, or as real nodes sign.
package enum TwinsScheme: SignatureScheme {
    case mock
    case ed25519

    package func verdicts(on claims: [SignatureClaim]) -> [Bool] {
        switch self {
        case .mock: MockScheme().verdicts(on: claims)
        case .ed25519: StrictEd25519().verdicts(on: claims)
        }
    }
}

/// The network of a Twins scenario and its validators' keys.
struct TwinsKeys: Sendable {
    private enum Key: Sendable {
        case mock(MockKey)
        case ed25519(SigningKey)

        var publicKey: PublicKey {
            switch self {
            case .mock(let key): key.publicKey
            case .ed25519(let key): key.publicKey
            }
        }
    }

    let genesis: Genesis
    let electorate: Electorate
    let scheme: TwinsScheme
    private let keys: [Key]

    init(validatorCount: Int, scheme: TwinsScheme) {
        self.scheme = scheme
        keys = (0..<validatorCount)
            .map { index in
                switch scheme {
                case .mock: return Key.mock(MockKey(name: "consensus \(index)"))
                case .ed25519:
                    guard let key = SigningKey(seed: SHA256.hash(Array("consensus \(index)".utf8)).bytes) else {
                        preconditionFailure("a hash has 32 bytes")
                    }
                    return .ed25519(key)
                }
            }
            .sorted { $0.publicKey < $1.publicKey }
        var parameters = Parameters.defaults
        parameters.minBlockInterval = .zero
        genesis = Federation.genesis(
            consensusKeys: keys.map(\.publicKey),
            parameters: parameters,
            accounts: ["payer", "payee"].map { name in
                GenesisAccount(id: AccountID(MockKey(name: name).publicKey), balance: Amount(units: 1_000_000))
            }
        )
        electorate = ChainRules(genesis: genesis).electorate
    }

    /// What a validator starts from whose disk is new.
    func start(as validator: Int, pace: Pace) -> ReplicaStart {
        let ledger = Ledger(genesis: genesis)
        return ReplicaStart(
            genesis: genesis,
            me: validator,
            ledger: ledger,
            tip: ChainRules(genesis: genesis).genesisHeader(ledger.head),
            tipJustification: nil,
            accused: [],
            unfinalised: [],
            certificates: [],
            ownVotes: [],
            signFloor: .zero,
            mode: .signing,
            pace: pace,
            mempoolLimits: .init(),
            seed: UInt64(validator)
        )
    }

    func vote(_ body: VoteBody, by validator: Int) -> Vote {
        let message = body.message(network: electorate.network)
        let signature =
            switch keys[validator] {
            case .mock(let key): key.sign(message)
            case .ed25519(let key): key.sign(message)
            }
        return Vote(body: body, signer: UInt16(validator), signature: signature)
    }
}
