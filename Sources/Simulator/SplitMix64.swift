import Primitives

/// A seeded generator: all luck of a simulation comes from one of these (Steele, Lea, Flood: OOPSLA 2014).
package struct SplitMix64: Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which is at least 1.
    package mutating func below(_ bound: UInt64) -> UInt64 {
        precondition(bound > 0, "there is no number below 0")
        return next().multipliedFullWidth(by: bound).high
    }

    package mutating func below(_ bound: Int) -> Int { Int(below(UInt64(bound))) }

    package mutating func within(_ range: ClosedRange<UInt64>) -> UInt64 {
        range.lowerBound + below(range.upperBound - range.lowerBound + 1)
    }

    /// True in `count` of a thousand cases.
    package mutating func chance(perMille count: Int) -> Bool { below(1000) < count }

    /// One of the elements; nil when there are none.
    package mutating func pick<Element>(_ elements: [Element]) -> Element? {
        elements.isEmpty ? nil : elements[below(elements.count)]
    }

    /// A random part of the elements, in their order.
    package mutating func part<Element>(of elements: [Element]) -> [Element] {
        let mask = next()
        return elements.enumerated().filter { mask >> UInt64($0.offset % 64) & 1 == 1 }.map(\.element)
    }
}
