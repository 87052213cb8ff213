import Simulator
import Testing

/// Validators that run twice under one key, in the weather of the seeds.
@Suite struct TwinWorldTests {
    private func scenario(_ seed: UInt64, validators: Int, twins: Int) -> Scenario {
        var scenario = Scenario(seed: seed)
        scenario.validatorCount = validators
        scenario.adversaryCount = 0
        scenario.twinCount = twins
        scenario.twinsHeedOneAnother = false
        scenario.paymentCount = 15
        return scenario
    }

    @Test(arguments: [(4, 1), (7, 2)]) func asManyTwinsAsTheProtocolBearsBreakNoPromise(_ validators: Int, _ twins: Int)
    {
        var met: Set<Situation> = []
        for seed in 0..<(validators == 4 ? 60 : 12) as Range<UInt64> {
            let outcome = World.run(scenario(seed, validators: validators, twins: twins))
            #expect(outcome.violation == nil, "\(outcome.summary)")
            met.formUnion(outcome.situations)
        }
        #expect(met.contains(.twinsOnBothSides))
        #expect(met.contains(.twinAccused))
        #expect(!met.contains(.secondInstanceNoticed))
    }

    /// Spec 3.7(6): what happens to an operator who starts a copied home by mistake.
    @Test func copiesThatHeedOneAnotherStopAndTheOthersGoOn() {
        var met: Set<Situation> = []
        for seed in 0..<30 as Range<UInt64> {
            var scenario = scenario(seed, validators: 4, twins: 1)
            scenario.twinsHeedOneAnother = true
            let outcome = World.run(scenario)
            #expect(outcome.violation == nil, "\(outcome.summary)")
            met.formUnion(outcome.situations)
        }
        #expect(met.contains(.secondInstanceNoticed))
    }

    /// A1: f + 1 validators that run twice can fork the chain; then two votes each convict at least f + 1, and only them.
    @Test(arguments: [(4, 2), (7, 3), (7, 4)]) func aForkNamesThoseWhoRunTwiceAndNobodyElse(_ row: (Int, Int)) {
        let (validators, twins) = row
        var forks = 0
        for seed in 0..<200 as Range<UInt64> where forks < 6 {
            let outcome = World.run(scenario(seed, validators: validators, twins: twins))
            #expect(outcome.violation == nil, "\(outcome.summary)")
            guard let fork = outcome.fork else { continue }
            forks += 1
            #expect(fork.named.count > (validators - 1) / 3, "\(outcome.summary)")
            #expect(fork.named.allSatisfy { $0 >= validators - twins }, "\(outcome.summary)")
        }
        #expect(forks == 6)
    }
}
