import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import MempoolCore
import Primitives
import ReplicaCore

/// A hostile validator's mind: it follows the chain with an honest replica that never votes, and votes by dice.
///
/// It equivocates as a leader and as a voter, finalizes and nullifies one view, builds on old parents where that can be
/// justified, proposes invalid blocks, withholds, and forges what it passes on. It can't sign for anybody else.
struct Adversary: Sendable {
    let key: MockKey
    let index: Int
    /// The view that it has planned for.
    var planned = View.zero
    /// Certificates that it has seen, by view.
    var notarizations: [View: Certificate] = [:]
    var nullifications: [View: Certificate] = [:]
    var finalizations: [View: Certificate] = [:]
    /// Proposals that it has seen or made, by view.
    var proposals: [View: [VoteBody]] = [:]

    mutating func see(_ certificate: Certificate) {
        switch certificate.kind {
        case .notarize: notarizations[certificate.view] = certificate
        case .nullify: nullifications[certificate.view] = certificate
        case .finalize: finalizations[certificate.view] = certificate
        }
    }

    func blockCertificate(of view: View) -> Certificate? { finalizations[view] ?? notarizations[view] }

    /// The certified views below `view` that a block of it may be built on, the highest first.
    func parentViews(below view: View, above finalView: View) -> [View] {
        var found: [View] = []
        var next = view.number
        while next > finalView.number {
            next -= 1
            if next == finalView.number || blockCertificate(of: View(next)) != nil { found.append(View(next)) }
            guard next > finalView.number, nullifications[View(next)] != nil else { break }
        }
        return found
    }

    func vote(_ body: VoteBody, in network: NetworkID) -> Vote {
        Vote(body: body, signer: UInt16(index), signature: key.sign(body.message(network: network)))
    }
}

extension World {
    // MARK: - What its replica asks for

    /// Its disk writes at once, its messages leave or don't.
    mutating func performHostile(_ effects: [ReplicaEffect], of node: Int) {
        for effect in effects {
            switch effect {
            case .storeBlock(let block, let view): nodes[node].disk.store(block, view: view)
            case .storeCertificate(let certificate):
                nodes[node].disk.store(certificate)
                adversaries[node]?.see(certificate)
                voteOn(certificate, as: node)
            case .storeEvidence(let evidence): nodes[node].disk.store(evidence)
            case .commit(let blocks):
                checker.becameFinal(blocks, at: node)
                nodes[node].disk.commit(blocks)
                guard let last = blocks.last else { break }
                let event = ReplicaEvent.committed(height: last.height, view: last.view)
                queue.insert(.replica(node, life: nodes[node].life, event), at: now)
            case .forgetVotes, .answer, .vote, .propose, .signingStopped: break
            case .send(.status(let status), let peers) where !isIdle && generator.chance(perMille: 100):
                performAtOnce(.send(.status(boasting(status)), to: peers), of: node)
            case .send, .broadcast:
                if isIdle || !generator.chance(perMille: 120) { performAtOnce(effect, of: node) }
            case .serveSync(let request, let peer): serveForged(request, from: node, to: peer)
            case .serveBlock(let hash, let peer): serveForged(hash, from: node, to: peer)
            default: performAtOnce(effect, of: node)
            }
        }
        planAhead(node)
    }

    /// When the world comes to rest, so do its enemies.
    private var isIdle: Bool {
        switch phase {
        case .faulty, .healing: false
        case .draining, .quiet, .over: true
        }
    }

    /// A block with somebody's evidence added is not the block of its header.
    private mutating func serveForged(_ hash: Hash32, from node: Int, to peer: PublicKey) {
        guard let block = nodes[node].disk.block(hash), let receiver = nodeByKey[peer] else { return }
        var served = block
        if !isIdle, generator.chance(perMille: 500), let evidence = ownEvidence(node) {
            served = Block(
                header: block.header,
                network: electorate.network,
                transactions: block.transactions,
                evidence: block.evidence + [evidence]
            )
        }
        send(.blockResponse(served), from: node, to: [receiver])
    }

    /// It claims to be far ahead.
    private func boasting(_ status: Status) -> Status {
        Status(
            epoch: status.epoch,
            finalHeight: Height(status.finalHeight.number + 1_000),
            finalView: View(status.finalView.number + 1_000),
            finalHash: status.finalHash,
            currentView: View(status.currentView.number + 2_000),
            wallClock: status.wallClock
        )
    }

    /// A range with a block left out, with another block's justification, or with evidence that no header names.
    private mutating func serveForged(_ request: SyncRequest, from node: Int, to peer: PublicKey) {
        guard let receiver = nodeByKey[peer] else { return }
        let range = nodes[node].disk.range(from: request.fromHeight, count: Int(request.blockCountMax))
        var blocks = range.blocks
        if !isIdle, let last = blocks.indices.last {
            let place = generator.below(blocks.count)
            switch generator.below(6) {
            case 0: blocks.remove(at: place)
            case 1:
                blocks[place] = JustifiedBlock(block: blocks[place].block, justification: blocks[last].justification)
            case 2: blocks[place] = withForgedEvidence(blocks[place], by: node)
            case 3: blocks = []
            default: break
            }
        }
        let response = SyncResponse(
            blocks: blocks,
            headers: range.headers,
            justifications: range.justifications,
            finalization: range.finalization
        )
        send(.syncResponse(response), from: node, to: [receiver])
    }

    private func withForgedEvidence(_ item: JustifiedBlock, by node: Int) -> JustifiedBlock {
        guard let evidence = ownEvidence(node) else { return item }
        let block = Block(
            header: item.block.header,
            network: electorate.network,
            transactions: item.block.transactions,
            evidence: item.block.evidence + [evidence]
        )
        return JustifiedBlock(block: block, justification: item.justification)
    }

    private func ownEvidence(_ node: Int) -> Evidence? {
        guard let adversary = adversaries[node] else { return nil }
        let view = View(1)
        return Evidence(
            adversary.vote(.nullify(epoch: .zero, view: view), in: electorate.network),
            adversary.vote(
                .finalize(epoch: .zero, view: view, parentView: .zero, block: nodes[node].disk.tipHash),
                in: electorate.network
            )
        )
    }

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
    private mutating func voteOn(_ certificate: Certificate, as node: Int) {
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

    private mutating func planAhead(_ node: Int) {
        guard !isIdle, let view = nodes[node].replica?.consensus.current, let planned = adversaries[node]?.planned,
            view > planned
        else { return }
        adversaries[node]?.planned = view
        queue.insert(.adversary(node, view), at: now + generator.below(350_000))
        if generator.chance(perMille: 200) { queue.insert(.adversary(node, view), at: now + generator.below(600_000)) }
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

    /// Proposes one of several valid blocks of a view, a broken one, or one that it has proposed before.
    private mutating func propose(in view: View, as node: Int, variant: UInt64, to receivers: [Int]) {
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
        let proposal = Proposal(
            vote: vote,
            header: block.header,
            leaves: block.transactions.map(\.leaf),
            evidence: forged,
            change: [],
            parentCertificate: parentView == .zero ? nil : certificate,
            nullifications: between.compactMap { adversary.nullifications[View($0)] }
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
        let moment = nodes[node].moment(at: now)
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
        if generator.chance(perMille: 120) { header.stateRoot = parentHash }
        return Block(header: header, network: electorate.network, transactions: kept, evidence: [])
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
