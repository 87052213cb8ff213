import Simulator
import Testing

@Suite struct LargestFederationTests {
    /// One payment after another, three for each validator, takes longer there than healing does.
    @Test func thirtyOneValidatorsSettleWhatIsSentAfterTheLastFault() {
        let outcome = World.run(.calm(seed: 1, validatorCount: 31))
        #expect(outcome.violation == nil, "\(outcome.summary)")
    }
}
