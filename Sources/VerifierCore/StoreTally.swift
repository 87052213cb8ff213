/// How many stored entries were compared with recomputed ones, by the letter of their keys (spec 7).
package struct StoreTally: Hashable, Sendable {
    /// In the order of the letters.
    package private(set) var counts: [Count] = []

    package struct Count: Hashable, Sendable {
        package let space: String
        package let entries: UInt64
    }

    package init() {}
}
