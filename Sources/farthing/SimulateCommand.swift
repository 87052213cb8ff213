import ArgumentParser
import FoundationEssentials
import Primitives
import Simulator

struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Run the node's own rules in made-up worlds, from a seed",
        // Options stand with the subcommands: one of the same name here would swallow theirs.
        subcommands: [SimulateWorlds.self, SimulateTwins.self, SimulateFees.self],
        defaultSubcommand: SimulateWorlds.self
    )
}

struct SimulateWorlds: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worlds",
        abstract: "Run whole networks in made-up worlds full of faults, each from a seed, and check every promise",
        discussion: """
            Each seed is a world: the node's own replicas, ledgers and mempools with a simulated clock, network and disk, \
            clients that pay, and faults. Checkers watch every step (Docs/TESTING.md lists the promises); the faults end, \
            everything must heal, and an auditor recomputes the chain. The same seed gives the same digest everywhere.

            A broken promise ends its world, prints the command that runs it again and what happened in the last views, \
            and makes the exit code 70. A range of 500 seeds or more in which a listed situation never came up ends with 1.

            Faults: \(FaultKind.names); or none.
            """
    )

    @Option(help: ArgumentHelp("One world, told in detail", valueName: "n"))
    var seed: UInt64?

    @Option(help: ArgumentHelp("Many worlds, both ends included: 0..499", valueName: "a..b"))
    var seeds: SeedRange?

    @Option(help: ArgumentHelp("How many worlds run at once; as many as there are cores if left out", valueName: "j"))
    var jobs: Int?

    @Option(help: ArgumentHelp("How many validators, 1 to 31; the seed chooses if left out", valueName: "n"))
    var validators: Int?

    @Option(help: ArgumentHelp("With --validators: how many run twice under one key", valueName: "n"))
    var twins: Int?

    @Option(
        help: ArgumentHelp("What may go wrong, separated by commas; the seed chooses if left out", valueName: "list")
    )
    var faults: String?

    @Option(help: ArgumentHelp("Go on, faults and all, until this height is final everywhere", valueName: "n"))
    var heights: UInt64 = 0

    @Flag(help: "Tell everything that happens in the world")
    var trace = false

    @Flag(help: "Print JSON")
    var json = false

    func validate() throws {
        guard (1...31).contains(validators ?? 1) else { throw ValidationError("--validators: expected 1 to 31") }
        guard (1...1_024).contains(jobs ?? 1) else { throw ValidationError("--jobs: expected 1 to 1024") }
        guard (0...(validators ?? 0)).contains(twins ?? 0) else {
            throw ValidationError("--twins: expected at most as many as --validators")
        }
        guard faults == nil || faultKinds != nil else {
            throw ValidationError("--faults: expected none, or names separated by commas, of these: \(FaultKind.names)")
        }
        guard heights <= 1_000_000 else { throw ValidationError("--heights: expected at most 1000000") }
        guard seed == nil || seeds == nil else { throw ValidationError("give --seed or --seeds, not both") }
        guard !trace || seed != nil else { throw ValidationError("--trace tells of one world: give --seed") }
    }

    func run() async throws {
        if let seed { return try tell(World.run(scenario(seed), keepsLines: trace)) }
        guard let range = seeds?.range else {
            throw CommandFailure(.usage, "give --seed N for one world, or --seeds A..B for many")
        }
        let worlds = SimulatedRange(
            seeds: range,
            jobs: jobs ?? ProcessInfo.processInfo.activeProcessorCount,
            scenario: scenario
        )
        let sum = await worlds.run()
        if json {
            try Console.output(sum.json)
        } else {
            for line in sum.lines { try Console.output(line) }
        }
        if !sum.violations.isEmpty {
            throw CommandFailure(.broken, "\(sum.violations.count) of \(range.count) worlds broke a promise")
        }
        if !sum.missed.isEmpty {
            throw CommandFailure(.refused, "never met: \(sum.missed.map(\.rawValue).joined(separator: ", "))")
        }
    }

    /// What the names stand for; nil when they are left out, or one of them is none of ours.
    private var faultKinds: Set<FaultKind>? {
        guard let faults else { return nil }
        let names =
            faults == "none" ? [] : faults.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let kinds = names.compactMap(FaultKind.init(rawValue:))
        return kinds.count == names.count ? Set(kinds) : nil
    }

    private func scenario(_ seed: UInt64) -> Scenario {
        Scenario(
            seed: seed,
            validatorCount: validators,
            twinCount: twins,
            faults: faultKinds,
            height: Height(heights)
        )
    }

    private func tell(_ outcome: Outcome) throws {
        let report = SimulatedWorldReport(outcome)
        if json {
            try Console.output(report.json)
        } else {
            for line in outcome.lines { try Console.output(line) }
            for line in report.lines { try Console.output(line) }
        }
        guard let violation = outcome.violation else { return }
        if !trace { report.sayLastViews() }
        throw CommandFailure(.broken, violation)
    }
}

/// `0..499` on the command line: both ends included.
struct SeedRange: ExpressibleByArgument {
    let range: ClosedRange<UInt64>

    init?(argument: String) {
        let ends = argument.split(separator: "..", omittingEmptySubsequences: false).map { UInt64($0) }
        guard ends.count == 2, let first = ends[0], let last = ends[1], first <= last, last - first < 1 << 32 else {
            return nil
        }
        range = first...last
    }
}
