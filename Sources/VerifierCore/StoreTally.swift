package import ChainCore

/// How many stored entries were compared with recomputed ones, by the letter of their keys (spec 5.1).
package struct StoreTally: Hashable, Sendable {
    private var entriesByLetter = [UInt64](repeating: 0, count: 26)

    package init() {}

    package func entries(in space: StoreKey.Space) -> UInt64 { entriesByLetter[Self.place(of: space)] }

    package var total: UInt64 { entriesByLetter.reduce(0, +) }

    /// The letters of which there was an entry, in alphabetical order.
    package var counts: [(space: String, entries: UInt64)] {
        StoreKey.Space.allCases.map { ($0.letter, entries(in: $0)) }.filter { $0.1 > 0 }.sorted { $0.0 < $1.0 }
    }

    mutating func count(_ space: StoreKey.Space, times: UInt64 = 1) { entriesByLetter[Self.place(of: space)] += times }

    private static func place(of space: StoreKey.Space) -> Int { Int(space.rawValue - UInt8(ascii: "a")) }
}
