import ArgumentParser
import Cryptography
import LedgerCore
import NodeRuntime
import Primitives
import RPCClient
import StrictJSON
import Synchronization

struct LoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Send many signed payments, follow each to its verdict, and report fees, throughput and latency",
        discussion: """
            The accounts come from a seed that `farthing network create --load-accounts` made. Calls go to all --url in \
            turn; a node that does not answer is passed over, and the same bytes go to the next one. A table goes to \
            standard error, the result to standard output; with --json a line for each row, then one with the result. Ends with 0 only if every payment sent has become final.
            """
    )

    @Option(help: ArgumentHelp("A node; repeatable", valueName: "url"))
    var url: [String]

    @Option(help: ArgumentHelp("The seed of the accounts that pay and are paid", valueName: "file"))
    var seedFile: String

    @Option(help: ArgumentHelp("How many payments", valueName: "n"))
    var payments = 20_000

    @Option(help: ArgumentHelp("Percent of the payments that are made in large transactions", valueName: "percent"))
    var batchShare = 50

    @Option(help: ArgumentHelp("Payments in each large transaction, under one signature", valueName: "n"))
    var batchSize = LoadPlan.usualLargeCount

    @Flag(
        help:
            "Sign everything before anything is sent: then the load takes no processor time for signatures, but memory"
    )
    var presign = false

    @Option(help: ArgumentHelp("Payments a second; 0 for as fast as they become final", valueName: "n"))
    var rate = 0

    @Flag(help: "Let the rate climb evenly, from nothing to twice --rate: fees fall while blocks fill")
    var climb = false

    @Option(help: ArgumentHelp("Payments under way at once", valueName: "n"))
    var window = 20_000

    @Option(help: ArgumentHelp("Calls at once", valueName: "n"))
    var concurrency = 4

    @Option(help: ArgumentHelp("The most to pay per share; what the network allows if left out", valueName: "units"))
    var maxPrice: UInt64?

    @Option(help: ArgumentHelp("Time between rows of the table; 1s on a terminal, else 10s", valueName: "time"))
    var interval: String?

    @OptionGroup
    var format: OutputOptions

    func validate() throws {
        guard !url.isEmpty else { throw ValidationError("--url: expected at least one node") }
        guard (1...100_000_000).contains(payments) else { throw ValidationError("--payments: expected 1 to 100000000") }
        guard (0...100).contains(batchShare) else { throw ValidationError("--batch-share: expected 0 to 100") }
        guard (2...1_024).contains(batchSize) else { throw ValidationError("--batch-size: expected 2 to 1024") }
        guard (0...10_000_000).contains(rate) else { throw ValidationError("--rate: expected 0 to 10000000") }
        guard (1...10_000_000).contains(window) else { throw ValidationError("--window: expected 1 to 10000000") }
        guard (1...256).contains(concurrency) else { throw ValidationError("--concurrency: expected 1 to 256") }
        if let interval {
            guard let length = Milliseconds(settingText: interval), length.number >= 10 else {
                throw ValidationError("--interval: expected a length of time from 10ms, such as 1s")
            }
        }
    }

    func run() async throws {
        let seed = try LoadSeed(file: seedFile)
        guard seed.accountCount > batchSize else {
            throw CommandFailure(
                .badInput,
                "\(seedFile) makes \(seed.accountCount) accounts: a load needs more than --batch-size, \(batchSize)"
            )
        }
        let clients = try url.map { (url) throws(CommandFailure) in
            try running { () throws(RPCClientError) in try RPCClient(url: url) }
        }
        let nodes = LoadNodes(clients)
        defer { nodes.close() }
        var settings = try await settings(seed, nodes)
        if presign { await settings.sign() }
        let rows = Mutex<LoadReport?>(nil)
        Console.say(LoadReport.columns)
        let run = LoadRun(settings, nodes: nodes) { [json = format.json] report in
            rows.withLock { previous in
                Console.say(report.row(after: previous))
                previous = report
            }
            // What can't be printed now can't be printed at the end either, and then it ends the command.
            if json { do { try Console.output(line: ["progress": report.json]) } catch {} }
        }
        try show(try await run.run())
    }

    private func settings(_ seed: LoadSeed, _ nodes: LoadNodes) async throws(CommandFailure) -> LoadRun.Settings {
        let network = try await calling { () throws(RPCClientError) in
            try await nodes.call(at: 0) { (client) throws(RPCClientError) in try await client.networkInfo() }
        }
        let status = try await calling { () throws(RPCClientError) in
            try await nodes.call(at: 0) { (client) throws(RPCClientError) in try await client.nodeStatus() }
        }
        let clock = try reading { () throws(JSONReadError) in try NodeClock(JSONReader(status, root: "result")) }
        let plan = LoadPlan(
            paymentCount: payments,
            batchPercent: batchShare,
            largeCount: batchSize,
            keys: (0..<seed.accountCount).map { seed.key($0) },
            firstNonce: RandomBytes.make(8).reduce(0) { $0 << 8 | UInt64($1) },
            maxPrice: maxPrice ?? network.priceCap,
            network: network.network
        )
        let standard: UInt64 = Console.isErrorTerminal ? 1_000 : 10_000
        let interval = interval.flatMap { Milliseconds(settingText: $0) }?.number ?? standard
        return LoadRun.Settings(
            plan: plan,
            pace: LoadPace(rate: rate, paymentCount: payments, climbs: climb),
            window: window,
            senderCount: concurrency,
            network: network,
            clockAhead: clock.ahead(of: SystemClock.wall),
            height: network.at.height,
            reportInterval: .milliseconds(Int(interval))
        )
    }

    private func show(_ report: LoadReport) throws(CommandFailure) {
        if format.json {
            try Console.output(line: ["report": report.json])
        } else {
            for line in report.lines { try Console.output(line) }
        }
        guard report.tally.final == report.tally.sent else {
            let why = report.tally.firstProblem.map { ": \($0)" } ?? ""
            throw CommandFailure(
                .refused,
                "of \(report.tally.sent) payments only \(report.tally.final) became final\(why)"
            )
        }
    }
}
