package import Primitives

/// The rules by which a block's transactions share its cost (spec 2.4); whole numbers, rounded where it says so.
package enum SharedPrice {
    /// What each share pays: `max(floor, min(cap, ⌈cost / shares⌉))`, and 0 in an empty block.
    package static func price(shares: UInt64, cost: UInt64, floor: UInt64, cap: UInt64) -> UInt64 {
        guard shares > 0 else { return 0 }
        let (quotient, remainder) = cost.quotientAndRemainder(dividingBy: shares)
        // The quotient is below 2^64 − 1 whenever there is a remainder, since then shares is at least 2.
        return max(floor, min(cap, remainder == 0 ? quotient : quotient + 1))
    }

    /// What a block costs, by what the pool lacks of its target: `⌊blockCost × lacking / target⌋`.
    ///
    /// `pool` is account 0's balance in the parent's state. A target of 0 asks for the whole cost always.
    package static func cost(blockCost: UInt64, pool: Amount, reserveTarget: Amount) -> UInt64 {
        guard reserveTarget > .zero else { return blockCost }
        let lacking = reserveTarget.units - min(pool.units, reserveTarget.units)
        // The quotient is at most blockCost, so the division cannot overflow.
        return reserveTarget.units.dividingFullWidth(blockCost.multipliedFullWidth(by: lacking)).quotient
    }

    /// The lowest price of a block, from its parent's.
    ///
    /// A parent that used more than three quarters of a limit raises it by a quarter, any other lowers it by an eighth;
    /// then each full second since the parent lowers it by an eighth again, at most 256 times.
    package static func nextFloor(
        after parent: LedgerHead,
        at time: Milliseconds,
        under parameters: Parameters
    ) -> UInt64 {
        var floor = parent.floor
        if isMoreThanThreeQuarters(UInt64(parent.shares), of: UInt64(parameters.maxBlockShares))
            || isMoreThanThreeQuarters(UInt64(parent.transactionBytes), of: UInt64(parameters.maxBlockBytes))
        {
            // floor ≤ priceCap < 2^32, so the sum fits.
            floor = min(parameters.priceCap, floor + max(1, floor / 4))
        } else {
            floor = lowered(floor)
        }
        var steps = min(loweringsMax, time.subtracting(parent.time).number / 1_000)
        while steps > 0, floor > parameters.priceFloor {
            floor = lowered(floor)
            steps -= 1
        }
        return max(parameters.priceFloor, floor)
    }

    private static let loweringsMax: UInt64 = 256

    private static func lowered(_ floor: UInt64) -> UInt64 { floor - min(floor, max(1, floor / 8)) }

    private static func isMoreThanThreeQuarters(_ used: UInt64, of limit: UInt64) -> Bool { 4 * used > 3 * limit }
}
