package import ConsensusCore
import Cryptography
package import Primitives

/// One record of an export, as far as a reader looks into it.
package enum ExportItem: Hashable, Sendable {
    case header(ExportHeader)
    case certificate(Certificate)
    case evidence(Evidence)
    /// Not decoded: that is dear, and may be done on any thread.
    case block(ExportedBlock)
    case segment(ExportSegment)
    case manifest(ExportManifest)
}

/// A block record, at the height that its place in the file gives it.
package struct ExportedBlock: Hashable, Sendable {
    package let height: Height
    /// The number of the record and where it begins.
    package let place: ExportPlace
    package let content: [UInt8]

    package func decoded(network: NetworkID) throws(ExportFault) -> JustifiedBlock {
        do throws(WireError) {
            return try JustifiedBlock(decodingAll: content, network: network)
        } catch {
            throw ExportFault(place, .malformed(.block, "\(error)"))
        }
    }
}

/// A place in an export.
package struct ExportPlace: Hashable, Sendable {
    /// Counted from 0.
    package let record: UInt64
    /// Where it begins, in bytes.
    package let offset: UInt64

    /// The header's.
    package static let header = ExportPlace(record: 0, offset: UInt64(ExportFormat.magic.count))
}

/// What is wrong with an export, and where.
package struct ExportFault: Error, Hashable, Sendable {
    package let place: ExportPlace
    package let reason: Reason

    package init(_ place: ExportPlace, _ reason: Reason) {
        self.place = place
        self.reason = reason
    }

    package enum Reason: Error, Hashable, Sendable {
        /// The file does not begin as an export does.
        case notAnExport
        /// The file ends within this record, or before it though records must follow.
        case cutOff
        case unknownKind(UInt8)
        /// The record says that it is longer than any may be.
        case tooLong(byteCount: UInt64)
        /// These bytes, or others before them, are not those that were written.
        case check(expected: Hash32, found: Hash32)
        /// A record of this kind can't stand here.
        case order(expected: [ExportKind], found: ExportKind)
        /// The content is not what a record of this kind holds, and why.
        case malformed(ExportKind, String)
        /// A certificate or evidence beside the chain does not hold.
        case signature(ExportKind)
        /// Evidence comes in the order of epoch and signer.
        case evidenceOrder
        case segment(expected: ExportSegment, found: ExportSegment)
        case manifest(expected: ExportManifest, found: ExportManifest)
        /// There are bytes after the manifest.
        case leftOver
        case height(expected: Height, found: Height)
        case parent(expected: Hash32, found: Hash32)
    }
}

