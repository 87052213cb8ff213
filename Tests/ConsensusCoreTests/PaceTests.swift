import ConsensusCore
import Primitives
import Testing

/// Spec 3.6: Arm, the timers, proposing, retry.
@Suite struct PaceTests {
    // MARK: - Arm

    @Test func nothingHappensInAnIdleNetwork() {
        var bench = Bench(4, me: 1)
        #expect(bench.pass(3_600_000) == [])
        #expect(!bench.consensus.isArmed)
        #expect(bench.consensus.deadline == nil)
    }

    @Test func workArms() {
        var bench = Bench(4, me: 0)
        bench.step(.work)
        #expect(bench.consensus.isArmed)
    }

    @Test func aViewEnteredByNullificationIsArmed() {
        var bench = Bench(4, me: 0)
        bench.step(.certificate(bench.certificate(bench.nullify(1), by: [1, 2, 3])))
        #expect(bench.consensus.isArmed)
    }

    @Test func aViewEnteredByNotarizationIsNot() {
        var bench = Bench(4, me: 0)
        bench.step(.certificate(bench.certificate(bench.notarize(bench.block(1), in: 1), by: [1, 2, 3])))
        #expect(!bench.consensus.isArmed)
    }

    @Test func aBlockThatStaysUnfinalisedForTwoRetriesArms() {
        var bench = Bench(4, me: 0)
        bench.step(.certificate(bench.certificate(bench.notarize(bench.block(1), in: 1), by: [1, 2, 3])))
        bench.pass(1_999)
        #expect(!bench.consensus.isArmed)
        bench.pass(1)
        #expect(bench.consensus.isArmed)
    }

    /// What armed the view may be what has just become final; else a validator stays armed alone in an idle network.
    @Test func aViewIsDisarmedWhenWhatItWaitedForBecomesFinal() {
        var bench = Bench(4, me: 0)
        let block = bench.block(1)
        bench.step(.executed(block))
        bench.step(.certificate(bench.certificate(bench.notarize(block, in: 1), by: [1, 2, 3])))
        bench.step(.work)
        #expect(bench.consensus.isArmed)
        bench.step(.certificate(bench.certificate(bench.finalize(block, in: 1), by: [1, 2, 3])))
        #expect(!bench.consensus.isArmed)
    }

    @Test func aViewStaysArmedWhenIHaveVotedInIt() {
        var bench = Bench(4, me: 0)
        let block = bench.block(1)
        bench.step(.executed(block))
        bench.step(.certificate(bench.certificate(bench.notarize(block, in: 1), by: [1, 2, 3])))
        bench.propose(bench.block(2, on: block), in: 2, on: 1)
        bench.step(.certificate(bench.certificate(bench.finalize(block, in: 1), by: [1, 2, 3])))
        #expect(bench.consensus.isArmed)
    }

    /// Else two validators whose clocks differ make empty blocks for ever: each arms for the one before the last.
    @Test func aYoungNotarizationAboveAnOldUnfinalisedOneDoesNotArm() {
        var bench = Bench(4, me: 0)
        let first = bench.block(1)
        bench.step(.executed(first))
        bench.step(.certificate(bench.certificate(bench.nullify(1), by: [1, 2, 3])))
        bench.step(.certificate(bench.certificate(bench.notarize(first, in: 2), by: [1, 2, 3])))
        bench.pass(5_000)
        #expect(bench.consensus.isArmed)
        let second = bench.block(2, on: first)
        bench.step(.certificate(bench.certificate(bench.notarize(second, in: 3, on: 2), by: [1, 2, 3])))
        #expect(bench.consensus.current == View(4))
        #expect(!bench.consensus.isArmed)
    }

    @Test func theHeartbeatArmsWhenItIsOn() {
        var bench = Bench(4, me: 0, heartbeat: 5_000)
        #expect(bench.consensus.deadline == Milliseconds(bench.monotonic + 5_000))
        bench.pass(4_999)
        #expect(!bench.consensus.isArmed)
        bench.pass(1)
        #expect(bench.consensus.isArmed)
    }

    /// Else its child would be young when it becomes final, and make the next heartbeat's block unfinished again.
    @Test func theHeartbeatWaitsForABlockThatWasJustNotarised() {
        var bench = Bench(4, me: 0, heartbeat: 5_000)
        bench.pass(4_000)
        let block = bench.block(1)
        bench.step(.certificate(bench.certificate(bench.notarize(block, in: 1), by: [1, 2, 3])))
        bench.pass(1_500)
        #expect(!bench.consensus.isArmed)
    }

    @Test func aVoteOfAnEarlierLifeArms() {
        let before = Bench(4, me: 0)
        var bench = Bench(4, me: 0, ownVotes: [before.vote(before.nullify(1), by: 0)])
        bench.step(.tick)
        #expect(bench.consensus.isArmed)
    }

