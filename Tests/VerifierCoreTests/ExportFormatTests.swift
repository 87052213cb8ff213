import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives
import Testing
import VerifierCore

/// The bytes of an export (spec 8): whatever is not as it was written is noticed before it is used.
@Suite struct ExportFormatTests {
    private let chain: TestChain
    private let bytes: [UInt8]
    /// Where each record begins, and the end of the last one.
    private let starts: [Int]

    init() throws {
        chain = try TestChain.sample(validators: 4)
        bytes = try Self.export(chain)
        var starts: [Int] = []
        var reader = ExportReader()
        reader.feed(bytes)
        repeat { starts.append(Int(reader.place.offset)) } while try reader.next() != nil
        starts[0] = ExportFormat.magic.count
        self.starts = starts
    }

    private static func export(_ chain: TestChain) throws -> [UInt8] {
        let header = ExportHeader(
            genesis: chain.genesis,
            first: Height(1),
            last: Height(UInt64(chain.blocks.count)),
            parent: try #require(chain.blocks.first).block.parent,
            segmentBlocks: 2
        )
        var writer = ExportWriter(header)
        var bytes = writer.start(
            certificates: [chain.nullification(View(90))],
            evidence: [try chain.evidence(against: 0), try chain.evidence(against: 2)]
        )
        for block in chain.blocks { bytes += try writer.add(block) }
        bytes += writer.finish()
        #expect(writer.byteCount == UInt64(bytes.count))
        return bytes
    }

    /// Everything that a reader hands out, fed `size` bytes at a time; what it throws ends it.
    private func items(_ bytes: [UInt8], size: Int = .max) throws -> [ExportItem] {
        var reader = ExportReader()
        var items: [ExportItem] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            reader.feed(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
            while let item = try reader.next() { items.append(item) }
        }
        try reader.end()
        return items
    }

    private func isRefused(_ bytes: [UInt8]) -> Bool {
        do { _ = try items(bytes) } catch { return true }
        return false
    }

    private func records() -> [[UInt8]] { zip(starts, starts.dropFirst()).map { Array(bytes[$0..<$1]) } }

    // MARK: - What was written is read

