package import ChainCore
import LedgerCore
import Primitives

/// Holds what the segments and the manifest of an export say against the blocks, as far as only who decoded the blocks can.
///
/// Segments and the manifest may be handed in before their last block or after it; the faults name the record.
package struct ExportComparison: Sendable {
    package let header: ExportHeader
    private var tip: Hash32
    private var blocks: UInt64 = 0
    private var segment = Counts()
    private var total = Counts()
    /// Of the segments that ended, those whose record has not come; the oldest first.
    private var ended: [Counts] = []
    private var claimed: [(claim: ExportSegment, place: ExportPlace)] = []
    private var manifest: (claim: ExportManifest, place: ExportPlace)?

    private struct Counts: Hashable, Sendable {
        var transactions: UInt64 = 0
        var payments: UInt64 = 0
    }

    package init(_ header: ExportHeader) {
        self.header = header
        tip = header.parent
    }

    /// Takes the next block, which holds.
    package mutating func take(_ block: Block) throws(ExportFault) {
        guard block.parent == tip else {
            // Blocks that hold follow one another, so it is the header's that differs.
            throw ExportFault(.header, .parent(expected: block.parent, found: tip))
        }
        tip = block.hash
        blocks += 1
        segment.transactions += UInt64(block.transactions.count)
        segment.payments += block.countedPayments
        if blocks.isMultiple(of: UInt64(header.segmentBlocks)) || block.height == header.last {
            total.transactions += segment.transactions
            total.payments += segment.payments
            ended.append(segment)
            segment = Counts()
        }
        try compare()
    }

    package mutating func take(_ claim: ExportSegment, at place: ExportPlace) throws(ExportFault) {
        claimed.append((claim, place))
        try compare()
    }

    package mutating func take(_ claim: ExportManifest, at place: ExportPlace) throws(ExportFault) {
        manifest = (claim, place)
        try compare()
    }

    private mutating func compare() throws(ExportFault) {
        while let counted = ended.first, let (claim, place) = claimed.first {
            ended.removeFirst()
            claimed.removeFirst()
            let expected = ExportSegment(
                first: claim.first,
                last: claim.last,
                transactions: counted.transactions,
                payments: counted.payments,
                byteCount: claim.byteCount,
                root: claim.root
            )
            guard claim == expected else { throw ExportFault(place, .segment(expected: expected, found: claim)) }
        }
        guard let (claim, place) = manifest, blocks == header.blockCount else { return }
        let expected = ExportManifest(
            blocks: claim.blocks,
            transactions: total.transactions,
            payments: total.payments,
            certificates: claim.certificates,
            evidence: claim.evidence,
            segments: claim.segments,
            tip: tip,
            root: claim.root
        )
        guard claim == expected else { throw ExportFault(place, .manifest(expected: expected, found: claim)) }
    }
}
