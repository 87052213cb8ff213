import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import MempoolCore
import Primitives
import ReplicaCore

// What hostile leaders propose.
extension World {
    /// Proposes one of several valid blocks of a view, a broken one, or one that it has proposed before.
    mutating func propose(in view: View, as node: Int, variant: UInt64, to receivers: [Int]) {
        guard let replica = nodes[node].replica, let adversary = adversaries[node] else { return }
        let views = adversary.parentViews(below: view, above: replica.consensus.finalView)
        let takesOld = views.count > 1 && generator.chance(perMille: 400)
        guard let parentView = takesOld ? views[1] : views.first else { return }
        if takesOld { checker.meet(.forkAttempted) }
        let certificate =
            parentView == replica.consensus.finalView
            ? nodes[node].disk.chain.last?.block.justification.certificate : adversary.blockCertificate(of: parentView)
        let parentHash = certificate?.block ?? replica.tipHash
        let again = generator.chance(perMille: 300) ? earlierBlock(on: parentHash, by: node) : nil
        guard let block = again ?? newBlock(on: parentHash, variant: variant, by: node) else { return }
        if again != nil { checker.meet(.sameBlockAgain) }
        nodes[node].disk.store(block, view: view)
        let body = VoteBody.notarize(epoch: .zero, view: view, parentView: parentView, block: block.hash)
        adversaries[node]?.proposals[view, default: []].append(body)
        let vote = adversary.vote(body, in: electorate.network)
        checker.note(vote)
        let between = stride(from: parentView.number + 1, to: view.number, by: 1)
        let forged = generator.chance(perMille: 100) ? ownEvidence(node).map { [$0] } ?? [] : []
        var parentCertificate = parentView == .zero ? nil : certificate
        var nullifications = between.compactMap { adversary.nullifications[View($0)] }
        if generator.chance(perMille: 120) {
            // What is said to justify the block does not: another view's certificate, none, or a gap in the views.
            parentCertificate = generator.pick(
                [parentView.number, parentView.number &- 1].compactMap {
                    adversary.notarizations[View($0)]
                }
            )
            if !nullifications.isEmpty { nullifications.remove(at: generator.below(nullifications.count)) }
            checker.meet(.badJustification)
        }
        let proposal = Proposal(
            vote: vote,
            header: block.header,
            leaves: block.transactions.map(\.leaf),
            evidence: forged,
            change: [],
            parentCertificate: parentCertificate,
            nullifications: nullifications
        )
        send(.proposal(proposal), from: node, to: receivers)
    }

    /// A block of its own that stands on this parent already: proposed again, it is one block in two views.
    private func earlierBlock(on parentHash: Hash32, by node: Int) -> Block? {
        nodes[node].disk.bodies.values.map(\.block)
            .filter { $0.parent == parentHash && Int($0.header.proposer) == node && $0.evidence.isEmpty }
            .min { $0.hash < $1.hash }
    }

    private mutating func newBlock(on parentHash: Hash32, variant: UInt64, by node: Int) -> Block? {
        guard let replica = nodes[node].replica, let parent = header(of: parentHash, at: node),
            let path = path(to: parentHash, at: node)
        else { return nil }
        let moment = nodes[node].clock.moment(at: now)
        let time = max(moment.wall, parent.time.adding(scenario.pace.blockInterval)).adding(Milliseconds(variant))
        let chosen = replica.mempool.selection(ledger: replica.ledger, after: path, time: time).map(\.value)
        let kept = variant == 0 ? chosen : Array(chosen.prefix(chosen.count / 2))
        guard let delta = execute(kept, at: time, after: path, by: replica) else { return nil }
        var header = ChainRules(genesis: federation.genesis).header(
            after: parent,
            hash: parentHash,
            proposer: UInt16(node),
            ledger: delta.head,
            evidence: []
        )
        if generator.chance(perMille: 200) { spoil(&header, on: parentHash) }
        return Block(header: header, network: electorate.network, transactions: kept, evidence: [])
    }

    /// One field is not what the rules make it.
    private mutating func spoil(_ header: inout Header, on parentHash: Hash32) {
        switch generator.below(5) {
        case 0: header.stateRoot = parentHash
        case 1:
            header.price += 1
            checker.meet(.wrongPriceProposed)
        case 2: header.logRoot = parentHash
        case 3: header.floor += 1
        default: header.time = header.time.adding(Milliseconds(30_000))
        }
    }

    /// A fuller block can cost a payer more than it offers when it is cut by hand; then there is none.
    private func execute(
        _ transactions: [IdentifiedTransaction],
        at time: Milliseconds,
        after path: [LedgerDelta],
        by replica: Replica
    ) -> LedgerDelta? {
        do throws(BlockFault) {
            return try replica.ledger.execute(
                transactions,
                at: time,
                payoutTo: federation.genesis.payoutAccounts,
                after: path
            )
        } catch {
            return nil
        }
    }

    private func header(of hash: Hash32, at node: Int) -> Header? {
        hash == nodes[node].replica?.tipHash ? nodes[node].replica?.tip : nodes[node].disk.bodies[hash]?.block.header
    }

    /// The deltas from its replica's final state up to a block that it stores, by executing them again.
    private func path(to hash: Hash32, at node: Int) -> [LedgerDelta]? {
        guard let replica = nodes[node].replica else { return nil }
        var blocks: [Block] = []
        var next = hash
        while next != replica.tipHash {
            guard let block = nodes[node].disk.bodies[next]?.block else { return nil }
            blocks.append(block)
            next = block.parent
        }
        var path: [LedgerDelta] = []
        for block in blocks.reversed() {
            guard let delta = execute(block.transactions, at: block.time, after: path, by: replica) else { return nil }
            path.append(delta)
        }
        return path
    }
}
