import ConsensusCore
import Cryptography
import LedgerCore
import LevelDBStorage
import NodeRuntime
import Primitives
import StrictJSON
import VerifierCore

/// What the command line names to verify.
enum VerifySource {
    /// The copy of it that is read.
    case home(CopiedHome)
    case exports([String])
    /// The one that is verified, and all that were compared, in the order of the command line.
    case node(String, of: [String])

    /// The directory, file or address.
    var place: String {
        switch self {
        case .home(let copied): copied.path
        case .exports: "DIR"
        case .node(let url, _): url
        }
    }

    /// As the command line names it.
    var words: [String] {
        switch self {
        case .home(let copied): ["--home", copied.path]
        case .exports(let paths): paths.flatMap { ["--export", $0] }
        case .node(_, let urls): urls.flatMap { ["--url", $0] }
        }
    }

    /// What was read, when no source could be made of it.
    func inputs() throws(VerificationFailure) -> [ReportInput] {
        switch self {
        case .home(let copied): HomeSource.inputs(of: copied.path)
        case .exports(let paths): try ExportSource.inputs(of: paths)
        case .node: []
        }
    }
}

/// One verification as the command does it: with progress, a table of blocks, and a report that says where it comes from.
struct VerifyRun {
    let source: VerifySource
    /// The directory of tables to be compared with the chain, if any.
    let tables: String?
    let genesis: Genesis
    let depth: VerificationDepth
    let held: HeldCheckpoint?
    let jobs: Int

    struct Origin {
        /// What was read besides the chain: the genesis file first.
        let inputs: [ReportInput]
        let command: [String]
    }

    struct Outcome {
        let report: VerificationReport
        /// What the report was when the verification passed the height that was asked for; nil if it never did.
        let atClaimedHeight: VerificationReport?
    }

    func outcome(_ origin: Origin, tablePath: String?, upTo claimed: Height?) async throws -> Outcome {
        var table = BlockTable(path: tablePath)
        var progress = ProgressLines()
        defer { progress.end() }
        var passing: (report: VerificationReport, table: ReportInput)?
        if claimed == .zero {
            passing = (Verifier(genesis: genesis, depth: depth, held: held).finish(), table.input)
        }
        let verification = Verification(genesis: genesis, jobs: jobs, depth: depth, held: held)
        let onProgress = { (step: VerificationStep) throws(VerificationFailure) in
            progress.show(step)
            do throws(FileError) { try table.append(step) } catch { throw .file(error) }
            if step.height == claimed {
                passing = (step.verifier.finish(), table.input)
                passing?.report.inputs = step.inputsSoFar
            }
        }
        var found: VerificationReport
        do throws(VerificationFailure) {
            switch source {
            case .home(let copied):
                found = try await report(verification, onProgress) { (verifier) throws(SourceStop) in
                    try HomeSource.open(copied, verifier)
                }
            case .exports(let paths):
                found = try await report(verification, onProgress) { (verifier) throws(SourceStop) in
                    try ExportSource.open(paths, verifier)
                }
            case .node(let url, _):
                found = try await report(verification, onProgress) { (_) throws(SourceStop) in
                    (try await NodeSource.open(url, genesis), [])
                }
            }
            if found.inputs.isEmpty { found.inputs = try source.inputs() + tableInputs() }
        } catch {
            throw error.failure(home: source.place)
        }
        progress.end()
        found.origin = reportOrigin(origin, inputs: found.inputs, table: table.input)
        try running { () throws(FileError) in try table.finish() }
        guard var earlier = passing?.report, let earlierTable = passing?.table else {
            return Outcome(report: found, atClaimedHeight: nil)
        }
        // Of a file there is no earlier part with a digest of its own.
        let inputs = earlier.inputs.isEmpty ? found.inputs : earlier.inputs
        earlier.origin = reportOrigin(origin, inputs: inputs, table: earlierTable)
        return Outcome(report: found, atClaimedHeight: earlier)
    }

    private func tableInputs() throws(VerificationFailure) -> [ReportInput] {
        guard let tables else { return [] }
        do throws(ExportFailure) {
            var comparison = try TableComparison(tables)
            do throws(FileError) { return try comparison.inputs() } catch { throw .file(error) }
        } catch {
            throw .export(error)
        }
    }

    /// With the tables, if there are any.
    private func report(
        _ verification: Verification,
        _ onProgress: (Verification.Progress) throws(VerificationFailure) -> Void,
        open: (Verifier) async throws(SourceStop) -> (source: some ChainSource, loose: [Verified<Certificate>])
    ) async throws(VerificationFailure) -> VerificationReport {
        guard let tables else { return try await verification.run(onProgress: onProgress, open: open) }
        return try await verification.run(onProgress: onProgress) { (verifier) async throws(SourceStop) in
            let (source, loose) = try await open(verifier)
            return (try TablesSource(source, verifier, comparing: tables), loose)
        }
    }

    private func reportOrigin(_ origin: Origin, inputs: [ReportInput], table: ReportInput) -> ReportOrigin {
        ReportOrigin(
            command: origin.command,
            version: Version.text,
            inputs: origin.inputs + inputs,
            blocks: table
        )
    }
}

extension ReportInput {
    package init(_ name: String, _ bytes: [UInt8]) {
        self.init(name: name, byteCount: UInt64(bytes.count), digest: SHA256.hash(bytes))
    }
}

/// A report that somebody handed over: nothing in it is believed.
struct ClaimedReport {
    let json: JSON
    let height: Height
    let depth: VerificationDepth

    private static let byteCountMax = 256 << 20

    init(_ path: String) throws(CommandFailure) {
        let bytes = try InputFile.bytes(of: path, limit: Self.byteCountMax)
        do throws(JSONError) {
            json = try JSON.parse(bytes)
        } catch {
            throw CommandFailure(.badInput, "\(path): \(error)")
        }
        do throws(JSONReadError) {
            let reader = JSONReader(json)
            _ = try reader.member("report").string(as: "farthing verification report 2") {
                $0 == "farthing verification report 2" ? $0 : nil
            }
            height = Height(try reader.member("height").decimal())
            depth = try reader.member("depth").string(as: "full or light") { VerificationDepth(rawValue: $0) }
        } catch {
            throw CommandFailure(.badInput, "\(path): \(error). `farthing verify --report` writes such a file")
        }
    }
}

extension ReportComparison {
    func json(verdict: Verdict, height: Height, takenUpTo: Height?) -> JSON {
        [
            "holds": .bool(holds), "sameInputs": .bool(isSameInput), "differences": .array(differences.map(\.json)),
            "remarks": .array(remarks.map(\.json)), "takenUpTo": takenUpTo.map { .decimal($0.number) } ?? .null,
            "verdict": .string(verdict.word), "height": .decimal(height.number),
        ]
    }
}

extension ReportComparison.Difference {
    fileprivate var json: JSON {
        [
            "place": .string(place), "report": said.map { .string($0) } ?? .null,
            "found": found.map { .string($0) } ?? .null,
        ]
    }
}
