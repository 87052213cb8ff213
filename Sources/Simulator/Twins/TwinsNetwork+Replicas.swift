import ChainCore
import ConsensusCore
import Cryptography
import Primitives
import ReplicaCore

// What the replicas ask for: their disks write at once, and their messages leave by the rounds' rules.
extension TwinsNetwork {
    /// One event into a replica, and all that its own effects make happen in it.
    mutating func step(_ copy: Int, _ event: ReplicaEvent) {
        var events = [event]
        var next = 0
        while next < events.count {
            let effects = nodes[copy].replica.step(events[next], at: moment(skew: nodes[copy].skew))
            for effect in effects { perform(effect, of: copy, &events) }
            next += 1
        }
    }

    private mutating func perform(_ effect: ReplicaEffect, of copy: Int, _ events: inout [ReplicaEvent]) {
        switch effect {
        case .storeBlock(let block, _): nodes[copy].disk.store(block)
        case .storeCertificate(let certificate):
            checker.note(certificate)
            nodes[copy].disk.store(certificate)
        case .storeEvidence(let evidence):
            checker.note(evidence)
            nodes[copy].disk.store(evidence)
            send(.evidence(evidence), from: copy, to: others[copy])
        case .vote(let body):
            guard let vote = sign(body, of: copy) else { return }
            // Signed a moment ago: nobody checks it again, and a copy says its votes as they are.
            send(.vote(vote.value), .vote(vote), from: copy, to: others[copy])
            events.append(.voted(vote))
        case .propose(let draft):
            guard let vote = sign(draft.body, of: copy) else { return }
            send(.proposal(draft.signed(by: vote.value)), from: copy, to: others[copy])
            events.append(.voted(vote))
        case .forgetVotes(let view): nodes[copy].disk.votes.raise(finalView: view)
        case .commit(let blocks):
            checker.becameFinal(blocks, at: copy)
            nodes[copy].disk.commit(blocks)
            guard let last = blocks.last else { return }
            if trace.keepsLines { say("\(plan.name(of: copy)) has height \(last.height) final, view \(last.view)") }
            events.append(.committed(height: last.height, view: last.view))
        case .send(let message, let peers): send(message, from: copy, to: peers.flatMap { copies[$0] ?? [] })
        case .broadcast(let message): send(message, from: copy, to: others[copy])
        case .serveSync(let request, let peer):
            let range = nodes[copy].disk.chain.range(request)
            send(.syncResponse(range), from: copy, to: copies[peer] ?? [])
        case .serveBlock(let hash, let peer):
            guard let block = nodes[copy].disk.block(hash) else { return }
            send(.blockResponse(block), from: copy, to: copies[peer] ?? [])
        case .wake(let at): nodes[copy].wakeAt = at.number
        case .disconnect(let peer, let reason):
            guard let other = copies[peer]?.first, !nodes[copy].isTwin, !nodes[other].isTwin, checker.fork == nil
            else { return }
            checker.violate("honest \(plan.name(of: copy)) accuses honest \(plan.name(of: other)): \(reason)")
        case .refused(let block, let view, let defect):
            checker.violate("\(plan.name(of: copy)) refuses block \(block) of view \(view): \(defect)")
        case .signingStopped(let mode): stopped(copy, "signs no more: \(mode)")
        case .halt(let reason): stopped(copy, "halts: \(reason)")
        case .answer, .tell: break
        }
    }

    /// Only two certificates that exclude each other may stop a node here, and it takes more than f twins to make them.
    private mutating func stopped(_ copy: Int, _ what: String) {
        if trace.keepsLines { say("\(plan.name(of: copy)) \(what)") }
        if !plan.isBeyondBearing { checker.violate("stopped: \(plan.name(of: copy)) \(what)") }
    }

    /// Signs into the vote log, which refuses what no unmodified node asks for.
    private mutating func sign(_ body: VoteBody, of copy: Int) -> Verified<Vote>? {
        if let refusal = nodes[copy].disk.votes.refusal(of: body) {
            checker.violate("S4: the vote log of \(plan.name(of: copy)) refuses: \(refusal)")
            return nil
        }
        if let block = body.block, !nodes[copy].disk.holds(block) {
            checker.violate("S6: \(plan.name(of: copy)) votes \(body.line) without the block and its ancestors on disk")
        }
        let vote = nodes[copy].disk.votes.vote(for: body) ?? keys.vote(body, by: nodes[copy].validator)
        nodes[copy].disk.votes.insert(vote)
        checker.note(vote)
        return Verified(readBack: vote)
    }

    /// Adds a line to the trace.
    ///
    /// Where words take time to find, whoever says them looks first whether lines are kept.
    mutating func say(_ words: String) { trace.say(words, at: (now - Self.start) * 1000) }
}
