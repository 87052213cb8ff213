import LedgerCore
import Primitives

/// How many shares each payer was admitted in this minute of the clock; only free networks count them (spec 2.4).
struct FreeAllowance: Sendable {
    private var minute: UInt64 = 0
    private var used: [AccountID: UInt64] = [:]

    /// Refuses what would exceed the limit; a new minute begins with nothing used.
    mutating func check(
        _ shares: UInt64,
        of payer: AccountID,
        at now: Milliseconds,
        limit: UInt64
    ) throws(Refusal) {
        if now.number / 60_000 != minute {
            minute = now.number / 60_000
            used = [:]
        }
        guard used[payer, default: 0] + shares <= limit else { throw .shareAllowanceUsed(limit: limit) }
    }

    mutating func take(_ shares: UInt64, of payer: AccountID) { used[payer, default: 0] += shares }
}
