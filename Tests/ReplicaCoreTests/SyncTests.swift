import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives
import ReplicaCore
import Testing

/// Spec 3.11: catching up.
@Suite struct SyncTests {
    /// Three blocks behind, and the request has gone out.
    private func behind(_ bench: inout ReplicaBench, peer: Int = 1) -> PublicKey? {
        bench.hear(bench.status(height: 3, view: 3), from: peer).syncRequests.first?.peers.first
    }

    @Test func aNodeFarBehindAsksAtOnceAndCommitsTheRange() throws {
        var bench = ReplicaBench(4, me: 0)
        #expect(behind(&bench) == bench.key(1))
        let blocks = try bench.chain([[], [bench.payment(1)], []])
        let effects = bench.hear(.syncResponse(bench.range(blocks, by: [1, 2, 3])), from: 1)
        #expect(effects.committed == [Height(1), Height(2), Height(3)])
        #expect(effects.stored == blocks.map(\.hash))
        #expect(bench.replica.consensus.finalView == View(3))
        #expect(bench.replica.consensus.current == View(4))
    }

    @Test func oneMissingBlockIsLeftToConsensusForAMoment() {
        var bench = ReplicaBench(4, me: 0)
        #expect(bench.hear(bench.status(height: 1, view: 1), from: 1).syncRequests.isEmpty)
        #expect(bench.pass(500).syncRequests.count == 1)
    }

    @Test func aPeerThatServesNothingIsPassedOver() {
        var bench = ReplicaBench(4, me: 0)
        #expect(behind(&bench) == bench.key(1))
        bench.hear(bench.status(height: 3, view: 3), from: 2)
        let nothing = SyncResponse(blocks: [], headers: [], finalization: nil)
        #expect(bench.hear(.syncResponse(nothing), from: 1).syncRequests.map(\.peers) == [[bench.key(2)]])
    }

    @Test func aPeerThatDoesNotAnswerInTimeIsPassedOver() {
        var bench = ReplicaBench(4, me: 0)
        #expect(behind(&bench) == bench.key(1))
        bench.hear(bench.status(height: 3, view: 3), from: 2)
        #expect(bench.pass(2_000).syncRequests.map(\.peers) == [[bench.key(2)]])
    }

    @Test func anAnswerThatComesTooLateIsNobodysFault() throws {
        var bench = ReplicaBench(4, me: 0)
        #expect(behind(&bench) == bench.key(1))
        let blocks = try bench.chain([[], [], [], []])
        bench.pass(2_000)
        bench.hear(bench.status(height: 3, view: 3), from: 2)
        bench.hear(.syncResponse(bench.range(Array(blocks.prefix(3)), by: [1, 2, 3])), from: 2)
        bench.pass(3_000)
        #expect(bench.hear(bench.status(height: 9, view: 9), from: 1).syncRequests.map(\.from) == [Height(4)])
        let late = bench.hear(.syncResponse(bench.range(Array(blocks.prefix(3)), by: [1, 2, 3])), from: 1)
        #expect(late.disconnected.isEmpty)
        #expect(bench.replica.tip.height == Height(3))
    }

    /// A node that takes longer for a range than it waits for one would never catch up otherwise.
    @Test func anAnswerThatComesTooLateIsTakenAllTheSame() throws {
        var bench = ReplicaBench(4, me: 0)
        #expect(behind(&bench) == bench.key(1))
        bench.hear(bench.status(height: 3, view: 3), from: 2)
        #expect(bench.pass(2_000).syncRequests.map(\.peers) == [[bench.key(2)]])
        let range = try bench.range(bench.chain([[], [bench.payment(1)], []]), by: [1, 2, 3])
        #expect(bench.hear(.syncResponse(range), from: 1).committed == [Height(1), Height(2), Height(3)])
        #expect(bench.hear(.syncResponse(range), from: 2).isEmpty)
        #expect(bench.replica.tip.height == Height(3))
    }

    /// Asked for more than an answer holds, one peer would be busy with all of it and the others with nothing.
    @Test func peersAreAskedForAsManyLargeBlocksAsFitAnAnswer() throws {
        var bench = ReplicaBench(4, me: 0)
        let large = (0..<2).map { block in (1...300).map { bench.payment(UInt64(block * 300 + $0)) } }
        let blocks = try bench.chain(large)
        let byteCount = Int(blocks[0].header.transactionBytes) + 1_024
        let fitting = UInt64((1 << 20) / 8 * 7 / byteCount)
        #expect((10...30).contains(fitting))
        #expect(bench.hear(bench.status(height: 200, view: 200), from: 1).syncRequests.map(\.from) == [Height(1)])
        let answered = bench.hear(.syncResponse(bench.range(blocks, by: [1, 2, 3])), from: 1)
        #expect(answered.syncRequests.map(\.from) == [Height(3)])
        for peer in 2...3 {
            let asked = bench.hear(bench.status(height: 200, view: 200), from: peer).syncRequests
            #expect(asked.map(\.from) == [Height(3 + UInt64(peer - 1) * fitting)])
            #expect(asked.map(\.count) == [UInt32(fitting)])
        }
    }

