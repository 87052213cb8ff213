import ChainCore
import ConsensusCore
import Dispatch
import Logging
import Primitives
import ReplicaCore
import TCPGossip

/// The loop: the replica is a local variable of `run`, and nothing else can reach it.
///
/// It never waits for a disk or a signature: effects go to the lanes, completions come back as events.
struct Loop: Sendable {
    private let parts: NodeParts
    private let logger: Logger

    init(_ parts: NodeParts) {
        self.parts = parts
        logger = parts.log.logger(.consensus)
    }

    func run() {
        let clock = parts.clock
        var replica = Replica(parts.startUp.start, at: clock.now)
        var wake = clock.monotonic
        perform(replica.start(parts.startUp.start, at: clock.now), wake: &wake)
        while let items = parts.inbox.take(until: clock.deadline(wake)) {
            for item in items {
                parts.metrics.happened(item.event)
                perform(replica.step(item.event, at: clock.now), wake: &wake)
                item.credit?.release()
                guard !parts.stop.isStopping else { return }
            }
            if clock.monotonic >= wake { perform(replica.step(.tick, at: clock.now), wake: &wake) }
            parts.board.turnEnded(at: clock.monotonic) { replica.nodeState }
        }
    }

    private func perform(_ effects: [ReplicaEffect], wake: inout Milliseconds) {
        for effect in effects {
            parts.metrics.ordered(effect)
            switch effect {
            case .storeBlock(let block, let view): parts.safety.put(.storeBlock(block, view: view))
            case .storeCertificate(let certificate): parts.safety.put(.storeCertificate(certificate))
            case .storeEvidence(let evidence):
                logger.warning(
                    "evidence: a validator contradicts itself",
                    metadata: ["signer": "\(evidence.signer)", "view": "\(evidence.view)"]
                )
                parts.safety.put(.storeEvidence(evidence))
            case .vote(let body): parts.safety.put(.vote(body))
            case .propose(let draft): parts.safety.put(.propose(draft))
            case .forgetVotes(let view): parts.safety.put(.forgetVotes(upTo: view))
            case .commit(let blocks): parts.commit.put(.commit(blocks, after: parts.safety.lastOrder))
            case .answer(let answer, let ticket): parts.commit.put(.answer(answer, ticket))
            case .tell(let judgements): parts.commit.put(.tell(judgements))
            case .send(let message, let peers):
                parts.fromPeers.sending(message, to: peers)
                parts.peers.send(message, to: peers)
            case .broadcast(let message): parts.peers.broadcast(message)
            case .serveSync(let request, let peer): parts.reads.put(.sync(request, to: peer))
            case .serveBlock(let hash, let peer): parts.reads.put(.block(hash, to: peer))
            case .disconnect(let peer, let reason): parts.fromPeers.expel(peer, reason: "\(reason)")
            case .wake(let moment): wake = moment
            case .refused(let block, let view, let defect):
                logger.warning(
                    "a proposed block is invalid",
                    metadata: ["block": "\(block)", "view": "\(view)", "defect": "\(defect)"]
                )
            case .signingStopped(let mode): signingStopped(mode)
            case .halt(let reason): parts.stop.stop(.halted(reason))
            }
        }
    }

    private func signingStopped(_ mode: SigningMode) {
        switch mode {
        case .stopped(let reason):
            logger.critical("this node contradicts a quorum and stops", metadata: ["reason": "\(reason)"])
            parts.stop.stop(.contradicted(reason: reason))
        case .secondInstance:
            logger.critical(
                """
                another instance signs with this validator's key: this node signs nothing any more; stop the other one, \
                and never run one key twice
                """
            )
        case .observer, .follower, .signing: break
        }
    }
}