    @Test func aStoredBlockWithTransactionsArmsAndOneWithoutDoesNot() {
        for hasTransactions in [true, false] {
            var bench = Bench(4, me: 0)
            let plain = bench.block(1)
            bench.step(
                .restored(
                    BlockFacts(
                        hash: plain.hash,
                        parent: plain.parent,
                        height: plain.height,
                        time: plain.time,
                        hasTransactions: hasTransactions
                    )
                )
            )
            #expect(bench.consensus.isArmed == hasTransactions)
        }
    }

    @Test func aProposalArms() {
        var bench = Bench(4, me: 0)
        bench.step(.proposal(bench.proposal(bench.block(1), in: 1)))
        #expect(bench.consensus.isArmed)
    }

    @Test func votesOfMoreThanTheFaultyArmAndThoseOfOneDoNot() {
        var bench = Bench(4, me: 0)
        bench.step(.vote(bench.vote(bench.nullify(2), by: 2)))
        bench.step(.vote(bench.vote(bench.nullify(1), by: 2)))
        #expect(!bench.consensus.isArmed)
        bench.step(.vote(bench.vote(bench.nullify(2), by: 3)))
        #expect(bench.consensus.isArmed)
    }

    // MARK: - Timers

    @Test func aSilentLeaderIsGivenTwoThirdsOfTheViewTimer() {
        var bench = Bench(4, me: 0)
        bench.step(.work)
        #expect(bench.pass(199).votes.isEmpty)
        #expect(bench.pass(1).votes == [bench.nullify(1)])
    }

    @Test func aProposalWithoutItsBlockIsGivenTheWholeViewTimer() {
        var bench = Bench(4, me: 0)
        bench.step(.proposal(bench.proposal(bench.block(1), in: 1)))
        #expect(bench.pass(299).votes.isEmpty)
        #expect(bench.pass(1).votes == [bench.nullify(1)])
    }

    /// How many views have passed since the final one, and when the leader timer then runs out.
    @Test(arguments: [(1, 200), (2, 200), (3, 300), (4, 450), (5, 674), (20, 10_000)] as [(UInt64, UInt64)])
    func timersGrowByHalfWithEachViewSinceTheFinalOneUpToABound(_ view: UInt64, _ due: UInt64) {
        var bench = Bench(4, me: Int((view + 1) % 4))
        let others = (0..<4).filter { $0 != Int((view + 1) % 4) }
        if view > 1 { bench.step(.certificate(bench.certificate(bench.nullify(view - 1), by: others))) }
        bench.step(.work)
        #expect(bench.pass(due - 1).votes.isEmpty)
        #expect(bench.pass(1).votes == [bench.nullify(view)])
    }

    @Test func timersDoNotGrowWhileTheQuorumIsLost() {
        var bench = Bench(4, me: 0)
        bench.step(.work)
        bench.pass(3_600_000)
        #expect(bench.consensus.current == View(1))
    }

    @Test func timersWaitForTheBlockInterval() {
        var bench = Bench(4, me: 0)
        let block = bench.block(1, time: bench.wall + 300)
        bench.step(.executed(block))
        bench.step(.certificate(bench.certificate(bench.finalize(block, in: 1), by: [1, 2, 3])))
        bench.step(.work)
        // 300 ms until the parent's time, 100 ms of interval, then two thirds of 300 ms.
        #expect(bench.pass(599).votes.isEmpty)
        #expect(bench.pass(1).votes == [bench.nullify(2)])
    }

    @Test func aLeaderGoneForLongIsSkippedAtOnce() {
        var bench = Bench(4, me: 0)
        bench.step(.disconnected(1))
        bench.pass(10_000)
        #expect(bench.step(.work).votes == [bench.nullify(1)])
    }

    @Test func aLeaderGoneForLongIsWaitedForWithoutAQuorum() {
        var bench = Bench(4, me: 0)
        for peer in 1...3 { bench.step(.disconnected(peer)) }
        bench.pass(10_000)
        #expect(bench.step(.work).votes.isEmpty)
    }

    // MARK: - Propose

    @Test func theLeaderBuildsOnTheHighestCertifiedBlockWithNullificationsBetween() {
        var bench = Bench(4, me: 3)
        let first = bench.block(1)
        bench.step(.executed(first))
        bench.step(.certificate(bench.certificate(bench.notarize(first, in: 1), by: [0, 1, 2])))
        let effects = bench.step(.certificate(bench.certificate(bench.nullify(2), by: [0, 1, 2])))
        #expect(effects.contains(.build(view: View(3), parentView: View(1), parent: first.hash)))
        let next = bench.block(2, on: first)
        let plan = bench.step(.built(view: View(3), next)).compactMap {
            if case .propose(let plan) = $0 { plan } else { nil }
        }.first
        #expect(plan?.body == bench.notarize(next, in: 3, on: 1))
        #expect(plan?.parentCertificate?.view == View(1))
        #expect(plan?.nullifications.map(\.view) == [View(2)])
    }

