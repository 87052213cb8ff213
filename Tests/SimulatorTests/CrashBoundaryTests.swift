import Simulator
import Testing

/// A crash after every single write of a run, one run for each: nothing between two writes is special.
@Suite struct CrashBoundaryTests {
    /// Blocks without faults but for the one crash.
    private func calm(_ validatorCount: Int) -> Scenario {
        var scenario = Scenario(seed: UInt64(validatorCount))
        scenario.validatorCount = validatorCount
        scenario.adversaryCount = 0
        scenario.twinCount = 0
        scenario.followerCount = 0
        scenario.faultTime = 1_500
        scenario.hasCrashes = false
        scenario.hasPartitions = false
        scenario.hasClockSkew = false
        scenario.dropped = 0
        scenario.duplicated = 0
        scenario.delayed = 0
        scenario.latency = 1_000...3_000
        scenario.paymentCount = 12
        return scenario
    }

    @Test(arguments: [1, 2, 3, 4], [false, true])
    func aCrashAfterAnyWriteBreaksNoPromise(_ validatorCount: Int, _ isPowerCut: Bool) {
        var scenario = calm(validatorCount)
        scenario.isPowerCut = isPowerCut
        for orders in 1...60 {
            scenario.crashAfterOrders = orders
            let outcome = World.run(scenario)
            #expect(outcome.crashCount == (isPowerCut ? validatorCount : 1))
            #expect(outcome.violation == nil, "after \(orders) orders: \(outcome.summary)")
        }
    }
}
