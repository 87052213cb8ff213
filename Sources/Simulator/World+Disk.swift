import ChainCore
import ConsensusCore
import Cryptography
import Primitives
import ReplicaCore

// The two lanes of each node, crashes and starts.
extension World {
    mutating func startLanes(_ node: Int) {
        if nodes[node].lanes.safetyMayStart {
            nodes[node].lanes.safetyIsBusy = true
            let time = generator.within(scenario.safetySync) + nodes[node].stall
            queue.insert(.safetyDone(node, life: nodes[node].life), at: now + time)
        }
        if nodes[node].lanes.commitMayStart {
            nodes[node].lanes.commitIsBusy = true
            // Telling who waits needs no disk, only its place in the order.
            let time = nodes[node].lanes.tellsNext ? 0 : generator.within(scenario.commitSync) + nodes[node].stall
            queue.insert(.commitDone(node, life: nodes[node].life), at: now + time)
        }
    }

    // MARK: - Safety lane

    /// A turn's orders are durable; only now anything that depends on them is sent.
    mutating func finishSafety(_ node: Int) {
        let orders = nodes[node].lanes.finishSafety()
        for order in orders {
            write(order, of: node)
            if crashesNow(node) { return }
        }
        for order in orders { follow(order, of: node) }
        startLanes(node)
    }

    private mutating func write(_ order: SafetyOrder, of node: Int) {
        switch order {
        case .storeBlock(let block, let view): nodes[node].disk.store(block, view: view)
        case .storeCertificate(let certificate): nodes[node].disk.store(certificate)
        case .storeEvidence(let evidence): nodes[node].disk.store(evidence)
        case .vote(let body): sign(body, of: node)
        case .propose(let draft): sign(draft.body, of: node)
        case .forgetVotes(let view):
            if view > nodes[node].disk.finalView {
                checker.violate("node \(node) forgets votes up to view \(view) before its store holds that view")
            }
            nodes[node].disk.votes.raise(finalView: view)
        }
    }

    /// Signs into the vote log, which refuses what an honest validator never asks for.
    private mutating func sign(_ body: VoteBody, of node: Int) {
        if nodes[node].isObserver { return checker.violate("S4: observer \(node) asks for \(body.line)") }
        if let refusal = nodes[node].disk.votes.refusal(of: body) {
            return checker.violate("S4: node \(node)'s vote log refuses: \(refusal)")
        }
        if let block = body.block, !nodes[node].disk.holds(block) {
            checker.violate("S6: node \(node) votes \(body.line) without the block and its ancestors on disk")
        }
        if nodes[node].disk.votes.vote(for: body) != nil { return }
        let vote = signed(body, by: node)
        nodes[node].disk.votes.insert(vote)
        checker.note(vote)
    }

    /// What leaves the node once the orders are durable.
    private mutating func follow(_ order: SafetyOrder, of node: Int) {
        switch order {
        case .vote(let body):
            guard let vote = loggedVote(body, of: node) else { return }
            send(.vote(vote.value), from: node, to: connectedValidators(of: node))
            queue.insert(.replica(node, life: nodes[node].life, .voted(vote)), at: now)
        case .propose(let draft):
            guard let vote = loggedVote(draft.body, of: node) else { return }
            send(.proposal(draft.signed(by: vote.value)), from: node, to: connectedValidators(of: node))
            queue.insert(.replica(node, life: nodes[node].life, .voted(vote)), at: now)
        case .storeEvidence(let evidence):
            send(.evidence(evidence), from: node, to: connectedValidators(of: node))
        case .storeBlock, .storeCertificate, .forgetVotes: break
        }
    }

    /// The planted bug of a shell that doesn't wait for its disk.
    mutating func sendUnwritten(_ orders: [SafetyOrder], of node: Int) {
        for case .vote(let body) in orders {
            send(.vote(signed(body, by: node)), from: node, to: connectedValidators(of: node))
        }
    }

