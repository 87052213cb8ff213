import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives

/// A small network that is the same in every run: one final block above genesis, and keys that the tests hold.
struct TestNetwork: Sendable {
    let genesis: Genesis
    let payers: [SigningKey]
    let ledger: Ledger
    let genesisBlock: Block
    let block: JustifiedBlock
    /// The first validator's.
    let noteKey: SigningKey
    /// Two notarize votes of the second validator for two blocks.
    let evidence: Evidence

    static let shared = TestNetwork()

    private init() {
        let keys = (0..<4).map { Self.key(1, $0) }.sorted { $0.publicKey < $1.publicKey }
        let validators = keys.enumerated().map { index, key in
            Validator(
                name: ["amsel", "buchfink", "dohle", "elster"][index],
                consensusKey: key.publicKey,
                nodeKey: Self.key(2, index).publicKey,
                noteKey: Self.key(3, index).publicKey,
                payoutAccount: AccountID(Self.key(4, index).publicKey)
            )
        }
        let payers = (0..<3).map { Self.key(5, $0) }
        noteKey = Self.key(3, 0)
        self.payers = payers
        do {
            genesis = try Genesis(
                parameters: .defaults,
                time: Milliseconds(1_700_000_000_000),
                accounts: payers.prefix(2).map {
                    GenesisAccount(id: AccountID($0.publicKey), balance: Amount(units: 1_000_000))
                },
                validators: validators
            )
            var ledger = Ledger(genesis: genesis)
            let rules = ChainRules(genesis: genesis)
            let parent = rules.genesisHeader(ledger.head)
            genesisBlock = Block(header: parent, network: genesis.networkID, transactions: [], evidence: [])
            let first = Self.sign(genesis, payers[0], to: payers[1], amounts: [250], nonce: 1, reference: "coffee")
            let second = Self.sign(genesis, payers[1], to: payers[2], amounts: [5_000, 1], nonce: 2)
            let delta = try ledger.execute(
                [first, second],
                at: Milliseconds(1_700_000_001_000),
                payoutTo: genesis.payoutAccounts
            )
            let header = rules.header(
                after: parent,
                hash: parent.hash(network: genesis.networkID),
                proposer: 1,
                ledger: delta.head,
                evidence: []
            )
            let made = Block(header: header, network: genesis.networkID, transactions: [first, second], evidence: [])
            ledger.finalize(delta)
            self.ledger = ledger
            let votes = [UInt64(1), 2].map { mark in
                let block = Hash32(words: Words32(mark, 0, 0, 0))
                let body = VoteBody.notarize(epoch: .zero, view: View(1), parentView: .zero, block: block)
                return Vote(body: body, signer: 1, signature: keys[1].sign(body.message(network: rules.network)))
            }
            guard let evidence = Evidence(votes[0], votes[1]) else {
                preconditionFailure("two notarize votes for two blocks are evidence")
            }
            self.evidence = evidence
            let body = VoteBody.finalize(epoch: .zero, view: View(1), parentView: .zero, block: made.hash)
            let message = body.message(network: genesis.networkID)
            block = JustifiedBlock(
                block: made,
                justification: Justification(
                    certificate: Certificate(
                        body: body,
                        signers: SignerBitmap(signers: [0, 1, 3], of: 4),
                        signatures: [0, 1, 3].map { keys[$0].sign(message) }
                    ),
                    nullifications: []
                )
            )
        } catch {
            preconditionFailure("the fixture breaks no rule: \(error)")
        }
    }

    var head: ChainPointFacts { (block.block.height, block.block.hash, block.block.time) }
    typealias ChainPointFacts = (height: Height, hash: Hash32, time: Milliseconds)

    func text(_ payer: Int) -> String {
        AccountID(payers[payer].publicKey).text(prefix: genesis.parameters.accountPrefix)
    }

    /// An account that nobody has opened.
    var stranger: String { AccountID(Self.key(6, 0).publicKey).text(prefix: genesis.parameters.accountPrefix) }

    /// A transaction from the first payer to the second; what the mock node answers depends on its nonce.
    func transaction(nonce: UInt64, amounts: [UInt64] = [1]) -> IdentifiedTransaction {
        Self.sign(genesis, payers[0], to: payers[1], amounts: amounts, nonce: nonce)
    }

    private static func sign(
        _ genesis: Genesis,
        _ payer: SigningKey,
        to payee: SigningKey,
        amounts: [UInt64],
        nonce: UInt64,
        reference: String = ""
    ) -> IdentifiedTransaction {
        let transaction = Transaction(
            payer: AccountID(payer.publicKey),
            nonce: nonce,
            validUntil: Milliseconds(1_700_000_060_000),
            maxPrice: 4_000,
            action: .pay(
                amounts.map {
                    Payment(
                        payee: AccountID(payee.publicKey),
                        amount: Amount(units: $0),
                        reference: Array(reference.utf8)
                    )
                }
            )
        )
        let signature = payer.sign(transaction.id(in: genesis.networkID).signingBytes)
        return IdentifiedTransaction(
            SignedTransaction(transaction: transaction, authorization: .owner(signature)),
            network: genesis.networkID
        )
    }

    private static func key(_ role: UInt8, _ index: Int) -> SigningKey {
        guard let key = SigningKey(seed: [role, UInt8(index)] + [UInt8](repeating: 9, count: 30)) else {
            preconditionFailure("any 32 bytes are a seed")
        }
        return key
    }
}
