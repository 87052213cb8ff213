package import ChainCore
package import ConsensusCore
package import Cryptography
import LedgerCore
package import LevelDBStorage
package import Primitives
package import VerifierCore

/// A chain in export files (spec 8), each beginning where the one before ends.
package struct ExportSource: ChainSource {
    private var files: [OpenExport]
    /// The file that the next block is read from.
    private var reading = 0
    /// The file that the block to be compared next lies in.
    private var comparing = 0
    private var gap: Gap?

    /// A file whose header was read, and the first record that does not belong to its beginning.
    private struct OpenExport {
        var file: ExportFile
        let header: ExportHeader
        var comparison: ExportComparison
        var pending: (item: ExportItem, place: ExportPlace)?

        /// By what its header promises: two auditors name one file differently.
        var name: String {
            header.blockCount == 0 ? "export of no block" : "export of blocks \(header.first) to \(header.last)"
        }
    }

    /// Opens the files, in any order, and reads what stands before their blocks.
    ///
    /// `verifier` stands at block 0.
    package static func open(
        _ paths: [String],
        _ verifier: Verifier
    ) throws(SourceStop) -> (source: ExportSource, loose: [Verified<Certificate>]) {
        var files: [OpenExport] = []
        var loose: [Verified<Certificate>] = []
        for path in paths { files.append(try open(path, verifier, &loose)) }
        files.sort { $0.header.first < $1.header.first }
        var next = Height.zero.next
        for file in files {
            guard file.header.first == next else {
                throw failure(.doesNotFollow(path: file.file.path, expected: next, found: file.header.first))
            }
            next = file.header.last.next
        }
        return (ExportSource(files: files), loose)
    }

    private static func open(
        _ path: String,
        _ verifier: Verifier,
        _ loose: inout [Verified<Certificate>]
    ) throws(SourceStop) -> OpenExport {
        var file: ExportFile
        do throws(FileError) { file = try ExportFile(path) } catch { throw failure(.file(error)) }
        // Cut within its first record, it says nothing.
        guard let (first, _) = try next(&file, at: .zero), case .header(let header) = first else {
            throw failure(.notAnExport(path: path))
        }
        guard header.network == verifier.genesis.networkID else {
            throw failure(
                .otherNetwork(path: path, found: header.network, wanted: verifier.genesis.networkID)
            )
        }
        let scheme = StrictEd25519()
        while let (item, place) = try next(&file, at: .zero) {
            switch item {
            case .certificate(let certificate):
                guard let verified = Verified.check(certificate, in: verifier.electorate, by: scheme) else {
                    throw stop(ExportFault(place, .signature(.certificate)), at: .zero)
                }
                loose.append(verified)
            case .evidence(let evidence):
                guard Verified.check(evidence, in: verifier.electorate, by: scheme) != nil else {
                    throw stop(ExportFault(place, .signature(.evidence)), at: .zero)
                }
            case .header, .block, .segment, .manifest:
                return OpenExport(
                    file: file,
                    header: header,
                    comparison: ExportComparison(header),
                    pending: (item, place)
                )
            }
        }
        return OpenExport(file: file, header: header, comparison: ExportComparison(header))
    }

    package var last: Height { files.last?.header.last ?? .zero }
    package var tally: StoreTally? { nil }

    package struct Unopened: UnopenedBlock {
        package var height: Height { block.height }
        let block: ExportedBlock
        let network: NetworkID

        package func open() throws(SourceStop) -> OpenedBlock {
            do throws(ExportFault) {
                let item = try block.decoded(network: network)
                return OpenedBlock(block: item, bodyView: item.justification.view)
            } catch {
                throw ExportSource.stop(error, at: block.height)
            }
        }
    }

    package mutating func next() throws(SourceStop) -> Unopened? {
        while reading < files.count, gap == nil {
            guard let (item, place) = try nextRecord() else {
                reading += 1
                continue
            }
            switch item {
            case .block(let block): return Unopened(block: block, network: files[reading].header.network)
            case .segment(let segment):
                try compared(at: segment.last) { (comparison) throws(ExportFault) in
                    try comparison.take(segment, at: place)
                }
            case .manifest(let manifest):
                try compared(at: files[reading].header.last) { (comparison) throws(ExportFault) in
                    try comparison.take(manifest, at: place)
                }
            case .header, .certificate, .evidence:
                preconditionFailure("the reader hands these out before the first block")
            }
        }
        return nil
    }

    /// Nil at the end of the file, wherever that is.
    private mutating func nextRecord() throws(SourceStop) -> (item: ExportItem, place: ExportPlace)? {
        if let pending = files[reading].pending {
            files[reading].pending = nil
            return pending
        }
        let read = files[reading].file.reader.blocksRead
        let last = Height(files[reading].header.first.number - 1 + read)
        let record = try Self.next(&files[reading].file, at: last.next)
        if record == nil, !files[reading].file.reader.isComplete {
            gap = .exportCutOff(last: last, promised: self.last)
        }
        return record
    }

    private mutating func compared(
        at height: Height,
        _ body: (inout ExportComparison) throws(ExportFault) -> Void
    ) throws(SourceStop) {
        do throws(ExportFault) {
            try body(&files[reading].comparison)
        } catch {
            throw Self.stop(error, at: height)
        }
    }

    package mutating func compare(_ block: FinalBlock) throws(SourceStop) {
        while files[comparing].header.last < block.height { comparing += 1 }
        do throws(ExportFault) {
            try files[comparing].comparison.take(block.block.block)
        } catch {
            throw Self.stop(error, at: block.height)
        }
    }

    /// An export without blocks begins at block 0, which no block names.
    package mutating func finish(_ verifier: Verifier) throws(SourceStop) -> [Gap] {
        for file in files where file.header.blockCount == 0 && file.header.parent != verifier.hash {
            throw Self.stop(
                ExportFault(.header, .parent(expected: verifier.hash, found: file.header.parent)),
                at: verifier.header.height
            )
        }
        return gap.map { [$0] } ?? []
    }

    // MARK: - What was read

    /// By the digests of the whole files, in the order of their blocks.
    package mutating func inputs(through height: Height) throws(VerificationFailure) -> [ReportInput] {
        do throws(FileError) {
            var inputs: [ReportInput] = []
            for index in files.indices { inputs.append(try files[index].file.input(named: files[index].name)) }
            return inputs
        } catch {
            throw .export(.file(error))
        }
    }

    /// Of files that can't be opened as exports: the report says which bytes are meant all the same.
    static func inputs(of paths: [String]) throws(VerificationFailure) -> [ReportInput] {
        do throws(FileError) {
            var inputs: [ReportInput] = []
            for path in paths {
                var file = try ExportFile(path)
                inputs.append(try file.input(named: "export"))
            }
            return inputs
        } catch {
            throw .export(.file(error))
        }
    }

    // MARK: - Errors

    /// Nil at the end of the file, wherever that is.
    private static func next(
        _ file: inout ExportFile,
        at height: Height
    ) throws(SourceStop) -> (item: ExportItem, place: ExportPlace)? {
        do throws(ExportFileError) {
            return try file.next()
        } catch {
            switch error {
            case .fault(let fault) where fault.reason == .cutOff: return nil
            case .fault(let fault) where fault.reason == .notAnExport: throw failure(.notAnExport(path: file.path))
            case .fault(let fault): throw stop(fault, at: height)
            case .file(let error): throw failure(.file(error))
            }
        }
    }

    fileprivate static func stop(_ fault: ExportFault, at height: Height) -> SourceStop {
        .violation(Violation(height: height, finding: .export(fault)))
    }

    private static func failure(_ failure: ExportFailure) -> SourceStop { .failure(.export(failure)) }
}

