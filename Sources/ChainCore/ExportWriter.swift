package import ConsensusCore
import Cryptography
package import Primitives

/// Makes the bytes of an export (spec 8), record by record; keeps none of them.
///
///     start: header, certificates, evidence      add: a block, and its segment when it is full      finish: the manifest
package struct ExportWriter: Sendable {
    package let header: ExportHeader
    /// How many bytes were made so far.
    package private(set) var byteCount: UInt64 = 0
    /// The hash that the next block names as its parent.
    package private(set) var tip: Hash32
    private var check = ExportFormat.firstCheck
    private var counts = ExportCounts()
    private var certificates: UInt64 = 0
    private var evidence: UInt64 = 0

    package init(_ header: ExportHeader) {
        self.header = header
        tip = header.parent
    }

    /// The height of the block that comes next; one above the last one at the end.
    package var next: Height { Height(header.first.number + counts.blocks) }

    /// The beginning of the file: what waits beside the chain comes before the blocks, so that it is held against them.
    ///
    /// `evidence` in the order of epoch and signer, each once.
    package mutating func start(certificates: [Certificate], evidence: [Evidence]) -> [UInt8] {
        precondition(byteCount == 0, "a file begins once")
        byteCount = UInt64(ExportFormat.magic.count)
        var bytes = ExportFormat.magic + record(.header, header.encoded())
        for certificate in certificates { bytes += record(.certificate, certificate.encoded()) }
        for item in evidence { bytes += record(.evidence, item.encoded()) }
        self.certificates = UInt64(certificates.count)
        self.evidence = UInt64(evidence.count)
        return bytes
    }

    /// The next block's record, and its segment's when the segment ends with it.
    package mutating func add(_ item: JustifiedBlock) throws(ExportFault.Reason) -> [UInt8] {
        let block = item.block
        guard next <= header.last, block.height == next else { throw .height(expected: next, found: block.height) }
        guard block.parent == tip else { throw .parent(expected: tip, found: block.parent) }
        let content = item.encoded()
        counts.add(
            content: content,
            transactions: UInt64(block.transactions.count),
            payments: block.countedPayments
        )
        tip = block.hash
        var bytes = record(.block, content)
        if counts.endsSegment(header) {
            let segment = counts.segment(header).encoded()
            bytes += record(.segment, segment)
            counts.endSegment(content: segment)
        }
        return bytes
    }

    package mutating func finish() -> [UInt8] {
        precondition(next.number == header.last.number + 1, "every block that the header names was added")
        return record(
            .manifest,
            counts.manifest(certificates: certificates, evidence: evidence, tip: tip).encoded()
        )
    }

    private mutating func record(_ kind: ExportKind, _ content: [UInt8]) -> [UInt8] {
        precondition(content.count <= ExportFormat.contentByteCountMax, "frames between peers are far smaller")
        let head = ExportFormat.head(kind, byteCount: content.count)
        check = ExportFormat.check(after: check, head: head, content: content)
        var writer = WireWriter(capacity: head.count + content.count + ExportFormat.checkByteCount)
        writer.write(raw: head)
        writer.write(raw: content)
        writer.write(check)
        byteCount += UInt64(writer.bytes.count)
        return writer.bytes
    }
}
