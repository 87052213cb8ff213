import Cryptography
import LedgerCore
import Primitives
import Testing

/// SplitMix64: the same numbers from the same seed, on every machine.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// A key pair that is the same in every run.
func key(_ number: UInt64) -> SigningKey {
    var writer = WireWriter()
    for _ in 0..<3 { writer.write(UInt64(0)) }
    writer.write(number)
    guard let key = SigningKey(seed: writer.bytes) else { preconditionFailure("32 bytes are a seed") }
    return key
}

func account(_ number: UInt64) -> AccountID { AccountID(key(number).publicKey) }

let alice = account(1)
let bob = account(2)
let carol = account(3)
/// Never open at genesis.
let stranger = account(99)

func validator(_ number: UInt64) -> Validator {
    Validator(
        name: "validator \(number)",
        consensusKey: key(1_000 + number).publicKey,
        nodeKey: key(2_000 + number).publicKey,
        noteKey: key(3_000 + number).publicKey,
        payoutAccount: account(4_000 + number)
    )
}

func validators(_ count: UInt64) -> [Validator] {
    (0..<count).map { validator($0) }.sorted { $0.consensusKey < $1.consensusKey }
}

/// Genesis at time 1,000,000 with four validators; Alice, Bob and Carol have a million each.
func makeGenesis(
    _ change: (inout Parameters) -> Void = { _ in },
    accounts: [(AccountID, UInt64)] = [(alice, 1_000_000), (bob, 1_000_000), (carol, 1_000_000)],
    validatorCount: UInt64 = 4
) throws -> Genesis {
    var parameters = Parameters.defaults
    change(&parameters)
    return try Genesis(
        parameters: parameters,
        time: start,
        accounts: accounts.map { GenesisAccount(id: $0.0, balance: Amount(units: $0.1)) },
        validators: validators(validatorCount)
    )
}

let start = Milliseconds(1_000_000)

extension Genesis {
    /// A signed transaction; the signature is empty unless a key is given, since the ledger looks at none.
    func transaction(
        from payer: AccountID,
        _ payments: [(AccountID, UInt64)],
        nonce: UInt64 = 0,
        validUntil: Milliseconds = start.adding(Milliseconds(60_000)),
        maxPrice: UInt64 = 1_000,
        signedBy key: SigningKey? = nil
    ) -> IdentifiedTransaction {
        let transaction = Transaction(
            payer: payer,
            nonce: nonce,
            validUntil: validUntil,
            maxPrice: maxPrice,
            action: .pay(payments.map { Payment(payee: $0.0, amount: Amount(units: $0.1)) })
        )
        let signature = key?.sign(transaction.id(in: networkID).signingBytes) ?? .zero
        return IdentifiedTransaction(
            SignedTransaction(transaction: transaction, authorization: .owner(signature)),
            network: networkID
        )
    }
}

extension Ledger {
    func balance(_ id: AccountID, after path: [LedgerDelta] = []) -> UInt64? {
        account(id, after: path)?.balance.units
    }

    /// Executes a block one spacing after the end of the path, or at a time.
    func child(
        _ transactions: [IdentifiedTransaction] = [],
        at time: Milliseconds? = nil,
        after path: [LedgerDelta] = []
    ) throws(BlockFault) -> LedgerDelta {
        try execute(
            transactions,
            at: time ?? head(after: path).time.adding(parameters.blockSpacing),
            payoutTo: genesis.payoutAccounts,
            after: path
        )
    }

    /// Executes a block on the final state and makes it final.
    @discardableResult
    mutating func settle(
        _ transactions: [IdentifiedTransaction] = [],
        at time: Milliseconds? = nil
    ) throws(BlockFault) -> LedgerDelta {
        let delta = try child(transactions, at: time)
        finalize(delta)
        return delta
    }
}

extension Milliseconds {
    static func + (left: Milliseconds, right: UInt64) -> Milliseconds { left.adding(Milliseconds(right)) }
    static func - (left: Milliseconds, right: UInt64) -> Milliseconds { left.subtracting(Milliseconds(right)) }
}
