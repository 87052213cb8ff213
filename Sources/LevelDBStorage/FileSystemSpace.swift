import Glibc

/// How large a file system is, and how much of it this process may still use; in bytes.
package struct FileSystemSpace: Hashable, Sendable {
    package let total: UInt64
    package let free: UInt64

    package init(total: UInt64, free: UInt64) {
        self.total = total
        self.free = free
    }

    /// Of the file system that a path lies on; what is kept for root doesn't count as free.
    package init(at path: String) throws(FileError) {
        var answer = statvfs()
        // SAFETY: the call fills a struct that lives on the stack.
        while unsafe statvfs(path, &answer) != 0 {
            guard errno == EINTR else { throw .last("look for free space at", path) }
        }
        let unit = UInt64(answer.f_frsize)
        self.init(total: UInt64(answer.f_blocks) * unit, free: UInt64(answer.f_bavail) * unit)
    }
}

extension PosixPath {
    /// Makes a file that takes up room and holds nothing; answers false where the file system can't set room aside.
    package static func reserve(_ path: String, byteCount: UInt64) throws(FileError) -> Bool {
        let file = try PosixFile(path: path, flags: O_RDWR | O_CREAT | O_EXCL)
        do throws(FileError) {
            try file.allocate(byteCount)
        } catch {
            try remove(path)
            guard error.code == EOPNOTSUPP || error.code == EINVAL || error.code == ENOSPC else { throw error }
            return false
        }
        return true
    }
}
