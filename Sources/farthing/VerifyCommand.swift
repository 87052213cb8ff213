import ArgumentParser
import Glibc
import LedgerCore
import LevelDBStorage
import StrictJSON
import VerifierCore

/// The auditor's command, `farthing verify`.
///
/// Data goes to stdout, progress and errors to stderr.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Recompute a node's whole chain from the genesis file alone, and compare everything it stored.",
        discussion: """
            Reads a copy of the home, so the node may go on running. Nothing in the home is believed: every signature, \
            balance, fee, payout and certificate is recomputed, then every stored entry is compared with the recomputed \
            one. Ends with 0 if all holds, 3 if something is wrong, 4 if the chain was cut off, 65 if the genesis or the \
            home is not what it should be, 74 if a file can't be read.
            """
    )

    @Option(help: ArgumentHelp("The genesis file that you trust.", valueName: "file"))
    var genesis: String

    @Option(help: ArgumentHelp("The node's directory.", valueName: "dir"))
    var home: String

    @Option(help: ArgumentHelp("How many blocks to check at once; all processors if left out.", valueName: "n"))
    var jobs: Int?

    @Option(help: ArgumentHelp("Also write the report, as text, to a new file.", valueName: "file"))
    var report: String?

    @Flag(help: "Print the report as JSON.")
    var json = false

    func validate() throws {
        guard jobs.map({ (1...1_024).contains($0) }) ?? true else {
            throw ValidationError("--jobs: expected 1 to 1024")
        }
    }

    func run() async throws {
        let verification = HomeVerification(home: home, genesis: try readGenesis(), jobs: jobs ?? Self.processorCount)
        var progress = ProgressLines()
        let report: VerificationReport
        do throws(VerificationFailure) {
            report = try await verification.run { progress.show($0) }
        } catch {
            progress.end()
            throw fail(error.sentence(home: home), error.exitCode)
        }
        progress.end()
        print(json ? report.json.prettyText : report.text, terminator: "")
        try write(report)
        if report.exitCode != 0 { throw ExitCode(report.exitCode) }
    }

    private func readGenesis() throws -> Genesis {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try PosixPath.read(genesis)
        } catch {
            throw fail(error.description, 74)
        }
        do throws(GenesisError) {
            return try Genesis(json: bytes)
        } catch {
            throw fail("\(genesis): \(error.path): \(error.reason)", 65)
        }
    }

    private func write(_ report: VerificationReport) throws {
        guard let path = self.report else { return }
        do throws(FileError) {
            try PosixPath.create(path, Array(report.text.utf8))
        } catch {
            throw fail("the report was not written: \(error)", 74)
        }
    }

    private func fail(_ sentence: String, _ code: Int32) -> ExitCode {
        StandardError.write("farthing verify: \(sentence)\n")
        return ExitCode(code)
    }

    private static var processorCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
}

// MARK: - Exit codes (spec 4.3)

extension VerificationReport {
    package var exitCode: Int32 {
        switch verdict {
        case .sound: 0
        case .damaged: 3
        case .incomplete: 4
        }
    }
}

extension VerificationFailure {
    var exitCode: Int32 {
        switch self {
        case .storage(.noData): 4
        case .storage(.file), .storage(.cannotWrite), .storage(.poisoned), .voteLog(.file): 74
        case .storage(.locked): 75
        case .storage: 65
        case .voteLog: 3
        }
    }

    func sentence(home: String) -> String {
        switch self {
        case .storage(.noHome(let path)): "\(path) is not a node's home: it has no file `format`"
        case .storage(.otherNetwork(let found, let wanted)):
            "\(home) belongs to network \(found), the genesis file makes network \(wanted)"
        case .storage(.otherFormat(let found, let wanted)):
            "\(home) is of format \(found), this program reads \(wanted)"
        case .storage(.noData(let path)): "\(path) is missing: the chain was set aside or lost"
        case .storage(.locked(let path)): "\(path) is in use by another process"
        case .storage(.file(let error)): error.description
        case .storage(let error): "\(home): \(error)"
        case .voteLog(.file(let error)): error.description
        case .voteLog(let error): "\(home): the vote log can't be trusted: \(error)"
        }
    }
}
