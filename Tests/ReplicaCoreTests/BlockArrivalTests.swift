import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives
import ReplicaCore
import Testing

/// Spec 2.5, 3.6: blocks on their way here.
///
/// What is missing is not here yet; what is forged is the sender's fault, never the leader's.
@Suite struct BlockArrivalTests {
    @Test func aVoteFollowsTheStoredBlock() throws {
        var bench = ReplicaBench(4, me: 0)
        let block = try bench.chain([[]])[0]
        let effects = bench.hear(.proposal(bench.proposal(block, in: 1)), from: 1)
        let store = try #require(effects.place { if case .storeBlock = $0 { true } else { false } })
        let vote = try #require(effects.place { if case .vote = $0 { true } else { false } })
        #expect(store < vote)
        #expect(effects.votes == [bench.notarize(block, in: 1)])
    }

    @Test func missingBodiesAreAskedOfTheLeaderFirstAndThenOfOthers() throws {
        var bench = ReplicaBench(4, me: 0)
        let payments = [bench.payment(1), bench.payment(2)]
        bench.step(.submitted([payments[0]], Ticket(1)))
        let block = try bench.chain([payments])[0]
        let first = bench.hear(.proposal(bench.proposal(block, in: 1)), from: 1)
        #expect(first.votes.isEmpty)
        #expect(first.bodyRequests.map(\.leaves) == [[payments[1].leaf]])
        #expect(first.bodyRequests.map(\.peers) == [[bench.key(1)]])
        let second = bench.pass(50)
        #expect(second.bodyRequests.first?.peers != [bench.key(1)])
        let third = bench.hear(
            .bodyResponse(BodyResponse(block: block.hash, transactions: [payments[1].value])),
            from: 3
        )
        #expect(third.votes == [bench.notarize(block, in: 1)])
    }

    /// A leader may name transactions that nobody has; twenty requests a second for as long as the view lasts help nobody.
    @Test func whatNobodyHasIsAskedForMoreAndMoreSeldom() throws {
        var bench = ReplicaBench(4, me: 0)
        let block = try bench.chain([[bench.payment(1)]])[0]
        bench.hear(.proposal(bench.proposal(block, in: 1)), from: 1)
        let certificate = bench.certificate(bench.notarize(block, in: 1), by: [1, 2, 3])
        bench.hear(.certificate(certificate), from: 1)
        var asked: [Int] = []
        for number in 1...600 where !bench.pass(10).bodyRequests.isEmpty { asked.append(number * 10) }
        // Each of the three others once, at 50 ms from one another, the first at 0; then the wait doubles with each round.
        #expect(asked == [50, 100, 200, 300, 400, 600, 800, 1_000, 1_400, 1_800, 2_200, 3_000, 3_800, 4_600, 5_600])
    }

    /// Gossip and proposal race each other; whichever is last completes the block.
    @Test func aTransactionThatComesByItselfCompletesTheBlockThatWaitsForIt() throws {
        var bench = ReplicaBench(4, me: 0)
        let payments = [bench.payment(1), bench.payment(2)]
        let block = try bench.chain([payments])[0]
        bench.hear(.proposal(bench.proposal(block, in: 1)), from: 1)
        let half = bench.hear(.transactions([payments[0].value]), from: 2)
        #expect(half.votes.isEmpty)
        #expect(half.bodyRequests.isEmpty)
        #expect(bench.hear(.transactions([payments[1].value]), from: 3).votes == [bench.notarize(block, in: 1)])
    }

    @Test func aCertifiedBlockOfWhichOnlyBodiesAreMissingIsNotFetchedWhole() throws {
        var bench = ReplicaBench(4, me: 0)
        let block = try bench.chain([[bench.payment(1)]])[0]
        bench.hear(.proposal(bench.proposal(block, in: 1)), from: 1)
        let certificate = bench.certificate(bench.notarize(block, in: 1), by: [1, 2, 3])
        #expect(bench.hear(.certificate(certificate), from: 1).blockRequests.isEmpty)
        let effects = bench.hear(
            .bodyResponse(BodyResponse(block: block.hash, transactions: block.transactions)),
            from: 1
        )
        #expect(effects.votes == [bench.finalize(block, in: 1)])
    }

