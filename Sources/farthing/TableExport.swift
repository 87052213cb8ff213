import ConsensusCore
import Cryptography
import LedgerCore
import LevelDBStorage
import Primitives
import StrictJSON
import VerifierCore

/// Writes the tables of a chain, all of which is verified on the way.
struct TableExport {
    let source: ExportSourceOptions
    let genesis: Genesis
    let output: String
    let format: TableFormat
    let to: UInt64?

    func run(asJSON: Bool) async throws {
        let isThere = try running { () throws(FileError) in try PosixPath.exists(output) }
        guard !isThere else { throw CommandFailure(.usage, "\(output) is there already: name a new directory") }
        let writing = try running { () throws(FileError) in try TableWriting(output, format: format) }
        var progress = ProgressLines()
        defer { progress.end() }
        let report: VerificationReport
        do throws(VerificationFailure) {
            report = try await verify(writing: writing) { progress.show($0) }
        } catch {
            throw error.failure(home: source.home ?? "DIR")
        }
        progress.end()
        if let to, to > report.height.number, report.verdict == .sound {
            throw CommandFailure(.incomplete, "the newest block here is \(report.height); \(output) ends with it")
        }
        guard report.verdict == .sound else {
            throw CommandFailure(
                report.exitStatus,
                "the chain does not hold, so \(output) is worth nothing:\n"
                    + report.text.split(separator: "\n").prefix(8).joined(separator: "\n")
            )
        }
        let height = min(report.height.number, to ?? .max)
        if asJSON {
            try Console.output(["tables": .string(output), "height": .decimal(height)])
        } else {
            try Console.output("tables     \(output), up to block \(height)")
            try Console.output("next       farthing verify --genesis FILE … --tables \(output)")
        }
    }

    private func verify(
        writing: TableWriting,
        onProgress: (Verification.Progress) -> Void
    ) async throws(VerificationFailure) -> VerificationReport {
        let verification = Verification(genesis: genesis, jobs: VerifyCommand.processorCount)
        if let home = source.home {
            return try await verification.run(onProgress: onProgress) { (verifier) throws(SourceStop) in
                let (base, loose) = try HomeSource.open(CopiedHome(home), verifier)
                return (try tables(of: base, verifier, to: writing), loose)
            }
        }
        return try await verification.run(onProgress: onProgress) { (verifier) throws(SourceStop) in
            let (base, loose) = try ExportSource.open(source.export, verifier)
            return (try tables(of: base, verifier, to: writing), loose)
        }
    }

    private func tables<Base: ChainSource>(
        of base: Base,
        _ verifier: Verifier,
        to writing: TableWriting
    ) throws(SourceStop) -> TablesSource<Base, TableWriting> {
        try TablesSource(base, verifier, format: format, end: to.map { Height($0) }, sink: writing)
    }
}
