import Glibc
import LedgerCore

/// What those who pay would sign.
package enum DemandModel: String, CaseIterable, Sendable {
    /// Everybody signs the cap: nobody is kept out, and the price is what the rule makes it.
    case cap
    /// Everybody signs what the payment is worth to them: a fee log-normal around the cap's price, σ 1.2.
    ///
    /// The median fee is priceCap base units for a payment of two shares, so about 28 of 100 accept the cap.
    case truthful
}

/// SplitMix64 (Steele, Lea, Flood: OOPSLA 2014), and the distributions of arrivals and values drawn from it.
///
/// Floating point is for demand and for averages only: every price, fee and balance is the ledger's own.
package struct Dice: Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next().multipliedFullWidth(by: UInt64(bound)).high) }

    mutating func within(_ range: ClosedRange<UInt64>) -> UInt64 {
        range.lowerBound + next().multipliedFullWidth(by: range.upperBound - range.lowerBound + 1).high
    }

    /// Above 0, at most 1.
    private mutating func unit() -> Double { (Double(next() >> 11) + 1) / 9_007_199_254_740_992 }

    /// Seconds to the next of events that come at so many a second, independently.
    mutating func pause(rate: Double) -> Double { -log(unit()) / rate }

    private mutating func normal() -> Double { sqrt(-2 * log(unit())) * cos(2 * Double.pi * unit()) }

    mutating func logNormal(median: Double, sigma: Double) -> Double { median * exp(sigma * normal()) }

    /// The highest price per share that a payer of a single payment would sign.
    mutating func maxPrice(_ model: DemandModel, under parameters: Parameters) -> UInt64 {
        switch model {
        case .cap: parameters.priceCap
        case .truthful: UInt64(logNormal(median: Double(parameters.priceCap), sigma: 1.2) / 2)
        }
    }
}
