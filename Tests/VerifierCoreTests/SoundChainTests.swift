import ChainCore
import ConsensusCore
import LedgerCore
import Primitives
import Testing
import VerifierCore

@Suite struct SoundChainTests {
    @Test(arguments: [1, 2, 4, 7]) func takesAnHonestChain(validators: Int) throws {
        let chain = try TestChain.sample(validators: validators)
        let report = chain.report()
        #expect(report.verdict == .sound)
        #expect(report.height == Height(5))
        #expect(report.hash == chain.hash)
        #expect(report.tally.blocks == 5)
        #expect(report.tally.transactions == 4)
        #expect(report.tally.payments == 4)
        #expect(report.tally.certifiedHeight == Height(5))
        #expect(report.tally.views == ViewTally(finalized: 3, notarized: 2, nullified: 3))
        #expect(report.pool == chain.ledger.balance(of: .pool))
        #expect(report.tally.payouts > 0)
        #expect(report.tally.fees == UInt128(report.pool?.units ?? 0) + report.tally.payouts)
        #expect(report.tally.evidence.map(\.height) == (validators > 1 ? [Height(4)] : []))
        let quorum = UInt64(chain.quorum.count)
        #expect(report.tally.signatures == 4 + 8 * quorum + (validators > 1 ? 2 : 0))
    }

    @Test func aChainWithoutBlocksIsItsGenesis() throws {
        let report = try TestChain(validators: 4).report()
        #expect(report.verdict == .sound)
        #expect(report.height == .zero)
        #expect(report.tally.prices == nil)
    }

    @Test func blocksAboveTheLastFinalizationAreReported() throws {
        var chain = try TestChain.sample(validators: 4)
        try chain.append(try chain.next(kind: .notarize))
        try chain.append(try chain.next(kind: .notarize))
        #expect(
            chain.report().verdict == .incomplete([.uncertifiedTail(certified: Height(5), last: Height(7))])
        )
    }

    @Test func aViolationLeavesTheVerifierAtTheParent() throws {
        let chain = try TestChain.sample(validators: 4)
        var blocks = chain.blocks
        blocks[2] = chain.blocks[3]
        let report = chain.report(of: blocks)
        #expect(report.height == Height(2))
        #expect(report.hash == chain.blocks[1].block.hash)
        #expect(report.tally.blocks == 2)
    }
}
