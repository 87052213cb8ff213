import Simulator
import Testing

/// Spec 3.10: a clock that is off costs its owner its turns, never the network its pace or its safety.
@Suite struct ClockTests {
    private func calm(offsets: [Int64]) -> Scenario {
        var scenario = Scenario.calm(seed: 3, validatorCount: offsets.count)
        scenario.faultTime = 4_000
        scenario.paymentCount = 20
        scenario.clockOffsets = offsets
        return scenario
    }

    /// One of four is ahead or behind by so many milliseconds; after every fault all valid payments settle everywhere.
    @Test(arguments: [-3_600_000, -60_000, -1_500, -1_000, 1_000, 1_500, 60_000, 3_600_000] as [Int64])
    func oneClockOfFourMayBeAnywhere(_ offset: Int64) {
        let outcome = World.run(calm(offsets: [0, 0, offset, 0]))
        #expect(outcome.violation == nil, "\(outcome.summary)")
        #expect(outcome.settledCount > 20)
    }

    /// The voters wait for a block that is a second and a half ahead, instead of refusing it; so its view goes by.
    @Test(arguments: [(700, false), (1_500, true)] as [(Int64, Bool)])
    func aBlockFromMoreThanASecondAheadIsWaitedFor(_ offset: Int64, _ isAhead: Bool) {
        let outcome = World.run(calm(offsets: [0, 0, offset, 0]))
        #expect(outcome.violation == nil, "\(outcome.summary)")
        #expect(outcome.situations.contains(.blockAheadOfClock) == isAhead)
        #expect(outcome.situations.contains(.viewNullified) || !isAhead)
    }
}