    private func signed(_ body: VoteBody, by node: Int) -> Vote {
        guard let validator = nodes[node].validator else {
            preconditionFailure("a replica that is no validator asks for no vote")
        }
        return Vote(
            body: body,
            signer: UInt16(validator),
            signature: federation.validatorKeys[validator].sign(body.message(network: electorate.network))
        )
    }

    private mutating func loggedVote(_ body: VoteBody, of node: Int) -> Verified<Vote>? {
        guard let vote = nodes[node].disk.votes.vote(for: body) else { return nil }
        trace.note(.voted, node: node, at: now, bytes: vote.encoded())
        return Verified.check(vote, in: electorate, by: MockScheme())
    }

    // MARK: - Commit lane

    mutating func finishCommit(_ node: Int) {
        switch nodes[node].lanes.finishCommit() {
        case .commit(let blocks):
            if blocks.contains(where: { $0.bodyView != $0.view }) {
                checker.violate("node \(node) commits a block whose body lies under a view that is not its own")
            }
            nodes[node].disk.commit(blocks)
            if crashesNow(node) { return }
            guard let last = blocks.last else { break }
            trace.note(.committed, node: node, at: now, bytes: last.block.block.hash.bytes)
            trace.say("n\(node) committed height \(last.height), view \(last.view)", at: now)
            let event = ReplicaEvent.committed(height: last.height, view: last.view)
            queue.insert(.replica(node, life: nodes[node].life, event), at: now)
        case .answer(let answer, let ticket): receive(answer, ticket, from: node)
        case .tell(let judgements): tell(judgements, by: node)
        }
        startLanes(node)
    }

    // MARK: - Crash and start

    /// Whether the moment has come that the scenario has chosen for a crash; then nothing more is performed.
    private mutating func crashesNow(_ node: Int) -> Bool {
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

    /// Everything that wasn't performed is lost; a part of what was under way may have become durable all the same.
    mutating func crash(_ node: Int) {
        guard nodes[node].isUp else { return }
        let pending = nodes[node].lanes.safety.flatMap { $0 }
        let durable = pending.isEmpty ? 0 : generator.below(pending.count + 1)
        if pending.contains(where: \.isVote) { checker.meet(.voteInFlightAtCrash) }
        for order in pending.prefix(durable) {
            write(order, of: node)
            if order.isVote { checker.meet(.voteDurableButUnsent) }
        }
        let mayCommit = durable == pending.count || nodes[node].lanes.commitIsBusy
        if let blocks = nodes[node].lanes.firstBlocks {
            if mayCommit, generator.chance(perMille: 500) {
                nodes[node].disk.commit(blocks)
            } else {
                checker.meet(.commitLostInCrash)
            }
        }
        trace.note(.crashed, node: node, at: now)
        trace.say("n\(node) crashes, \(durable) of \(pending.count) orders durable", at: now)
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

    mutating func boot(_ node: Int) {
        guard !nodes[node].isUp else { return }
        nodes[node].life += 1
        nodes[node].startedAt = now
        if nodes[node].disk.finalHeight < nodes[node].reportedHeight {
            checker.violate(
                "S5: node \(node) restarts below height \(nodes[node].reportedHeight), which it had reported final"
            )
        }
        if scenario.plantedBug == .forgetsItsVotes { nodes[node].disk.loseVotes() }
        let moment = nodes[node].moment(at: now)
        let effects: [ReplicaEffect]
        do {
            let start = try nodes[node].disk.start(
                me: nodes[node].role == .scripted ? nil : nodes[node].validator,
                mode: nodes[node].isObserver ? .observer(reason: "the vote log is lost") : .signing,
                pace: scenario.pace,
                seed: generator.next()
            )
            if !start.ownVotes.isEmpty { checker.meet(.restartedWithOwnVotes) }
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
}

extension SafetyOrder {
    var isVote: Bool {
        switch self {
        case .vote, .propose: true
        default: false
        }
    }
}
