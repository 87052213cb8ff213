import Glibc

/// What the operating system refused.
package struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
    package let operation: String
    package let path: String
    /// The value of `errno`.
    package let code: Int32

    package init(operation: String, path: String, code: Int32) {
        self.operation = operation
        self.path = path
        self.code = code
    }

    /// The last failure of this thread.
    static func last(_ operation: String, _ path: String) -> FileError {
        FileError(operation: operation, path: path, code: errno)
    }

    package var description: String {
        // SAFETY: strerror answers a C string that lives until this thread's next call of it; it is copied here.
        "\(operation) \(path): \(unsafe String(cString: strerror(code)))"
    }
}

/// An open file, closed by `close()` or else by `deinit`: the calls that durability depends on, each answer looked at.
///
/// Calls that a signal interrupted are made again; a failed sync never is, because the kernel forgets what it lost.
struct PosixFile: ~Copyable, Sendable {
    let path: String
    /// −1 once closed.
    private var descriptor: Int32

    /// Opens for reading, or for reading and writing; `mode` counts when the file is made.
    init(path: String, flags: Int32, mode: mode_t = 0o600) throws(FileError) {
        var descriptor: Int32
        // SAFETY: the path is a C string for the length of the call.
        repeat { descriptor = unsafe Glibc.open(path, flags | O_CLOEXEC, mode) } while descriptor < 0 && errno == EINTR
        guard descriptor >= 0 else { throw .last("open", path) }
        self.path = path
        self.descriptor = descriptor
    }

    deinit {
        // Nothing depends on this answer: whoever wrote has synced.
        if descriptor >= 0 { _ = Glibc.close(descriptor) }
    }

    consuming func close() throws(FileError) {
        let answer = Glibc.close(descriptor)
        descriptor = -1
        // Linux has closed the descriptor whatever the answer, also after a signal.
        if answer < 0, errno != EINTR { throw .last("close", path) }
    }

    func readAll() throws(FileError) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            // SAFETY: the buffer is `chunk.count` bytes long and ours during the call.
            let count = unsafe pread(descriptor, &chunk, chunk.count, bytes.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .last("read", path) }
            if count == 0 { return bytes }
            bytes.append(contentsOf: chunk.prefix(count))
        }
    }

    /// Hands over all bytes from the first to the last, in pieces of at most 1 MiB.
    func forEachPiece(_ body: (_ piece: [UInt8]) throws(FileError) -> Void) throws(FileError) {
        var offset = 0
        while true {
            let piece = try read(1 << 20, at: offset)
            if piece.isEmpty { return }
            try body(piece)
            offset += piece.count
        }
    }

    /// At most `count` bytes; fewer than that, or none, only at the end of the file.
    func read(_ count: Int, at offset: Int) throws(FileError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let read = unsafe bytes.withUnsafeMutableBytes { buffer in
                // SAFETY: the rest of the buffer is `count - filled` bytes long and ours during the call.
                unsafe pread(descriptor, buffer.baseAddress?.advanced(by: filled), count - filled, offset + filled)
            }
            if read < 0, errno == EINTR { continue }
            guard read >= 0 else { throw .last("read", path) }
            if read == 0 { break }
            filled += read
        }
        bytes.removeLast(count - filled)
        return bytes
    }

    func cut(to byteCount: Int) throws(FileError) {
        var answer: Int32
        repeat { answer = ftruncate(descriptor, byteCount) } while answer != 0 && errno == EINTR
        guard answer == 0 else { throw .last("cut", path) }
    }

    func write(_ bytes: [UInt8], at offset: Int) throws(FileError) {
        var written = 0
        while written < bytes.count {
            let rest = written == 0 ? bytes : Array(bytes[written...])
            // SAFETY: `rest` is good for its own length during the call.
            let count = unsafe pwrite(descriptor, rest, rest.count, offset + written)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .last("write", path) }
            written += count
        }
    }

    /// Makes the file this long, with all its blocks set aside.
    func allocate(_ byteCount: UInt64) throws(FileError) {
        var code: Int32
        repeat { code = posix_fallocate(descriptor, 0, off_t(byteCount)) } while code == EINTR
        guard code == 0 else { throw FileError(operation: "set space aside for", path: path, code: code) }
    }

    /// Returns once everything written is on disk.
    func sync() throws(FileError) {
        guard fsync(descriptor) == 0 else { throw .last("sync", path) }
    }

    /// Locks the file against other openers that lock it; answers false when another one holds it.
    func lock() throws(FileError) -> Bool {
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EWOULDBLOCK { return false }
            guard errno == EINTR else { throw .last("lock", path) }
        }
        return true
    }

    /// Whether the open file is the one that its path names now.
    func isCurrent() throws(FileError) -> Bool {
        var mine = stat()
        var named = stat()
        // SAFETY: both calls fill a struct that lives on the stack.
        guard unsafe fstat(descriptor, &mine) == 0 else { throw .last("stat", path) }
        guard unsafe lstat(path, &named) == 0 else {
            if errno == ENOENT { return false }
            throw .last("stat", path)
        }
        return mine.st_ino == named.st_ino && mine.st_dev == named.st_dev
    }
}

