import ChainCore
import ConsensusCore
import Cryptography
import Primitives
import ReplicaCore

// The two lanes of each node, crashes and starts.
extension World {
    mutating func startLanes(_ node: Int) {
        if nodes[node].lanes.safetyMayStart {
            nodes[node].lanes.startSafety()
            var time = generator.within(scenario.safetySync) + nodes[node].stall
            if scenario.plantedBug == .hoardsOrders, node == 0, now > 2_000_000 { time += 3_600_000_000 }
            queue.insert(.safetyDone(node, life: nodes[node].life), at: now + time)
        }
        if nodes[node].lanes.commitMayStart {
            nodes[node].lanes.startCommit()
            // Answers and news need no sync, only their place in the order.
            let isBatch = nodes[node].lanes.blocksInFlight != nil
            let time = isBatch ? generator.within(scenario.commitSync) + nodes[node].stall : 0
            queue.insert(.commitDone(node, life: nodes[node].life), at: now + time)
        }
    }

    // MARK: - Safety lane

    /// What was taken up is durable; only now anything that depends on it is sent.
    mutating func finishSafety(_ node: Int) {
        if stopsAtWrite(node) { return }
        let orders = nodes[node].lanes.finishSafety()
        guard let (writes, votes) = plan(orders, of: node) else { return }
        for write in writes {
            if scenario.plantedBug == .losesBlocks, case .bodies(let blocks, _, _) = write, !blocks.isEmpty { continue }
            nodes[node].disk.perform(write)
            if crashesNow(node) { return }
        }
        take(votes, of: node)
        for order in orders { follow(order, of: node) }
        for case .forgetVotes(let view) in orders where forget(upTo: view, of: node) { return }
        startLanes(node)
    }

    /// Signs what is to be signed, and cuts everything into steps in the node's order; nil after a violation.
    mutating func plan(_ orders: [SafetyOrder], of node: Int) -> (writes: [SafetyWrite], votes: [Vote])? {
        var blocks: [(block: Block, view: View)] = []
        var certificates: [Certificate] = []
        var evidence: [Evidence] = []
        var votes: [Vote] = []
        var book = nodes[node].disk.votes
        for order in orders {
            switch order {
            case .storeBlock(let block, let view): blocks.append((block, view))
            case .storeCertificate(let certificate): certificates.append(certificate)
            case .storeEvidence(let item): evidence.append(item)
            case .vote, .propose:
                guard let body = order.voteBody, book.vote(for: body) == nil else { continue }
                if nodes[node].isObserver {
                    checker.violate("S4: observer \(node) asks for \(body.line)")
                    return nil
                }
                // The vote log refuses what an honest validator never asks for.
                if let refusal = book.refusal(of: body) {
                    checker.violate("S4: node \(node)'s vote log refuses: \(refusal)")
                    return nil
                }
                let vote = signed(body, by: node)
                book.insert(vote)
                votes.append(vote)
            case .forgetVotes: break
            }
        }
        var writes: [SafetyWrite] = []
        // Spec 3.5: a notarize and a finalize rest on certificates, which are on disk before they leave.
        let restsOnCertificates =
            votes.contains { $0.body.restsOnCertificates } && scenario.plantedBug != .finalizesOnUnsyncedCertificates
        if !blocks.isEmpty || !certificates.isEmpty || restsOnCertificates {
            writes.append(.bodies(blocks, certificates, isSynced: !blocks.isEmpty || restsOnCertificates))
        }
        if !evidence.isEmpty { writes.append(.evidence(evidence)) }
        if !votes.isEmpty { writes += (nodes[node].disk.voteLog?.writes(of: votes) ?? []).map { .voteLog($0) } }
        return (writes, votes)
    }

    /// These votes are in both files now.
    private mutating func take(_ votes: [Vote], of node: Int) {
        guard !votes.isEmpty else { return }
        nodes[node].disk.voteLog?.append(votes)
        for vote in votes {
            if let block = vote.body.block, !nodes[node].disk.holds(block) {
                checker.violate("S6: node \(node) votes \(vote.body.line) without the block and its ancestors on disk")
            }
            if vote.body.kind == .finalize, !nodes[node].disk.holdsNotarization(of: vote.body.view) {
                checker.violate("S6: node \(node) votes \(vote.body.line) without the notarization on disk")
            }
            note(vote)
        }
    }

    /// Drops votes of final views, and compacts the log now and then; answers whether the node crashed meanwhile.
    private mutating func forget(upTo view: View, of node: Int) -> Bool {
        if view > nodes[node].disk.finalView {
            checker.violate("node \(node) forgets votes up to view \(view) before its store holds that view")
        }
        for write in nodes[node].disk.voteLog?.writes(raising: view) ?? [] {
            checker.meet(.voteLogCompacted)
            nodes[node].disk.perform(.voteLog(write))
            if crashesNow(node) { return true }
        }
        nodes[node].disk.voteLog?.raise(finalView: view)
        let finalView = nodes[node].disk.votes.finalView
        nodes[node].sentVotes.removeAll { $0.body.view <= finalView }
        return false
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
        nodes[node].sentVotes.append(vote)
        trace.note(.voted, node: node, at: now, bytes: vote.encoded())
        return Verified.check(vote, in: electorate, by: MockScheme())
    }

    // MARK: - Commit lane

    mutating func finishCommit(_ node: Int) {
        if nodes[node].lanes.blocksInFlight != nil, stopsAtWrite(node) { return }
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
}
