import Simulator
import Testing

/// A crash after every single write of a run, one run for each: nothing between two writes is special.
@Suite struct CrashBoundaryTests {
    /// Blocks without faults but for the one crash.
    private func calm(_ validatorCount: Int) -> Scenario {
        var scenario = Scenario.calm(seed: UInt64(validatorCount), validatorCount: validatorCount)
        scenario.faultTime = 1_500
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
