package import Primitives

/// A place in the stream of events: behind the event that bears it as its id.
///
/// The chain is the log, so a place is good for ever and on every node. Index 0 is the block itself, index i + 1 its
/// transaction at place i.
package struct EventCursor: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let height: Height
    package let index: Int

    /// Before everything.
    package static let beginning = EventCursor(height: .zero, index: 0)

    package init(height: Height, index: Int) {
        self.height = height
        self.index = index
    }

    /// Nil unless it is `height:index`, both in their one decimal spelling.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let height = Self.number(parts[0]), let index = Self.number(parts[1]),
            index <= UInt64(UInt32.max)
        else { return nil }
        self.init(height: Height(height), index: Int(index))
    }

    package var description: String { "\(height):\(index)" }

    package static func < (left: EventCursor, right: EventCursor) -> Bool {
        (left.height, left.index) < (right.height, right.index)
    }

    private static func number(_ text: some StringProtocol) -> UInt64? {
        guard text == "0" || text.first != "0", !text.isEmpty, text.utf8.count <= 20,
            text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return UInt64(text)
    }
}
