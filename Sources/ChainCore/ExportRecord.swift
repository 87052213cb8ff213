import Cryptography
package import LedgerCore
package import Primitives

// The parts of an export file (spec 8): what stands in its records.

/// The kinds of records, in the order in which they may come.
package enum ExportKind: UInt8, CaseIterable, Sendable {
    case header
    case certificate
    case evidence
    case block
    case segment
    case manifest
}

/// What every export has in common.
package enum ExportFormat {
    /// The first bytes of the file.
    package static let magic = Array("farthing export\n".utf8)
    package static let version: UInt16 = 1
    /// The most bytes that a record's content may have: more than any block with its justification takes.
    package static let contentByteCountMax = 1 << 28
    /// Kind and length before the content, the check after it.
    static let headByteCount = 5
    static let checkByteCount = 32
    package static let segmentBlocks: UInt32 = 1_024

    /// What stands before the first record in the chain of checks.
    static var firstCheck: Hash32 { SHA256.hash(magic) }

    /// Each check covers everything before it, so nothing is dropped, doubled or moved unnoticed.
    static func check(after previous: Hash32, head: [UInt8], content: [UInt8]) -> Hash32 {
        var hasher = SHA256()
        hasher.update(previous)
        hasher.update(head)
        hasher.update(content)
        return hasher.finish()
    }

    static func head(_ kind: ExportKind, byteCount: Int) -> [UInt8] {
        var writer = WireWriter(capacity: headByteCount)
        writer.write(kind.rawValue)
        writer.write(UInt32(byteCount))
        return writer.bytes
    }
}

/// Record 0: which network, which blocks.
///
/// The genesis values make the file complete; whoever verifies it brings their own and compares.
package struct ExportHeader: Hashable, Sendable, WireCodable {
    package let network: NetworkID
    /// At least 1.
    package let first: Height
    /// One below `first` when there are no blocks.
    package let last: Height
    /// How many blocks stand before each segment record but the last; at least 1.
    package let segmentBlocks: UInt32
    /// The hash of the block below the first one.
    package let parent: Hash32
    package let genesis: Genesis

    package init(
        genesis: Genesis,
        first: Height,
        last: Height,
        parent: Hash32,
        segmentBlocks: UInt32 = ExportFormat.segmentBlocks
    ) {
        precondition(first > .zero && last.number >= first.number - 1, "the command line refuses other ranges")
        precondition(segmentBlocks > 0, "the command line refuses segments without blocks")
        network = genesis.networkID
        self.first = first
        self.last = last
        self.segmentBlocks = segmentBlocks
        self.parent = parent
        self.genesis = genesis
    }

    package var blockCount: UInt64 { last.number - (first.number - 1) }

    package static var minimumByteCount: Int { 86 + Genesis.minimumByteCount }

    package init(decoding rest: inout RawSpan) throws(WireError) {
        let version: UInt16 = try rest.take()
        guard version == ExportFormat.version else {
            throw .outOfRange("export format \(version), this program knows \(ExportFormat.version)")
        }
        network = try NetworkID(decoding: &rest)
        first = try Height(decoding: &rest)
        last = try Height(decoding: &rest)
        segmentBlocks = try rest.take()
        parent = try Hash32(decoding: &rest)
        guard first > .zero, last.number < .max, last.number >= first.number - 1, segmentBlocks > 0 else {
            throw .outOfRange("blocks \(first) to \(last) in segments of \(segmentBlocks)")
        }
        genesis = try Genesis(decoding: &rest)
        guard genesis.networkID == network else {
            throw .outOfRange("the genesis values begin the network \(genesis.networkID), not \(network)")
        }
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(ExportFormat.version)
        writer.write(network)
        writer.write(first)
        writer.write(last)
        writer.write(segmentBlocks)
        writer.write(parent)
        writer.write(genesis)
    }
}

/// What stands after the blocks of a segment: which they were, and a root over them.
package struct ExportSegment: Hashable, Sendable, WireCodable {
    package let first: Height
    package let last: Height
    package let transactions: UInt64
    package let payments: UInt64
    /// Of the contents of its block records.
    package let byteCount: UInt64
    /// The RFC 6962 root whose leaves are the contents of its block records.
    package let root: Hash32

    package static var minimumByteCount: Int { 72 }

    package init(
        first: Height,
        last: Height,
        transactions: UInt64,
        payments: UInt64,
        byteCount: UInt64,
        root: Hash32
    ) {
        self.first = first
        self.last = last
        self.transactions = transactions
        self.payments = payments
        self.byteCount = byteCount
        self.root = root
    }

    package init(decoding rest: inout RawSpan) throws(WireError) {
        first = try Height(decoding: &rest)
        last = try Height(decoding: &rest)
        transactions = try rest.take()
        payments = try rest.take()
        byteCount = try rest.take()
        root = try Hash32(decoding: &rest)
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(first)
        writer.write(last)
        writer.write(transactions)
        writer.write(payments)
        writer.write(byteCount)
        writer.write(root)
    }
}

/// The last record: a file without it was cut off.
package struct ExportManifest: Hashable, Sendable, WireCodable {
    package let blocks: UInt64
    package let transactions: UInt64
    package let payments: UInt64
    package let certificates: UInt64
    package let evidence: UInt64
    package let segments: UInt64
    /// The hash of the last block; the parent of the header when there are none.
    package let tip: Hash32
    /// The RFC 6962 root whose leaves are the contents of the segment records.
    package let root: Hash32

    package static var minimumByteCount: Int { 112 }

    package init(
        blocks: UInt64,
        transactions: UInt64,
        payments: UInt64,
        certificates: UInt64,
        evidence: UInt64,
        segments: UInt64,
        tip: Hash32,
        root: Hash32
    ) {
        self.blocks = blocks
        self.transactions = transactions
        self.payments = payments
        self.certificates = certificates
        self.evidence = evidence
        self.segments = segments
        self.tip = tip
        self.root = root
    }

    package init(decoding rest: inout RawSpan) throws(WireError) {
        blocks = try rest.take()
        transactions = try rest.take()
        payments = try rest.take()
        certificates = try rest.take()
        evidence = try rest.take()
        segments = try rest.take()
        tip = try Hash32(decoding: &rest)
        root = try Hash32(decoding: &rest)
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(blocks)
        writer.write(transactions)
        writer.write(payments)
        writer.write(certificates)
        writer.write(evidence)
        writer.write(segments)
        writer.write(tip)
        writer.write(root)
    }
}

extension Block {
    /// Counted from the transactions; `paymentCount` believes the header.
    package var countedPayments: UInt64 { transactions.reduce(0) { $0 + UInt64($1.transaction.payments.count) } }
}
