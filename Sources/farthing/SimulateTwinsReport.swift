import Primitives
import Simulator
import StrictJSON

/// What came of many Twins scenarios.
struct SimulateTwinsReport {
    let plan: TwinsPlan
    let extent: TwinsCampaign.Extent
    let sum: TwinsSum
    let time: Duration

    /// Whole scenarios a second.
    private var rate: Int64 {
        let milliseconds = max(1, time.components.seconds * 1_000 + time.components.attoseconds / 1_000_000_000_000_000)
        return Int64(sum.scenarioCount) * 1_000 / milliseconds
    }

    private var choice: String {
        switch extent {
        case .exhaustive: "every one of the family"
        case .samples(_, let seed): "drawn by seed \(seed)"
        }
    }

    var lines: [String] {
        [
            "family      \(plan.words)",
            "scenarios   \(sum.scenarioCount), \(choice)",
            "signed      \(sum.signedCount) of them again with real signatures",
            "messages    \(sum.deliveredCount)",
            "blocks      \(sum.heightCount) final",
            "forks       \(sum.forkCount), each with more than f validators named, only twins",
            "chains      \(sum.chainForkCount) forked; the honest disks alone prove it in \(sum.provenCount)",
            "violations  \(sum.violationCount)",
            "rate        \(rate) scenarios a second",
            "digest      \(sum.digest)",
        ]
    }

    var json: JSON {
        [
            "family": .string(plan.words), "scenarios": .decimal(sum.scenarioCount), "choice": .string(choice),
            "signed": .decimal(sum.signedCount), "messages": .decimal(sum.deliveredCount),
            "blocks": .decimal(sum.heightCount), "forks": .decimal(sum.forkCount),
            "forkedChains": .decimal(sum.chainForkCount), "proven": .decimal(sum.provenCount),
            "violations": .array(
                sum.violations.map {
                    [
                        "what": .string($0.what),
                        "command": .string(plan.command(for: $0.scenario, isSigned: $0.isSigned)),
                    ]
                }
            ),
            "violationCount": .decimal(sum.violationCount), "perSecond": .decimal(UInt64(rate)),
            "digest": .string("\(sum.digest)"),
        ]
    }
}

extension SimulateTwinsReport {
    /// What came of one.
    struct Single {
        let plan: TwinsPlan
        let scenario: TwinsScenario
        let result: TwinsResult

        private var heights: String { result.heights.map { "\($0)" }.joined(separator: " ") }

        var lines: [String] {
            [
                "family      \(plan.words)",
                "scenario    \(scenario.name)",
                "heights     \(heights)",
                "fork        \(result.fork.map { "\($0.what); named: \($0.named)" } ?? "none")",
                "violation   \(result.violation ?? "none")",
                "digest      \(result.digest)",
            ]
        }

        var json: JSON {
            [
                "family": .string(plan.words), "scenario": .string(scenario.name),
                "heights": .array(result.heights.map { .decimal($0.number) }),
                "fork": result.fork.map { .string($0.what) } ?? .null,
                "violation": result.violation.map { .string($0) } ?? .null,
                "digest": .string("\(result.digest)"), "lines": .array(result.lines.map { .string($0) }),
            ]
        }
    }
}

extension TwinsPlan {
    /// The family in a line.
    var words: String {
        "\(validatorCount) validators, \(twinCount) of them twice, \(roundCount) rounds led by "
            + "\(onlyTwinsLead ? "twins" : "all"), \(settingCount) settings, at most \(partCountMax) parts"
            + (arrivesLate ? ", late arrivals" : "")
    }

    /// Runs one scenario of the family again.
    func command(for scenario: TwinsScenario, isSigned: Bool) -> String {
        "farthing simulate twins --validators \(validatorCount) --twins \(twinCount) --rounds \(roundCount)"
            + (partCountMax == 2 ? "" : " --parts \(partCountMax)") + (onlyTwinsLead ? "" : " --leaders all")
            + (arrivesLate ? " --late" : "") + " --scenario \(scenario.name)" + (isSigned ? " --signed" : "")
    }
}
