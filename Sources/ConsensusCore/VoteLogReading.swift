package import Primitives

/// Why a vote log can't be trusted: the node refuses to sign and goes on serving reads (spec 3.7(1)).
package enum VoteLogDamage: Error, Hashable, Sendable {
    /// Neither file has the line for people that both begin with.
    case noWarning
    /// Neither file has a whole header.
    case noHeader
    /// The log belongs to another network.
    case otherNetwork(found: NetworkID, wanted: NetworkID)
    /// The log belongs to another consensus key.
    case otherKey(found: PublicKey, wanted: PublicKey)
    /// Both files' headers are whole, name the same generation, and differ.
    case headersDiffer
    /// One file is older than a compaction that was cut short can leave it: restored from a backup, perhaps.
    case staleMirror(generation: UInt64, other: UInt64)
    /// After a compaction that was cut short, the newer file is not whole.
    case newerNotWhole
    /// The older file holds a vote that the newer one should hold as well.
    case voteMissing(VoteBody)
    /// A record is broken in both files and was not the last to be written.
    case record(index: Int)
    /// A record is whole in both files, and differs.
    case recordsDiffer(index: Int)
    /// The log holds votes that no validator may cast both.
    case contradiction(VoteRefusal)
}

/// What the two files of a vote log say together.
package struct VoteLogReading: Hashable, Sendable {
    /// What both files should hold.
    package let image: VoteLogImage
    package let book: VoteBook
    /// How many records at the end were torn and are cut: their votes were never sent.
    package let tornRecords: Int
}

extension VoteLogReading {
    /// Judges the bytes of both files; a missing file counts as an empty one.
    ///
    /// A record that is whole in one file counts. At most a batch at the end may be broken in both: a write that a power
    /// cut tore, whose votes were never sent. Everything else is damage. Time proportional to the bytes.
    package init(a: [UInt8], b: [UInt8], network: NetworkID, key: PublicKey) throws(VoteLogDamage) {
        let files = [VoteLogFile(a), VoteLogFile(b)]
        guard files.contains(where: \.hasWarning) else { throw .noWarning }
        let headers = files.compactMap(\.header)
        guard let first = headers.first else { throw .noHeader }
        for header in headers {
            guard header.network == network else { throw .otherNetwork(found: header.network, wanted: network) }
            guard header.key == key else { throw .otherKey(found: header.key, wanted: key) }
        }
        if headers.count == 2, headers[0].generation != headers[1].generation {
            try self.init(interrupted: headers[0].generation < headers[1].generation ? files : files.reversed())
            return
        }
        guard headers.allSatisfy({ $0 == first }) else { throw .headersDiffer }
        try self.init(header: first, mirrors: files)
    }

    private init(header: VoteLogHeader, mirrors files: [VoteLogFile]) throws(VoteLogDamage) {
        var readings: [[VoteLogRecord?]] = []
        for file in files { readings.append(try file.records(behind: header)) }
        let count = readings.map(\.count).max() ?? 0
        var records: [VoteLogRecord?] = []
        for index in 0..<count {
            let found = readings.compactMap { index < $0.count ? $0[index] : nil }
            guard found.allSatisfy({ $0 == found[0] }) else { throw .recordsDiffer(index: index) }
            records.append(found.first)
        }
        let whole = Array(records.prefix { $0 != nil }.compactMap { $0 })
        let torn = records.dropFirst(whole.count)
        // Only the last write can be torn: whatever is whole behind the first broken record was written with it.
        let firstTorn = header.firstSequence + UInt64(whole.count)
        guard torn.count <= VoteLogFormat.batchRecordsMax,
            torn.allSatisfy({ record in record.map { $0.batchFirst <= firstTorn } ?? true })
        else { throw .record(index: whole.count) }
        try self.init(image: VoteLogImage(header: header, records: whole), tornRecords: torn.count)
    }

    // Spec 3.4: a compaction replaces A, then B. Between the two, the older file holds all that the newer one does.
    private init(interrupted olderThenNewer: [VoteLogFile]) throws(VoteLogDamage) {
        guard let olderHeader = olderThenNewer[0].header, let newerHeader = olderThenNewer[1].header else {
            preconditionFailure("only files with headers are compared by generation")
        }
        guard newerHeader.generation - olderHeader.generation == 1 else {
            throw .staleMirror(generation: olderHeader.generation, other: newerHeader.generation)
        }
        let found = try olderThenNewer[1].records(behind: newerHeader)
        let records = found.compactMap { $0 }
        // Nothing is added to the newer file before the older one is replaced, so it can't be torn.
        guard olderThenNewer[1].hasWarning, records.count == found.count else { throw .newerNotWhole }
        try self.init(image: VoteLogImage(header: newerHeader, records: records), tornRecords: 0)
        for record in try olderThenNewer[0].records(behind: olderHeader) {
            if case .vote(let vote)? = record?.content, vote.body.view > book.finalView,
                book.vote(for: vote.body) != vote
            {
                throw .voteMissing(vote.body)
            }
        }
    }

    private init(image: VoteLogImage, tornRecords: Int) throws(VoteLogDamage) {
        var book = VoteBook(epoch: image.header.epoch, finalView: image.header.finalView)
        for record in image.records {
            switch record.content {
            case .finalView(let view): book.raise(finalView: view)
            case .vote(let vote):
                if let refusal = book.refusal(of: vote.body) { throw .contradiction(refusal) }
                book.insert(vote)
            }
        }
        self.image = image
        self.book = book
        self.tornRecords = tornRecords
    }
}

/// One file's bytes, cut into records.
private struct VoteLogFile {
    let hasWarning: Bool
    let header: VoteLogHeader?
    private let slots: [ArraySlice<UInt8>]

    init(_ bytes: [UInt8]) {
        let width = VoteLogFormat.recordByteCount
        slots = stride(from: 0, to: bytes.count, by: width).map { bytes[$0..<min($0 + width, bytes.count)] }
        hasWarning = slots.first.map { Array($0) == VoteLogFormat.warning } ?? false
        let found = slots.count > 1 ? VoteLogFormat.body(VoteLogHeader.self, of: slots[1]) : nil
        header = found.flatMap { $0.isCountable ? $0 : nil }
    }

    /// What stands at each place behind the header; nil where nothing whole does.
    ///
    /// A whole record of another generation is no torn write: its file's header is broken, and was another one.
    func records(behind header: VoteLogHeader) throws(VoteLogDamage) -> [VoteLogRecord?] {
        var records: [VoteLogRecord?] = []
        for (index, slot) in slots.dropFirst(2).enumerated() {
            let record = VoteLogFormat.body(VoteLogRecord.self, of: slot, salt: header.salt)
            if let record, record.generation != header.generation {
                throw .staleMirror(
                    generation: min(header.generation, record.generation),
                    other: max(header.generation, record.generation)
                )
            }
            let expected = header.firstSequence + UInt64(index)
            records.append(record.flatMap { $0.sequence == expected && $0.batchFirst <= expected ? $0 : nil })
        }
        return records
    }
}
