/// How many payments a load may have sent at a time.
package struct LoadPace: Sendable {
    /// Payments a second over the whole load; 0 means as fast as they become final.
    private let rate: UInt64
    /// How long the load takes at that rate, in milliseconds.
    private let length: UInt64
    private let climbs: Bool

    /// With `climbs` the rate grows evenly from nothing to twice the mean, so that one load shows quiet and full blocks.
    package init(rate: Int, paymentCount: Int, climbs: Bool) {
        self.rate = UInt64(rate)
        length = rate == 0 ? 0 : max(1, UInt64(paymentCount) * 1_000 / UInt64(rate))
        self.climbs = climbs
    }

    package func allowed(at time: LoadBook.Time) -> Int {
        guard rate > 0 else { return .max }
        guard climbs, time < length else { return Int(time * rate / 1_000) + 1 }
        return Int(time * time / length * rate / 1_000) + 1
    }
}