/// Reads an export (spec 8) from bytes that come in pieces of any size.
///
/// A record is handed out only after its check held and its kind may stand where it stands. Memory: the pieces that were fed
/// and not read; a length allocates nothing before its bytes have come.
package struct ExportReader: Sendable {
    /// Nil until the header was read.
    package private(set) var header: ExportHeader?
    /// Where the next record begins.
    package private(set) var place = ExportPlace(record: 0, offset: 0)

    private var buffer: [UInt8] = []
    private var start = 0
    private var check = ExportFormat.firstCheck
    private var counts = ExportCounts()
    private var certificates: UInt64 = 0
    private var evidence: UInt64 = 0
    private var lastEvidence: Evidence?
    private var hasMagic = false
    /// Whether the manifest was read.
    package private(set) var isComplete = false

    /// How many block records were handed out.
    package var blocksRead: UInt64 { counts.blocks }

    package init() {}

    package mutating func feed(_ bytes: [UInt8]) {
        // What was read is dropped once it is more than what is left: each byte is moved about once.
        if start > buffer.count - start {
            buffer.removeFirst(start)
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next record; nil when more bytes must come first, or after the manifest.
    ///
    /// After it threw it is not asked again.
    package mutating func next() throws(ExportFault) -> ExportItem? {
        do throws(ExportFault.Reason) {
            return try take()
        } catch {
            throw ExportFault(place, error)
        }
    }

    /// To be asked after the last byte was fed and `next` answered nil: whether anything is missing.
    package func end() throws(ExportFault) {
        guard isComplete else { throw ExportFault(place, .cutOff) }
    }

    private mutating func take() throws(ExportFault.Reason) -> ExportItem? {
        guard try takeMagic() else { return nil }
        let available = buffer.count - start
        guard !isComplete else {
            guard available == 0 else { throw .leftOver }
            return nil
        }
        guard available >= ExportFormat.headByteCount else { return nil }
        let head = Array(buffer[start..<start + ExportFormat.headByteCount])
        guard let kind = ExportKind(rawValue: head[0]) else { throw .unknownKind(head[0]) }
        let length = head[1...].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(ExportFormat.contentByteCountMax) else { throw .tooLong(byteCount: length) }
        let allowed = kindsAllowed
        guard allowed.contains(kind) else { throw .order(expected: allowed, found: kind) }
        let recordByteCount = ExportFormat.headByteCount + Int(length) + ExportFormat.checkByteCount
        guard available >= recordByteCount else { return nil }
        let contentStart = start + ExportFormat.headByteCount
        let contentEnd = contentStart + Int(length)
        let content = Array(buffer[contentStart..<contentEnd])
        let expected = ExportFormat.check(after: check, head: head, content: content)
        guard let found = Hash32(bytes: buffer[contentEnd..<contentEnd + ExportFormat.checkByteCount]) else {
            preconditionFailure("a check has the length of a hash")
        }
        guard found == expected else { throw .check(expected: expected, found: found) }
        let item = try open(kind, content)
        check = expected
        start += recordByteCount
        place = ExportPlace(record: place.record + 1, offset: place.offset + UInt64(recordByteCount))
        return item
    }

    private mutating func takeMagic() throws(ExportFault.Reason) -> Bool {
        guard !hasMagic else { return true }
        let count = min(buffer.count, ExportFormat.magic.count)
        guard buffer[..<count].elementsEqual(ExportFormat.magic[..<count]) else { throw .notAnExport }
        guard count == ExportFormat.magic.count else { return false }
        hasMagic = true
        start = count
        place = ExportPlace(record: 0, offset: UInt64(count))
        return true
    }

    /// Which kinds may come next.
    private var kindsAllowed: [ExportKind] {
        guard let header else { return [.header] }
        if counts.endsSegment(header) { return [.segment] }
        if counts.blocks == 0 {
            let follows: ExportKind = header.blockCount == 0 ? .manifest : .block
            return lastEvidence == nil ? [.certificate, .evidence, follows] : [.evidence, follows]
        }
        return counts.blocks == header.blockCount ? [.manifest] : [.block]
    }

    private mutating func open(_ kind: ExportKind, _ content: [UInt8]) throws(ExportFault.Reason) -> ExportItem {
        do throws(WireError) {
            switch kind {
            case .header:
                let header = try ExportHeader(decodingAll: content)
                self.header = header
                return .header(header)
            case .certificate:
                certificates += 1
                return .certificate(try Certificate(decodingAll: content))
            case .evidence, .block, .segment, .manifest: break
            }
        } catch {
            throw .malformed(kind, "\(error)")
        }
        guard let header else { preconditionFailure("only the header comes first") }
        switch kind {
        case .header, .certificate: preconditionFailure("answered above")
        case .evidence: return .evidence(try takeEvidence(content))
        case .block:
            let height = Height(header.first.number + counts.blocks)
            counts.add(content: content, transactions: 0, payments: 0)
            return .block(ExportedBlock(height: height, place: place, content: content))
        case .segment: return .segment(try takeSegment(content, header))
        case .manifest:
            let manifest: ExportManifest = try Self.decode(content, .manifest)
            try compare(manifest)
            isComplete = true
            return .manifest(manifest)
        }
    }

    private mutating func takeEvidence(_ content: [UInt8]) throws(ExportFault.Reason) -> Evidence {
        let item: Evidence = try Self.decode(content, .evidence)
        if let lastEvidence, (item.epoch, item.signer) <= (lastEvidence.epoch, lastEvidence.signer) {
            throw .evidenceOrder
        }
        evidence += 1
        lastEvidence = item
        return item
    }

    /// All but the transactions and payments, which only who decodes the blocks can count.
    private mutating func takeSegment(
        _ content: [UInt8],
        _ header: ExportHeader
    ) throws(ExportFault.Reason) -> ExportSegment {
        let found: ExportSegment = try Self.decode(content, .segment)
        let counted = counts.segment(header)
        let expected = ExportSegment(
            first: counted.first,
            last: counted.last,
            transactions: found.transactions,
            payments: found.payments,
            byteCount: counted.byteCount,
            root: counted.root
        )
        guard found == expected else { throw .segment(expected: expected, found: found) }
        counts.endSegment(content: content)
        return found
    }

    /// All but the transactions, the payments and the tip.
    private func compare(_ found: ExportManifest) throws(ExportFault.Reason) {
        let counted = counts.manifest(certificates: certificates, evidence: evidence, tip: found.tip)
        let expected = ExportManifest(
            blocks: counted.blocks,
            transactions: found.transactions,
            payments: found.payments,
            certificates: counted.certificates,
            evidence: counted.evidence,
            segments: counted.segments,
            tip: found.tip,
            root: counted.root
        )
        guard found == expected else { throw .manifest(expected: expected, found: found) }
    }

    private static func decode<Value: WireCodable>(
        _ content: [UInt8],
        _ kind: ExportKind
    ) throws(ExportFault.Reason) -> Value {
        do throws(WireError) { return try Value(decodingAll: content) } catch { throw .malformed(kind, "\(error)") }
    }
}
