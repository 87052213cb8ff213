import ConsensusCore
import Primitives
import Testing

/// Spec 3.6: what a validator votes for, and what it never votes for.
@Suite struct VotingTests {
    // MARK: - Notarize

    @Test func notarizesTheFirstValidProposalOfTheLeader() {
        var bench = Bench(4, me: 0)
        let block = bench.block(1)
        #expect(bench.propose(block, in: 1).votes == [bench.notarize(block, in: 1)])
    }

    @Test func notarizesOnlyOnceInAView() {
        var bench = Bench(4, me: 0)
        bench.propose(bench.block(1), in: 1)
        #expect(bench.propose(bench.block(2), in: 1).votes.isEmpty)
    }

    @Test func waitsForABlockThatIsNotHereYet() {
        var bench = Bench(4, me: 0)
        let block = bench.block(1)
        #expect(bench.step(.proposal(bench.proposal(block, in: 1))).votes.isEmpty)
        #expect(bench.step(.executed(block)).votes == [bench.notarize(block, in: 1)])
    }

    @Test func ignoresAProposalBySomebodyElseThanTheLeader() {
        var bench = Bench(4, me: 0)
        let block = bench.block(1)
        let proposal = ProposalFacts(
            vote: bench.vote(bench.notarize(block, in: 1), by: 2),
            parent: block.parent,
            time: block.time,
            proposer: 2
        )
        #expect((bench.step(.executed(block)) + bench.step(.proposal(proposal))).votes.isEmpty)
    }

    @Test func nullifiesAnInvalidProposalAtOnce() {
        var bench = Bench(4, me: 0)
        let block = bench.block(1)
        bench.step(.proposal(bench.proposal(block, in: 1)))
        #expect(bench.step(.invalid(block: block.hash)).votes == [bench.nullify(1)])
    }

    @Test func neverNotarizesAfterItsOwnNullify() {
        var bench = Bench(4, me: 0)
        bench.step(.work)
        #expect(bench.pass(10_000).votes == [bench.nullify(1)])
        #expect(bench.propose(bench.block(1), in: 1).votes.isEmpty)
    }

    @Test func waitsUntilItsClockIsOneSecondBehindTheBlock() {
        var bench = Bench(4, me: 0)
        let block = bench.block(1, time: bench.wall + 1_050)
        #expect(bench.propose(block, in: 1).votes.isEmpty)
        #expect(bench.consensus.deadline == Milliseconds(bench.monotonic + 50))
        #expect(bench.pass(50).votes == [bench.notarize(block, in: 1)])
    }

