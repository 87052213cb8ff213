import Testing
import farthing

struct LoadPaceTests {
    @Test func sendsSoManyASecond() {
        let pace = LoadPace(rate: 1_000, paymentCount: 20_000, climbs: false)
        #expect([0, 1, 500, 1_000, 60_000].map { pace.allowed(at: $0) } == [1, 2, 501, 1_001, 60_001])
    }

    @Test func climbsFromNothingToTwiceTheRateAndTakesAsLong() {
        let pace = LoadPace(rate: 1_000, paymentCount: 20_000, climbs: true)
        #expect(pace.allowed(at: 1_000) == 51)
        #expect(pace.allowed(at: 10_000) == 5_001)
        #expect(pace.allowed(at: 20_000) == 20_001)
        let last = pace.allowed(at: 19_999) - pace.allowed(at: 18_999)
        #expect((1_900...2_000).contains(last))
    }

    @Test func doesNotHoldBackWithoutARate() {
        #expect(LoadPace(rate: 0, paymentCount: 5, climbs: true).allowed(at: 0) == .max)
    }
}
