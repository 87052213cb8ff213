import ConsensusCore
import Glibc
import Primitives

/// The two files of a vote log, open and locked; every write goes to A and is synced, then to B (spec 3.4).
///
/// So at any moment at most one of them is being changed, and the other one is whole. The first failed write or sync
/// poisons both: nothing is written after it.
struct VoteLogMirrors: ~Copyable {
    let bookAtOpening: VoteBook
    let repairs: [VoteLog.Repair]
    private let home: String
    private var image: VoteLogImage
    private var a: PosixFile
    private var b: PosixFile
    private var isPoisoned = false

    /// Compaction starts when this many records stand in a file: 128 KiB.
    private static let recordsMax = 512

    static func create(home: String, _ image: VoteLogImage) throws(VoteLogError) {
        let (pathA, pathB) = paths(home)
        let bytes = image.encoded()
        if try exist(home: home) { throw .alreadyThere(path: pathA) }
        try wrapping { () throws(FileError) in
            try PosixPath.create(pathA, bytes)
            try PosixPath.create(pathB, bytes)
            try PosixPath.syncDirectory(home)
        }
    }

    static func exist(home: String) throws(VoteLogError) -> Bool {
        let (pathA, pathB) = paths(home)
        return try wrapping { () throws(FileError) in
            let hasA = try PosixPath.exists(pathA)
            let hasB = try PosixPath.exists(pathB)
            return hasA || hasB
        }
    }

    /// Opens, locks, compares, and writes anew a file that lacks what the other one holds.
    init(home: String, network: NetworkID, key: PublicKey) throws(VoteLogError) {
        guard try Self.exist(home: home) else { throw .missing(home: home) }
        let (pathA, pathB) = Self.paths(home)
        var a = try Self.openLocked(pathA)
        var b = try Self.openLocked(pathB)
        let bytesA = try Self.bytes(of: a)
        let bytesB = try Self.bytes(of: b)
        let reading = try Self.judge(a: bytesA, b: bytesB, network: network, key: key)
        let bytes = reading.image.encoded()
        var repairs: [VoteLog.Repair] = reading.tornRecords > 0 ? [.cutTornTail(records: reading.tornRecords)] : []
        if bytesA != bytes {
            a = try Self.replaced(pathA, with: bytes, in: home)
            repairs.append(.healed(path: pathA))
        }
        if bytesB != bytes {
            b = try Self.replaced(pathB, with: bytes, in: home)
            repairs.append(.healed(path: pathB))
        }
        self.home = home
        self.repairs = repairs
        bookAtOpening = reading.book
        image = reading.image
        self.a = a
        self.b = b
    }

    /// Adds records, at most `batchRecordsMax` between two syncs of a file.
    mutating func append(_ contents: [VoteLogRecord.Content]) throws(VoteLogError) {
        var rest = contents[...]
        while !rest.isEmpty {
            try appendBatch(rest.prefix(VoteLogFormat.batchRecordsMax))
            rest = rest.dropFirst(VoteLogFormat.batchRecordsMax)
        }
    }

    private mutating func appendBatch(_ contents: ArraySlice<VoteLogRecord.Content>) throws(VoteLogError) {
        let records = image.batch(contents)
        let offset = image.byteCount
        let bytes = records.flatMap(image.encoded)
        guard !isPoisoned else { throw .poisoned }
        do {
            try a.write(bytes, at: offset)
            try a.sync()
            try b.write(bytes, at: offset)
            try b.sync()
        } catch {
            isPoisoned = true
            throw .file(error)
        }
        image.records.append(contentsOf: records)
    }

    /// Whether a compaction is due, and would make the files at most half as long.
    func wantsCompaction(to book: VoteBook) -> Bool {
        image.wantsCompaction(to: book, recordsMax: Self.recordsMax)
    }

    /// Replaces both files by ones that hold this book and nothing else.
    mutating func compact(to book: VoteBook) throws(VoteLogError) {
        let image = image.compacted(to: book)
        let bytes = image.encoded()
        guard !isPoisoned else { throw .poisoned }
        isPoisoned = true
        a = try Self.replaced(Self.paths(home).a, with: bytes, in: home)
        b = try Self.replaced(Self.paths(home).b, with: bytes, in: home)
        isPoisoned = false
        self.image = image
    }

    static func paths(_ home: String) -> (a: String, b: String) { (home + "/votes.a", home + "/votes.b") }

    static func judge(
        a: [UInt8],
        b: [UInt8],
        network: NetworkID,
        key: PublicKey
    ) throws(VoteLogError) -> VoteLogReading {
        do {
            return try VoteLogReading(a: a, b: b, network: network, key: key)
        } catch {
            throw .damaged(error)
        }
    }

    /// Opens one mirror and locks it; a missing one is made, empty, to be written from the other.
    private static func openLocked(_ path: String) throws(VoteLogError) -> PosixFile {
        do {
            var file = try PosixFile(path: path, flags: O_RDWR | O_CREAT)
            var isMine = try file.lock()
            // Another process may replace the file between the two calls; then the lock is on a file without a name.
            while isMine, try !file.isCurrent() {
                file = try PosixFile(path: path, flags: O_RDWR | O_CREAT)
                isMine = try file.lock()
            }
            if isMine { return file }
        } catch {
            throw .file(error)
        }
        throw .locked(path: path)
    }

    private static func bytes(of file: borrowing PosixFile) throws(VoteLogError) -> [UInt8] {
        do { return try file.readAll() } catch { throw .file(error) }
    }

    /// Puts a new file in the place of an old one: written, synced, locked, renamed, the directory synced.
    private static func replaced(
        _ path: String,
        with bytes: [UInt8],
        in home: String
    ) throws(VoteLogError) -> PosixFile {
        let newPath = path + ".new"
        do {
            try PosixPath.remove(newPath)
            let file = try PosixFile(path: newPath, flags: O_RDWR | O_CREAT | O_EXCL)
            try file.write(bytes, at: 0)
            try file.sync()
            _ = try file.lock()
            try PosixPath.rename(newPath, to: path)
            try PosixPath.syncDirectory(home)
            return file
        } catch {
            throw .file(error)
        }
    }

    static func wrapping<Value>(_ body: () throws(FileError) -> Value) throws(VoteLogError) -> Value {
        do { return try body() } catch { throw .file(error) }
    }
}
