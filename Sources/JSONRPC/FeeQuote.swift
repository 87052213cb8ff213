import LedgerCore
package import Primitives

/// What a share costs and what to sign as the maximum (spec 2.4), computed from the recent past.
///
/// A suggestion is the lowest observed price at which `wantedPercent` of the recent transactions would have settled within
/// the horizon, had each signed that maximum on the arrival of its block. It says what was, and promises nothing.
package struct FeeQuote: Hashable, Sendable {
    /// What a share paid in the latest block with payments; before the first one, what it would pay in a block that
    /// holds a single payment.
    package let price: UInt64
    /// The lowest price that the next block may have.
    package let floor: UInt64
    package let cap: UInt64
    /// Of the blocks looked at; nil without any.
    package let median: UInt64?
    package let percentile90: UInt64?
    /// How many blocks with payments were looked at.
    package let blockCount: Int
    package let pool: Amount
    package let pendingTransactions: Int
    /// One for each horizon, in the order of `Horizon.allCases`.
    package let suggestions: [Suggestion]
    package let at: ChainPoint

    package enum Horizon: UInt64, CaseIterable, Sendable {
        case nextBlock = 0
        case tenSeconds = 10_000
        case sixtySeconds = 60_000

        package var length: Milliseconds { Milliseconds(rawValue) }
    }

    package struct Suggestion: Hashable, Sendable {
        package let horizon: Horizon
        package let maxPrice: UInt64
        /// How many recent transactions a signer of `maxPrice` would have settled with in time, of `observed`.
        package let madeIt: UInt64
        package let observed: UInt64
    }

    package static let blockCountMax = 100
    package static let wantedPercent: UInt64 = 95

    /// Takes time proportional to the square of the blocks looked at, of which there are at most `blockCountMax`.
    package init(_ facts: FeeFacts) {
        let recent = Array(facts.recent.suffix(Self.blockCountMax))
        let single = facts.next.price(shares: 2)
        let prices = recent.map(\.price).sorted()
        price = recent.last?.price ?? single
        floor = facts.next.floor
        cap = facts.next.cap
        median = Self.percentile(50, of: prices)
        percentile90 = Self.percentile(90, of: prices)
        blockCount = recent.count
        pool = facts.pool
        pendingTransactions = facts.pendingTransactions
        at = facts.at
        suggestions = Horizon.allCases.map { horizon in
            Self.suggestion(for: horizon, recent: recent, terms: facts.next, withoutHistory: single)
        }
    }

    /// The least value that at least `percent` of them do not exceed.
    static func percentile(_ percent: Int, of sorted: [UInt64]) -> UInt64? {
        guard !sorted.isEmpty else { return nil }
        return sorted[(sorted.count * percent + 99) / 100 - 1]
    }

    private static func suggestion(
        for horizon: Horizon,
        recent: [FeeFacts.RecentBlock],
        terms: BlockTerms,
        withoutHistory: UInt64
    ) -> Suggestion {
        // For each transaction: the lowest price it would have met from its block to the horizon.
        let met = recent.indices
            .map { start in
                let end = recent[start].time.adding(horizon.length)
                let reached = recent[start...].prefix { $0.time <= end }
                return (
                    price: reached.map(\.price).min() ?? recent[start].price, weight: recent[start].transactionCount
                )
            }
            .sorted { $0.price < $1.price }
        let observed = met.reduce(0) { $0 + UInt64($1.weight) }
        var suggested = withoutHistory
        var settled: UInt64 = 0
        for step in met where settled * 100 < observed * wantedPercent {
            settled += UInt64(step.weight)
            suggested = step.price
        }
        // The floor may have risen since, and a price beyond the cap is never asked.
        suggested = min(max(suggested, terms.floor), terms.cap)
        let madeIt = met.reduce(0) { $0 + ($1.price <= suggested ? UInt64($1.weight) : 0) }
        return Suggestion(horizon: horizon, maxPrice: suggested, madeIt: madeIt, observed: observed)
    }
}
