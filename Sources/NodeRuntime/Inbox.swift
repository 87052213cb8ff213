import Dispatch
import ReplicaCore
import TCPGossip

/// The one way to the replica: events wait here for the loop.
///
/// Bounded for clients: what doesn't fit is refused as busy before anything is parsed further. Peers are bounded by the
/// credits of their connections, so their events always fit.
final class Inbox: Sendable {
    struct Item: Sendable {
        let event: ReplicaEvent
        /// A peer's budget, given back once the replica has taken the event.
        let credit: MessageCredit?
    }

    private let mailbox = Mailbox<Item>()
    private let clientEventsMax: Int

    init(clientEventsMax: Int) { self.clientEventsMax = clientEventsMax }

    var isFull: Bool { mailbox.count >= clientEventsMax }

    /// Answers false when the loop is too far behind, or has ended.
    func offer(_ event: ReplicaEvent) -> Bool { isFull ? false : mailbox.put(Item(event: event, credit: nil)) }

    /// From peers and from the lanes; refused only when the loop has ended.
    func put(_ event: ReplicaEvent, credit: MessageCredit? = nil) { mailbox.put(Item(event: event, credit: credit)) }

    func take(until deadline: DispatchTime) -> [Item]? { mailbox.take(until: deadline) }

    func close() { mailbox.close() }
}
