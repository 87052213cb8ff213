import ArgumentParser
import ChainCore
import ConsensusCore
import Cryptography
import Glibc
import LedgerCore
import LevelDBStorage
import NodeRuntime
import Primitives
import StrictJSON
import VerifierCore

/// The auditor's command.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Recompute a whole chain from the genesis file alone, and compare everything beside it",
        discussion: """
            Reads a copy of a home, so its node may go on running, an export, or a node's chain over JSON-RPC. Nothing is believed: \
            every signature, balance, fee, payout and certificate is recomputed, then every stored entry, or what the node \
            answers its clients, is compared with it. With several --url the chains are compared first: a fork is printed \
            with both sides and those who signed both; else the longest one is verified. Ends with 0 if all holds, with 3 \
            if something is wrong, with 4 if the chain was cut off.
            """
    )

    @Option(help: ArgumentHelp("The genesis file that you trust", valueName: "file"))
    var genesis: String

    @Option(help: ArgumentHelp("A node's directory", valueName: "dir"))
    var home: String?

    @Option(
        help: ArgumentHelp(
            "An export of the chain; repeatable when the chain lies in several files",
            valueName: "file"
        )
    )
    var export: [String] = []

    @Option(help: ArgumentHelp("Also compare tables that farthing export made with the chain", valueName: "dir"))
    var tables: String?

    @Option(help: ArgumentHelp("A node; several are compared", valueName: "url"))
    var url: [String] = []

    @Flag(help: "Check headers, certificates and roots only; the report says what was not checked")
    var light = false

    @Option(help: ArgumentHelp("How many processors to use; all if left out", valueName: "n"))
    var jobs: Int?

    @Option(
        help: ArgumentHelp(
            "Also write the report as JSON to a new file, and every block's price and fees beside it as CSV",
            valueName: "file"
        )
    )
    var report: String?

    @Option(
        help: ArgumentHelp(
            "Also write what convicts validators to new files in this new directory; evidence check decides them",
            valueName: "dir"
        )
    )
    var evidence: String?

    @Option(
        help: ArgumentHelp("Repeat the verification of this report (JSON) and say whether it holds", valueName: "file")
    )
    var checkReport: String?

    @OptionGroup
    var checkpoints: VerifyCheckpointOptions

    @OptionGroup
    var format: OutputOptions

    func validate() throws {
        guard jobs.map({ (1...1_024).contains($0) }) ?? true else {
            throw ValidationError("--jobs: expected 1 to 1024")
        }
        guard [home != nil, !export.isEmpty, !url.isEmpty].count(where: { $0 }) == 1 else {
            throw ValidationError("what should be verified? Give one of --home, --export and --url")
        }
        guard tables == nil || !light else {
            throw ValidationError("--tables: a light verification recomputes no balances to compare them with")
        }
        guard !light || (checkpoints.fromCheckpoint == nil && checkpoints.writeCheckpoint == nil) else {
            throw ValidationError(
                "--light checks no signatures of transactions: such a chain is not signed for, nor resumed"
            )
        }
        guard checkReport == nil || checkpoints.writeCheckpoint == nil else {
            throw ValidationError(
                "--check-report repeats a verification and signs nothing: leave --write-checkpoint out"
            )
        }
        guard (report == nil && evidence == nil) || checkReport == nil else {
            throw ValidationError("--check-report writes no files: leave --report and --evidence out")
        }
        guard Set(url).count == url.count else { throw ValidationError("--url: the same node twice") }
    }

    func run() async throws {
        // Beside the genesis file, which may take as long. Whatever ends this function early waits for it, and removes the copy.
        async let copying = copyOfHome()
        let trusted = try readGenesis()
        try checkReportIsNew()
        let claimed = try checkReport.map { try ClaimedReport($0) }
        let signer = try checkpoints.own.signer()
        let held = try checkpoints.held(trusted, signer: signer)
        guard claimed?.depth != .light || held?.held.isTrusted != true else {
            throw CommandFailure(
                .usage,
                "--check-report: a light report checks no signatures; use --checkpoint instead"
            )
        }
        var source =
            await copying.map { VerifySource.home($0) } ?? url.first.map { .node($0, of: url) } ?? .exports(export)
        if url.count > 1 {
            let comparison = try await compare(trusted)
            source = .node(url[comparison.longest], of: url)
        }
        let run = VerifyRun(
            source: source,
            tables: tables,
            genesis: trusted,
            depth: claimed?.depth ?? (light ? .light : .full),
            held: held?.held,
            jobs: jobs ?? Self.processorCount
        )
        let origin = VerifyRun.Origin(
            inputs: [
                ReportInput("genesis file", try running { () throws(FileError) in try PosixPath.read(genesis) })
            ] + (held.map { [$0.input] } ?? []),
            command: ["farthing", "verify", "--genesis", genesis] + source.words
                + (tables.map { ["--tables", $0] } ?? [])
                + (light ? ["--light"] : []) + (held?.words ?? [])
        )
        let outcome = try await run.outcome(origin, tablePath: report.map(Self.tablePath), upTo: claimed?.height)
        if let claimed {
            try answer(claimed, outcome)
        } else {
            try answer(outcome, signer)
        }
    }

    private func copyOfHome() async -> CopiedHome? {
        guard let home else { return nil }
        return await HomeSource.copy(home)
    }

    /// Says how the nodes' chains lie to one another; a fork ends the command with both sides.
    private func compare(_ genesis: Genesis) async throws -> NodeComparison {
        let comparison: NodeComparison
        do throws(SourceStop) {
            comparison = try await NodeComparison(url, genesis)
        } catch {
            throw error.failure(source: .node(url[0], of: url))
        }
        guard let fork = comparison.fork else {
            for line in comparison.lines { Console.say(line) }
            return comparison
        }
        try format.json ? Console.output(comparison.json) : Console.output(comparison.lines.joined(separator: "\n"))
        if let report {
            try running { () throws(FileError) in try PosixPath.create(report, Array(comparison.json.prettyText.utf8)) }
        }
        try write(fork.evidence)
        Console.say(
            fork.isProven
                ? "Two chains of one network: keep this output, and compare with other operators before you trust either."
                : "Of two chains one shows nothing that makes it final: keep this output, and verify each node by itself."
        )
        throw ExitCode(ExitStatus.damaged.rawValue)
    }

    private func answer(_ outcome: VerifyRun.Outcome, _ signer: NoteSigner?) throws {
        let found = outcome.report
        try format.json ? Console.output(found.json) : Console.output(String(found.text.dropLast()))
        if let report {
            try running { () throws(FileError) in try PosixPath.create(report, Array(found.json.prettyText.utf8)) }
        }
        try write(found.evidence)
        try checkpoints.write(found, by: signer)
        if let next = found.whatHelps(home: home) { Console.say(next) }
        guard found.exitStatus == .success else { throw ExitCode(found.exitStatus.rawValue) }
    }

    /// Files are written only where there is something to write.
    private func write(_ files: [EvidenceFile]) throws(CommandFailure) {
        guard let evidence, !files.isEmpty else { return }
        try EvidenceFolder.write(files, to: evidence)
        let count = UInt64(files.count)
        Console.say("\(evidence): \(count.of("file")); decide each with farthing evidence check FILE --genesis GENESIS")
    }

    /// The report's own lines against the repeated ones; a report that holds ends as its verification does.
    private func answer(_ claimed: ClaimedReport, _ outcome: VerifyRun.Outcome) throws {
        let hasGrown = outcome.report.height > claimed.height
        let repeated = hasGrown ? outcome.atClaimedHeight ?? outcome.report : outcome.report
        let comparison = ReportComparison(report: claimed.json, repeated: repeated.json, hasGrown: hasGrown)
        if format.json {
            try Console.output(
                comparison.json(
                    verdict: outcome.report.verdict,
                    height: outcome.report.height,
                    takenUpTo: outcome.report.takenUpTo
                )
            )
        } else {
            try Console.output(comparison.holds ? "the report holds" : "the report does not hold")
            for difference in comparison.differences { try Console.output("  \(difference.line)") }
            for remark in comparison.remarks { try Console.output("  may differ: \(remark.line)") }
            try Console.output(
                comparison.isSameInput
                    ? "the inputs are the same"
                    : "the inputs are others: what depends on the copy that was read may differ"
            )
            if hasGrown {
                try Console.output(
                    "the chain has grown to height \(outcome.report.height) and is \(outcome.report.verdict.word); "
                        + "the report was compared at its height \(claimed.height)"
                )
            } else {
                try Console.output("the chain is \(outcome.report.verdict.word) up to height \(outcome.report.height)")
            }
            if let last = outcome.report.takenUpTo {
                try Console.output(
                    "taken on the checkpoint's word: the signatures of transactions in blocks 1 to \(last)"
                )
            }
        }
        guard comparison.holds else { throw ExitCode(ExitStatus.damaged.rawValue) }
        guard outcome.report.exitStatus == .success else { throw ExitCode(outcome.report.exitStatus.rawValue) }
    }

    /// Where the table of all blocks goes: beside the report.
    private static func tablePath(_ report: String) -> String {
        (report.hasSuffix(".json") ? String(report.dropLast(5)) : report) + ".blocks.csv"
    }

    private func readGenesis() throws(CommandFailure) -> Genesis {
        do throws(HomeError) {
            return try Home.genesis(at: genesis)
        } catch .missing(let path) {
            throw CommandFailure(.badInput, "--genesis: \(path) is not there")
        } catch {
            throw error.failure
        }
    }

    /// A report is evidence: none is ever overwritten, and who asks for that learns it before the work.
    private func checkReportIsNew() throws {
        if let evidence { try NewProofFile.checkIsFree(evidence) }
        guard let report else { return }
        for path in [report, Self.tablePath(report)] {
            let isThere = try running { () throws(FileError) in try PosixPath.exists(path) }
            guard !isThere else { throw CommandFailure(.usage, "--report: \(path) is there already; name a new file") }
        }
    }

    static var processorCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
}
