import Cryptography
import Primitives

/// What segment records and the manifest say, counted from the blocks: the writer writes it, a reader compares it.
struct ExportCounts: Hashable, Sendable {
    private(set) var blocks: UInt64 = 0
    private var transactions: UInt64 = 0
    private var payments: UInt64 = 0
    private var segments: UInt64 = 0
    private var segmentRoots = LogFrontier()
    private var open = OpenSegment()

    /// The segment that the next block belongs to.
    private struct OpenSegment: Hashable, Sendable {
        var blocks: UInt64 = 0
        var transactions: UInt64 = 0
        var payments: UInt64 = 0
        var byteCount: UInt64 = 0
        var leaves = LogFrontier()
    }

    /// Takes a block record's content; the counts of a block that was not decoded are zero.
    mutating func add(content: [UInt8], transactions: UInt64, payments: UInt64) {
        blocks += 1
        self.transactions += transactions
        self.payments += payments
        open.blocks += 1
        open.transactions += transactions
        open.payments += payments
        open.byteCount += UInt64(content.count)
        open.leaves.append(leafHash: Merkle.leafHash(content))
    }

    /// Whether a segment record comes next.
    func endsSegment(_ header: ExportHeader) -> Bool {
        open.blocks > 0 && (open.blocks == UInt64(header.segmentBlocks) || blocks == header.blockCount)
    }

    /// The record of the segment that ends here.
    func segment(_ header: ExportHeader) -> ExportSegment {
        let last = header.first.number + blocks - 1
        return ExportSegment(
            first: Height(last - (open.blocks - 1)),
            last: Height(last),
            transactions: open.transactions,
            payments: open.payments,
            byteCount: open.byteCount,
            root: open.leaves.root
        )
    }

    /// Begins the next segment; `content` is that of the record of the one that ends.
    mutating func endSegment(content: [UInt8]) {
        segments += 1
        segmentRoots.append(leafHash: Merkle.leafHash(content))
        open = OpenSegment()
    }

    func manifest(certificates: UInt64, evidence: UInt64, tip: Hash32) -> ExportManifest {
        ExportManifest(
            blocks: blocks,
            transactions: transactions,
            payments: payments,
            certificates: certificates,
            evidence: evidence,
            segments: segments,
            tip: tip,
            root: segmentRoots.root
        )
    }
}
