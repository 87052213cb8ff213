package import ChainCore
package import ConsensusCore
import Cryptography
package import LedgerCore
package import Primitives
import Synchronization

/// Where the final chain ends.
package struct ChainTip: Hashable, Sendable {
    package let header: Header
    package let hash: Hash32
    /// The final view: of the justification of the tip, 0 at genesis.
    package let view: View

    package init(header: Header, hash: Hash32, view: View) {
        self.header = header
        self.hash = hash
        self.view = view
    }

    package var height: Height { header.height }
}

/// A node's chain on disk: D2 of spec 3.4.
///
/// Two databases, so that a stalled commit never holds up the block that must be stored before a vote: *bodies* is
/// written by the safety lane, *chain* by the commit lane. Each lane has one caller at a time; reads may come from any
/// thread at any time. After an error of a write the process must end.
package final class ChainStore: Sendable {
    package let genesis: Genesis
    let chain: Database
    let bodies: Database
    let shared: Mutex<Shared>
    let commitLane: Mutex<CommitLane?>
    /// The lock on the home, or the copy that is removed with this object.
    private let holding: Holding

    /// What reads and both lanes need to know.
    struct Shared: Sendable {
        var tip: ChainTip
        var unfinal = UnfinalIndex()
        /// Certificates that no synced batch holds yet.
        ///
        /// Those found at a start are none of them: what its log held, LevelDB has put into a synced table when it opened.
        var unsynced: [Certificate] = []
    }

    /// What only commits need to know; made by `load`.
    struct CommitLane: Sendable {
        var refresh: AccountRefresh
        /// The replay records on disk, earliest validUntil first.
        var replays: ReplayQueue
    }

    enum Holding: Sendable {
        case lock(HomeLock)
        case copy(TemporaryDirectory)
    }

    /// Makes a home with block 0 in it; refuses a directory that is a home already.
    package static func create(home path: String, genesis: Genesis) throws(StorageError) -> ChainStore {
        let home = Home(path: path)
        try home.makeDirectory()
        let lock = try home.lock()
        try writeGenesis(home, genesis)
        try home.writeFormat(genesis.networkID)
        return try ChainStore(home.data, genesis: genesis, holding: .lock(lock))
    }

    /// Opens a home; refuses one of another network, of another format, or that another process works on.
    package static func open(home path: String, genesis: Genesis) throws(StorageError) -> ChainStore {
        let home = Home(path: path)
        try home.checkFormat(genesis.networkID)
        let lock = try home.lock()
        guard try home.data.exists() else { throw .noData(path: home.data.path) }
        return try ChainStore(home.data, genesis: genesis, holding: .lock(lock))
    }

    /// Opens the data of a home whose lock is held.
    static func open(
        _ data: HomeData,
        genesis: Genesis,
        under lock: HomeLock
    ) throws(StorageError) -> ChainStore {
        try ChainStore(data, genesis: genesis, holding: .lock(lock))
    }

    /// Sets the data of a home aside, for ever, and begins again at block 0; the vote log stays as it is.
    ///
    /// Answers where the old data lies, if there was any.
    package static func refetch(
        home path: String,
        genesis: Genesis
    ) throws(StorageError) -> (store: ChainStore, setAside: String?) {
        let home = Home(path: path)
        try home.checkFormat(genesis.networkID)
        let lock = try home.lock()
        let setAside = try home.setDataAside()
        try writeGenesis(home, genesis)
        return (try ChainStore(home.data, genesis: genesis, holding: .lock(lock)), setAside)
    }

    /// Opens a copy of a home, running or not, and leaves the home as it is; the copy is removed with the store.
    ///
    /// Opening LevelDB rewrites it, so nothing but the node opens a home.
    package static func openCopy(of path: String, genesis: Genesis) throws(StorageError) -> ChainStore {
        try Home(path: path).checkFormat(genesis.networkID)
        return try CopiedHome(path).store(of: genesis)
    }

    private convenience init(_ data: HomeData, genesis: Genesis, holding: Holding) throws(StorageError) {
        try self.init(HomeDatabases(data), genesis: genesis, holding: holding)
    }

    init(_ databases: HomeDatabases, genesis: Genesis, holding: Holding) throws(StorageError) {
        self.genesis = genesis
        self.holding = holding
        bodies = databases.bodies
        chain = databases.chain
        shared = Mutex(Shared(tip: try Self.readTip(chain, network: genesis.networkID)))
        commitLane = Mutex(nil)
    }

    private static func writeGenesis(_ home: Home, _ genesis: Genesis) throws(StorageError) {
        let data = home.data
        try data.makeDirectory()
        let ledger = Ledger(genesis: genesis)
        let header = ChainRules(genesis: genesis).genesisHeader(ledger.head)
        let chain = try Database(path: data.chain, isNew: true, tuning: HomeData.chainTuning)
        let bodies = try Database(path: data.bodies, isNew: true, tuning: HomeData.bodiesTuning)
        var batch = WriteBatch()
        for entry in StoreEntries.genesisEntries(ledger, header: header) { batch.put(entry.key.bytes, entry.value) }
        try chain.write(batch, isSynced: true)
        // An empty batch, synced: what LevelDB made so far is on disk.
        try bodies.write(WriteBatch(), isSynced: true)
        try data.syncDirectories(in: home.path)
    }

    /// Where the final chain ends, as of the last commit.
    package var tip: ChainTip { shared.withLock { $0.tip } }

    // MARK: - The safety lane

    /// Stores blocks under the views that they were proposed for, and certificates above the final view, in one batch.
    ///
    /// With a block the batch is synced, and so it is when votes that rest on certificates are to follow (spec 3.5). A synced
    /// batch carries every certificate that none has carried before: another sync would not do, since LevelDB may have
    /// begun a new log since, whose sync says nothing of the old one. What is stored already, or lies at or below the
    /// final view, costs nothing.
    package func store(
        blocks: [(block: Block, view: View)] = [],
        certificates: [Certificate] = [],
        beforeVotes: Bool = false
    ) throws(StorageError) {
        let (fresh, news, older) = shared.withLock { shared in
            (
                blocks.map {
                    (key: StoreKey.body(epoch: $0.block.header.epoch, view: $0.view, hash: $0.block.hash), $0.block)
                }
                .filter { !shared.unfinal.contains($0.key) && !shared.tip.covers($0.key) },
                certificates.filter { !shared.unfinal.contains($0.storeKey) && !shared.tip.covers($0.storeKey) },
                shared.unsynced.filter { !shared.tip.covers($0.storeKey) }
            )
        }
        let isSynced = beforeVotes || !fresh.isEmpty
        let written = isSynced ? older + news : news
        guard !fresh.isEmpty || !written.isEmpty else { return }
        var batch = WriteBatch()
        for (key, block) in fresh { batch.put(key.bytes, StoredBody.sealed(block, under: key)) }
        for certificate in written {
            let key = certificate.storeKey
            batch.put(key.bytes, StoreValue.sealed(certificate, under: key))
        }
        try bodies.write(batch, isSynced: isSynced)
        shared.withLock { shared in
            for (key, _) in fresh { shared.unfinal.insert(key) }
            for certificate in news { shared.unfinal.insert(certificate.storeKey) }
            shared.unsynced = isSynced ? [] : older + news
        }
    }

    /// Keeps evidence that waits for a block, at most one for an epoch and signer; on disk when it returns.
    ///
    /// Beside the bodies, not among the chain's own: who stands accused on the chain is a rule of validity, and must not
    /// depend on what this node heard.
    package func storeEvidence(_ evidence: [Evidence]) throws(StorageError) {
        var batch = WriteBatch()
        for item in evidence {
            let key = StoreKey.evidence(epoch: item.epoch, signer: item.signer)
            guard try chain.value(key.bytes) == nil, try bodies.value(key.bytes) == nil else { continue }
            batch.put(key.bytes, StoreValue.sealed(item, under: key))
        }
        if batch.count > 0 { try bodies.write(batch, isSynced: true) }
    }
}

extension ChainTip {
    /// Whether a key of the bodies database lies at or below the final view.
    func covers(_ key: StoreKey) -> Bool {
        guard let (epoch, view) = key.epochAndView else { return false }
        return epoch < header.epoch || (epoch == header.epoch && view <= self.view)
    }
}

extension Certificate {
    fileprivate var storeKey: StoreKey {
        guard let block else { return .nullification(epoch: body.epoch, view: view) }
        return .certificate(epoch: body.epoch, view: view, kind: kind, block: block)
    }
}
