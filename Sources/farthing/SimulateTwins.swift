import ArgumentParser
import FoundationEssentials
import Primitives
import Simulator
import StrictJSON

struct SimulateTwins: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "twins",
        abstract: "Run validators twice under one key, through every way to split the network, and check every promise",
        discussion: """
            Twins (Bano et al., arXiv 2004.10617): some validators run as two unmodified copies, and each round has a leader \
            and a split of all copies into parts that can't hear each other. After the rounds all hear all, and every honest \
            node must have one and the same new block final.

            The scenarios of a family are numbered settings, one for each round; --exhaustive runs all of them, --samples \
            draws some by --seed. One scenario in \(TwinsCampaign.signedShare) runs a second time with real signatures. With \
            more twins than the protocol bears, chains fork, and each fork must name more than f validators, all of them twins.

            A broken promise prints the command that runs its scenario again and tells it in words, and makes the exit code 70.
            """
    )

    @Option(help: ArgumentHelp("How many validators", valueName: "n"))
    var validators = 4

    @Option(help: ArgumentHelp("How many of them run twice; the last in the list", valueName: "n"))
    var twins = 1

    @Option(help: ArgumentHelp("How many rounds", valueName: "n"))
    var rounds = 4

    @Option(help: ArgumentHelp("The most parts that the network falls into", valueName: "n"))
    var parts = 2

    @Option(help: ArgumentHelp("Who leads the rounds: twins, or all", valueName: "who"))
    var leaders = TwinsLeaders.twins

    @Flag(help: "What a split holds back arrives when its round is over, instead of never")
    var late = false

    @Flag(help: "Run every scenario of the family")
    var exhaustive = false

    @Option(help: ArgumentHelp("Run so many scenarios, drawn by a seed; 1000 if left out", valueName: "n"))
    var samples: UInt64?

    @Option(help: ArgumentHelp("Where all luck comes from", valueName: "n"))
    var seed: UInt64 = 1

    @Option(
        help: ArgumentHelp("Run one scenario and tell it in words: the settings, as in 5.0.12.3", valueName: "name")
    )
    var scenario: String?

    @Flag(help: "With --scenario: sign as real nodes do")
    var signed = false

    @Option(help: ArgumentHelp("How many run at once; as many as there are cores if left out", valueName: "j"))
    var jobs: Int?

    @Flag(help: "Print JSON")
    var json = false

    func validate() throws {
        guard (1...16).contains(validators) else { throw ValidationError("--validators: expected 1 to 16") }
        guard (0..<validators).contains(twins) else {
            throw ValidationError("--twins: expected fewer than --validators, so that somebody is honest")
        }
        guard leaders == .all || twins > 0 else { throw ValidationError("--leaders: without twins, all lead") }
        guard (1...16).contains(rounds) else { throw ValidationError("--rounds: expected 1 to 16") }
        guard (1...4).contains(parts) else { throw ValidationError("--parts: expected 1 to 4") }
        guard TwinsPlan.splitCountBound(copies: validators + twins, parts: parts) <= 1 << 16 else {
            throw ValidationError("so many copies can be split in more ways than fit: fewer validators, twins or parts")
        }
        guard (1...1_024).contains(jobs ?? 1) else { throw ValidationError("--jobs: expected 1 to 1024") }
        guard (1...1_000_000_000).contains(samples ?? 1) else {
            throw ValidationError("--samples: expected 1 to 1000000000")
        }
        let asked = [exhaustive, samples != nil, scenario != nil].count { $0 }
        guard asked < 2 else { throw ValidationError("give one of --exhaustive, --samples and --scenario") }
        guard !exhaustive || plan.scenarioCount.map({ $0 <= 1 << 28 }) ?? false else {
            throw ValidationError("--exhaustive: this family has more than 268435456 scenarios; --samples takes some")
        }
        guard scenario == nil || TwinsScenario(scenario ?? "", of: plan) != nil else {
            throw ValidationError(
                "--scenario: expected \(rounds) settings below \(plan.settingCount), with points between them"
            )
        }
        guard !signed || scenario != nil else { throw ValidationError("--signed: give --scenario") }
    }

    private var plan: TwinsPlan {
        TwinsPlan(
            validatorCount: validators,
            twinCount: twins,
            roundCount: rounds,
            partCountMax: parts,
            onlyTwinsLead: leaders == .twins,
            arrivesLate: late
        )
    }

    func run() async throws {
        if let scenario, let scenario = TwinsScenario(scenario, of: plan) { return try tell(scenario) }
        let extent = exhaustive ? TwinsCampaign.Extent.exhaustive : .samples(samples ?? 1_000, seed: seed)
        let began = ContinuousClock.now
        let sum = await run(TwinsCampaign(plan, extent), since: began)
        let report = SimulateTwinsReport(plan: plan, extent: extent, sum: sum, time: ContinuousClock.now - began)
        if json {
            try Console.output(report.json)
        } else {
            for line in report.lines { try Console.output(line) }
        }
        guard let first = sum.violations.first else { return }
        for line in TwinsRunner(plan).run(first.scenario, keepsLines: true).lines { Console.say(line) }
        for item in sum.violations {
            Console.say("\(item.what) — again: \(plan.command(for: item.scenario, isSigned: item.isSigned))")
        }
        throw CommandFailure(.broken, "\(sum.violationCount) of \(sum.scenarioCount) scenarios broke a promise")
    }

    private func run(_ campaign: TwinsCampaign, since began: ContinuousClock.Instant) async -> TwinsSum {
        let jobs = UInt64(jobs ?? ProcessInfo.processInfo.activeProcessorCount)
        return await withTaskGroup(of: (UInt64, TwinsSum).self) { group in
            var next: UInt64 = 0
            while next < min(jobs, campaign.batchCount) {
                let batch = next
                group.addTask { (batch, campaign.run(batch: batch)) }
                next += 1
            }
            // Batches end in any order and are joined in theirs.
            var ended: [UInt64: TwinsSum] = [:]
            var joined: UInt64 = 0
            var sum = TwinsSum()
            var said = began
            while let (number, part) = await group.next() {
                if next < campaign.batchCount {
                    let batch = next
                    group.addTask { (batch, campaign.run(batch: batch)) }
                    next += 1
                }
                ended[number] = part
                while let part = ended.removeValue(forKey: joined) {
                    sum.add(part)
                    joined += 1
                }
                let now = ContinuousClock.now
                if now - said > .seconds(5) {
                    said = now
                    Console.say(
                        "\(sum.scenarioCount) of \(campaign.scenarioCount), \((now - began).components.seconds) s"
                    )
                }
            }
            return sum
        }
    }

    private func tell(_ scenario: TwinsScenario) throws {
        let result = TwinsRunner(plan, scheme: signed ? .ed25519 : .mock).run(scenario, keepsLines: true)
        let report = SimulateTwinsReport.Single(plan: plan, scenario: scenario, result: result)
        if json {
            try Console.output(report.json)
        } else {
            for line in result.lines + report.lines { try Console.output(line) }
        }
        if let violation = result.violation { throw CommandFailure(.broken, violation) }
    }
}

enum TwinsLeaders: String, ExpressibleByArgument, CaseIterable {
    case twins
    case all
}
