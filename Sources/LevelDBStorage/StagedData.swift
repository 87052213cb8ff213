package import LedgerCore
import Primitives

/// A chain that is built beside a home's own and takes its place once it is whole.
///
/// Until `adopt` the home stays as it is, whatever happens; the home is locked as long as this lives.
package final class StagedData: Sendable {
    /// Where the chain that is in the home ends; nil when the home has none that can be read.
    package let tip: ChainTip?
    private let genesis: Genesis
    private let home: Home
    private let lock: HomeLock
    private let directory: TemporaryDirectory

    /// The name of the directory in the home; what an interrupted run left under it is removed.
    private static let name = "import"

    /// Refuses what is no home, another network's, or a home that another process works on.
    package init(home path: String, genesis: Genesis) throws(StorageError) {
        home = Home(path: path)
        try home.checkFormat(genesis.networkID)
        lock = try home.lock()
        tip = try Self.tip(of: home, lock, genesis: genesis)
        let staged = path + "/" + Self.name
        directory = try filing { () throws(FileError) in
            try PosixPath.removeTree(staged)
            return try TemporaryDirectory(path: staged)
        }
        self.genesis = genesis
    }

    /// The store for the new chain, at block 0 and loaded; once, and closed again before `adopt`.
    package func makeStore() throws(StorageError) -> ChainStore {
        let store = try ChainStore.create(home: directory.path, genesis: genesis)
        _ = try store.load()
        return store
    }

    /// A chain that can't be read is one that an import replaces; whatever else goes wrong ends it.
    private static func tip(of home: Home, _ lock: HomeLock, genesis: Genesis) throws(StorageError) -> ChainTip? {
        guard try home.data.exists() else { return nil }
        do throws(StorageError) {
            return try ChainStore.open(home.data, genesis: genesis, under: lock).tip
        } catch .cannotOpen, .cannotRead, .damaged {
            return nil
        }
    }

    /// Puts the new chain in the place of the old one, which is set aside; answers under which name, if there was one.
    ///
    /// Durable when it returns. The store is closed: LevelDB would go on writing under the old path.
    package func adopt() throws(StorageError) -> String? {
        let setAside = try home.setDataAside()
        try filing { () throws(FileError) in
            try PosixPath.rename(directory.path + "/data", to: home.data.path)
            try PosixPath.syncDirectory(home.path)
        }
        return setAside
    }
}
