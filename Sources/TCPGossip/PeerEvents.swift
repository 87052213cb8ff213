package import ChainCore
package import Primitives
import Synchronization

/// What the peer network tells the node.
///
/// Called on event loops: an implementation hands the event on and returns. For each peer the calls alternate:
/// `peerConnected`, any number of `received`, `peerDisconnected`.
package protocol PeerEvents: Sendable {
    /// Every connection to the peer is up, and the hellos are checked; messages to it are sent from now on.
    func peerConnected(_ peer: PublicKey)

    /// The peer's connections are gone; `reason` is for people.
    func peerDisconnected(_ peer: PublicKey, reason: String)

    /// A message that decodes; nothing in it is verified.
    ///
    /// The credit is to be released once the message is processed.
    func received(_ message: PeerMessage, from peer: PublicKey, credit: MessageCredit)
}

/// A received message's part of its connection's budget (spec 4.1).
///
/// While the messages that aren't processed yet exceed the budget, nothing is read from that connection, so that a peer
/// can't fill this node's memory. A credit that is dropped counts as released.
package final class MessageCredit: Sendable {
    private let byteCount: Int
    private let isReleased = Atomic(false)
    private let give: @Sendable (Int) -> Void

    /// - Parameters:
    ///   - byteCount: the size of the message.
    ///   - give: gets the bytes back, once.
    package init(byteCount: Int, give: @escaping @Sendable (Int) -> Void) {
        self.byteCount = byteCount
        self.give = give
    }

    /// A credit of nothing, for a message that no peer sent.
    package static func none() -> MessageCredit { MessageCredit(byteCount: 0) { _ in } }

    /// Gives the bytes back; a second call does nothing.
    package func release() {
        if !isReleased.exchange(true, ordering: .acquiringAndReleasing) { give(byteCount) }
    }

    deinit { release() }
}
