package import Primitives

/// Amounts as people write them, such as `0.000250`; exactly as many base units, or refused.
///
/// Decimals exist on the command line only (4-interfaces 4.2): everything else counts base units.
package enum DecimalAmount {
    /// Why a text is no amount.
    package enum Failure: Error, Equatable {
        case notANumber
        /// More digits after the point than the unit has: they are never rounded away.
        case excessDigits(decimals: Int)
        case tooLarge
    }

    package static func parse(_ text: String, decimals: Int) throws(Failure) -> Amount {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let whole = parts[0]
        let fraction = parts.count == 2 ? parts[1] : ""
        guard isDigits(whole), !whole.isEmpty, parts.count == 1 || (!fraction.isEmpty && isDigits(fraction)) else {
            throw .notANumber
        }
        guard fraction.utf8.count <= decimals else { throw .excessDigits(decimals: decimals) }
        let digits = whole + fraction + String(repeating: "0", count: decimals - fraction.utf8.count)
        guard let units = UInt64(digits) else { throw .tooLarge }
        return Amount(units: units)
    }

    /// With all decimals, so that amounts line up.
    package static func text(_ amount: Amount, decimals: Int) -> String {
        let digits = String(amount.units)
        guard decimals > 0 else { return digits }
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.utf8.count)) + digits
        return "\(padded.dropLast(decimals)).\(padded.suffix(decimals))"
    }

    private static func isDigits(_ text: Substring) -> Bool {
        text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}

extension CommandFailure {
    init(_ error: DecimalAmount.Failure, text: String, unit: String) {
        let reason =
            switch error {
            case .notANumber: "is no amount: write digits and at most one point, such as 0.000250"
            case .excessDigits(let decimals): "has more than \(decimals) decimals, which is all that this unit has"
            case .tooLarge: "is more than any account can hold"
            }
        self.init(.badInput, "\(text) \(unit) \(reason)")
    }
}