    /// Else a node far behind would fetch the whole chain from above, block after block, and hold it in memory.
    @Test func ancestorsThatPeersHaveFinalFarAboveTheTipAreLeftToSync() throws {
        var bench = ReplicaBench(4, me: 0)
        let blocks = try bench.chain([[], [], [], [], []])
        #expect(!bench.hear(bench.status(height: 4, view: 4), from: 1).syncRequests.isEmpty)
        let certificate = bench.certificate(bench.notarize(blocks[4], in: 5, on: 4), by: [1, 2, 3])
        #expect(bench.hear(.certificate(certificate), from: 1).blockRequests.map(\.hash) == [blocks[4].hash])
        #expect(bench.hear(.blockResponse(blocks[4]), from: 1).blockRequests.isEmpty)
        #expect(bench.pass(60).blockRequests.isEmpty)
        let range = bench.range(Array(blocks.prefix(4)), by: [1, 2, 3])
        #expect(bench.hear(.syncResponse(range), from: 1).committed.count == 4)
        #expect(bench.pass(60).votes.contains(bench.finalize(blocks[4], in: 5, on: 4)))
    }

    @Test func aProposalOfAViewThatHasPassedIsNotAssembled() throws {
        var bench = ReplicaBench(4, me: 0)
        let block = try bench.chain([[bench.payment(1)]])[0]
        bench.hear(.certificate(bench.certificate(.nullify(epoch: .zero, view: View(1)), by: [1, 2, 3])), from: 1)
        #expect(bench.hear(.proposal(bench.proposal(block, in: 1)), from: 1).bodyRequests.isEmpty)
    }

    @Test func anInvalidBlockIsRefusedAndItsViewNullified() throws {
        var bench = ReplicaBench(4, me: 0)
        let block = try broken(bench)
        let effects = bench.hear(.proposal(bench.proposal(block, in: 1)), from: 1)
        #expect(effects.refused == [block.hash])
        #expect(effects.votes == [.nullify(epoch: .zero, view: View(1))])
        #expect(effects.stored.isEmpty)
    }

    /// A block with a wrong state root.
    private func broken(_ bench: ReplicaBench) throws -> Block {
        var header = try bench.chain([[]])[0].header
        header.stateRoot = .zero
        return Block(header: header, network: bench.rules.network, transactions: [], evidence: [])
    }

    @Test func anInvalidBlockThatAQuorumCertifiedHaltsTheNodeAndIsKept() throws {
        var bench = ReplicaBench(4, me: 0)
        let block = try broken(bench)
        bench.hear(.proposal(bench.proposal(block, in: 1)), from: 1)
        let certificate = bench.certificate(bench.notarize(block, in: 1), by: [1, 2, 3])
        #expect(bench.hear(.certificate(certificate), from: 1).blockRequests.map(\.hash) == [block.hash])
        let effects = bench.hear(.blockResponse(block), from: 1)
        #expect(effects.halts.count == 1)
        #expect(effects.stored == [block.hash])
        #expect(effects.votes.isEmpty)
    }

    @Test func aNodeThatHaltedStartsAgainAndHaltsAgain() throws {
        let block = try broken(ReplicaBench(4, me: 0))
        var bench = ReplicaBench(4, me: 0, unfinalised: [(block, View(1))])
        #expect(bench.atStart.refused == [block.hash])
        bench.hear(.certificate(bench.certificate(bench.notarize(block, in: 1), by: [1, 2, 3])), from: 1)
        #expect(bench.hear(.blockResponse(block), from: 1).halts.count == 1)
    }

