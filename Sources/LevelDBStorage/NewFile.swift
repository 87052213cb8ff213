import Glibc

/// A file that is made and filled piece by piece, such as a table that is longer than memory; never written over.
package struct NewFile: ~Copyable, Sendable {
    private let file: PosixFile
    private var pending: [UInt8] = []
    private var written = 0

    private static let pieceByteCount = 1 << 18

    /// Refuses a path at which something lies already.
    package init(_ path: String, mode: UInt32 = 0o600) throws(FileError) {
        file = try PosixFile(path: path, flags: O_RDWR | O_CREAT | O_EXCL, mode: mode_t(mode))
    }

    package mutating func append(_ bytes: [UInt8]) throws(FileError) {
        pending += bytes
        if pending.count >= Self.pieceByteCount { try flush() }
    }

    /// Returns once everything is on disk, but for the directory's entry.
    package consuming func finish() throws(FileError) {
        try flush()
        try file.sync()
    }

    private mutating func flush() throws(FileError) {
        try file.write(pending, at: written)
        written += pending.count
        pending.removeAll(keepingCapacity: true)
    }
}
