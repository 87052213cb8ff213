import Glibc

/// What LevelDB says went wrong: it answers in sentences only, and two kinds of them want different help.
enum LevelDBReason {
    /// True when the system refused, as it does when a disk fails, is full or read-only, or when a limit is reached.
    ///
    /// False when bytes or files are not those that were written: there a fetch of the chain helps, here it does not.
    static func isOfTheSystem(_ reason: String) -> Bool {
        guard reason.hasPrefix("IO error: ") else { return false }
        return !notTheFilesWritten.contains { reason.hasSuffix(": " + text($0)) }
    }

    /// A file that is gone, or something else under its name; a read behind the end of a table, which LevelDB maps.
    private static let notTheFilesWritten = [ENOENT, ENOTDIR, EISDIR, ELOOP, EINVAL]

    private static func text(_ code: Int32) -> String {
        // SAFETY: strerror answers a C string that lives until this thread's next call of it; it is copied here.
        unsafe String(cString: strerror(code))
    }
}