    @Test func asksForTheNullificationsThatAProposalNeeds() {
        var bench = Bench(4, me: 1)
        bench.step(.certificate(bench.certificate(bench.nullify(3), by: [0, 2, 3])))
        let block = bench.block(1)
        let effects = bench.propose(block, in: 4)
        #expect(effects.votes.isEmpty)
        #expect(effects.requests == [View(1), View(2)])
        bench.step(.certificate(bench.certificate(bench.nullify(1), by: [0, 2, 3])))
        #expect(
            bench.step(.certificate(bench.certificate(bench.nullify(2), by: [0, 2, 3]))).votes
                == [bench.notarize(block, in: 4)]
        )
    }

    @Test func refusesAParentThatIsNotTheCertifiedBlockOfItsView() {
        var bench = Bench(4, me: 0)
        let certified = bench.block(1)
        bench.step(.certificate(bench.certificate(bench.notarize(certified, in: 1), by: [1, 2, 3])))
        let other = bench.block(9)
        bench.step(.executed(other))
        #expect(bench.propose(bench.block(2, on: other), in: 2, on: 1).votes == [bench.nullify(2)])
    }

    // MARK: - Finalize

    @Test func finalizesANotarizedBlockThatItHolds() {
        var bench = Bench(4, me: 0)
        let block = bench.block(1)
        bench.step(.executed(block))
        let effects = bench.step(.certificate(bench.certificate(bench.notarize(block, in: 1), by: [1, 2, 3])))
        #expect(effects.votes == [bench.finalize(block, in: 1)])
    }

    /// The lane makes durable what was ordered before a finalize, so the order is the promise (spec 3.5).
    @Test func handsOverTheNotarizationBeforeItFinalizes() throws {
        var bench = Bench(4, me: 0)
        let block = bench.block(1)
        bench.step(.executed(block))
        let notarization = bench.certificate(bench.notarize(block, in: 1), by: [1, 2, 3])
        let effects = bench.step(.certificate(notarization))
        let stored = effects.firstIndex { if case .store(notarization) = $0 { true } else { false } }
        let finalized = effects.firstIndex { if case .vote(bench.finalize(block, in: 1)) = $0 { true } else { false } }
        #expect(try #require(stored) < #require(finalized))
    }

    @Test func finalizesLateWhenTheBlockComesLate() {
        var bench = Bench(4, me: 0)
        let block = bench.block(1)
        let effects = bench.step(.certificate(bench.certificate(bench.notarize(block, in: 1), by: [1, 2, 3])))
        #expect(effects.votes.isEmpty)
        #expect(effects.fetched == [block.hash])
        bench.step(.certificate(bench.certificate(bench.nullify(2), by: [1, 2, 3])))
        #expect(bench.step(.executed(block)).votes == [bench.finalize(block, in: 1)])
    }

    /// Without this rule one view could be both final and skipped.
    @Test func neverFinalizesAfterANullify() {
        var bench = Bench(4, me: 0)
        let block = bench.block(1)
        bench.step(.executed(block))
        bench.step(.work)
        #expect(bench.pass(10_000).votes == [bench.nullify(1)])
        let effects = bench.step(.certificate(bench.certificate(bench.notarize(block, in: 1), by: [1, 2, 3])))
        #expect(effects.votes.isEmpty)
    }

    /// The vote log binds across a crash.
    @Test func neverFinalizesAfterANullifyOfAnEarlierLife() {
        let before = Bench(4, me: 0)
        var bench = Bench(4, me: 0, ownVotes: [before.vote(before.nullify(1), by: 0)])
        let block = bench.block(1)
        bench.step(.executed(block))
        #expect(bench.step(.certificate(bench.certificate(bench.notarize(block, in: 1), by: [1, 2, 3]))).votes.isEmpty)
    }

    // MARK: - Nullify

    @Test func mayNullifyAfterANotarize() {
        var bench = Bench(4, me: 0)
        bench.propose(bench.block(1), in: 1)
        #expect(bench.pass(10_000).votes == [bench.nullify(1)])
    }

    /// The notarization was lost with the crash, so the view is open again, and its timer runs out.
    @Test func neverNullifiesAfterAFinalizeOfAnEarlierLife() {
        let before = Bench(4, me: 0)
        let block = before.block(1)
        let signed = [before.notarize(block, in: 1), before.finalize(block, in: 1)].map { before.vote($0, by: 0) }
        var bench = Bench(4, me: 0, ownVotes: signed)
        #expect(bench.consensus.current == View(1))
        #expect(bench.pass(20_000).votes.isEmpty)
        #expect(bench.pass(20_000).votes.isEmpty)
    }

    @Test func neverNullifiesAfterAFinalize() {
        var bench = Bench(4, me: 0)
        let block = bench.block(1)
        bench.propose(block, in: 1)
        bench.step(.certificate(bench.certificate(bench.notarize(block, in: 1), by: [1, 2, 3])))
        #expect(bench.pass(60_000).votes.allSatisfy { $0 != bench.nullify(1) })
    }

    @Test func joinsANullifyOfMoreThanTheFaulty() {
        var bench = Bench(4, me: 0)
        #expect(bench.step(.vote(bench.vote(bench.nullify(1), by: 2))).votes.isEmpty)
        #expect(bench.step(.vote(bench.vote(bench.nullify(1), by: 3))).votes == [bench.nullify(1)])
    }

    @Test func joinsTheLeadersOwnNullifyAtOnce() {
        var bench = Bench(4, me: 0)
        #expect(bench.step(.vote(bench.vote(bench.nullify(1), by: bench.leader(of: 1)))).votes == [bench.nullify(1)])
    }

    // MARK: - Who may not

    @Test func aFollowerCastsNoVotes() {
        var bench = Bench(4, me: nil)
        let block = bench.block(1)
        bench.step(.work)
        var effects = bench.propose(block, in: 1)
        effects += bench.step(.certificate(bench.certificate(bench.notarize(block, in: 1), by: [1, 2, 3])))
        effects += bench.pass(60_000)
        #expect(effects.votes.isEmpty)
        #expect(!bench.consensus.isArmed)
    }

    @Test func anObserverCastsNoVotesAndFollowsAllTheSame() {
        var bench = Bench(4, me: 0, mode: .observer(reason: "no vote log"))
        let block = bench.block(1)
        var effects = bench.propose(block, in: 1)
        // A certificate may hold a vote of its own earlier life, of which it knows nothing.
        effects += bench.step(.certificate(bench.certificate(bench.finalize(block, in: 1), by: [0, 1, 2])))
        #expect(effects.votes.isEmpty)
        #expect(bench.consensus.finalView == View(1))
    }

    @Test func signsNothingAtOrBelowTheSignFloor() {
        var bench = Bench(4, me: 0, signFloor: View(2))
        #expect(bench.propose(bench.block(1), in: 1).votes.isEmpty)
        #expect(bench.pass(60_000).votes.isEmpty)
    }

    @Test func signsAgainOnceTheStoreHasCaughtUpWithTheSignFloor() {
        var bench = Bench(4, me: 0, signFloor: View(1))
        let block = bench.block(1)
        bench.step(.executed(block))
        bench.step(.certificate(bench.certificate(bench.finalize(block, in: 1), by: [1, 2, 3])))
        let next = bench.block(2, on: block)
        #expect(bench.propose(next, in: 2, on: 1).votes.isEmpty)
        #expect(bench.step(.committed(finalView: View(1))).votes == [bench.notarize(next, in: 2, on: 1)])
    }

    @Test func signsNothingBeforeAQuorumHasSaidWhatItHolds() {
        var bench = Bench(4, me: 0, answered: false)
        let block = bench.block(1)
        bench.step(.heldVotes(from: 1, []))
        #expect(bench.propose(block, in: 1).votes.isEmpty)
        #expect(bench.step(.heldVotes(from: 1, [])).votes.isEmpty)
        #expect(bench.step(.heldVotes(from: 2, [])).votes == [bench.notarize(block, in: 1)])
    }

    @Test func aLoneValidatorSignsAtOnce() {
        var bench = Bench(1, me: 0)
        #expect(bench.step(.work).builds == [View(1)])
    }
}
