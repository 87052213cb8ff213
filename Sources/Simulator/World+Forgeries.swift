import ChainCore
import ConsensusCore
import Primitives
import ReplicaCore

// What a hostile validator's replica asks for, done badly: withheld, boasted, forged.
extension World {
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
            case .forgetVotes, .answer, .tell, .vote, .propose, .signingStopped: break
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
    var isIdle: Bool {
        switch phase {
        case .faulty, .outage, .healing: false
        case .draining, .quiet, .over: true
        }
    }

    /// A block with somebody's evidence added is not the block of its header.
    private mutating func serveForged(_ hash: Hash32, from node: Int, to peer: PublicKey) {
        guard let block = nodes[node].disk.block(hash) else { return }
        var served = block
        if !isIdle, generator.chance(perMille: 500), let evidence = ownEvidence(node) {
            served = Block(
                header: block.header,
                network: electorate.network,
                transactions: block.transactions,
                evidence: block.evidence + [evidence]
            )
        }
        send(.blockResponse(served), from: node, to: nodes(with: peer))
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
        let range = nodes[node].disk.range(request)
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
        send(.syncResponse(response), from: node, to: nodes(with: peer))
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

    func ownEvidence(_ node: Int) -> Evidence? {
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
}
