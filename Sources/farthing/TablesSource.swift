package import ChainCore
package import LevelDBStorage
package import Primitives
import StrictJSON
package import VerifierCore

/// Takes the tables' bytes in their order: writes them, or compares them.
package protocol TableSink {
    mutating func take(_ piece: TableBook.Piece, at height: Height) throws(SourceStop)
    /// After the last piece.
    mutating func finish(manifest: [UInt8], at height: Height) throws(SourceStop)
    /// The tables that were there before, by their digests.
    mutating func inputs() throws(FileError) -> [ReportInput]
}

extension TableSink {
    package mutating func inputs() throws(FileError) -> [ReportInput] { [] }
}

/// A chain from which the tables are made on the way; the blocks are those of another source.
package struct TablesSource<Base: ChainSource, Sink: TableSink>: ChainSource {
    private var base: Base
    private var book: TableBook
    private var sink: Sink
    /// The block after which the tables end; nil: the last one.
    private let end: Height?
    private var isDone = false

    /// `verifier` stands at block 0.
    package init(
        _ base: Base,
        _ verifier: Verifier,
        format: TableFormat,
        end: Height?,
        sink: Sink
    ) throws(SourceStop) {
        self.base = base
        self.sink = sink
        self.end = end
        book = TableBook(verifier.ledger, format: format)
        for piece in book.begin() { try self.sink.take(piece, at: .zero) }
        if end == .zero { try finishTables() }
    }

    package var last: Height { base.last }
    package var tally: StoreTally? { base.tally }
    package var answers: AnswerTally? { base.answers }
    package var inputsSoFar: [ReportInput] { base.inputsSoFar }
    package var sideWork: @Sendable () -> Void { base.sideWork }

    package mutating func begin(_ verifier: Verifier) throws(SourceStop) { try base.begin(verifier) }

    package mutating func inputs(through height: Height) throws(VerificationFailure) -> [ReportInput] {
        let inputs = try base.inputs(through: height)
        do throws(FileError) { return inputs + (try sink.inputs()) } catch { throw .export(.file(error)) }
    }

    package mutating func passed(_ height: Height) { base.passed(height) }

    package mutating func next() async throws(SourceStop) -> Base.Unopened? { try await base.next() }

    package mutating func compare(_ block: FinalBlock) async throws(SourceStop) {
        try await base.compare(block)
        guard !isDone else { return }
        for piece in book.rows(of: block) { try sink.take(piece, at: block.height) }
        if block.height == end { try finishTables() }
    }

    package mutating func finish(_ verifier: Verifier) async throws(SourceStop) -> [Gap] {
        let gaps = try await base.finish(verifier)
        if !isDone { try finishTables() }
        return gaps
    }

    private mutating func finishTables() throws(SourceStop) {
        var start = 0
        while true {
            let piece = book.accountRows(from: start)
            guard !piece.bytes.isEmpty else { break }
            try sink.take(piece, at: book.last)
            start += TableBook.accountsAtOnce
        }
        try sink.finish(manifest: book.manifest.prettyBytes, at: book.last)
        isDone = true
    }
}
