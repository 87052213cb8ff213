import CLevelDB
import Glibc
import Primitives
import Synchronization

/// One open LevelDB: the only type with pointers to it.
///
/// Checks everything that LevelDB can check. Any failed write, sync or read poisons it: LevelDB as shipped goes on
/// accepting writes after a full disk and loses them, so no write is let through afterwards. All methods may be called
/// from any thread. Closed when the last reference goes.
@safe package final class Database: Sendable {
    package let path: String
    // SAFETY: LevelDB documents that one open database may be used by any number of threads without locking; options
    // are only read after `init`. All are freed once, in `deinit`, when nobody can hold the object any more.
    private nonisolated(unsafe) let handle: OpaquePointer
    private nonisolated(unsafe) let readOptions: OpaquePointer
    private nonisolated(unsafe) let scanOptions: OpaquePointer
    private nonisolated(unsafe) let syncedWrite: OpaquePointer
    private nonisolated(unsafe) let unsyncedWrite: OpaquePointer
    private nonisolated(unsafe) let settings: Settings
    private let latch: WriteLatch

    /// How a database is tuned; correctness depends on none of it.
    package struct Tuning: Sendable {
        /// Bytes collected in memory before a table is written.
        package var writeBufferByteCount = 64 << 20
        package var tableByteCount = 8 << 20
        package var cacheByteCount = 32 << 20

        package init() {}
    }

    /// Opens an existing database, or makes a new one where there is none.
    ///
    /// Only a new home is made with `isNew`: with `create_if_missing` a lost file would give an empty ledger.
    package init(
        path: String,
        isNew: Bool,
        tuning: Tuning = Tuning(),
        latch: WriteLatch = WriteLatch()
    ) throws(StorageError) {
        let settings = unsafe Settings(isNew: isNew, tuning: tuning)
        // SAFETY: the options live until after the database is closed; the message is taken over by `take`.
        var message: UnsafeMutablePointer<CChar>?
        guard let handle = unsafe leveldb_open(settings.options, path, &message) else {
            unsafe settings.destroy()
            let reason = unsafe Self.take(message)
            if reason.hasPrefix("IO error: lock ") { throw .locked(path: path) }
            throw LevelDBReason.isOfTheSystem(reason)
                ? .diskFailed(path: path, reason: reason) : .cannotOpen(path: path, reason: reason)
        }
        self.path = path
        self.latch = latch
        unsafe self.handle = handle
        unsafe self.settings = settings
        unsafe readOptions = leveldb_readoptions_create()
        unsafe leveldb_readoptions_set_verify_checksums(readOptions, 1)
        unsafe scanOptions = leveldb_readoptions_create()
        unsafe leveldb_readoptions_set_verify_checksums(scanOptions, 1)
        unsafe leveldb_readoptions_set_fill_cache(scanOptions, 0)
        unsafe syncedWrite = leveldb_writeoptions_create()
        unsafe leveldb_writeoptions_set_sync(syncedWrite, 1)
        unsafe unsyncedWrite = leveldb_writeoptions_create()
    }

    deinit {
        unsafe leveldb_close(handle)
        unsafe leveldb_readoptions_destroy(readOptions)
        unsafe leveldb_readoptions_destroy(scanOptions)
        unsafe leveldb_writeoptions_destroy(syncedWrite)
        unsafe leveldb_writeoptions_destroy(unsyncedWrite)
        unsafe settings.destroy()
    }

    /// The value under a key; nil when there is none.
    package func value(_ key: [UInt8]) throws(StorageError) -> [UInt8]? {
        var message: UnsafeMutablePointer<CChar>?
        var count = 0
        // SAFETY: LevelDB copies the key; the value it returns is `count` bytes that are ours to free.
        let value = unsafe key.withUnsafeChars {
            unsafe leveldb_get(handle, readOptions, $0, key.count, &count, &message)
        }
        if unsafe message != nil { throw failedRead(of: Hex.encode(key), unsafe Self.take(message)) }
        guard let value = unsafe value else { return nil }
        defer { unsafe leveldb_free(value) }
        return unsafe [UInt8](UnsafeRawBufferPointer(start: value, count: count))
    }

    /// Calls `body` with each key in `lower..<upper` in ascending order until it answers false.
    ///
    /// Sees the database as it was when the walk began.
    package func forEach(
        from lower: [UInt8],
        to upper: [UInt8],
        _ body: (_ key: [UInt8], _ value: [UInt8]) throws(StorageError) -> Bool
    ) throws(StorageError) {
        let iterator = unsafe leveldb_create_iterator(handle, scanOptions)
        // SAFETY: the iterator is destroyed once, when the walk is over; what it points at is copied before it moves.
        defer { unsafe leveldb_iter_destroy(iterator) }
        unsafe lower.withUnsafeChars { unsafe leveldb_iter_seek(iterator, $0, lower.count) }
        while unsafe leveldb_iter_valid(iterator) != 0 {
            var count = 0
            let keyBytes = unsafe leveldb_iter_key(iterator, &count)
            let key = unsafe [UInt8](UnsafeRawBufferPointer(start: keyBytes, count: count))
            guard key.lexicographicallyPrecedes(upper) else { return }
            let valueBytes = unsafe leveldb_iter_value(iterator, &count)
            let value = unsafe [UInt8](UnsafeRawBufferPointer(start: valueBytes, count: count))
            guard try body(key, value) else { return }
            unsafe leveldb_iter_next(iterator)
        }
        var message: UnsafeMutablePointer<CChar>?
        unsafe leveldb_iter_get_error(iterator, &message)
        if unsafe message != nil { throw failedRead(of: "from \(Hex.encode(lower))", unsafe Self.take(message)) }
    }

    /// What could not be read may have been overwritten by the next write, so there is none.
    private func failedRead(of key: String, _ reason: String) -> StorageError {
        latch.close()
        return LevelDBReason.isOfTheSystem(reason)
            ? .diskFailed(path: path, reason: reason) : .cannotRead(key: key, reason: reason)
    }

    /// Writes a batch, all or nothing; with `isSynced` returns once it is on disk.
    package func write(_ batch: borrowing WriteBatch, isSynced: Bool) throws(StorageError) {
        guard !latch.isClosed else { throw .poisoned(path: path) }
        var message: UnsafeMutablePointer<CChar>?
        // SAFETY: the batch lives during the call, which copies it.
        unsafe leveldb_write(handle, isSynced ? syncedWrite : unsyncedWrite, batch.handle, &message)
        guard unsafe message != nil else { return }
        latch.close()
        throw .cannotWrite(path: path, reason: unsafe Self.take(message))
    }

    /// Copies LevelDB's message and frees it.
    private static func take(_ message: UnsafeMutablePointer<CChar>?) -> String {
        // SAFETY: LevelDB's messages are C strings that the caller frees with `leveldb_free`.
        guard let message = unsafe message else { return "no reason given" }
        defer { unsafe leveldb_free(message) }
        return unsafe String(cString: message)
    }

    /// The options and what they refer to, which must live as long as the database.
    @unsafe private struct Settings {
        let options: OpaquePointer
        let filter: OpaquePointer
        let cache: OpaquePointer

        init(isNew: Bool, tuning: Tuning) {
            // SAFETY: plain setters on fresh objects; a value goes in, nothing is kept but the filter and the cache.
            unsafe options = leveldb_options_create()
            unsafe filter = leveldb_filterpolicy_create_bloom(10)
            unsafe cache = leveldb_cache_create_lru(tuning.cacheByteCount)
            unsafe leveldb_options_set_create_if_missing(options, isNew ? 1 : 0)
            unsafe leveldb_options_set_error_if_exists(options, isNew ? 1 : 0)
            unsafe leveldb_options_set_paranoid_checks(options, 1)
            unsafe leveldb_options_set_filter_policy(options, filter)
            unsafe leveldb_options_set_cache(options, cache)
            unsafe leveldb_options_set_write_buffer_size(options, tuning.writeBufferByteCount)
            unsafe leveldb_options_set_max_file_size(options, tuning.tableByteCount)
            // Keys, hashes and signatures don't compress.
            unsafe leveldb_options_set_compression(options, Int32(leveldb_no_compression))
        }

        func destroy() {
            unsafe leveldb_options_destroy(options)
            unsafe leveldb_filterpolicy_destroy(filter)
            unsafe leveldb_cache_destroy(cache)
        }
    }
}

