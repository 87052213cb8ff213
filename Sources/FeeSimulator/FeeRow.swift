/// What came of one rate of payments.
package struct FeeRow: Sendable {
    /// Payments offered in a second, and one in how many of them was simulated.
    package let rate: Double
    package let scale: UInt64
    /// Simulated seconds after the warm-up.
    package let seconds: Double
    package let offered: Int
    package let served: Int
    /// Blocks with payments.
    package let blocks: Int
    /// Payments in such a block, in the large.
    package let paymentsPerBlock: Double
    /// What a payment paid, in base units, over those served.
    package let fee: Double
    package let feeLow: UInt64
    package let feeHigh: UInt64
    /// From the arrival at a node to the time of the block, in seconds.
    package let wait: Double
    package let waitLate: Double
    package let floorMax: UInt64
    /// Fees of a second over what the operators need in one.
    package let coverage: Double
    /// What the operators were paid in a second over what they need in one.
    package let paid: Double
    /// What the pool holds at the end, in the large.
    package let pool: UInt64

    package var servedShare: Double { offered == 0 ? 1 : Double(served) / Double(offered) }
}

/// Gathers what a row is made of.
struct FeeTally: Sendable {
    private(set) var offered = 0
    private(set) var fees: [UInt64] = []
    private(set) var waits: [UInt64] = []
    private(set) var blocks = 0
    private(set) var payments = 0
    private(set) var floorMax: UInt64 = 0
    private(set) var income: UInt64 = 0
    private(set) var payout: UInt64 = 0

    mutating func noteOffer() { offered += 1 }

    mutating func noteBlock(payments: Int, floor: UInt64, income: UInt64, payout: UInt64) {
        if payments > 0 { blocks += 1 }
        self.payments += payments
        floorMax = max(floorMax, floor)
        self.income += income
        self.payout += payout
    }

    mutating func noteService(fee: UInt64, wait: UInt64) {
        fees.append(fee)
        waits.append(wait)
    }

    func row(rate: Double, scale: UInt64, seconds: Double, needPerSecond: Double, pool: UInt64) -> FeeRow {
        let need = needPerSecond * seconds
        let fees = fees.sorted()
        let waits = waits.sorted()
        return FeeRow(
            rate: rate,
            scale: scale,
            seconds: seconds,
            offered: offered,
            served: fees.count,
            blocks: blocks,
            paymentsPerBlock: blocks == 0 ? 0 : Double(payments) * Double(scale) / Double(blocks),
            fee: mean(fees),
            feeLow: percentile(fees, 10),
            feeHigh: percentile(fees, 90),
            wait: mean(waits) / 1_000,
            waitLate: Double(percentile(waits, 95)) / 1_000,
            floorMax: floorMax,
            coverage: need > 0 ? Double(income) / need : 0,
            paid: need > 0 ? Double(payout) / need : 0,
            pool: pool * scale
        )
    }
}

func mean(_ values: [UInt64]) -> Double {
    values.isEmpty ? 0 : Double(values.reduce(0, +)) / Double(values.count)
}

/// Of values in order.
func percentile(_ values: [UInt64], _ percent: Int) -> UInt64 {
    values.isEmpty ? 0 : values[(values.count - 1) * percent / 100]
}
