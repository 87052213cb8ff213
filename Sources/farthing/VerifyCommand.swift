import ArgumentParser
import ConsensusCore
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
    var home: String

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
    }

    func run() async throws {
        let trusted = try readGenesis()
        try checkReportIsNew()
        let verification = HomeVerification(home: home, genesis: trusted, jobs: jobs ?? Self.processorCount)
        var progress = ProgressLines()
        defer { progress.end() }
        let found: VerificationReport
        do throws(VerificationFailure) {
            found = try await verification.run { progress.show($0) }
        } catch {
            throw error.failure(home: home)
        }
        progress.end()
        try format.json ? Console.output(found.json) : Console.output(String(found.text.dropLast()))
        if let report {
            try running { () throws(FileError) in try PosixPath.create(report, Array(found.text.utf8)) }
        }
        if let next = found.whatHelps(home: home) { Console.say(next) }
        guard found.exitStatus == .success else { throw ExitCode(found.exitStatus.rawValue) }
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

    private static var processorCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
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