/// What keeps a verification from looking at an export at all.
package enum ExportFailure: Error, Hashable, Sendable {
    case file(FileError)
    /// It begins otherwise, or was cut off in its first record.
    case notAnExport(path: String)
    case otherNetwork(path: String, found: NetworkID, wanted: NetworkID)
    /// The directory holds no tables, or their manifest can't be read.
    case noTables(path: String, reason: String)
    /// Its first block is not the one that comes next: files are missing, or two hold the same blocks.
    case doesNotFollow(path: String, expected: Height, found: Height)
}

extension CommandFailure {
    init(_ failure: ExportFailure) {
        switch failure {
        case .file(let error): self.init(error)
        case .notAnExport(let path):
            self.init(.badInput, "\(path) is no export, or was cut off at its very beginning")
        case .otherNetwork(let path, let found, let wanted):
            self.init(
                .badInput,
                "\(path) is from the network \(found), the genesis file begins \(wanted). Is it the right file?"
            )
        case .noTables(let path, let reason):
            self.init(.badInput, "\(path) holds no tables of farthing export: manifest.json: \(reason)")
        case .doesNotFollow(let path, let expected, let found):
            self.init(
                .badInput,
                "\(path) begins with block \(found), but block \(expected) comes next. "
                    + "Name every file from block 1 on, each with --export"
            )
        }
    }
}
