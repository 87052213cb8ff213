import ChainCore
import Logging
import Primitives
import ReplicaCore
import Synchronization
import TCPGossip

/// What peers send goes past the guard and through the gate into the inbox.
///
/// What nobody asked for, or what is beyond a peer's budget, never reaches the gate. A signature that doesn't hold ends the
/// session, and its owner is refused for a while (spec 4.1).
final class PeerInbox: PeerEvents {
    private let inbox: Inbox
    private let gate: SignatureGate
    private let clock: SystemClock
    private let guards = Mutex(PeerGuard())
    /// Set once, before the network starts.
    let network = Mutex<PeerNetwork?>(nil)

    init(inbox: Inbox, gate: SignatureGate, clock: SystemClock) {
        self.inbox = inbox
        self.gate = gate
        self.clock = clock
    }

    func peerConnected(_ peer: PublicKey) {
        guards.withLock { $0.connected(peer, at: clock.monotonic) }
        inbox.put(.connected(peer))
    }

    func peerDisconnected(_ peer: PublicKey, reason: String) {
        guards.withLock { $0.disconnected(peer) }
        inbox.put(.disconnected(peer))
    }

    /// This node is about to send: a request entitles its receiver to an answer.
    func sending(_ message: PeerMessage, to peers: [PublicKey]) {
        guards.withLock { $0.sent(message, to: peers) }
    }

    /// Takes nothing more of a peer, ends its session and refuses it for a while.
    func expel(_ peer: PublicKey, reason: String) {
        guard guards.withLock({ $0.condemn(peer) }) else { return }
        ban(peer, reason: reason)
    }

    private func ban(_ peer: PublicKey, reason: String) { network.withLock { $0 }?.ban(peer, reason: reason) }

    func received(_ message: PeerMessage, from peer: PublicKey, credit: MessageCredit) {
        switch guards.withLock({ $0.judge(message, from: peer, at: clock.monotonic) }) {
        case .take: break
        case .drop: return credit.release()
        case .disconnect(let fault):
            credit.release()
            return ban(peer, reason: "\(fault)")
        }
        let isWanted: @Sendable () -> Bool = { [self] in guards.withLock { !$0.isCondemned(peer) } }
        gate.check(message, from: peer, isWanted: isWanted) { [self] gated in
            if let gated {
                inbox.put(.message(gated, from: peer), credit: credit)
            } else {
                credit.release()
                expel(peer, reason: "\(PeerFault.badSignature(typeCode: message.typeCode))")
            }
        }
    }
}
