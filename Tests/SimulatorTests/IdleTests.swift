import Simulator
import Testing

/// Spec 3.6: an idle network makes no block and sends only Status.
@Suite struct IdleTests {
    @Test(arguments: [1, 2, 4, 7]) func tenMinutesOfIdlenessAreStatusAndNothingElse(_ validatorCount: Int) {
        var scenario = Scenario.calm(seed: 5, validatorCount: validatorCount)
        scenario.faultTime = 2_000
        scenario.paymentCount = 5
        scenario.setHeartbeat(milliseconds: 0)
        scenario.quietTime = 600_000
        let outcome = World.run(scenario)
        #expect(outcome.violation == nil, "\(outcome.summary)")
        #expect(outcome.settledCount > 0)
        // Everybody to everybody, once a second.
        let expected = validatorCount * (validatorCount - 1) * 600
        let status = outcome.quietMessages[4] ?? 0
        #expect(abs(status - expected) <= validatorCount * validatorCount, "\(status) for \(expected)")
        #expect(outcome.quietMessages.keys.allSatisfy { $0 == 4 }, "\(outcome.quietMessages)")
    }
}
