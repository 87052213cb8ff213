import Glibc

/// A file that is too long to hold in memory: read from its beginning to its end, or written so, a piece at a time.
package final class LongFile: Sendable {
    package let path: String
    private let file: PosixFile

    /// How much is read or gathered at once.
    package static let pieceByteCount = 1 << 18

    private init(_ path: String, flags: Int32) throws(FileError) {
        self.path = path
        file = try PosixFile(path: path, flags: flags, mode: 0o644)
    }

    package static func read(_ path: String) throws(FileError) -> LongFile {
        try LongFile(path, flags: O_RDONLY)
    }

    /// Makes a file that isn't there yet.
    package static func create(_ path: String) throws(FileError) -> LongFile {
        try LongFile(path, flags: O_RDWR | O_CREAT | O_EXCL)
    }

    /// Opens a file to go on writing it.
    package static func change(_ path: String) throws(FileError) -> LongFile { try LongFile(path, flags: O_RDWR) }

    /// The next piece from `offset` on; empty only at the end.
    package func piece(at offset: UInt64) throws(FileError) -> [UInt8] {
        try file.read(Self.pieceByteCount, at: Int(offset))
    }

    package func bytes(_ count: Int, at offset: UInt64) throws(FileError) -> [UInt8] {
        try file.read(count, at: Int(offset))
    }

    package func write(_ bytes: [UInt8], at offset: UInt64) throws(FileError) { try file.write(bytes, at: Int(offset)) }

    package func cut(to byteCount: UInt64) throws(FileError) { try file.cut(to: Int(byteCount)) }

    /// Returns once everything written is on disk.
    package func sync() throws(FileError) { try file.sync() }
}

extension PosixPath {
    /// The directory that a path's last name stands in.
    package static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