    @Test(arguments: [1, 7, 4_096]) func theSameRecordsComeOutHoweverTheBytesArrive(size: Int) throws {
        let found = try items(bytes, size: size)
        #expect(found == (try items(bytes)))
        var blocks: [JustifiedBlock] = []
        var segments: [ExportSegment] = []
        for item in found {
            if case .block(let block) = item { blocks.append(try block.decoded(network: chain.network)) }
            if case .segment(let segment) = item { segments.append(segment) }
        }
        #expect(blocks == chain.blocks)
        #expect(segments.map(\.last) == [Height(2), Height(4), Height(5)])
        #expect(segments.map(\.payments) == [3, 0, 1])
        guard case .manifest(let manifest) = try #require(found.last) else {
            Issue.record("the manifest comes last")
            return
        }
        #expect(manifest.tip == chain.hash)
        #expect((manifest.blocks, manifest.segments) == (5, 3))
        #expect((manifest.certificates, manifest.evidence) == (1, 2))
    }

    @Test func anExportWithoutBlocksIsOne() throws {
        let empty = try TestChain(validators: 1)
        var writer = ExportWriter(
            ExportHeader(genesis: empty.genesis, first: Height(1), last: .zero, parent: empty.hash)
        )
        let found = try items(writer.start(certificates: [], evidence: []) + writer.finish())
        #expect(found.count == 2)
    }

    // MARK: - What was changed is refused

    @Test func everyFlippedBitIsRefused() throws {
        for position in bytes.indices {
            var changed = bytes
            changed[position] ^= UInt8(1) << UInt8(position % 8)
            #expect(isRefused(changed), "byte \(position)")
        }
    }

    @Test func everyCutIsNoticed() throws {
        for count in 0..<bytes.count {
            var reader = ExportReader()
            reader.feed(Array(bytes.prefix(count)))
            while try reader.next() != nil {}
            let whole = starts.last { $0 <= count } ?? 0
            #expect(
                throws: ExportFault(reader.place, .cutOff),
                "\(count) bytes"
            ) { try reader.end() }
            #expect(reader.place.offset == UInt64(whole))
        }
    }

    @Test func droppedDoubledAndSwappedRecordsAreRefused() throws {
        let records = records()
        for index in records.indices {
            var dropped = records
            dropped.remove(at: index)
            #expect(isRefused(ExportFormat.magic + dropped.flatMap { $0 }), "without record \(index)")
            var doubled = records
            doubled.insert(records[index], at: index)
            #expect(isRefused(ExportFormat.magic + doubled.flatMap { $0 }), "with record \(index) twice")
            guard index > 0 else { continue }
            var swapped = records
            swapped.swapAt(index - 1, index)
            #expect(isRefused(ExportFormat.magic + swapped.flatMap { $0 }), "records \(index - 1) and \(index) swapped")
        }
        #expect(isRefused(bytes + [0]))
    }

    /// The same with every check made anew: then order, counts and digests must tell.
    @Test func recordsDroppedDoubledOrSwappedAndSealedAnewAreRefused() throws {
        let contents = records().map { (kind: $0[0], content: Array($0.dropFirst(5).dropLast(32))) }
        #expect(sealed(contents) == bytes)
        for index in contents.indices {
            var dropped = contents
            dropped.remove(at: index)
            #expect(isRefused(sealed(dropped)), "without record \(index)")
            var doubled = contents
            doubled.insert(contents[index], at: index)
            #expect(isRefused(sealed(doubled)), "with record \(index) twice")
            guard index > 0 else { continue }
            var swapped = contents
            swapped.swapAt(index - 1, index)
            #expect(isRefused(sealed(swapped)), "records \(index - 1) and \(index) swapped")
        }
    }

    private func sealed(_ records: [(kind: UInt8, content: [UInt8])]) -> [UInt8] {
        var bytes = ExportFormat.magic
        var check = SHA256.hash(bytes)
        for record in records {
            var writer = WireWriter()
            writer.write(record.kind)
            writer.write(UInt32(record.content.count))
            writer.write(raw: record.content)
            check = SHA256.hash(check.bytes + writer.bytes)
            bytes += writer.bytes + check.bytes
        }
        return bytes
    }

    @Test func aLengthThatLiesIsRefusedOrWaitedFor() throws {
        var long = Array(bytes.prefix(starts[1] + 1))
        long += [0xFF, 0xFF, 0xFF, 0xFF]
        var reader = ExportReader()
        reader.feed(long)
        _ = try reader.next()
        #expect(throws: ExportFault.self) { try reader.next() }

        // Within the limit nothing happens but that more is asked for.
        var waiting = ExportReader()
        waiting.feed(Array(bytes.prefix(starts[1] + 1)) + [0xFF, 0xFF, 0xFF, 0x0F])
        _ = try waiting.next()
        #expect(try waiting.next() == nil)
        #expect(throws: ExportFault.self) { try waiting.end() }
    }

    @Test func aBlockThatDoesNotFollowIsNotWritten() throws {
        var writer = ExportWriter(
            ExportHeader(
                genesis: chain.genesis,
                first: Height(1),
                last: Height(5),
                parent: chain.blocks[0].block.parent
            )
        )
        _ = writer.start(certificates: [], evidence: [])
        #expect(throws: ExportFault.Reason.height(expected: Height(1), found: Height(2))) {
            try writer.add(chain.blocks[1])
        }
        let other = try TestChain(validators: 4, name: "other")
        let stranger = try other.next([])
        #expect(
            throws: ExportFault.Reason.parent(expected: chain.blocks[0].block.parent, found: other.hash)
        ) { try writer.add(stranger) }
    }
}