    /// The header commits to the evidence as it does to the transactions, but only together with the parent's.
    @Test func aProposalWithAnotherListOfEvidenceBlamesTheSenderOnly() throws {
        var bench = ReplicaBench(4, me: 0)
        let block = try bench.chain([[]])[0]
        let forged = try [#require(bench.evidence(against: 3))]
        let effects = bench.hear(.proposal(bench.proposal(block, in: 1, evidence: forged)), from: 2)
        #expect(effects.disconnected == [bench.key(2)])
        #expect(effects.refused.isEmpty)
        #expect(effects.votes.isEmpty)
        #expect(!effects.blockRequests.isEmpty)
        let honest = bench.hear(.blockResponse(block), from: 1)
        #expect(honest.votes == [bench.notarize(block, in: 1)])
    }

    @Test func aFetchedBlockWithAnotherListOfEvidenceBlamesTheSenderOnly() throws {
        var bench = ReplicaBench(4, me: 0)
        let block = try bench.chain([[]])[0]
        bench.hear(.certificate(bench.certificate(bench.notarize(block, in: 1), by: [1, 2, 3])), from: 1)
        let forged = try Block(
            header: block.header,
            network: bench.rules.network,
            transactions: [],
            evidence: [#require(bench.evidence(against: 3))]
        )
        let effects = bench.hear(.blockResponse(forged), from: 2)
        #expect(effects.disconnected == [bench.key(2)])
        #expect(bench.replica.consensus.mode == .signing)
        #expect(bench.hear(.blockResponse(block), from: 1).votes == [bench.finalize(block, in: 1)])
    }

    @Test func aBodyThatDoesNotMatchTheRootIsNeverStored() throws {
        var bench = ReplicaBench(4, me: 0)
        let block = try bench.chain([[bench.payment(1)]])[0]
        bench.hear(.certificate(bench.certificate(bench.notarize(block, in: 1), by: [1, 2, 3])), from: 1)
        let other = Block(
            header: block.header,
            network: bench.rules.network,
            transactions: [bench.payment(2).value],
            evidence: []
        )
        let effects = bench.hear(.blockResponse(other), from: 2)
        #expect(effects.disconnected == [bench.key(2)])
        #expect(effects.stored.isEmpty)
        #expect(effects.refused.isEmpty, "it is not judged either")
        // It is asked for again at once, of others.
        let asked = effects.blockRequests
        #expect(asked.map(\.hash) == [block.hash])
        #expect(!asked.flatMap(\.peers).isEmpty)
        #expect(!asked.flatMap(\.peers).contains(bench.key(2)))
        #expect(bench.hear(.blockResponse(block), from: 1).votes == [bench.finalize(block, in: 1)])
    }

    @Test func aLeaderThatNamesAParentNobodyCertifiedIsNotFollowed() throws {
        var bench = ReplicaBench(4, me: 0)
        let blocks = try bench.chain([[], []])
        bench.hear(.certificate(bench.certificate(.nullify(epoch: .zero, view: View(1)), by: [1, 2, 3])), from: 1)
        let effects = bench.hear(.proposal(bench.proposal(blocks[1], in: 2, on: 0)), from: 2)
        #expect(effects.blockRequests.isEmpty)
        #expect(effects.votes == [.nullify(epoch: .zero, view: View(2))])
    }

    @Test func aCertifiedParentIsFetchedAndTheChildVotedForAfterIt() throws {
        var bench = ReplicaBench(4, me: 0)
        let blocks = try bench.chain([[], []])
        let certificate = bench.certificate(bench.notarize(blocks[0], in: 1), by: [1, 2, 3])
        let effects = bench.hear(
            .proposal(bench.proposal(blocks[1], in: 2, on: 1, parentCertificate: certificate)),
            from: 2
        )
        #expect(effects.blockRequests.contains { $0.hash == blocks[0].hash })
        let votes = bench.hear(.blockResponse(blocks[0]), from: 1).votes
        #expect(votes == [bench.finalize(blocks[0], in: 1), bench.notarize(blocks[1], in: 2, on: 1)])
    }

    /// A start reads only bodies above the final view, so a block must lie under the latest view that it was proposed in.
    @Test func aBlockProposedAgainIsStoredUnderItsLaterViewToo() throws {
        var bench = ReplicaBench(4, me: 0)
        let block = try bench.chain([[]])[0]
        bench.hear(.proposal(bench.proposal(block, in: 1)), from: 1)
        let nullifications = (1...4).map { bench.certificate(.nullify(epoch: .zero, view: View($0)), by: [1, 2, 3]) }
        // The latest first, so that this node enters no view that it leads itself.
        for nullification in nullifications.reversed() { bench.hear(.certificate(nullification), from: 1) }
        let effects = bench.hear(
            .proposal(bench.proposal(block, in: 5, nullifications: nullifications)),
            from: 1
        )
        #expect(effects.storedViews == [View(5)])
        let store = try #require(effects.place { if case .storeBlock = $0 { true } else { false } })
        let vote = try #require(effects.place { if case .vote = $0 { true } else { false } })
        #expect(store < vote)
        #expect(effects.votes.last == bench.notarize(block, in: 5))
    }

    @Test func aBlockCertifiedInTwoViewsIsFinalInTheOneThatItsFinalizationNames() throws {
        var bench = ReplicaBench(4, me: 0)
        let block = try bench.chain([[]])[0]
        bench.hear(.proposal(bench.proposal(block, in: 1)), from: 1)
        bench.hear(.certificate(bench.certificate(bench.notarize(block, in: 1), by: [1, 2, 3])), from: 1)
        for view in [4, 3, 2, 1] as [UInt64] {
            bench.hear(
                .certificate(bench.certificate(.nullify(epoch: .zero, view: View(view)), by: [1, 2, 3])),
                from: 1
            )
        }
        bench.hear(.proposal(bench.proposal(block, in: 5)), from: 1)
        bench.hear(.certificate(bench.certificate(bench.notarize(block, in: 5), by: [1, 2, 3])), from: 1)
        let effects = bench.hear(.certificate(bench.certificate(bench.finalize(block, in: 5), by: [1, 2, 3])), from: 1)
        let final = effects.flatMap { effect in if case .commit(let blocks) = effect { blocks } else { [FinalBlock]() }
        }
        #expect(final.map(\.view) == [View(5)])
        #expect(final.map(\.block.justification.nullifications.count) == [4])
        #expect(bench.replica.consensus.mode == .signing)
    }

    @Test func whoDoesNotAnswerIsNotAskedForEver() throws {
        var bench = ReplicaBench(7, me: 0)
        let block = try bench.chain([[]])[0]
        let effects = bench.hear(
            .certificate(bench.certificate(bench.notarize(block, in: 1), by: [1, 2, 3, 4, 5])),
            from: 1
        )
        var asked = effects.blockRequests.flatMap(\.peers)
        for _ in 0..<8 { asked += bench.pass(1_300).blockRequests.flatMap(\.peers) }
        #expect(Set(asked).count == 5)
    }

    @Test func storedBlocksAreTakenUpAgainAtTheStart() throws {
        let blocks = try ReplicaBench(4, me: 0).chain([[], []])
        var bench = ReplicaBench(4, me: 0, unfinalised: [(blocks[0], View(1)), (blocks[1], View(2))])
        #expect(bench.atStart.stored.isEmpty)
        bench.hear(.certificate(bench.certificate(bench.notarize(blocks[0], in: 1), by: [1, 2, 3])), from: 1)
        let effects = bench.hear(
            .certificate(bench.certificate(bench.finalize(blocks[1], in: 2, on: 1), by: [1, 2, 3])),
            from: 1
        )
        #expect(effects.committed == [Height(1), Height(2)])
    }
}