    /// A range that came before what is below it leaves a gap, and only that is asked for.
    @Test func aGapIsAskedForAsFarAsItGoes() throws {
        var bench = ReplicaBench(4, me: 0)
        let blocks = try bench.chain(Array(repeating: [], count: 66))
        for peer in 1...2 { bench.hear(bench.status(height: 66, view: 66), from: peer) }
        let above = bench.hear(.syncResponse(bench.range(Array(blocks[64...]), by: [1, 2, 3])), from: 2)
        #expect(above.committed.isEmpty)
        let below = bench.hear(.syncResponse(bench.range(Array(blocks[..<60]), by: [1, 2, 3])), from: 1)
        #expect(below.committed.last == Height(60))
        #expect(below.syncRequests.map(\.from) == [Height(61)])
        #expect(below.syncRequests.map(\.count) == [4])
        let gap = bench.hear(.syncResponse(bench.range(Array(blocks[60..<64]), by: [1, 2, 3])), from: 1)
        #expect(gap.committed == (61...66).map { Height($0) })
    }

    /// What is forged in a range of three.
    enum Forgery: CaseIterable {
        case gap
        case otherBody
        case otherEvidence
        case otherJustification
        case otherParent
        case noFinalization
        case notarizationInItsPlace
        case finalizationOfAnother
    }

