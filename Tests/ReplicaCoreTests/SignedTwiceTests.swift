import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import MempoolCore
import Primitives
import ReplicaCore
import Simulator
import Testing

/// One transaction under two valid signatures: two leaf hashes, one id; it settles once (spec 2.3, 2.5).
@Suite struct SignedTwiceTests {
    private func twice(_ bench: ReplicaBench) -> (Verified<IdentifiedTransaction>, Verified<IdentifiedTransaction>) {
        let one = bench.payment(1)
        let other = bench.federation.sign(one.value.transaction, by: bench.federation.payers[0], variant: 1)
        return (one, other)
    }

    @Test func theTwoDifferInTheirLeavesOnly() {
        let (one, other) = twice(ReplicaBench(4, me: 0))
        #expect(one.id == other.id)
        #expect(one.leaf != other.leaf)
    }

    @Test func aNodeThatHoldsTheOneFetchesAndFinalisesTheOther() throws {
        var bench = ReplicaBench(4, me: 0)
        let (mine, theirs) = twice(bench)
        bench.step(.submitted([mine], Ticket(1)))
        let block = try bench.chain([[theirs]])[0]
        let asked = bench.hear(.proposal(bench.proposal(block, in: 1)), from: 1)
        #expect(asked.bodyRequests.map(\.leaves) == [[theirs.leaf]])
        let voted = bench.hear(.bodyResponse(BodyResponse(block: block.hash, transactions: [theirs.value])), from: 1)
        #expect(voted.votes == [bench.notarize(block, in: 1)])
        let final = bench.hear(.certificate(bench.certificate(bench.finalize(block, in: 1), by: [1, 2, 3])), from: 1)
        #expect(final.committed == [Height(1)])
        #expect(bench.replica.mempool.count == 0)

        // Neither is taken again, whoever brings it.
        for transaction in [mine, theirs] {
            let answers = bench.step(.submitted([transaction], Ticket(2))).compactMap {
                if case .answer(.submission(let judgements), _) = $0 { judgements.map(\.otherwise) } else { nil }
            }
            #expect(answers == [[.rejected(.nonceUsed(by: mine.id))]])
            bench.hear(.transactions([transaction.value]), from: 2)
        }
        #expect(bench.replica.mempool.count == 0)
        bench.pass(60_000)
        #expect(!bench.replica.consensus.isArmed)
    }

    @Test func theSecondIsNoSecondTransactionInTheMempool() {
        var bench = ReplicaBench(4, me: 0)
        let (one, other) = twice(bench)
        bench.step(.submitted([one], Ticket(1)))
        let answers = bench.step(.submitted([other], Ticket(2))).compactMap {
            if case .answer(.submission(let judgements), _) = $0 { judgements.map(\.otherwise) } else { nil }
        }
        #expect(answers == [[.pending]])
        #expect(bench.replica.mempool.count == 1)
    }

    /// No honest leader makes such a block, and none can be made by execution: it is put together by hand.
    @Test func aBlockThatHoldsBothIsRefused() throws {
        var bench = ReplicaBench(4, me: 0)
        let (one, other) = twice(bench)
        var header = try bench.chain([[one, bench.payment(2)]])[0].header
        header.transactionsRoot = Merkle.root(leafHashes: [one.leaf, other.leaf])
        let block = Block(
            header: header,
            network: bench.rules.network,
            transactions: [one.value, other.value],
            evidence: []
        )
        bench.hear(.proposal(bench.proposal(block, in: 1)), from: 1)
        let bodies = BodyResponse(block: block.hash, transactions: block.transactions)
        let effects = bench.hear(.bodyResponse(bodies), from: 1)
        #expect(effects.refused == [block.hash])
        #expect(effects.votes == [.nullify(epoch: .zero, view: View(1))])
        #expect(effects.stored.isEmpty)
    }
}
