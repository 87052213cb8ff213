import Glibc
import Primitives

/// A node's directory (spec 5.5): what lies in it, and who may work on it.
///
///     format       network id and format version, in plain text; written last when a home is made
///     lock         held by the process that works on the home
///     votes.a, .b  the vote log of a validator
///     data/chain   LevelDB: the final chain and its indexes
///     data/bodies  LevelDB: block bodies, and certificates above the final view
struct Home: Sendable {
    let path: String

    var formatPath: String { path + "/format" }
    var lockPath: String { path + "/lock" }
    var data: HomeData { HomeData(path: path + "/data") }

    /// Makes the directory if it is missing; refuses one that is a home already.
    func makeDirectory() throws(StorageError) {
        let (exists, isHome) = try filing { () throws(FileError) in
            (try PosixPath.exists(path), try PosixPath.exists(formatPath))
        }
        guard !isHome else { throw .homeExists(path: path) }
        guard !exists else { return }
        try filing { () throws(FileError) in try PosixPath.makeDirectory(path) }
    }

    /// Makes a directory a home, once everything else in it is durable.
    func writeFormat(_ network: NetworkID) throws(StorageError) {
        try filing { () throws(FileError) in
            try PosixPath.create(formatPath, Array(Self.format(network).utf8))
            try PosixPath.syncDirectory(path)
        }
    }

    /// Refuses a home of another network or of a format that this program doesn't know.
    func checkFormat(_ network: NetworkID) throws(StorageError) {
        guard try filing({ () throws(FileError) in try PosixPath.exists(formatPath) }) else {
            throw .noHome(path: path)
        }
        let found = String(
            decoding: try filing { () throws(FileError) in try PosixPath.read(formatPath) },
            as: UTF8.self
        )
        let wanted = Self.format(network)
        guard found != wanted else { return }
        let prefix = wanted.dropLast(Self.networkAndNewline)
        guard found.hasPrefix(prefix), found.utf8.count == wanted.utf8.count, found.hasSuffix("\n"),
            let other = NetworkID(hex: found.dropFirst(prefix.count).dropLast())
        else { throw .otherFormat(found: found, wanted: wanted) }
        throw .otherNetwork(found: other, wanted: network)
    }

    /// Locks the home for this process, as long as the answer lives.
    func lock() throws(StorageError) -> HomeLock {
        let lock = HomeLock(
            file: try filing { () throws(FileError) in
                try PosixFile(path: lockPath, flags: O_RDWR | O_CREAT)
            }
        )
        guard try filing({ () throws(FileError) in try lock.file.lock() }) else { throw .locked(path: path) }
        return lock
    }

    /// Renames `data` to the first free `data.aside-1`, `-2`, …; answers nil when there is none.
    func setDataAside() throws(StorageError) -> String? {
        guard try data.exists() else { return nil }
        return try filing { () throws(FileError) in
            var number = 1
            while try PosixPath.exists(data.path + ".aside-\(number)") { number += 1 }
            let aside = data.path + ".aside-\(number)"
            try PosixPath.rename(data.path, to: aside)
            try PosixPath.syncDirectory(path)
            return aside
        }
    }

    private static func format(_ network: NetworkID) -> String { "farthing home, format 1, network \(network)\n" }
    private static let networkAndNewline = 65
}

/// The lock on a home.
final class HomeLock: Sendable {
    fileprivate let file: PosixFile

    fileprivate init(file: consuming PosixFile) { self.file = file }
}

/// The two databases of a home, or of a copy of one.
struct HomeData: Sendable {
    let path: String

    var chain: String { path + "/chain" }
    var bodies: String { path + "/bodies" }

    static var chainTuning: Database.Tuning { Database.Tuning() }

    /// Bodies are large and ascend with their views: large tables, few files.
    static var bodiesTuning: Database.Tuning {
        var tuning = Database.Tuning()
        tuning.tableByteCount = 64 << 20
        tuning.cacheByteCount = 16 << 20
        return tuning
    }

    func exists() throws(StorageError) -> Bool { try filing { () throws(FileError) in try PosixPath.exists(path) } }

    func makeDirectory() throws(StorageError) {
        try filing { () throws(FileError) in try PosixPath.makeDirectory(path) }
    }

    /// Refuses databases that are not there: LevelDB would make their directories before it finds nothing in them.
    func checkDatabases() throws(StorageError) {
        for database in [chain, bodies] {
            let (isDirectory, hasCurrent) = try filing { () throws(FileError) in
                let isDirectory = try PosixPath.isDirectory(database)
                return (isDirectory, isDirectory ? try PosixPath.exists(database + "/CURRENT") : false)
            }
            guard isDirectory else { throw .cannotOpen(path: database, reason: "it is no directory") }
            guard hasCurrent else { throw .cannotOpen(path: database, reason: "the file CURRENT is missing") }
        }
    }

    /// Makes durable which files there are, up to the home's own entry for `data`.
    func syncDirectories(in home: String) throws(StorageError) {
        try filing { () throws(FileError) in
            for directory in [chain, bodies, path, home] { try PosixPath.syncDirectory(directory) }
        }
    }
}

/// Both databases of a home, or of a copy of one, open.
struct HomeDatabases: Sendable {
    let bodies: Database
    let chain: Database

    init(_ data: HomeData) throws(StorageError) {
        try data.checkDatabases()
        let latch = WriteLatch()
        // Side by side: LevelDB reads its log when it opens, up to 64 MiB of it.
        (bodies, chain) = try together { () throws(StorageError) in
            try Database(path: data.bodies, isNew: false, tuning: HomeData.bodiesTuning, latch: latch)
        } _: { () throws(StorageError) in
            try Database(path: data.chain, isNew: false, tuning: HomeData.chainTuning, latch: latch)
        }
    }
}

/// Runs calls to the operating system; their errors are the store's.
func filing<Value: ~Copyable>(_ body: () throws(FileError) -> Value) throws(StorageError) -> Value {
    do { return try body() } catch { throw .file(error) }
}