    @Test(arguments: Forgery.allCases) func aForgedRangeCostsThePeerItsConnectionAndMovesNothing(_ forgery: Forgery)
        throws
    {
        var bench = ReplicaBench(4, me: 0)
        _ = behind(&bench)
        let blocks = try bench.chain([[], [bench.payment(1)], []])
        let good = bench.range(blocks, by: [1, 2, 3])
        var items = good.blocks
        var finalization = good.finalization
        func replaceBody(transactions: [IdentifiedTransaction], evidence: [Evidence]) {
            let block = Block(
                header: blocks[1].header,
                network: bench.rules.network,
                transactions: transactions,
                evidence: evidence
            )
            items[1] = JustifiedBlock(block: block, justification: items[1].justification)
        }
        switch forgery {
        case .gap: items.remove(at: 1)
        case .otherBody: replaceBody(transactions: [bench.payment(2).value], evidence: [])
        case .otherEvidence:
            replaceBody(transactions: blocks[1].transactions, evidence: [try #require(bench.evidence(against: 3))])
        case .otherJustification:
            items[1] = JustifiedBlock(block: items[1].block, justification: items[2].justification)
        case .otherParent:
            var header = blocks[2].header
            header.parent = .zero
            let block = Block(header: header, network: bench.rules.network, transactions: [], evidence: [])
            let certificate = bench.certificate(bench.finalize(block, in: 3, on: 2), by: [1, 2, 3])
            let why = Justification(certificate: certificate, nullifications: [])
            items[2] = JustifiedBlock(block: block, justification: why)
            finalization = certificate
        case .notarizationInItsPlace:
            let certificate = bench.certificate(bench.notarize(blocks[2], in: 3, on: 2), by: [1, 2, 3])
            let why = Justification(certificate: certificate, nullifications: [])
            items[2] = JustifiedBlock(block: blocks[2], justification: why)
            finalization = certificate
        case .noFinalization:
            finalization = bench.certificate(bench.notarize(blocks[2], in: 3, on: 2), by: [1, 2, 3])
        case .finalizationOfAnother: finalization = items[1].justification.certificate
        }
        bench.hear(bench.status(height: 3, view: 3), from: 2)
        let response = SyncResponse(blocks: items, headers: [], finalization: finalization)
        let effects = bench.hear(.syncResponse(response), from: 1)
        #expect(effects.disconnected == [bench.key(1)])
        #expect(effects.halts.isEmpty)
        #expect(effects.committed.isEmpty)
        #expect(bench.replica.tip.height == .zero)
        // Another peer is asked at once, and nobody asks the liar before its session has ended.
        #expect(effects.syncRequests.map(\.peers) == [[bench.key(2)]])
        let better = bench.hear(.syncResponse(good), from: 2)
        #expect(better.committed == [Height(1), Height(2), Height(3)])
    }

    /// Three blocks, of which only the last has a finalization of its own; the range holds two and the third's header.
    private func cut(_ bench: ReplicaBench, _ blocks: [Block]) -> SyncResponse {
        func item(_ place: Int, _ body: VoteBody) -> JustifiedBlock {
            JustifiedBlock(
                block: blocks[place],
                justification: Justification(
                    certificate: bench.certificate(body, by: [1, 2, 3]),
                    nullifications: []
                )
            )
        }
        let items = [
            item(0, bench.notarize(blocks[0], in: 1)), item(1, bench.notarize(blocks[1], in: 2, on: 1)),
            item(2, bench.finalize(blocks[2], in: 3, on: 2)),
        ]
        return SyncResponse(
            blocks: Array(items.prefix(2)),
            headers: [blocks[2].header],
            justifications: [items[2].justification],
            finalization: items[2].justification.certificate
        )
    }

    @Test func blocksWithoutAFinalizationOfTheirOwnAreFinalThroughTheHeadersBehindThem() throws {
        var bench = ReplicaBench(4, me: 0)
        _ = behind(&bench)
        let effects = bench.hear(.syncResponse(cut(bench, try bench.chain([[], [], []]))), from: 1)
        #expect(effects.committed == [Height(1), Height(2)])
        #expect(bench.replica.consensus.finalView == View(2))
    }

    /// A block can be notarised in two views; the wrong one would never join with its child's justification.
    @Test func aBlockIsFinalInTheViewThatItsDescendantsNameAndInNoOther() throws {
        var bench = ReplicaBench(4, me: 0)
        _ = behind(&bench)
        let blocks = try bench.chain([[], [], []])
        let good = cut(bench, blocks)
        let nullifications = (2...4).map { bench.certificate(.nullify(epoch: .zero, view: View($0)), by: [1, 2, 3]) }
        let otherView = JustifiedBlock(
            block: blocks[1],
            justification: Justification(
                certificate: bench.certificate(bench.notarize(blocks[1], in: 5, on: 1), by: [1, 2, 3]),
                nullifications: nullifications
            )
        )
        for justifications in [good.justifications, []] {
            let forged = SyncResponse(
                blocks: [good.blocks[0], otherView],
                headers: justifications.isEmpty ? [] : good.headers,
                justifications: justifications,
                finalization: good.finalization
            )
            let effects = bench.hear(.syncResponse(forged), from: 1)
            #expect(effects.disconnected == [bench.key(1)])
            #expect(effects.committed.isEmpty)
            // It is asked again once it has come back.
            bench.step(.disconnected(bench.key(1)))
            bench.connect(1)
            _ = behind(&bench)
        }
    }

    /// The first block's evidence can be held against the tip only.
    @Test func forgedEvidenceInTheFirstBlockOfARangeHaltsNobody() throws {
        var bench = ReplicaBench(4, me: 0)
        _ = behind(&bench)
        let blocks = try bench.chain([[], [], []])
        var items = bench.range(blocks, by: [1, 2, 3]).blocks
        let forged = try Block(
            header: blocks[0].header,
            network: bench.rules.network,
            transactions: [],
            evidence: [#require(bench.evidence(against: 3))]
        )
        items[0] = JustifiedBlock(block: forged, justification: items[0].justification)
        let response = SyncResponse(blocks: items, headers: [], finalization: items[2].justification.certificate)
        let effects = bench.hear(.syncResponse(response), from: 1)
        #expect(effects.disconnected == [bench.key(1)])
        #expect(effects.halts.isEmpty)
    }

    @Test func aFinalBlockThatBreaksARuleHaltsTheNodeAndKeepsTheBlock() throws {
        var bench = ReplicaBench(4, me: 0)
        _ = behind(&bench)
        var header = try bench.chain([[]])[0].header
        header.stateRoot = .zero
        let block = Block(header: header, network: bench.rules.network, transactions: [], evidence: [])
        let effects = bench.hear(.syncResponse(bench.range([block], by: [1, 2, 3])), from: 1)
        #expect(effects.halts.count == 1)
        #expect(effects.stored == [block.hash])
        #expect(effects.committed.isEmpty)
        #expect(bench.pass(10_000).isEmpty)
    }

    @Test func aFollowerSyncsAndCastsNoVotes() throws {
        var bench = ReplicaBench(4, me: nil)
        _ = behind(&bench)
        let blocks = try bench.chain([[], [], []])
        let effects = bench.hear(.syncResponse(bench.range(blocks, by: [1, 2, 3])), from: 1)
        #expect(effects.committed.count == 3)
        #expect(effects.votes.isEmpty)
    }
}
