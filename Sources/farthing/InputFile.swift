import Glibc
import LevelDBStorage
import StrictJSON

/// Files that people hand to a command.
enum InputFile {
    /// The bytes of a file, or with `-` of standard input.
    ///
    /// More than `limit` bytes are refused.
    static func bytes(of path: String, limit: Int) throws(CommandFailure) -> [UInt8] {
        if path == "-" { return try StandardInput.bytes(limit: limit) }
        let isThere = try running { () throws(FileError) in try PosixPath.exists(path) }
        guard isThere else { throw CommandFailure(.badInput, "\(path) is not there") }
        let bytes = try running { () throws(FileError) in try PosixPath.read(path) }
        guard bytes.count <= limit else { throw CommandFailure(.badInput, "\(path) has more than \(limit) bytes") }
        return bytes
    }

    /// The value that the bytes of a file hold.
    static func json(_ bytes: [UInt8], of path: String) throws(CommandFailure) -> JSON {
        do throws(JSONError) { return try JSON.parse(bytes) } catch {
            throw CommandFailure(.badInput, "\(path): \(error)")
        }
    }

    static func text(of path: String, limit: Int) throws(CommandFailure) -> String {
        String(decoding: try bytes(of: path, limit: limit), as: UTF8.self)
    }
}

/// What is piped into a command.
enum StandardInput {
    static func text(limit: Int) throws(CommandFailure) -> String {
        String(decoding: try bytes(limit: limit), as: UTF8.self)
    }

    /// Everything up to the end; more than `limit` bytes are refused.
    static func bytes(limit: Int) throws(CommandFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            // SAFETY: the buffer is `chunk.count` bytes long and ours during the call.
            let count = unsafe read(STDIN_FILENO, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw CommandFailure(.inputOutput, "cannot read standard input: error \(errno)") }
            if count == 0 { return bytes }
            bytes.append(contentsOf: chunk.prefix(count))
            guard bytes.count <= limit else {
                throw CommandFailure(.badInput, "standard input has more than \(limit) bytes")
            }
        }
    }
}