/// Keeps a second process out while the first works with the files beside it; the file of the lock stays.
package struct FileLock: ~Copyable {
    private let file: PosixFile

    private init(_ file: consuming PosixFile) { self.file = file }

    /// Nil when another process holds it.
    package static func take(_ path: String) throws(FileError) -> FileLock? {
        let file = try PosixFile(path: path, flags: O_RDWR | O_CREAT, mode: 0o600)
        guard try file.lock() else { return nil }
        return FileLock(file)
    }

    package consuming func release() throws(FileError) { try file.close() }
}

/// Paths: what stands where, made and renamed durably.
package enum PosixPath {
    package static func exists(_ path: String) throws(FileError) -> Bool {
        var entry = stat()
        // SAFETY: the call fills a struct that lives on the stack.
        if unsafe lstat(path, &entry) == 0 { return true }
        guard errno == ENOENT else { throw .last("stat", path) }
        return false
    }

    /// Whether a directory stands there, links followed; false as well when nothing does.
    static func isDirectory(_ path: String) throws(FileError) -> Bool {
        var entry = stat()
        // SAFETY: the call fills a struct that lives on the stack.
        if unsafe stat(path, &entry) == 0 { return entry.st_mode & S_IFMT == S_IFDIR }
        guard errno == ENOENT || errno == ENOTDIR || errno == ELOOP else { throw .last("stat", path) }
        return false
    }

    /// The permission bits of what the path names, links followed.
    package static func mode(of path: String) throws(FileError) -> UInt32 {
        var entry = stat()
        // SAFETY: the call fills a struct that lives on the stack.
        guard unsafe stat(path, &entry) == 0 else { throw .last("stat", path) }
        return UInt32(entry.st_mode) & 0o7777
    }

    package static func makeDirectory(_ path: String) throws(FileError) {
        // SAFETY: the path is a C string for the length of the call.
        guard unsafe mkdir(path, 0o700) == 0 else { throw .last("mkdir", path) }
    }

    static func rename(_ path: String, to target: String) throws(FileError) {
        // SAFETY: the path is a C string for the length of the call.
        guard unsafe Glibc.rename(path, target) == 0 else { throw .last("rename", path) }
    }

    static func remove(_ path: String) throws(FileError) {
        // SAFETY: the path is a C string for the length of the call.
        guard unsafe Glibc.remove(path) == 0 || errno == ENOENT else { throw .last("remove", path) }
    }

    /// Makes the entries of a directory durable: files made in it, renames.
    package static func syncDirectory(_ path: String) throws(FileError) {
        let directory = try PosixFile(path: path, flags: O_RDONLY | O_DIRECTORY)
        try directory.sync()
        try directory.close()
    }

    /// Makes a file that isn't there yet, with these bytes, durably but for its directory's entry.
    ///
    /// Only its owner may read it, unless `mode` says otherwise.
    package static func create(_ path: String, _ bytes: [UInt8], mode: UInt32 = 0o600) throws(FileError) {
        let file = try PosixFile(path: path, flags: O_RDWR | O_CREAT | O_EXCL, mode: mode_t(mode))
        try file.write(bytes, at: 0)
        try file.sync()
        try file.close()
    }

    /// Puts a file with these bytes in the place of the one that may stand there, durably: the old one or the new one is
    /// there after a crash, whole.
    package static func replace(_ path: String, _ bytes: [UInt8], mode: UInt32 = 0o600) throws(FileError) {
        let new = path + ".new"
        try remove(new)
        try create(new, bytes, mode: mode)
        try rename(new, to: path)
        try syncDirectory(directory(of: path))
    }

    package static func read(_ path: String) throws(FileError) -> [UInt8] {
        let file = try PosixFile(path: path, flags: O_RDONLY)
        let bytes = try file.readAll()
        try file.close()
        return bytes
    }

    /// The names in a directory, sorted; without `.` and `..`.
    package static func names(in path: String) throws(FileError) -> [String] {
        guard let directory = unsafe opendir(path) else { throw .last("list", path) }
        // SAFETY: the directory is open until here, and closed once.
        defer { unsafe closedir(directory) }
        var names: [String] = []
        errno = 0
        // SAFETY: the entry lives until the next readdir of this directory; its name is copied before that.
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
            errno = 0
        }
        guard errno == 0 else { throw .last("list", path) }
        return names.sorted()
    }
}