    @Test func theLeaderWaitsForTheBlockInterval() {
        var bench = Bench(4, me: 2)
        let first = bench.block(1, time: bench.wall)
        bench.step(.executed(first))
        bench.step(.certificate(bench.certificate(bench.finalize(first, in: 1), by: [0, 1, 3])))
        #expect(bench.step(.work).builds.isEmpty)
        #expect(bench.consensus.deadline == Milliseconds(bench.monotonic + 100))
        #expect(bench.pass(100).builds == [View(2)])
    }

    /// A clock far behind must not stop its owner: it has held the parent for long enough.
    @Test func theLeaderProposesAfterTheIntervalWhateverItsClockSays() {
        var bench = Bench(4, me: 2)
        let first = bench.block(1, time: bench.wall + 600_000)
        bench.step(.executed(first))
        bench.step(.certificate(bench.certificate(bench.finalize(first, in: 1), by: [0, 1, 3])))
        bench.step(.work)
        #expect(bench.pass(100).builds == [View(2)])
    }

    @Test func theLeaderAsksForAMissingParentAndGivesUpItsViewSoon() {
        var bench = Bench(4, me: 2)
        let first = bench.block(1)
        bench.step(.certificate(bench.certificate(bench.notarize(first, in: 1), by: [0, 1, 3])))
        bench.step(.work)
        #expect(bench.pass(49).votes.isEmpty)
        #expect(bench.pass(1).votes == [bench.nullify(2)])
    }

    @Test func aLeaderThatHasNullifiedDoesNotProposeWhatItWasBuilding() {
        var bench = Bench(4, me: 1)
        bench.step(.work)
        bench.pass(10_000)
        #expect(bench.step(.built(view: View(1), bench.block(1))).votes.isEmpty)
    }

    @Test func cannotBuildIsAskedOnceAndThenNullified() {
        var bench = Bench(4, me: 1)
        #expect(bench.step(.work).builds == [View(1)])
        #expect(bench.step(.cannotBuild(view: View(1))).builds.isEmpty)
        #expect(bench.pass(50).votes == [bench.nullify(1)])
    }

    // MARK: - Retry

    /// Without this, half of all networks of two stall after restarts: each holds its own vote in the log and the other's
    /// in the pool.
    @Test func aRetryCountsMyOwnVotesAgainAtTwo() {
        let before = Bench(2, me: 0)
        let mine = before.vote(before.nullify(1), by: 0)
        var bench = Bench(2, me: 0, ownVotes: [mine])
        #expect(bench.step(.vote(bench.vote(bench.nullify(1), by: 1))).certificates.isEmpty)
        let effects = bench.pass(1_200)
        #expect(effects.retries.first?.votes == [mine])
        #expect(effects.certificates == [bench.certificate(bench.nullify(1), by: [0, 1])])
        #expect(bench.consensus.current == View(2))
    }

    @Test func aRetryLeavesOutVotesForBlocksThatAreNotStored() {
        let before = Bench(4, me: 0)
        let block = before.block(1)
        let mine = before.vote(before.notarize(block, in: 1), by: 0)
        var bench = Bench(4, me: 0, ownVotes: [mine])
        bench.step(.tick)
        let effects = bench.pass(1_200)
        #expect(effects.retries.first?.votes == [])
        #expect(effects.fetched == [block.hash])
        bench.step(.executed(block))
        #expect(bench.pass(1_200).retries.first?.votes.first == mine)
    }

    @Test func aRetrySendsTheProposalToThoseWhoseNotarizeIsMissing() {
        var bench = Bench(4, me: 1)
        bench.step(.work)
        let block = bench.block(1)
        bench.step(.built(view: View(1), block))
        bench.step(.voted(bench.vote(bench.notarize(block, in: 1), by: 1)))
        bench.step(.vote(bench.vote(bench.notarize(block, in: 1), by: 3)))
        let plan = bench.pass(1_200).retries.first
        #expect(plan?.proposal == View(1))
        #expect(plan?.lacking == [0, 2])
    }

    @Test func aRetrySendsAtMostSixtyFourVotes() {
        let before = Bench(4, me: 0)
        let votes = (1...100).map { before.vote(before.nullify($0), by: 0) }
        var bench = Bench(4, me: 0, ownVotes: votes)
        bench.step(.tick)
        let sent = bench.pass(1_200).retries.first?.votes ?? []
        #expect(sent.count == 64)
        #expect(sent.last == votes.last)
    }

    @Test func anIdleValidatorRetriesNothing() {
        var bench = Bench(4, me: 0)
        let block = bench.block(1)
        bench.step(.executed(block))
        bench.step(.certificate(bench.certificate(bench.finalize(block, in: 1), by: [1, 2, 3])))
        #expect(bench.pass(600_000) == [])
    }
}
