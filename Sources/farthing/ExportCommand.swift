import ArgumentParser
import ChainCore
import LedgerCore
import LevelDBStorage
import NodeRuntime
import Primitives
import StrictJSON
import VerifierCore

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Copy the chain of a home or a node into one file, for a backup, an auditor or a spreadsheet",
        discussion: """
            The file holds the genesis values, each final block with what makes it final, evidence, and digests; farthing verify \
            --export judges it, farthing import makes a store of it. A home may be in use. A file that was cut off goes on \
            with --resume. With --format csv or jsonl it becomes a directory of tables for spreadsheets and databases, after \
            all of the chain was verified; farthing verify --tables judges them again.
            """
    )

    @OptionGroup
    var source: ExportSourceOptions

    @Option(help: ArgumentHelp("The new file, or for tables the new directory", valueName: "path"))
    var output: String

    @Option(help: ArgumentHelp("chain, or tables as csv or jsonl", valueName: "format"))
    var format = Form.chain

    enum Form: String, CaseIterable, ExpressibleByArgument {
        case chain
        case csv
        case jsonl
    }

    @Option(help: ArgumentHelp("The first block; 1 if left out", valueName: "height"))
    var from: UInt64?

    @Option(help: ArgumentHelp("The last block; the newest if left out", valueName: "height"))
    var to: UInt64?

    @Option(help: ArgumentHelp("How many blocks stand between two digests", valueName: "n"))
    var segmentBlocks: UInt32 = ExportFormat.segmentBlocks

    @Flag(help: "Go on with a file that was cut off")
    var resume = false

    @OptionGroup
    var speech: OutputOptions

    func validate() throws {
        guard segmentBlocks > 0 else { throw ValidationError("--segment-blocks: expected at least 1") }
        if let from, from == 0 {
            throw ValidationError("--from: expected at least 1; block 0 follows from the genesis values")
        }
        if let to, to < from ?? 1 { throw ValidationError("--to: expected a height from --from on") }
        guard !resume || (from == nil && to == nil) else {
            throw ValidationError("--resume: the file says itself which blocks it is to hold")
        }
        guard format == .chain || (!resume && from == nil) else {
            throw ValidationError("--format: tables begin with block 1, and are made in one go")
        }
        guard format == .chain || source.url == nil else {
            throw ValidationError("--format: export the node's chain into a file first, then make tables with --export")
        }
        guard format != .chain || source.export.isEmpty else {
            throw ValidationError("--export: only tables are made from an export")
        }
    }

    func run() async throws {
        let genesis = try source.readGenesis()
        if let tables = TableFormat(rawValue: format.rawValue) {
            try await TableExport(source: source, genesis: genesis, output: output, format: tables, to: to)
                .run(asJSON: speech.json)
        } else {
            try await exportChain(genesis)
        }
    }

    private func exportChain(_ genesis: Genesis) async throws {
        let origin = try await source.open(genesis)
        guard var file = try await begin(origin, genesis) else {
            Console.say("\(output) is whole already.")
            return
        }
        let last = file.header.last
        guard last <= origin.last else {
            throw CommandFailure(
                .incomplete,
                "\(output) is to go up to block \(last), the newest here is \(origin.last)"
            )
        }
        var progress = ExportProgress(first: file.next, last: last)
        defer { progress.end() }
        while file.next <= last {
            for block in try await origin.blocks(from: file.next, to: last) {
                try file.add(block)
                progress.show(block.block.height)
            }
        }
        try file.finish()
        progress.end()
        let header = file.header
        if speech.json {
            try Console.output([
                "export": .string(output), "network": .string(header.network.hex),
                "first": .decimal(header.first.number), "last": .decimal(last.number),
                "tip": .string(file.tip.hex), "bytes": .decimal(file.byteCount),
            ])
        } else {
            try Console.output("export     \(output), \(file.byteCount) bytes")
            try Console.output("blocks     \(header.first) to \(last), \(file.tip)")
            try Console.output("next       farthing verify --genesis FILE --export \(output)")
        }
    }

    private func begin(_ origin: ExportOrigin, _ genesis: Genesis) async throws -> ExportOutput? {
        let waiting = try origin.waiting()
        if resume {
            return try ExportOutput.resume(
                output,
                network: genesis.networkID,
                certificates: waiting.certificates,
                evidence: waiting.evidence
            )
        }
        let first = Height(from ?? 1)
        let last = to.map { Height($0) } ?? origin.last
        guard last <= origin.last, last.number >= first.number - 1 else {
            throw CommandFailure(.badInput, "the newest block here is \(origin.last)")
        }
        let parent = try await origin.hash(at: Height(first.number - 1))
        let header = ExportHeader(
            genesis: genesis,
            first: first,
            last: last,
            parent: parent,
            segmentBlocks: segmentBlocks
        )
        return try ExportOutput(
            new: output,
            header,
            certificates: waiting.certificates,
            evidence: waiting.evidence
        )
    }
}

/// How far an export has come, on stderr.
private struct ExportProgress {
    private let first: Height
    private let last: Height
    private var line = ChangingLine()

    init(first: Height, last: Height) {
        self.first = first
        self.last = last
    }

    mutating func show(_ height: Height) {
        let (first, last) = (first, last)
        line.show { elapsed in
            let done = height.number - first.number + 1
            let left = UInt128(elapsed) * UInt128(last.number - height.number) / UInt128(done) / 1_000
            return "block \(height) of \(last), about \(left) s left"
        }
    }

    mutating func end() { line.end() }
}
