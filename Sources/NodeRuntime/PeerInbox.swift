import ChainCore
import Logging
import Primitives
import ReplicaCore
import Synchronization
import TCPGossip

/// What peers send goes through the gate into the inbox; a bad signature costs the peer its connection.
final class PeerInbox: PeerEvents {
    private let inbox: Inbox
    private let gate: SignatureGate
    private let logger: Logger
    /// Set once, before the network starts.
    let network = Mutex<PeerNetwork?>(nil)

    init(inbox: Inbox, gate: SignatureGate, logger: Logger) {
        self.inbox = inbox
        self.gate = gate
        self.logger = logger
    }

    func peerConnected(_ peer: PublicKey) { inbox.put(.connected(peer)) }
    func peerDisconnected(_ peer: PublicKey, reason: String) { inbox.put(.disconnected(peer)) }

    func received(_ message: PeerMessage, from peer: PublicKey, credit: MessageCredit) {
        gate.check(message, from: peer) { [self] gated in
            if let gated {
                inbox.put(.message(gated, from: peer), credit: credit)
            } else {
                credit.release()
                network.withLock { $0 }?.disconnect(peer, reason: "a signature in message \(message.typeCode) is bad")
            }
        }
    }
}
