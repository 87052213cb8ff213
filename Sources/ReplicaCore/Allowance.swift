package import Primitives

/// What may be spent: so much at once, and so much again with each second.
///
/// The last item may overdraw it, so that a large one finds room while anything is left; then nothing is granted until the
/// debt is worked off.
package struct Allowance: Hashable, Sendable {
    /// What a full allowance holds, and what each second adds.
    package let capacity: Int64
    package let perSecond: Int64
    /// In thousandths, so that each millisecond adds a whole number.
    private var level: Int64
    private var countedAt: Milliseconds

    /// Starts full.
    package init(capacity: Int64, perSecond: Int64, at now: Milliseconds) {
        self.capacity = capacity
        self.perSecond = perSecond
        level = capacity * 1_000
        countedAt = now
    }

    /// Spends a cost while anything is left; answers false and spends nothing when there is nothing.
    package mutating func take(_ cost: Int, at now: Milliseconds) -> Bool {
        guard hasAny(at: now) else { return false }
        spend(cost, at: now)
        return true
    }

    package mutating func hasAny(at now: Milliseconds) -> Bool {
        refill(at: now)
        return level > 0
    }

    /// Spends what is known only afterwards.
    package mutating func spend(_ cost: Int, at now: Milliseconds) {
        refill(at: now)
        level -= Int64(clamping: min(cost, 1 << 40)) * 1_000
    }

    private mutating func refill(at now: Milliseconds) {
        // An hour fills every allowance; it stands for anything longer, so that no product overflows.
        let passed = Int64(min(now.subtracting(countedAt).number, 1 << 22))
        countedAt = max(countedAt, now)
        level = min(capacity * 1_000, level + passed * perSecond)
    }
}
