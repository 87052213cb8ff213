import Cryptography
package import Primitives

/// How a vote log lies in its two files (spec 3.4, 5.6).
///
/// A file is a line for people, a header, then records, each `recordByteCount` long; so one bad byte spoils one record
/// and hides no other, and no disk sector holds parts of two. A record is
///
///     length of the body: u8 ‖ BCS(body) ‖ zeros up to 224 bytes ‖ SHA-256
///
/// The header's hash is over its first 224 bytes; a later record's is over network id, consensus key, then its own, so a
/// record from another validator's log is not one.
package enum VoteLogFormat {
    package static let recordByteCount = 256
    /// How many records one write may add, and so how many may be torn by a power cut.
    package static let batchRecordsMax = 8

    /// What whoever opens the file reads first.
    static let warning: [UInt8] = {
        let text = "farthing vote log 1: never restore this file from a backup, never copy it to another machine"
        return Array(text.utf8) + [UInt8](repeating: UInt8(ascii: " "), count: recordByteCount - text.utf8.count - 1)
            + [UInt8(ascii: "\n")]
    }()

    private static let payloadByteCount = recordByteCount - 32

    static func record(_ body: some WireCodable, salt: [UInt8] = []) -> [UInt8] {
        let bytes = body.encoded()
        precondition(bytes.count < payloadByteCount, "every body fits a record: the longest is a vote of 148 bytes")
        var payload = [UInt8(bytes.count)] + bytes
        payload.append(contentsOf: [UInt8](repeating: 0, count: payloadByteCount - payload.count))
        return payload + SHA256.hash(salt + payload).bytes
    }

    /// Answers nil unless the record is whole: right length, right hash.
    static func body<Body: WireCodable>(
        _ type: Body.Type,
        of record: ArraySlice<UInt8>,
        salt: [UInt8] = []
    ) -> Body? {
        guard record.count == recordByteCount else { return nil }
        let payload = Array(record.prefix(payloadByteCount))
        guard SHA256.hash(salt + payload).bytes == Array(record.dropFirst(payloadByteCount)) else { return nil }
        let length = Int(payload[0])
        guard length < payloadByteCount else { return nil }
        do {
            return try Body(decodingAll: Array(payload[1..<(1 + length)]))
        } catch {
            return nil
        }
    }
}

/// Whose votes a log holds, and from where on.
package struct VoteLogHeader: Hashable, Sendable, WireCodable {
    /// How often the log has been compacted.
    package let generation: UInt64
    package let network: NetworkID
    package let key: PublicKey
    package let epoch: Epoch
    /// No vote at or below this view is held, and none may be signed.
    package let finalView: View
    /// The sequence number of the first record; the numbers go on from one generation to the next.
    package let firstSequence: UInt64

    package init(
        generation: UInt64,
        network: NetworkID,
        key: PublicKey,
        epoch: Epoch,
        finalView: View,
        firstSequence: UInt64
    ) {
        self.generation = generation
        self.network = network
        self.key = key
        self.epoch = epoch
        self.finalView = finalView
        self.firstSequence = firstSequence
    }

    package static var minimumByteCount: Int { 96 }

    package init(decoding rest: inout RawSpan) throws(WireError) {
        generation = try rest.take()
        network = try NetworkID(decoding: &rest)
        key = try PublicKey(decoding: &rest)
        epoch = try Epoch(decoding: &rest)
        finalView = try View(decoding: &rest)
        firstSequence = try rest.take()
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(generation)
        writer.write(network)
        writer.write(key)
        writer.write(epoch)
        writer.write(finalView)
        writer.write(firstSequence)
    }

    /// False for counters that no log ever reaches, and from which counting on could overflow: then it is not ours.
    var isCountable: Bool { max(generation, firstSequence) < 1 << 62 }

    /// What goes into the hash of every record behind this header.
    var salt: [UInt8] { network.bytes + key.bytes }
}

/// One entry of a vote log.
package struct VoteLogRecord: Hashable, Sendable, WireCodable {
    package enum Content: Hashable, Sendable {
        case vote(Vote)
        /// The final view was raised.
        case finalView(View)
    }

    package let generation: UInt64
    package let sequence: UInt64
    /// The sequence number of the first record that was written and synced together with this one.
    package let batchFirst: UInt64
    package let content: Content

    package init(generation: UInt64, sequence: UInt64, batchFirst: UInt64, content: Content) {
        self.generation = generation
        self.sequence = sequence
        self.batchFirst = batchFirst
        self.content = content
    }

    package static var minimumByteCount: Int { 33 }

    package init(decoding rest: inout RawSpan) throws(WireError) {
        generation = try rest.take()
        sequence = try rest.take()
        batchFirst = try rest.take()
        switch try rest.takeTag() {
        case 0: content = .vote(try Vote(decoding: &rest))
        case 1: content = .finalView(try View(decoding: &rest))
        case let other: throw .unknownTag(UInt64(other), of: "vote log record")
        }
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(generation)
        writer.write(sequence)
        writer.write(batchFirst)
        switch content {
        case .vote(let vote):
            writer.write(tag: 0)
            writer.write(vote)
        case .finalView(let view):
            writer.write(tag: 1)
            writer.write(view)
        }
    }
}

/// Everything that one file of a vote log should hold.
package struct VoteLogImage: Hashable, Sendable {
    package var header: VoteLogHeader
    package var records: [VoteLogRecord]

    package init(header: VoteLogHeader, records: [VoteLogRecord]) {
        self.header = header
        self.records = records
    }

    package func encoded() -> [UInt8] {
        VoteLogFormat.warning + VoteLogFormat.record(header) + records.flatMap(encoded)
    }

    /// The bytes of one record of this log.
    package func encoded(_ record: VoteLogRecord) -> [UInt8] {
        VoteLogFormat.record(record, salt: header.salt)
    }

    /// Where the next record's bytes go.
    package var byteCount: Int { (2 + records.count) * VoteLogFormat.recordByteCount }
    package var nextSequence: UInt64 { header.firstSequence + UInt64(records.count) }
}

// What each write adds, and when the files begin anew.
extension VoteLogImage {
    /// The records of one write, which are synced together: at most `batchRecordsMax` behind those that are there.
    package func batch(_ contents: some Collection<VoteLogRecord.Content>) -> [VoteLogRecord] {
        precondition(contents.count <= VoteLogFormat.batchRecordsMax, "a reader takes no more for one torn write")
        let first = nextSequence
        return contents.enumerated().map { index, content in
            VoteLogRecord(
                generation: header.generation,
                sequence: first + UInt64(index),
                batchFirst: first,
                content: content
            )
        }
    }

    /// Whether at least so many records stand in a file, and a compaction would leave at most half of them.
    package func wantsCompaction(to book: VoteBook, recordsMax: Int) -> Bool {
        records.count >= recordsMax && 2 * book.votes.count <= records.count
    }

    /// What both files hold after a compaction: this book and nothing else, in a new generation.
    package func compacted(to book: VoteBook) -> VoteLogImage {
        let first = nextSequence
        let header = VoteLogHeader(
            generation: header.generation + 1,
            network: header.network,
            key: header.key,
            epoch: header.epoch,
            finalView: book.finalView,
            firstSequence: first
        )
        let records = book.votes.enumerated().map { index, vote in
            // Written and synced as a whole before the rename: each record is a batch of its own, none may be torn.
            VoteLogRecord(
                generation: header.generation,
                sequence: first + UInt64(index),
                batchFirst: first + UInt64(index),
                content: .vote(vote)
            )
        }
        return VoteLogImage(header: header, records: records)
    }
}
