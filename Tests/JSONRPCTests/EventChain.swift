import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives

/// Blocks on top of the network's one block; their certificates prove nothing, since nobody here looks.
enum EventChain {
    /// The network's block and others above it, with so many transactions each; every third one concerns the third payer.
    static func blocks(transactions counts: [Int]) throws -> [JustifiedBlock] {
        let network = TestNetwork.shared
        let genesis = network.genesis
        let rules = ChainRules(genesis: genesis)
        var ledger = network.ledger
        var blocks = [network.block]
        for (number, count) in counts.enumerated() {
            let parent = blocks[blocks.count - 1].block
            let transactions = (0..<count).map { index in
                payment(to: network.payers[index % 3 == 0 ? 2 : 1], nonce: UInt64(1_000 * (number + 1) + index))
            }
            let time = parent.time.adding(Milliseconds(500))
            let delta = try ledger.execute(transactions, at: time, payoutTo: genesis.payoutAccounts)
            let header = rules.header(
                after: parent.header,
                hash: parent.hash,
                proposer: 1,
                ledger: delta.head,
                evidence: []
            )
            ledger.finalize(delta)
            let block = Block(header: header, network: genesis.networkID, transactions: transactions, evidence: [])
            blocks.append(JustifiedBlock(block: block, justification: network.block.justification))
        }
        return blocks
    }

    private static func payment(to payee: SigningKey, nonce: UInt64) -> IdentifiedTransaction {
        let network = TestNetwork.shared
        let transaction = Transaction(
            payer: AccountID(network.payers[0].publicKey),
            nonce: nonce,
            validUntil: Milliseconds(1_700_000_060_000),
            maxPrice: 100_000,
            action: .pay([
                Payment(payee: AccountID(payee.publicKey), amount: Amount(units: 2), reference: Array("event".utf8))
            ])
        )
        return IdentifiedTransaction(
            SignedTransaction(transaction: transaction, authorization: .owner(.zero)),
            network: network.genesis.networkID
        )
    }

    /// The ids of all events of a chain, from the first block on.
    static func ids(_ blocks: [JustifiedBlock]) -> [String] {
        blocks.flatMap { justified in
            (0...justified.block.transactions.count).map { "\(justified.block.height):\($0)" }
        }
    }
}
