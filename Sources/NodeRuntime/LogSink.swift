import Glibc
package import LevelDBStorage
import Synchronization

/// Where a log's lines go: standard error, or a file that may be renamed away and opened again.
///
/// A line that can't be written is lost; nothing waits for it, and no node stops for it.
package final class LogSink: Sendable {
    /// What reads standard error.
    enum Reader: Sendable {
        case terminal
        /// systemd's journal, which keeps the time and wants the priority in front (sd-daemon(3)).
        case journal
        case other
    }

    let reader: Reader
    private let path: String?
    private let descriptor: Mutex<Int32>

    /// Standard error; `environment` says whether the journal reads it.
    package init(environment: [String: String]) {
        path = nil
        descriptor = Mutex(STDERR_FILENO)
        reader =
            isatty(STDERR_FILENO) == 1
            ? .terminal : Self.isJournal(environment["JOURNAL_STREAM"]) ? .journal : .other
    }

    /// Appends to a file, which is made if it isn't there: mode 0600.
    package init(file path: String) throws(FileError) {
        self.path = path
        reader = .other
        descriptor = Mutex(try Self.open(path))
    }

    deinit {
        if path != nil { descriptor.withLock { _ = close($0) } }
    }

    /// Opens the file again after something else renamed it; answers why it could not, and then goes on with the old one.
    package func reopen() -> FileError? {
        guard let path else { return nil }
        do throws(FileError) {
            let fresh = try Self.open(path)
            let old = descriptor.withLock { current in
                defer { current = fresh }
                return current
            }
            _ = close(old)
            return nil
        } catch {
            return error
        }
    }

    /// Writes a line with one call, so that lines of several threads never mix.
    func write(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        descriptor.withLock { descriptor in
            var rest = bytes[...]
            while !rest.isEmpty {
                let part = Array(rest)
                // SAFETY: `part` is good for its own length during the call.
                let count = unsafe Glibc.write(descriptor, part, part.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }
    }

    private static func open(_ path: String) throws(FileError) -> Int32 {
        // SAFETY: the path is a C string for the length of the call.
        let descriptor = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileError(operation: "open", path: path, code: errno) }
        return descriptor
    }

    /// The journal names the device and the inode of the pipe that it reads.
    private static func isJournal(_ stream: String?) -> Bool {
        guard let stream else { return false }
        var entry = stat()
        // SAFETY: the call fills a struct that lives on the stack.
        guard unsafe fstat(STDERR_FILENO, &entry) == 0 else { return false }
        return stream == "\(entry.st_dev):\(entry.st_ino)"
    }
}
