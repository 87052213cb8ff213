import Simulator
import Testing

@Suite struct SplitMix64Tests {
    /// The first numbers of seed 1234567, as the generator's published implementation gives them.
    @Test func givesThePublishedNumbers() {
        var generator = SplitMix64(seed: 1_234_567)
        let numbers = (0..<5).map { _ in generator.next() }
        #expect(
            numbers == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
                4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
            ]
        )
    }

    @Test(arguments: [1, 2, 7, 1000] as [UInt64]) func staysBelowItsBound(_ bound: UInt64) {
        var generator = SplitMix64(seed: bound)
        var seen: Set<UInt64> = []
        for _ in 0..<200 { seen.insert(generator.below(bound)) }
        #expect(seen.allSatisfy { $0 < bound })
        #expect(bound == 1 || seen.count > 1)
    }
}
