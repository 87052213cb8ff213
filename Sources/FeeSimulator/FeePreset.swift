package import LedgerCore
import Primitives

/// The two networks that spec 2.4 works out.
package enum FeePreset: String, CaseIterable, Sendable {
    /// The defaults: people see the fee fall as blocks fill; the pool keeps what the operators are not paid.
    case demo
    /// Four operators at 100 EUR a month, 1 unit = 1 EUR with 9 decimals; the cost follows what the pool lacks.
    case real

    package var parameters: Parameters {
        var parameters = Parameters.defaults
        switch self {
        case .demo: break
        case .real:
            parameters.decimals = 9
            parameters.openingMinimum = Amount(units: 1_000_000)
            parameters.blockCost = 10_000_000
            parameters.priceFloor = 10
            parameters.priceCap = 200_000
            parameters.payoutMaximum = Amount(units: 9_132_420)
            parameters.reserveTarget = Amount(units: 1_440 * 9_132_420)
        }
        return parameters
    }
}

extension Parameters {
    /// What the operators are paid at most, in base units a second: what the network should take in.
    var needPerSecond: Double { Double(payoutMaximum.units) * 1_000 / Double(payoutInterval.number) }

    /// The same network in small: one in `scale` of its payments meets the same prices.
    ///
    /// Cost, target, payout and limits shrink alike; prices are costs over shares, so they stay. `scale` divides blockCost.
    func scaled(by scale: UInt64) -> Parameters {
        var small = self
        small.blockCost /= scale
        small.reserveTarget = Amount(units: reserveTarget.units / scale)
        small.payoutMaximum = Amount(units: payoutMaximum.units / scale)
        small.maxBlockShares = UInt32(UInt64(maxBlockShares) / scale)
        small.maxBlockBytes = UInt32(UInt64(maxBlockBytes) / scale)
        small.maxPaymentsPerTransaction = min(maxPaymentsPerTransaction, small.maxBlockShares - 1)
        return small
    }
}

/// The smallest scale at which a simulation has at most so many payments a second.
func scale(of rate: Double, ratePerSecondMax: Double) -> UInt64 {
    let scales: [UInt64] = [1, 2, 4, 5, 8, 10, 20, 25, 40, 50, 100, 125, 200]
    return scales.first { rate / Double($0) <= ratePerSecondMax } ?? 200
}
