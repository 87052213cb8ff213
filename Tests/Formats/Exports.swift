import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives

// Exported chains, as an auditor gets them from somebody. In one half of the inputs the bytes are the file; in the other
// they are what the records hold, under the checks that a forger would compute as well.

extension Format {
    /// The first byte says which it is.
    ///
    /// A file: then its bytes. Records: then for each one its kind, the length of its content in two bytes, the content.
    static let export = Format(
        "export",
        byteCountMax: 8_192,
        heap: HeapBound(base: 1 << 20, perByte: 256),
        check: .pure { bytes throws(BrokenPromise) in
            guard let kind = bytes.first else { return .refused }
            let rest = Array(bytes.dropFirst())
            return try Exports.check(kind & 1 == 0 ? rest : Exports.file(ofRecords: rest))
        },
        seeds: Exports.seeds
    )
}

private enum Exports {
    private static let network = TestNetwork.shared

    static func check(_ file: [UInt8]) throws(BrokenPromise) -> Format.Verdict {
        let whole = ExportStream(file, pieces: max(1, file.count))
        try promise(whole == ExportStream(file, pieces: 97), "how a file is cut into pieces changes what is read")
        var isDecodable = true
        for case .block(let block) in whole.items {
            guard let decoded = try? block.decoded(network: network.genesis.networkID) else {
                isDecodable = false
                continue
            }
            try promise(decoded.encoded() == block.content, "a block is written with other bytes than it was read from")
        }
        guard whole.isComplete, whole.fault == nil else { return .refused }
        if isDecodable, let again = whole.rewritten() {
            try promise(again == file, "an export is written with other bytes than it was read from")
        }
        return .accepted
    }

    /// Each record under the check over everything before it, as spec 8.1 has it.
    static func file(ofRecords bytes: [UInt8]) -> [UInt8] {
        var file = ExportFormat.magic
        var check = SHA256.hash(ExportFormat.magic)
        var rest = bytes[...]
        while rest.count >= 3 {
            let kind = rest.removeFirst()
            let length = Int(rest.removeFirst()) | Int(rest.removeFirst()) << 8
            let content = Array(rest.prefix(length))
            rest = rest.dropFirst(length)
            var writer = WireWriter()
            writer.write(kind)
            writer.write(UInt32(content.count))
            writer.write(raw: content)
            check = SHA256.hash(check.bytes + writer.bytes)
            file += writer.bytes + check.bytes
        }
        return file
    }

    static func seeds() -> [Seed] {
        let header = ExportHeader(
            genesis: network.genesis,
            first: network.block.block.height,
            last: network.block.block.height,
            parent: network.block.block.parent,
            segmentBlocks: 1
        )
        var writer = ExportWriter(header)
        var bytes = writer.start(
            certificates: [Samples.certificate(.nullify(epoch: .zero, view: View(2)))],
            evidence: [Samples.accusation]
        )
        do throws(ExportFault.Reason) {
            bytes += try writer.add(network.block)
        } catch {
            preconditionFailure("block 1 follows block 0: \(error)")
        }
        bytes += writer.finish()
        return [
            Seed("one-block", [0] + bytes),
            Seed("one-block-by-records", [1] + records(of: bytes)),
            Seed("cut-off", [0] + bytes.dropLast(100)),
        ]
    }

    /// What `file(ofRecords:)` makes this file of.
    private static func records(of file: [UInt8]) -> [UInt8] {
        var records: [UInt8] = []
        var rest = file.dropFirst(ExportFormat.magic.count)
        while let kind = rest.first {
            let head = Array(rest.prefix(5))
            let length = Int(head[1]) | Int(head[2]) << 8
            records += [kind, head[1], head[2]] + rest.dropFirst(5).prefix(length)
            rest = rest.dropFirst(5 + length + 32)
        }
        return records
    }
}

/// What an export that arrives in pieces of one length is read as, up to what is wrong with it.
private struct ExportStream: Equatable {
    private(set) var items: [ExportItem] = []
    private(set) var fault: ExportFault?
    private(set) var isComplete = false

    init(_ file: [UInt8], pieces width: Int) {
        var reader = ExportReader()
        do throws(ExportFault) {
            for start in stride(from: 0, to: file.count, by: width) {
                reader.feed(Array(file[start..<min(start + width, file.count)]))
                while let item = try reader.next() { items.append(item) }
            }
            try reader.end()
        } catch {
            fault = error
        }
        isComplete = reader.isComplete
    }

    /// Nil when the blocks are not a chain, or the counts that only who decodes them can check are wrong.
    func rewritten() -> [UInt8]? {
        guard case .header(let header)? = items.first else { return nil }
        var writer = ExportWriter(header)
        let certificates = items.compactMap { if case .certificate(let value) = $0 { value } else { nil } }
        let evidence = items.compactMap { if case .evidence(let value) = $0 { value } else { nil } }
        var bytes = writer.start(certificates: certificates, evidence: evidence)
        for case .block(let block) in items {
            guard let decoded = try? block.decoded(network: header.network), let record = try? writer.add(decoded)
            else { return nil }
            bytes += record
        }
        bytes += writer.finish()
        let again = ExportStream(bytes, pieces: bytes.count)
        return again.items == items ? bytes : nil
    }
}
