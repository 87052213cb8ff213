import ChainCore
import ConsensusCore
import Cryptography
import MempoolCore
import Primitives
import ReplicaCore

// What hostile validators say: votes by dice, and when to lead.
extension World {
    // MARK: - Votes

    private mutating func cast(_ body: VoteBody, as node: Int, to receivers: [Int]) {
        guard let vote = adversaries[node]?.vote(body, in: electorate.network) else { return }
        checker.note(vote)
        send(.vote(vote), from: node, to: receivers)
    }

    /// Whether it does something harmful that it does in so many of a thousand cases.
    private mutating func doubleDeals(_ perMille: Int) -> Bool {
        scenario.isBeyondBearing || generator.chance(perMille: perMille)
    }

    /// It hears of a block, by its proposal or by anybody's vote, and votes for it too, for whatever else it voted.
    mutating func watch(_ message: GatedMessage, as node: Int) {
        let heard: VoteBody
        switch message {
        case .proposal(let proposal): heard = proposal.value.vote.body
        case .vote(let vote) where vote.value.body.kind == .notarize: heard = vote.value.body
        default: return
        }
        guard !isIdle, adversaries[node]?.proposals[heard.view, default: []].contains(heard) != true else { return }
        adversaries[node]?.proposals[heard.view, default: []].append(heard)
        guard doubleDeals(750) else { return }
        cast(heard, as: node, to: doubleDeals(500) ? connectedValidators(of: node) : halves(of: node).0)
        if generator.chance(perMille: 200) {
            cast(.nullify(epoch: .zero, view: heard.view), as: node, to: halves(of: node).0)
        }
    }

    /// A notarization: it finalizes and nullifies the view, to whom it likes.
    mutating func voteOn(_ certificate: Certificate, as node: Int) {
        guard !isIdle, certificate.kind == .notarize, let target = certificate.body.target else { return }
        let (one, other) = halves(of: node)
        if doubleDeals(700) {
            let body = VoteBody.finalize(
                epoch: .zero,
                view: certificate.view,
                parentView: target.parentView,
                block: target.block
            )
            cast(body, as: node, to: generator.chance(perMille: 500) ? one + other : one)
        }
        if generator.chance(perMille: 350) {
            cast(.nullify(epoch: .zero, view: certificate.view), as: node, to: other)
        }
    }

    private mutating func halves(of node: Int) -> ([Int], [Int]) {
        let all = connectedValidators(of: node)
        let one = generator.part(of: all)
        return (one, all.filter { !one.contains($0) })
    }

    // MARK: - Views

    mutating func planAhead(_ node: Int) {
        guard !isIdle, let view = nodes[node].replica?.consensus.current, let planned = adversaries[node]?.planned,
            view > planned
        else { return }
        adversaries[node]?.planned = view
        queue.insert(.adversary(node, view), at: now + generator.below(350_000))
        if generator.chance(perMille: 300) { replay(as: node) }
        if generator.chance(perMille: 200) { queue.insert(.adversary(node, view), at: now + generator.below(600_000)) }
    }

    /// Says again what others said some time ago: votes, proposals, answers that nobody asked it for.
    private mutating func replay(as node: Int) {
        guard let heard = adversaries[node]?.heard, let message = generator.pick(heard) else { return }
        checker.meet(.staleReplay)
        send(message, from: node, to: halves(of: node).0)
    }

    /// A view's time to do something in has come: lead it badly, or spoil it.
    mutating func act(_ node: Int, in view: View) {
        guard !isIdle, let replica = nodes[node].replica, replica.consensus.current == view else { return }
        guard electorate.validators.leader(of: view, in: .zero) == node else {
            if generator.chance(perMille: 150) {
                cast(.nullify(epoch: .zero, view: view), as: node, to: halves(of: node).0)
            }
            return
        }
        guard hasReason(replica), doubleDeals(800) else { return }
        let (one, other) = halves(of: node)
        if !doubleDeals(750) { return propose(in: view, as: node, variant: 0, to: one + other) }
        propose(in: view, as: node, variant: 0, to: one)
        propose(in: view, as: node, variant: 1, to: other)
        checker.meet(.twoBlocksProposed)
        // Both blocks have its vote; everybody may hear both.
        for body in adversaries[node]?.proposals[view] ?? [] { cast(body, as: node, to: halves(of: node).0) }
    }

    /// Even a hostile leader makes no blocks in an idle network here: nobody promises quiet then.
    private func hasReason(_ replica: Replica) -> Bool { replica.consensus.isArmed || replica.mempool.count > 0 }
}
