import Glibc
import Synchronization

/// A directory that is removed when the last reference goes, or when the process is told to end before that.
package final class TemporaryDirectory: Sendable {
    let path: String

    /// All that are there; nil once they were removed for good.
    private static let live = Mutex<Set<String>?>([])
    /// Who fills a directory may put something in while it is being removed.
    private static let attempts = 100

    init(path: String) throws(FileError) {
        try Self.live.withLock { (live) throws(FileError) in
            guard live != nil else { throw FileError(operation: "create", path: path, code: ECANCELED) }
            try PosixPath.makeDirectory(path)
            live?.insert(path)
        }
        self.path = path
    }

    deinit {
        guard Self.live.withLock({ $0?.remove(path) }) != nil else { return }
        Self.remove(path, attempts: 1)
    }

    /// Removes every one and lets no more be made; for a process that ends at once.
    ///
    /// Whoever reads in one finds its files gone, and must not be heard any more.
    package static func removeAll() {
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
