import Primitives

/// How many bytes of a connection's messages are being processed.
package struct ReceiveBudget: Sendable {
    package let limit: Int
    package private(set) var byteCount = 0

    package init(limit: Int) { self.limit = limit }

    package var isOver: Bool { byteCount > limit }

    package mutating func take(_ count: Int) { byteCount += count }

    /// Answers true when this brings the count back within the limit.
    package mutating func give(_ count: Int) -> Bool {
        precondition(count <= byteCount, "a credit gives back what it took, once")
        let wasOver = isOver
        byteCount -= count
        return wasOver && !isOver
    }
}
