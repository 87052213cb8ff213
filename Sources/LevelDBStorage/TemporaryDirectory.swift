import Glibc
import Synchronization

/// A directory that is removed when the last reference goes; a copy also when the process is told to end before that.
package final class TemporaryDirectory: Sendable {
    let path: String

    /// All copies that are there; nil once they were removed for good.
    private static let live = Mutex<Set<String>?>([])
    /// Who fills a directory may put something in while it is being removed.
    private static let attempts = 100

    /// For what may be moved to where it stays: nobody but its owner removes it.
    init(path: String) throws(FileError) {
        try PosixPath.makeDirectory(path)
        self.path = path
    }

    /// For a copy, which nobody needs when the process ends.
    init(copyAt path: String) throws(FileError) {
        try Self.live.withLock { (live) throws(FileError) in
            guard live != nil else { throw FileError(operation: "create", path: path, code: ECANCELED) }
            try PosixPath.makeDirectory(path)
            live?.insert(path)
        }
        self.path = path
    }

    deinit {
        // In this order: whoever ends the process in between removes what is left.
        Self.remove(path, attempts: 1)
        Self.live.withLock { _ = $0?.remove(path) }
    }

    /// Removes every copy and lets no more be made; for a process that ends at once.
    ///
    /// Whoever reads in one finds its files gone, and must not be heard any more.
    package static func removeCopies() {
        let paths = live.withLock { live in
            defer { live = nil }
            return live ?? []
        }
        for path in paths { remove(path, attempts: attempts) }
    }

    private static func remove(_ path: String, attempts: Int) {
        for _ in 0..<attempts {
            // What can't be removed stays behind under a name that says what it is; there is nobody left to tell.
            do { return try PosixPath.removeTree(path) } catch {}
        }
    }
}
