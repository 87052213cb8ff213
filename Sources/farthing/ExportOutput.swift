import ChainCore
import ConsensusCore
import LevelDBStorage
import Primitives
import VerifierCore

/// An export that is being written: a new file, or one that goes on where it was cut off.
struct ExportOutput {
    let path: String
    private let file: LongFile
    private var writer: ExportWriter
    /// Made, and not written yet.
    private var waiting: [UInt8] = []
    private var offset: UInt64

    var header: ExportHeader { writer.header }
    var next: Height { writer.next }
    /// The hash of the block below the next one.
    var tip: Hash32 { writer.tip }
    var byteCount: UInt64 { writer.byteCount }

    /// Begins a new file; one that exists is refused.
    init(
        new path: String,
        _ header: ExportHeader,
        certificates: [Certificate],
        evidence: [Evidence]
    ) throws(CommandFailure) {
        self.path = path
        let isThere = try running { () throws(FileError) in try PosixPath.exists(path) }
        guard !isThere else {
            throw CommandFailure(.usage, "\(path) is there already: name a new file, or go on with it by --resume")
        }
        file = try running { () throws(FileError) in try LongFile.create(path) }
        writer = ExportWriter(header)
        offset = 0
        waiting = writer.start(certificates: certificates, evidence: evidence)
    }

    private init(path: String, file: LongFile, writer: ExportWriter) {
        self.path = path
        self.file = file
        self.writer = writer
        offset = writer.byteCount
    }

    /// Goes on with a file that was cut off, after all that is there was read and checked; nil when nothing is missing.
    ///
    /// The last whole block is written anew, so that its segment comes after it in any case. Without a whole block the
    /// file begins anew, under its own header.
    static func resume(
        _ path: String,
        network: NetworkID,
        certificates: [Certificate],
        evidence: [Evidence]
    ) throws(CommandFailure) -> ExportOutput? {
        let file = try running { () throws(FileError) in try LongFile.change(path) }
        var source = try running { () throws(FileError) in try ExportFile(path) }
        guard case .header(let header) = try next(&source) else {
            throw CommandFailure(.badInput, "\(path) was cut off at its very beginning: remove it, and export anew")
        }
        guard header.network == network else {
            throw CommandFailure(.badInput, "\(path) is from the network \(header.network), not from \(network)")
        }
        var found: (certificates: [Certificate], evidence: [Evidence]) = ([], [])
        var writer: ExportWriter?
        // As it was before the last block.
        var kept: ExportWriter?
        while let item = try next(&source) {
            switch item {
            case .certificate(let certificate): found.certificates.append(certificate)
            case .evidence(let evidence): found.evidence.append(evidence)
            case .block(let block):
                var next = writer ?? ExportWriter(header)
                if writer == nil { _ = next.start(certificates: found.certificates, evidence: found.evidence) }
                kept = next
                try take(block, into: &next, path)
                writer = next
            case .header, .segment, .manifest: break
            }
        }
        guard !source.reader.isComplete else { return nil }
        var output = ExportOutput(path: path, file: file, writer: kept ?? ExportWriter(header))
        if kept == nil { output.waiting = output.writer.start(certificates: certificates, evidence: evidence) }
        try running { () throws(FileError) in try file.cut(to: output.offset) }
        return output
    }

    private static func take(
        _ exported: ExportedBlock,
        into writer: inout ExportWriter,
        _ path: String
    ) throws(CommandFailure) {
        do throws(ExportFault) {
            let block = try exported.decoded(network: writer.header.network)
            do throws(ExportFault.Reason) {
                _ = try writer.add(block)
            } catch {
                throw ExportFault(exported.place, error)
            }
        } catch {
            throw CommandFailure(error, path: path)
        }
    }

    /// Nil at the end of the file, wherever that is.
    private static func next(_ source: inout ExportFile) throws(CommandFailure) -> ExportItem? {
        do throws(ExportFileError) {
            return try source.next()?.item
        } catch {
            switch error {
            case .fault(let fault) where fault.reason == .cutOff: return nil
            case .fault(let fault): throw CommandFailure(fault, path: source.path)
            case .file(let error): throw CommandFailure(error)
            }
        }
    }

    mutating func add(_ block: JustifiedBlock) throws(CommandFailure) {
        do throws(ExportFault.Reason) {
            waiting += try writer.add(block)
        } catch .parent(let expected, _) {
            throw CommandFailure(
                .refused,
                "block \(block.block.height) here is not the child of \(expected), the block before it in \(path): "
                    + "these are two chains"
            )
        } catch {
            throw CommandFailure(.damaged, "block \(writer.next) is another one: \(error)")
        }
        if waiting.count >= LongFile.pieceByteCount { try write() }
    }

    /// Writes the manifest; on disk when it returns.
    mutating func finish() throws(CommandFailure) {
        waiting += writer.finish()
        try write()
        try running { () throws(FileError) in
            try file.sync()
            try PosixPath.syncDirectory(PosixPath.directory(of: path))
        }
    }

    private mutating func write() throws(CommandFailure) {
        try running { () throws(FileError) in try file.write(waiting, at: offset) }
        offset += UInt64(waiting.count)
        waiting.removeAll(keepingCapacity: true)
    }
}

extension CommandFailure {
    init(_ fault: ExportFault, path: String) {
        if fault.reason == .notAnExport {
            self.init(ExportFailure.notAnExport(path: path))
            return
        }
        let text = VerifierCore.Finding.export(fault).text
        self.init(
            .damaged,
            "\(path) is damaged: \(text.place): \(text.rule): expected \(text.expected), found \(text.found)"
        )
    }
}
