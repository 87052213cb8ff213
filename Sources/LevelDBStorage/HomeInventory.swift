import Cryptography
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
    static func list(copy: HomeData, home: String) throws(FileError) -> HomeInventory {
        var inventory = HomeInventory()
        for database in ["bodies", "chain"] where try PosixPath.exists(copy.path + "/" + database) {
            for name in try PosixPath.names(in: copy.path + "/" + database)
            where !["LOG", "LOG.old", "LOCK"].contains(name) {
                try inventory.add("\(copy.path)/\(database)/\(name)", as: "data/\(database)/\(name)")
            }
        }
        for name in ["format", "votes.a", "votes.b"] where try PosixPath.exists(home + "/" + name) {
            try inventory.add(home + "/" + name, as: name)
        }
        return inventory
    }

    private mutating func add(_ path: String, as name: String) throws(FileError) {
        let bytes = try PosixPath.read(path)
        fileCount += 1
        byteCount += UInt64(bytes.count)
        lines += Array("\(SHA256.hash(bytes).hex)  \(name)\n".utf8)
    }
}
