import Primitives
import Simulator
import StrictJSON

/// What became of one world.
struct SimulatedWorldReport: Sendable {
    private let outcome: Outcome

    init(_ outcome: Outcome) { self.outcome = outcome }

    private var faults: [String] {
        FaultKind.allCases.filter { outcome.scenario.faults.contains($0) }.map(\.rawValue)
    }

    var lines: [String] {
        let scenario = outcome.scenario
        return [
            "seed        \(scenario.seed)",
            "validators  \(scenario.validatorCount), of them \(scenario.adversaryCount) hostile and \(scenario.twinCount) twins",
            "followers   \(scenario.followerCount)",
            "faults      \(faults.isEmpty ? "none" : faults.joined(separator: ", "))",
            "height      \(outcome.finalHeight)",
            "events      \(outcome.eventCount)",
            "settled     \(outcome.settledCount) transactions",
            "crashes     \(outcome.crashCount)",
            "healing     \(outcome.healedAfter.map { "\($0) ms until all was final everywhere" } ?? "not seen")",
            "met         \(outcome.situations.sorted().map(\.rawValue).joined(separator: ", "))",
            "fork        \(outcome.fork.map { "\($0.what); named: \($0.named)" } ?? "none")",
            "violation   \(outcome.violation ?? "none")",
            "digest      \(outcome.digest)",
        ]
    }

    var json: JSON {
        [
            "seed": .decimal(outcome.scenario.seed), "validators": .integer(outcome.scenario.validatorCount),
            "hostile": .integer(outcome.scenario.adversaryCount),
            "twins": .integer(outcome.scenario.twinCount),
            "followers": .integer(outcome.scenario.followerCount),
            "faults": .array(faults.map { .string($0) }), "height": .decimal(outcome.finalHeight.number),
            "events": .integer(outcome.eventCount), "settled": .integer(outcome.settledCount),
            "crashes": .integer(outcome.crashCount),
            "healingMilliseconds": outcome.healedAfter.map { .decimal($0) } ?? .null,
            "situations": .array(outcome.situations.sorted().map { .string($0.rawValue) }),
            "fork": outcome.fork.map { .string($0.what) } ?? .null,
            "violation": outcome.violation.map { .string($0) } ?? .null,
            "command": .string(outcome.scenario.command), "digest": .string("\(outcome.digest)"),
        ]
    }

    /// What happened in the last views, for whoever has to understand it.
    func sayLastViews() {
        let told = outcome.lines.isEmpty ? World.run(outcome.scenario, keepsLines: true) : outcome
        for line in told.lastViews { Console.say(line) }
    }
}
