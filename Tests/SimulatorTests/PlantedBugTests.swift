import Simulator
import Testing

/// A checker that never fails proves nothing: each of these worlds breaks a promise, and must be found out.
@Suite struct PlantedBugTests {
    /// How many seeds it may take to see a bug; a change of the cores moves which one shows it.
    static let patience: UInt64 = 600

    /// The first violation of one of these kinds among the first seeds of four validators, with each world changed.
    private func firstViolation(of kinds: [String], _ change: (inout Scenario) -> Void) -> String? {
        for seed in 0..<Self.patience {
            var scenario = Scenario(seed: seed)
            guard scenario.validatorCount == 4 else { continue }
            scenario.faults.insert(.crash)
            change(&scenario)
            let violation = World.run(scenario).violation
            if let violation, kinds.contains(where: { violation.hasPrefix($0) }) { return violation }
        }
        return nil
    }

    @Test(arguments: PlantedBug.allCases) func aPlantedBugIsFound(_ bug: PlantedBug) {
        let kinds =
            switch bug {
            case .forgetsItsVotes, .sendsBeforeItWrites: ["S8"]
            case .reportsBeforeItCommits: ["S5"]
            case .losesBlocks, .finalizesOnUnsyncedCertificates: ["S6"]
            case .ignoresTimers: ["L1", "L3", "L5"]
            case .chatters: ["L4"]
            case .hoardsOrders: ["A2"]
            case .auditsTheWrongBlock: ["A3"]
            }
        #expect(firstViolation(of: kinds) { $0.plantedBug = bug } != nil)
    }

    /// Timers that never run out break three promises; each of their checkers sees it by itself.
    @Test(arguments: ["L3", "L5"]) func deafTimersAreFoundByThePromise(_ kind: String) {
        #expect(firstViolation(of: [kind]) { $0.plantedBug = .ignoresTimers } != nil)
    }

    /// Two hostile validators of four can fork the chain, and nothing but the fork is wrong: it names both of them.
    @Test func moreHostileValidatorsThanTheProtocolBearsForkAndAreNamed() {
        var forks = 0
        for seed in 0..<Self.patience where forks < 5 {
            var scenario = Scenario(seed: seed)
            guard scenario.validatorCount == 4 else { continue }
            scenario.twinCount = 0
            scenario.adversaryCount = 2
            let outcome = World.run(scenario)
            #expect(outcome.violation == nil, "\(outcome.summary)")
            guard let fork = outcome.fork else { continue }
            forks += 1
            #expect(fork.named == [2, 3], "\(outcome.summary)")
        }
        #expect(forks == 5)
    }
}
