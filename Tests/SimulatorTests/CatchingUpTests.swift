import Primitives
import Simulator
import Testing

@Suite struct CatchingUpTests {
    /// Several ranges are pulled at once, of peers that serve fewer blocks than were asked for.
    @Test(arguments: [1, 4]) func aLateFollowerCatchesUpWithHundredsOfBlocks(_ validatorCount: Int) {
        var scenario = Scenario.calm(seed: 1, validatorCount: validatorCount)
        scenario.followerCount = 1
        scenario.faultTime = 20_000
        scenario.followersStartAfter = 19_000
        scenario.setBlockInterval(milliseconds: 10)
        scenario.paymentCount = 900
        let outcome = World.run(scenario)
        #expect(outcome.violation == nil, "\(outcome.summary)")
        #expect(outcome.finalHeight > Height(200), "\(outcome.summary)")
        #expect(outcome.situations.contains(.syncRangeOfMany))
    }
}
