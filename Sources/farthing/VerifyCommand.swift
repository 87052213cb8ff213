import ArgumentParser
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
        abstract: "Recompute a node's whole chain from the genesis file alone, and compare everything it stored",
        discussion: """
            Reads a copy of the home, so the node may go on running. Nothing in the home is believed: every signature, \
            balance, fee, payout and certificate is recomputed, then every stored entry is compared with the recomputed \
            one. Ends with 0 if all holds, with 3 if something is wrong, with 4 if the chain was cut off.
            """
    )

    @Option(help: ArgumentHelp("The genesis file that you trust", valueName: "file"))
    var genesis: String

    @Option(help: ArgumentHelp("The node's directory", valueName: "dir"))
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

    @Option(help: ArgumentHelp("How many blocks to check at once; all processors if left out", valueName: "n"))
    var jobs: Int?

    @Option(help: ArgumentHelp("Also write the report, as text, to a new file", valueName: "file"))
    var report: String?

    @OptionGroup
    var format: OutputOptions

    func validate() throws {
        guard jobs.map({ (1...1_024).contains($0) }) ?? true else {
            throw ValidationError("--jobs: expected 1 to 1024")
        }
        guard (home == nil) != export.isEmpty else {
            throw ValidationError("what should be verified? Give either --home or --export")
        }
    }

    func run() async throws {
        let trusted = try readGenesis()
        try checkReportIsNew()
        let verification = Verification(genesis: trusted, jobs: jobs ?? Self.processorCount)
        var progress = ProgressLines()
        defer { progress.end() }
        let found: VerificationReport
        do throws(VerificationFailure) {
            found = try await report(by: verification) { progress.show($0) }
        } catch {
            throw error.failure(home: home ?? "DIR")
        }
        progress.end()
        try format.json ? Console.output(found.json) : Console.output(String(found.text.dropLast()))
        if let report {
            try running { () throws(FileError) in try PosixPath.create(report, Array(found.text.utf8)) }
        }
        if let next = home.map({ found.whatHelps(home: $0) }) ?? found.whatHelps() { Console.say(next) }
        guard found.exitStatus == .success else { throw ExitCode(found.exitStatus.rawValue) }
    }

    private func report(
        by verification: Verification,
        onProgress: (Verification.Progress) -> Void
    ) async throws(VerificationFailure) -> VerificationReport {
        if let home {
            return try await report(by: verification, onProgress) { (verifier) throws(SourceStop) in
                try HomeSource.open(home, verifier)
            }
        }
        return try await report(by: verification, onProgress) { (verifier) throws(SourceStop) in
            try ExportSource.open(export, verifier)
        }
    }

    /// With the tables, if there are any.
    private func report(
        by verification: Verification,
        _ onProgress: (Verification.Progress) -> Void,
        open: (Verifier) async throws(SourceStop) -> (source: some ChainSource, loose: [Verified<Certificate>])
    ) async throws(VerificationFailure) -> VerificationReport {
        guard let tables else { return try await verification.run(onProgress: onProgress, open: open) }
        return try await verification.run(onProgress: onProgress) { (verifier) async throws(SourceStop) in
            let (source, loose) = try await open(verifier)
            return (try TablesSource(source, verifier, comparing: tables), loose)
        }
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
        guard let report else { return }
        let isThere = try running { () throws(FileError) in try PosixPath.exists(report) }
        guard !isThere else { throw CommandFailure(.usage, "--report: \(report) is there already; name a new file") }
    }

    static var processorCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
}

extension VerificationReport {
    package var exitStatus: ExitStatus {
        switch verdict {
        case .sound: .success
        case .damaged: .damaged
        case .incomplete: .incomplete
        }
    }
}

extension VerificationReport {
    /// What to do about what was found in a home; nil when nothing was.
    package func whatHelps(home: String) -> String? {
        switch verdict {
        case .sound: nil
        case .damaged(let violation) where violation.isByValidators:
            "Validators vouch for what breaks the rules: keep \(home) as it is, and compare the report with other operators'."
        case .damaged:
            "Keep \(home) as it is until others have looked at it, or set the chain aside and fetch it anew: "
                + "farthing node refetch --home \(home). A network of one validator needs a backup of data instead."
        case .incomplete:
            "What is there holds. Start the node, and its peers fill the gap; a network of one validator needs a newer "
                + "backup of \(home)/data."
        }
    }
}

extension VerificationReport {
    /// What to do about what was found in an export; nil when nothing was.
    package func whatHelps() -> String? {
        switch verdict {
        case .sound: nil
        case .damaged(let violation) where violation.isByValidators:
            "Validators vouch for what breaks the rules: keep the file as it is, and compare the report with other operators'."
        case .damaged: "The file is not what a node exports: keep it, and make a new one with farthing export."
        case .incomplete: "What is there holds. Go on with farthing export --resume."
        }
    }
}

extension Violation {
    /// Signed by somebody, and so no damage on a disk.
    fileprivate var isByValidators: Bool {
        if case .conflict = finding { true } else { !certifiedBy.isEmpty }
    }
}

extension VerificationFailure {
    func failure(home: String) -> CommandFailure {
        switch self {
        case .storage(.otherNetwork(let found, let wanted)): Self.otherNetwork(found, wanted)
        case .storage(let error): CommandFailure(error, home: home)
        case .voteLog(.damaged(let damage)): Self.failure(damage, home)
        case .voteLog(let error): CommandFailure(error, home: home)
        case .export(let failure): CommandFailure(failure)
        case .stored(let failure): failure.failure(home: home)
        }
    }

    private static func failure(_ damage: VoteLogDamage, _ home: String) -> CommandFailure {
        switch damage {
        case .otherNetwork(let found, let wanted): otherNetwork(found, wanted)
        default:
            CommandFailure(
                .damaged,
                "the vote log in \(home) can't be trusted (\(damage.sentence)), so nobody knows where the chain should end. "
                    + "Its node serves reads and signs nothing; the validator joins again with a new key"
            )
        }
    }

    private static func otherNetwork(_ found: NetworkID, _ wanted: NetworkID) -> CommandFailure {
        CommandFailure(
            .badInput,
            "the home belongs to the network \(found), the genesis file begins \(wanted). Is it the right file?"
        )
    }
}
