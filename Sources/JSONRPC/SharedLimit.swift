import Primitives

/// A common resource of all clients: who has how much of it, and who may have more.
///
/// Up to the limit everybody takes what they need. Beyond it only who would still hold no more than an even share gets more,
/// and never more than twice the limit in all: so whoever holds a lot keeps nobody out but itself.
package struct SharedLimit: Sendable {
    private let limit: Int
    private var held: [String: Int] = [:]
    package private(set) var total = 0

    package init(_ limit: Int) { self.limit = limit }

    /// Answers false when the client may not have so much now.
    package mutating func take(_ amount: Int, by client: String) -> Bool {
        if total + amount > limit {
            let own = held[client] ?? 0
            let clientCount = held.count + (held[client] == nil ? 1 : 0)
            guard own + amount <= limit / clientCount, total + amount <= 2 * limit else { return false }
        }
        add(amount, to: client)
        return true
    }

    /// Takes in any case, for what was under way already.
    package mutating func add(_ amount: Int, to client: String) {
        held[client, default: 0] += amount
        total += amount
    }

    package mutating func give(_ amount: Int, of client: String) {
        guard amount > 0 else { return }
        let rest = (held[client] ?? 0) - amount
        precondition(rest >= 0, "only what was taken is given back")
        held[client] = rest == 0 ? nil : rest
        total -= amount
    }
}
