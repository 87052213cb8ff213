import Histogram
import LedgerCore
import Primitives
import StrictJSON

/// What came of a load, as far as it has come.
struct LoadStatistics: Sendable {
    /// Final blocks that were seen, and what was in the latest with payments.
    private(set) var height: UInt64 = 0
    private(set) var latest: SharedBlock?
    private(set) var lowest: FeeShare?
    private(set) var highest: FeeShare?
    /// Payments in each block by height, until the fees of their transactions have been looked at.
    private var paymentsByHeight: [UInt64: UInt64] = [:]
    private var latencies = Histogram<UInt32>(numberOfSignificantValueDigits: .three)

    struct SharedBlock: Sendable, Equatable {
        let height: UInt64
        let price: UInt64
        let paymentCount: UInt64
    }

    /// What one payment cost, in hundredths of a base unit, since a share of a large transaction has a fraction.
    struct FeeShare: Sendable, Equatable {
        let hundredths: UInt64
        let height: UInt64
        /// How many payments shared the block; nil until the block has been read.
        var paymentCount: UInt64?
    }

    mutating func note(_ block: SharedBlock) {
        height = max(height, block.height)
        guard block.paymentCount > 0 else { return }
        latest = block
        paymentsByHeight[block.height] = block.paymentCount
        if lowest?.height == block.height { lowest?.paymentCount = block.paymentCount }
        if highest?.height == block.height { highest?.paymentCount = block.paymentCount }
    }

    mutating func note(_ settlement: LoadBook.Settlement) {
        latencies.record(settlement.latency, count: UInt32(settlement.paymentCount))
        let hundredths = settlement.fee.units * 100 / UInt64(settlement.paymentCount)
        let share = FeeShare(
            hundredths: hundredths,
            height: settlement.height,
            paymentCount: paymentsByHeight[settlement.height]
        )
        if lowest.map({ hundredths < $0.hundredths }) ?? true { lowest = share }
        if highest.map({ hundredths > $0.hundredths }) ?? true { highest = share }
    }

    /// Milliseconds; nil before anything is final.
    func latency(percentile: Double) -> UInt64? {
        latencies.totalCount == 0 ? nil : latencies.valueAtPercentile(percentile)
    }
}
