import ConsensusCore
import Primitives

/// D1 of a simulated node: the bytes of `votes.a` and `votes.b`, in the node's own format (spec 5.6).
///
/// Both files are written one after the other, as on a real disk; a crash comes between two writes or tears one. What a start
/// then makes of the bytes is the node's own judgement.
struct SimulatedVoteLog: Sendable {
    enum File: CaseIterable, Sendable {
        case a
        case b
    }

    /// One write to one file, synced before the next begins.
    enum Write: Sendable {
        case append(File, at: Int, [UInt8])
        /// A new file, written and synced under another name, then renamed: all or nothing.
        case replace(File, [UInt8])
    }

    /// Compaction starts when this many records stand in a file: early, so that crashes meet it.
    private static let recordsMax = 40

    private var files: [[UInt8]]
    private var image: VoteLogImage
    /// What the running process goes by: everything durable, and nothing else.
    private(set) var book: VoteBook
    /// A final view that goes to disk with the next votes.
    private var unwrittenFinalView: View?

    init(network: NetworkID, key: PublicKey, finalView: View = .zero) {
        let header = VoteLogHeader(
            generation: 0,
            network: network,
            key: key,
            epoch: .zero,
            finalView: finalView,
            firstSequence: 0
        )
        image = VoteLogImage(header: header, records: [])
        book = VoteBook(epoch: .zero, finalView: finalView)
        files = [image.encoded(), image.encoded()]
    }

    /// A compaction has replaced one file and not yet the other.
    var isBetweenGenerations: Bool { files[0].prefix(512) != files[1].prefix(512) }

    // MARK: - Writing

    /// The writes that make these votes durable, in their order; `append` takes the votes in when all are done.
    func writes(of votes: [Vote]) -> [Write] {
        var grown = image
        var rest = contents(of: votes)[...]
        var writes: [Write] = []
        while !rest.isEmpty {
            let records = grown.batch(rest.prefix(VoteLogFormat.batchRecordsMax))
            let bytes = records.flatMap(grown.encoded)
            writes += File.allCases.map { .append($0, at: grown.byteCount, bytes) }
            grown.records += records
            rest = rest.dropFirst(VoteLogFormat.batchRecordsMax)
        }
        return writes
    }

    private func contents(of votes: [Vote]) -> [VoteLogRecord.Content] {
        (unwrittenFinalView.map { [.finalView($0)] } ?? []) + votes.map { .vote($0) }
    }

    /// The votes' writes are done in both files.
    mutating func append(_ votes: [Vote]) {
        var rest = contents(of: votes)[...]
        while !rest.isEmpty {
            image.records += image.batch(rest.prefix(VoteLogFormat.batchRecordsMax))
            rest = rest.dropFirst(VoteLogFormat.batchRecordsMax)
        }
        unwrittenFinalView = nil
        for vote in votes { book.insert(vote) }
    }

    /// The writes of a compaction, if one is due once this view is final; `raise` takes it in when all are done.
    func writes(raising view: View) -> [Write] {
        guard view > book.finalView else { return [] }
        var book = book
        book.raise(finalView: view)
        guard image.wantsCompaction(to: book, recordsMax: Self.recordsMax) else { return [] }
        let bytes = image.compacted(to: book).encoded()
        return File.allCases.map { .replace($0, bytes) }
    }

    /// A view is final on disk; the writes that this caused are done.
    mutating func raise(finalView view: View) {
        guard view > book.finalView else { return }
        book.raise(finalView: view)
        if image.wantsCompaction(to: book, recordsMax: Self.recordsMax) {
            image = image.compacted(to: book)
            unwrittenFinalView = nil
        } else {
            unwrittenFinalView = view
        }
    }

    mutating func perform(_ write: Write) {
        switch write {
        case .append(let file, let offset, let bytes):
            precondition(self[file].count == offset, "a file has just the records of the image when the next are added")
            self[file] += bytes
        case .replace(let file, let bytes): self[file] = bytes
        }
    }

    /// The power goes during a write: of an appended part something is there, not always its beginning.
    mutating func tear(_ write: Write, with generator: inout SplitMix64) {
        guard case .append(let file, let offset, var bytes) = write, self[file].count == offset else { return }
        let cut = generator.below(bytes.count + 1)
        switch generator.below(3) {
        // The length grew before the data came.
        case 0: for index in cut..<bytes.count { bytes[index] = 0 }
        // Sectors were written in another order.
        case 1: for index in 0..<cut { bytes[index] = 0 }
        default: bytes.removeSubrange(cut...)
        }
        self[file] += bytes
    }

    /// A bit of a file changes by itself.
    mutating func flip(_ file: File, with generator: inout SplitMix64) {
        let index = generator.below(self[file].count)
        self[file][index] ^= 1 << UInt8(generator.below(8))
    }

    /// Changes one record in both files, far enough from the end that it can't be taken for a torn write; answers false,
    /// and changes nothing, while the files are too short for that.
    mutating func spoilRecord(with generator: inout SplitMix64) -> Bool {
        let width = VoteLogFormat.recordByteCount
        let behind = VoteLogFormat.batchRecordsMax + 1
        let count = min(files[0].count, files[1].count) / width - 2 - behind
        guard count > 0, !isBetweenGenerations else { return false }
        let start = (2 + generator.below(count)) * width
        for file in File.allCases { self[file][start + generator.below(width)] ^= 1 }
        return true
    }

    // MARK: - Reading

    /// What a start does: judges both files, writes anew what lacks something, and goes by what they say.
    ///
    /// Answers how many records were torn, and whether a file was healed.
    mutating func open() throws(VoteLogDamage) -> (tornRecords: Int, isHealed: Bool) {
        let reading = try VoteLogReading(a: files[0], b: files[1], network: image.header.network, key: image.header.key)
        let bytes = reading.image.encoded()
        let isHealed = files.contains { $0 != bytes }
        files = [bytes, bytes]
        image = reading.image
        book = reading.book
        unwrittenFinalView = nil
        return (reading.tornRecords, isHealed)
    }

    private subscript(file: File) -> [UInt8] {
        get { files[file == .a ? 0 : 1] }
        set { files[file == .a ? 0 : 1] = newValue }
    }
}
