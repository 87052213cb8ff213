import Cryptography
import Glibc
package import Primitives

/// The files of a home that a verification reads, as they were copied, by their digests.
///
/// The digest is of the lines that `sha256sum` prints for them: anybody can repeat it with standard tools.
package struct HomeInventory: Hashable, Sendable {
    package private(set) var fileCount = 0
    package private(set) var byteCount: UInt64 = 0
    private var lines: [UInt8] = []

    package init() {}

    package var digest: Hash32 { SHA256.hash(lines) }

    /// The files that a verification would copy, of a home that may be in any state but is not in use.
    package init(ofHomeAt path: String) throws(FileError) {
        self = try Self.list(copy: Home(path: path).data, home: path)
    }

    /// The copied databases in `copy`, then the files of `home` that are read where they lie, by their names in a home.
    ///
    /// Fails when it is no longer wanted.
    static func list(
        copy: HomeData,
        home: String,
        isUnwanted: @escaping @Sendable () -> Bool = { false }
    ) throws(FileError) -> HomeInventory {
        let path = copy.path
        var (inventory, chain) = try together { () throws(FileError) in
            try HomeInventory(ofDatabase: "bodies", in: path, isUnwanted)
        } _: { () throws(FileError) in
            try HomeInventory(ofDatabase: "chain", in: path, isUnwanted)
        }
        inventory.add(chain)
        for name in ["format", "votes.a", "votes.b"] where try PosixPath.exists(home + "/" + name) {
            try inventory.add(home + "/" + name, as: name)
        }
        return inventory
    }

    private init(ofDatabase database: String, in path: String, _ isUnwanted: () -> Bool) throws(FileError) {
        guard try PosixPath.exists(path + "/" + database) else { return }
        for name in try PosixPath.names(in: path + "/" + database) where !["LOG", "LOG.old", "LOCK"].contains(name) {
            try add("\(path)/\(database)/\(name)", as: "data/\(database)/\(name)", isUnwanted)
        }
    }

    private mutating func add(_ other: HomeInventory) {
        fileCount += other.fileCount
        byteCount += other.byteCount
        lines += other.lines
    }

    private mutating func add(
        _ path: String,
        as name: String,
        _ isUnwanted: () -> Bool = { false }
    ) throws(FileError) {
        var hasher = SHA256()
        let file = try PosixFile(path: path, flags: O_RDONLY)
        try file.forEachPiece { (piece) throws(FileError) in
            guard !isUnwanted() else { throw FileError(operation: "read", path: path, code: ECANCELED) }
            hasher.update(piece)
            byteCount += UInt64(piece.count)
        }
        try file.close()
        fileCount += 1
        lines += Array("\(hasher.finish().hex)  \(name)\n".utf8)
    }
}
