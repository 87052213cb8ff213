import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives
import ReplicaCore

// How a node's lives end and begin.
extension World {
    // MARK: - The end

    /// Whether the moment has come that the scenario has chosen for a crash; then nothing more is performed.
    mutating func crashesNow(_ node: Int) -> Bool {
        nodes[node].performedOrders += 1
        guard node == 0, nodes[node].performedOrders == scenario.crashAfterOrders else { return false }
        nodes[node].lanes = Lanes()
        crash(node)
        queue.insert(.boot(node), at: now + 200_000)
        guard scenario.isPowerCut else { return true }
        for other in nodes.indices where other != node {
            crash(other)
            queue.insert(.boot(other), at: now + generator.within(100_000...400_000))
        }
        return true
    }

    /// Whether the disk refuses the write that is due: then the node stops, and sends nothing of it (spec 3.5, 5.5).
    mutating func stopsAtWrite(_ node: Int) -> Bool {
        guard nodes[node].isDiskFull || nodes[node].failsNextSync else { return false }
        let isFull = nodes[node].isDiskFull
        checker.meet(isFull ? .stoppedByFullDisk : .stoppedByFailedSync)
        trace.say("n\(node) can't write and stops with exit code 74", at: now)
        nodes[node].failsNextSync = false
        crash(node)
        // Somebody has to make room first.
        if !isFull { bootLater(node) }
        return true
    }

    /// The power goes: everything that wasn't performed is lost, and of what was under way a part is on disk.
    mutating func crash(_ node: Int) {
        guard nodes[node].isUp else { return }
        if nodes[node].lanes.undone.contains(where: { $0.voteBody != nil }) { checker.meet(.voteInFlightAtCrash) }
        performPart(of: nodes[node].lanes.inFlight, at: node)
        if let blocks = nodes[node].lanes.blocksInFlight {
            if nodes[node].lanes.commitIsBusy, generator.chance(perMille: 500) {
                nodes[node].disk.commit(blocks)
            } else {
                checker.meet(.commitLostInCrash)
            }
        }
        if nodes[node].disk.loseUnsynced(with: &generator) { checker.meet(.certificateLostInCrash) }
        trace.note(.crashed, node: node, at: now)
        trace.say("n\(node) goes down", at: now)
        nodes[node].replica = nil
        nodes[node].goneAt = now
        checker.crashCount += 1
        nodes[node].life += 1
        nodes[node].lanes = Lanes()
        nodes[node].wakeAt = nil
        links.forgetBeliefs(of: node)
        for other in nodes.indices where other != node && links.isConnected(node, other) {
            links.disconnect(node, other)
            queue.insert(.notice(other, theLossOf: node), at: now + generator.below(300_000))
        }
    }

    /// Some of the steps are done, and the next one perhaps in part.
    private mutating func performPart(of orders: [SafetyOrder], at node: Int) {
        guard !orders.isEmpty, adversaries[node] == nil, let plan = plan(orders, of: node) else { return }
        var writes = plan.writes
        if plan.votes.isEmpty, case .forgetVotes(let view)? = orders.last {
            writes += (nodes[node].disk.voteLog?.writes(raising: view) ?? []).map { .voteLog($0) }
        }
        let done = generator.below(writes.count + 1)
        for write in writes.prefix(done) { nodes[node].disk.perform(write) }
        if done < writes.count, scenario.faults.contains(.tornWrite) {
            nodes[node].disk.tear(writes[done], with: &generator)
        }
        trace.say("n\(node)'s disk has done \(done) of \(writes.count) steps", at: now)
    }

    // MARK: - The beginning

