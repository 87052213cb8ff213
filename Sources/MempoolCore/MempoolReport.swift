import Cryptography
import LedgerCore
package import Primitives

/// What waits in the pool, for an operator: how much, for how long, and what it would pay.
package struct MempoolReport: Hashable, Sendable {
    package let count: Int
    package let byteCount: Int
    package let shares: UInt64
    package let byteCountMax: Int
    /// When the one that waits longest was admitted, by this node's clock; nil when none waits.
    package let oldestArrival: Milliseconds?
    /// From the highest price down; only levels in which something waits.
    package let levels: [PriceLevel]
}

/// What waits at prices from a power of two up to the next.
package struct PriceLevel: Hashable, Sendable {
    /// The lowest price of the level: 0, 1, 2, 4, 8 and so on.
    package let from: UInt64
    package internal(set) var count = 0
    package internal(set) var byteCount = 0
    package internal(set) var shares: UInt64 = 0
}

/// The pool's sums by price, kept up with every arrival and departure, so that a report looks at no transaction.
struct PriceLevels: Sendable {
    /// By the number of bits of the price.
    private var levels = (0...UInt64.bitWidth).map { PriceLevel(from: $0 == 0 ? 0 : 1 << ($0 - 1)) }

    mutating func add(_ entry: PendingTransaction) {
        let level = Self.level(of: entry.rank)
        levels[level].count += 1
        levels[level].byteCount += entry.transaction.value.byteCount
        levels[level].shares += entry.transaction.value.transaction.shares
    }

    mutating func subtract(_ entry: PendingTransaction) {
        let level = Self.level(of: entry.rank)
        levels[level].count -= 1
        levels[level].byteCount -= entry.transaction.value.byteCount
        levels[level].shares -= entry.transaction.value.transaction.shares
    }

    var waiting: [PriceLevel] { levels.reversed().filter { $0.count > 0 } }

    private static func level(of price: UInt64) -> Int { UInt64.bitWidth - price.leadingZeroBitCount }
}

extension Mempool {
    package var report: MempoolReport {
        MempoolReport(
            count: count,
            byteCount: byteCount,
            shares: shares,
            byteCountMax: limits.byteCountMax,
            oldestArrival: pending.oldestArrival,
            levels: pending.levels.waiting
        )
    }
}
