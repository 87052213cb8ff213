import Glibc

extension HomeData {
    /// How often a copy is begun anew because a running node changed its tables meanwhile.
    private static let attempts = 100

    /// Copies both databases into a new directory in `home`, so that opening them changes nothing of the node's.
    ///
    /// Tables never change and are hard links; logs, manifest and `CURRENT` are copies. The chain comes first: whatever
    /// body it points to was stored before, so the copy of the bodies holds it.
    func copy(beside home: String) throws(StorageError) -> TemporaryDirectory {
        try checkDatabases()
        let directory = try filing { () throws(FileError) in
            var number = 1
            while try PosixPath.exists(home + "/copy-\(getpid())-\(number)") { number += 1 }
            return try TemporaryDirectory(copyAt: home + "/copy-\(getpid())-\(number)")
        }
        let copy = HomeData(path: directory.path)
        try Self.copyDatabase(chain, to: copy.chain)
        try Self.copyDatabase(bodies, to: copy.bodies)
        return directory
    }

    /// The copy is good if the manifest, which lists the tables and the oldest log, was the same before and after.
    private static func copyDatabase(_ source: String, to target: String) throws(StorageError) {
        for _ in 0..<attempts {
            let before = try manifest(of: source)
            let isCopied = try filing { () throws(FileError) in
                try PosixPath.makeDirectory(target)
                return try copyFiles(source, to: target)
            }
            let after = try manifest(of: source)
            let isDone = try filing { () throws(FileError) in
                if isCopied, after == before {
                    try PosixPath.create(target + "/CURRENT", before.current)
                    try PosixPath.create(target + "/" + before.name, before.bytes)
                    return true
                }
                try PosixPath.removeTree(target)
                return false
            }
            if isDone { return }
        }
        throw .file(FileError(operation: "copy a database that goes on changing", path: source, code: EBUSY))
    }

    /// Links tables and copies logs; answers false when one vanished between listing and opening.
    private static func copyFiles(_ source: String, to target: String) throws(FileError) -> Bool {
        for name in try PosixPath.names(in: source) {
            do {
                if name.hasSuffix(".ldb") || name.hasSuffix(".sst") {
                    try PosixPath.linkOrCopy(source + "/" + name, to: target + "/" + name)
                } else if name.hasSuffix(".log") {
                    try PosixPath.copy(source + "/" + name, to: target + "/" + name)
                }
            } catch  where error.code == ENOENT {
                return false
            }
        }
        return true
    }

    private struct Manifest: Equatable {
        /// What `CURRENT` holds: the manifest's name.
        let current: [UInt8]
        let name: String
        let bytes: [UInt8]
    }

    /// `CURRENT` and the manifest that it names.
    ///
    /// LevelDB renames a new `CURRENT` over the old one, and removes the old manifest after that: so a `CURRENT` that still
    /// names a missing manifest when it is read again is damaged, and a missing one always is.
    private static func manifest(of source: String) throws(StorageError) -> Manifest {
        var refused: [UInt8]?
        while true {
            let current = try read("CURRENT", of: source)
            let name = String(decoding: current.dropLast(), as: UTF8.self)
            let isName = current.last == UInt8(ascii: "\n") && name.hasPrefix("MANIFEST-") && !name.contains("/")
            guard isName, current != refused else {
                throw .cannotOpen(path: source, reason: "CURRENT names no manifest that is there")
            }
            do throws(FileError) {
                return Manifest(current: current, name: name, bytes: try PosixPath.read(source + "/" + name))
            } catch {
                guard error.code == ENOENT || error.code == EISDIR else { throw .file(error) }
                refused = current
            }
        }
    }

    private static func read(_ name: String, of source: String) throws(StorageError) -> [UInt8] {
        do throws(FileError) {
            return try PosixPath.read(source + "/" + name)
        } catch {
            guard error.code == ENOENT || error.code == EISDIR else { throw .file(error) }
            throw .cannotOpen(path: source, reason: "the file \(name) is missing")
        }
    }
}

extension PosixPath {
    /// Links a file that never changes; copies it where links are not possible.
    static func linkOrCopy(_ path: String, to target: String) throws(FileError) {
        // SAFETY: both paths are C strings for the length of the call.
        if unsafe link(path, target) == 0 { return }
        guard errno == EPERM || errno == EXDEV || errno == EMLINK || errno == ENOTSUP else {
            throw .last("link", path)
        }
        try copy(path, to: target)
    }

    /// Copies a file as long as it is when its end is reached, and syncs nothing: the copy is gone with its reader.
    static func copy(_ path: String, to target: String) throws(FileError) {
        let source = try PosixFile(path: path, flags: O_RDONLY)
        let file = try PosixFile(path: target, flags: O_RDWR | O_CREAT | O_EXCL)
        var offset = 0
        try source.forEachPiece { (piece) throws(FileError) in
            try file.write(piece, at: offset)
            offset += piece.count
        }
        try file.close()
        try source.close()
    }

    /// Removes a directory and the files in it, at any depth; follows no links.
    static func removeTree(_ path: String) throws(FileError) {
        var entry = stat()
        // SAFETY: the call fills a struct that lives on the stack.
        guard unsafe lstat(path, &entry) == 0 else {
            if errno == ENOENT { return }
            throw .last("stat", path)
        }
        if entry.st_mode & S_IFMT == S_IFDIR {
            for name in try names(in: path) { try removeTree(path + "/" + name) }
        }
        try remove(path)
    }
}