/// Open until the first write or read fails, then closed for ever; shared by databases that stand or fall together.
package final class WriteLatch: Sendable {
    private let closed = Atomic(false)

    package init() {}

    var isClosed: Bool { closed.load(ordering: .sequentiallyConsistent) }
    func close() { closed.store(true, ordering: .sequentiallyConsistent) }
}

/// Changes that are written together, in order.
@safe package struct WriteBatch: ~Copyable {
    fileprivate let handle: OpaquePointer
    package private(set) var count = 0

    package init() { unsafe handle = leveldb_writebatch_create() }

    deinit { unsafe leveldb_writebatch_destroy(handle) }

    package mutating func put(_ key: [UInt8], _ value: [UInt8]) {
        // SAFETY: the batch copies key and value during the call.
        unsafe key.withUnsafeChars { keyBytes in
            unsafe value.withUnsafeChars { valueBytes in
                unsafe leveldb_writebatch_put(handle, keyBytes, key.count, valueBytes, value.count)
            }
        }
        count += 1
    }

    package mutating func delete(_ key: [UInt8]) {
        // SAFETY: the batch copies the key during the call.
        unsafe key.withUnsafeChars { unsafe leveldb_writebatch_delete(handle, $0, key.count) }
        count += 1
    }
}

extension [UInt8] {
    /// Lends the bytes as LevelDB's C interface takes them; never a null pointer.
    @unsafe fileprivate func withUnsafeChars<Answer>(_ body: (UnsafePointer<CChar>) -> Answer) -> Answer {
        unsafe withUnsafeBytes { bytes in
            // SAFETY: bytes are characters of the same size; an empty array's pointer is replaced, and not read.
            guard let base = bytes.baseAddress else {
                let nothing: CChar = 0
                return unsafe withUnsafePointer(to: nothing) { unsafe body($0) }
            }
            return unsafe body(base.assumingMemoryBound(to: CChar.self))
        }
    }
}
