/// A number of base units of the network's currency; sums answer instead of wrapping (spec 2.2).
package struct Amount: Hashable, Comparable, Sendable, BitwiseCopyable, WireCodable, CustomStringConvertible {
    package let units: UInt64

    package init(units: UInt64) { self.units = units }

    package static let zero = Amount(units: 0)
    package static func < (left: Amount, right: Amount) -> Bool { left.units < right.units }

    /// Answers nil on overflow.
    package func adding(_ other: Amount) -> Amount? {
        let (sum, overflow) = units.addingReportingOverflow(other.units)
        return overflow ? nil : Amount(units: sum)
    }

    /// Answers nil when there is less than `other`.
    package func subtracting(_ other: Amount) -> Amount? {
        let (rest, overflow) = units.subtractingReportingOverflow(other.units)
        return overflow ? nil : Amount(units: rest)
    }

    /// Answers nil on overflow.
    package func multiplied(by factor: UInt64) -> Amount? {
        let (product, overflow) = units.multipliedReportingOverflow(by: factor)
        return overflow ? nil : Amount(units: product)
    }

    package static var minimumByteCount: Int { 8 }
    package init(decoding rest: inout RawSpan) throws(WireError) { units = try rest.take() }
    package func encode(into writer: inout WireWriter) { writer.write(units) }
    package var description: String { String(units) }
}

/// A counter of consensus: its kind is in its type, so a height never passes for a view.
package protocol Ordinal: Hashable, Comparable, Sendable, BitwiseCopyable, WireCodable, CustomStringConvertible {
    var number: UInt64 { get }
    init(_ number: UInt64)
}

extension Ordinal {
    package static func < (left: Self, right: Self) -> Bool { left.number < right.number }
    package static var minimumByteCount: Int { 8 }
    package init(decoding rest: inout RawSpan) throws(WireError) { self.init(try rest.take()) }
    package func encode(into writer: inout WireWriter) { writer.write(number) }
    package var description: String { String(number) }

    /// The next one.
    ///
    /// 2^64 of anything is never reached; a peer's value that high is our own bug to have accepted.
    package var next: Self {
        precondition(number < .max, "an ordinal never reaches 2^64")
        return Self(number + 1)
    }

    /// Tells whether this is the one after `other`; unlike `next` it takes any number, so also one that a stranger made up.
    package func follows(_ other: Self) -> Bool { number > 0 && number - 1 == other.number }

    package static var zero: Self { Self(0) }
}

/// A block's place on the chain; genesis is 0.
package struct Height: Ordinal {
    package let number: UInt64
    package init(_ number: UInt64) { self.number = number }
}

/// A leader's turn within an epoch; view 0 is the block that the epoch starts from.
package struct View: Ordinal {
    package let number: UInt64
    package init(_ number: UInt64) { self.number = number }
}

/// The reign of one list of validators.
package struct Epoch: Ordinal {
    package let number: UInt64
    package init(_ number: UInt64) { self.number = number }
}

/// Milliseconds: block time since 1970 in UTC, or a length of time.
package struct Milliseconds: Ordinal {
    package let number: UInt64
    package init(_ number: UInt64) { self.number = number }

    /// Stays at the largest value instead of wrapping.
    package func adding(_ other: Milliseconds) -> Milliseconds {
        let (sum, overflow) = number.addingReportingOverflow(other.number)
        return Milliseconds(overflow ? .max : sum)
    }

    /// Stays at zero instead of wrapping.
    package func subtracting(_ other: Milliseconds) -> Milliseconds {
        Milliseconds(number >= other.number ? number - other.number : 0)
    }
}
