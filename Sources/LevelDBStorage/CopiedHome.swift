package import LedgerCore

/// A copy of a home, its databases open before anything is known of its genesis; the copy is removed with the last reference.
///
/// Copying and opening take about as long as it takes to read a large genesis file, so both can go on at once. What fails
/// is told when it is asked for, after what a genesis file can say of the home.
package struct CopiedHome: Sendable {
    /// The home that was copied.
    package let path: String
    /// Read before the copy was made: a running node moves on, and a copy must not be older than the log.
    package let voteLog: Result<VoteLogFiles, VoteLogError>
    private let copy: Result<Copy, StorageError>

    private struct Copy: Sendable {
        let directory: TemporaryDirectory
        /// Of the files as they were copied.
        let inventory: HomeInventory
        let databases: Result<HomeDatabases, StorageError>
    }

    /// Copies and opens a home, running or not, unless it is none; gives up when `isUnwanted`.
    package init(_ path: String, isUnwanted: @escaping @Sendable () -> Bool = { false }) {
        self.path = path
        voteLog = Result { () throws(VoteLogError) in try VoteLogFiles(home: path) }
        copy = Result { () throws(StorageError) in
            let home = Home(path: path)
            guard try filing({ () throws(FileError) in try PosixPath.exists(home.formatPath) }) else {
                throw .noHome(path: path)
            }
            guard try home.data.exists() else { throw .noData(path: home.data.path) }
            let directory = try home.data.copy(beside: path)
            let data = HomeData(path: directory.path)
            let inventory = try filing { () throws(FileError) in
                try HomeInventory.list(copy: data, home: path, isUnwanted: isUnwanted)
            }
            // Opening changes the copy, so the files are listed before.
            let databases = Result { () throws(StorageError) in try HomeDatabases(data) }
            return Copy(directory: directory, inventory: inventory, databases: databases)
        }
    }

    /// The files that were copied.
    package var inventory: HomeInventory { get throws(StorageError) { try copy.get().inventory } }

    /// The chain in the copy; refuses a home of another network or format.
    package func store(of genesis: Genesis) throws(StorageError) -> ChainStore {
        let home = Home(path: path)
        try home.checkFormat(genesis.networkID)
        let copy = try copy.get()
        do throws(StorageError) {
            return try ChainStore(try copy.databases.get(), genesis: genesis, holding: .copy(copy.directory))
        } catch {
            // The copy is gone when somebody reads of it.
            throw error.naming(home.data.path, insteadOf: copy.directory.path)
        }
    }
}