    mutating func boot(_ node: Int) {
        guard !nodes[node].isUp else { return }
        guard !nodes[node].isDiskFull else {
            return trace.say("n\(node) can't start, its disk is full: exit code 74", at: now)
        }
        guard !nodes[node].disk.isStoreDamaged else { return refetch(node) }
        nodes[node].life += 1
        nodes[node].clock.startedAt = now
        if nodes[node].disk.finalHeight < nodes[node].reportedHeight {
            checker.violate(
                "S5: node \(node) restarts below height \(nodes[node].reportedHeight), which it had reported final"
            )
        }
        if scenario.plantedBug == .forgetsItsVotes { loseVotes(node) }
        if adversaries[node] == nil { openVoteLog(node) }
        let moment = nodes[node].clock.moment(at: now)
        let effects: [ReplicaEffect]
        do {
            let start = try nodes[node].disk.start(
                me: nodes[node].role == .scripted ? nil : nodes[node].validator,
                mode: nodes[node].isObserver ? .observer(reason: "the vote log is lost") : .signing,
                pace: scenario.pace,
                seed: generator.next()
            )
            if !start.ownVotes.isEmpty { checker.meet(.restartedWithOwnVotes) }
            nodes[node].restoredBlocks = start.unfinalised.count
            if !start.unfinalised.isEmpty { checker.meet(.restartedWithUnfinalisedBlocks) }
            var replica = Replica(start, at: moment)
            effects = replica.start(start, at: moment)
            nodes[node].replica = replica
        } catch {
            return checker.violate("node \(node) can't start from its disk: \(error)")
        }
        trace.note(.started, node: node, at: now)
        trace.say("n\(node) starts at height \(nodes[node].disk.finalHeight)", at: now)
        perform(effects, of: node)
        for other in nodes.indices where other != node {
            queue.insert(.connect(min(node, other), max(node, other)), at: now + generator.below(400_000))
        }
    }

    /// Mostly after moments, now and then after many seconds.
    mutating func bootLater(_ node: Int) {
        let isLong = generator.chance(perMille: 150)
        queue.insert(.boot(node), at: now + generator.within(isLong ? 3_000_000...14_000_000 : 20_000...2_500_000))
    }

    /// The start ends with exit code 3; the operator sets the store aside and starts again (spec 3.7(3)).
    private mutating func refetch(_ node: Int) {
        checker.meet(.storeDamageFound)
        trace.say("n\(node) finds its store damaged: exit code 3, then farthing node refetch", at: now)
        nodes[node].disk.loseStore()
        nodes[node].reportedHeight = .zero
        queue.insert(.boot(node), at: now + generator.within(200_000...2_000_000))
    }

    mutating func loseVotes(_ node: Int) {
        guard let validator = nodes[node].validator else { return }
        nodes[node].disk.loseVotes(of: electorate.validators.validators[validator].consensusKey)
    }

    /// The node's own judgement of the bytes that the crash left (spec 3.7(1)).
    ///
    /// S8 across crashes: whatever the node has sent is still there.
    private mutating func openVoteLog(_ node: Int) {
        guard !nodes[node].isObserver, nodes[node].disk.voteLog != nil else { return }
        let flipped = nodes[node].flippedFiles
        nodes[node].flippedFiles = 0
        do {
            let found = try nodes[node].disk.voteLog?.open() ?? (tornRecords: 0, isHealed: false)
            if found.tornRecords > 0 { checker.meet(.tornVoteCut) }
            if found.isHealed { checker.meet(flipped > 0 ? .flippedBitHealed : .voteLogHealed) }
        } catch {
            trace.say("n\(node) refuses its vote log: \(error)", at: now)
            nodes[node].isObserver = true
            checker.meet(.voteLogRefused)
            if flipped < 2 { checker.violate("node \(node) refuses its vote log after a mere crash: \(error)") }
            return
        }
        let book = nodes[node].disk.votes
        for vote in nodes[node].sentVotes where vote.body.view > book.finalView && book.vote(for: vote.body) != vote {
            checker.violate("S8: node \(node) starts without its \(vote.body.line), which it has sent")
        }
        for vote in book.votes {
            if !nodes[node].sentVotes.contains(vote) { checker.meet(.voteDurableButUnsent) }
            note(vote)
        }
    }
}
