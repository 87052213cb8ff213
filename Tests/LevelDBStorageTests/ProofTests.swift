import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import LevelDBStorage
import Primitives
import Testing
import VerifierCore

/// A store's proofs hold for whoever has the genesis file, at every pair of places.
@Suite struct ProofTests {
    private let home: TemporaryHome
    private let chain: TestChain
    private let blocks: [FinalBlock]
    private let store: ChainStore

    /// Twelve blocks with 0 to 4 transactions, 25 in all, so that the log has nodes of level 4; some only notarized.
    init() throws {
        home = try TemporaryHome()
        var chain = try TestChain()
        var blocks: [FinalBlock] = []
        for number in 0..<12 {
            var transactions: [IdentifiedTransaction] = []
            for payer in 0..<[3, 0, 1, 4, 2, 3][number % 6] {
                transactions.append(chain.transaction(from: payer % 3, to: [chain.account((payer + 1) % 3)]))
            }
            blocks.append(
                try chain.extend(
                    transactions,
                    after: 1_000,
                    certifiedBy: number % 5 == 3 ? .notarize : .finalize
                )
            )
        }
        store = try ChainStore.create(home: home.path + "/node", genesis: chain.genesis)
        _ = try store.load()
        try store.add(blocks)
        self.chain = chain
        self.blocks = blocks
    }

    private func facts(_ proof: Proof) throws -> ProofFacts {
        try ProofCheck.facts(of: proof, genesis: chain.genesis, scheme: StrictEd25519())
    }

    @Test func showsEveryTransactionAtEveryLaterBlock() throws {
        #expect(store.tip.header.logSize > 16)
        for block in blocks.map(\.block.block) {
            for transaction in block.transactions {
                for head in block.height.number...store.tip.height.number {
                    let proof = try store.inclusion(of: transaction.id, at: Height(head)).get()
                    guard case .inclusion(let settled, _, let shown) = try facts(proof) else { continue }
                    #expect(settled.id == transaction.id && shown.header.height == Height(head))
                }
                #expect(
                    try facts(store.inclusion(of: transaction.id, at: nil).get()).head.header.height == store.tip.height
                )
            }
        }
    }

    @Test func showsEveryLogToBeginWithEveryEarlierOne() throws {
        for old in 1...store.tip.height.number {
            for new in old...store.tip.height.number {
                let proof = try #require(try store.consistency(from: Height(old), to: Height(new)))
                #expect(try facts(proof).head.header.height == Height(new))
            }
        }
    }

    @Test func saysWhatItCannotShow() throws {
        let last = try #require(blocks.last { !$0.block.block.transactions.isEmpty }).block.block
        let above = Height(store.tip.height.number + 1)
        let id = last.transactions[0].id
        #expect(try store.inclusion(of: .zero, at: nil) == .failure(.transaction))
        #expect(try store.inclusion(of: id, at: above) == .failure(.block))
        #expect(try store.inclusion(of: id, at: Height(last.height.number - 1)) == .failure(.transaction))
        #expect(try store.inclusion(of: id, at: .zero) == .failure(.block))
        #expect(try store.consistency(from: .zero, to: nil) == nil)
        #expect(try store.consistency(from: Height(1), to: above) == nil)
        #expect(try store.consistency(from: Height(2), to: Height(1)) == nil)
    }
}
