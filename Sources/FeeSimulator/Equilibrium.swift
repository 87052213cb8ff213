import Glibc
import LedgerCore
import Primitives

/// The pool at which a network with a reserve target takes in what its operators need, all signing the cap.
///
/// Simulations begin there: filling an empty pool takes a network hours to days, in which the fee is only higher.
enum Equilibrium {
    static func pool(under parameters: Parameters, rate: Double) -> UInt64 {
        let target = parameters.reserveTarget.units
        guard target > 0, parameters.blockCost > 0 else { return 0 }
        // Income grows with the cost, so halving the interval finds where it meets the need.
        var low: UInt64 = 0
        var high = parameters.blockCost
        while low < high {
            let middle = low + (high - low) / 2
            let income = income(atCost: middle, under: parameters, rate: rate)
            if income < parameters.needPerSecond { low = middle + 1 } else { high = middle }
        }
        // Simulations begin right after a payout, when the pool lacks half of one more than in the mean.
        let mean = Double(target) * Double(low) / Double(parameters.blockCost)
        let lacking = UInt64(mean) + parameters.payoutMaximum.units / 2
        return target - min(target, lacking)
    }

    /// Base units a second, from single payments that come independently and blocks as early as the rules allow.
    static func income(atCost cost: UInt64, under parameters: Parameters, rate: Double) -> Double {
        let spacing = Double(parameters.blockSpacing.number) / 1_000
        let expected = rate * spacing
        // Nobody comes within the spacing: the block is made when the first one does.
        let quiet = exp(-expected)
        let blocksPerSecond = 1 / (spacing + quiet / rate)
        var income = quiet * Self.income(of: 1, cost, parameters)
        var count = 1
        var likelihood = expected * quiet
        while Double(count) < expected + 8 * sqrt(expected) + 8 {
            income += likelihood * Self.income(of: count, cost, parameters)
            count += 1
            likelihood *= expected / Double(count)
        }
        return blocksPerSecond * income
    }

    private static func income(of payments: Int, _ cost: UInt64, _ parameters: Parameters) -> Double {
        let shares = UInt64(2 * payments)
        let price = SharedPrice.price(
            shares: shares,
            cost: cost,
            floor: parameters.priceFloor,
            cap: parameters.priceCap
        )
        return Double(price * shares)
    }
}
