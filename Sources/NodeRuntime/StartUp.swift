import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import LevelDBStorage
import Logging
import Primitives
import ReplicaCore

/// What a node comes back to: recovery as in spec 3.7.
struct StartUp: Sendable {
    let store: ChainStore
    let signing: Signing
    let start: ReplicaStart
    /// The latest final headers, for fee quotes.
    let recentHeaders: [Header]

    /// Opens the home, judges the vote log, and says from what the replica starts.
    ///
    /// Nothing is repaired silently: `tell` says what was.
    init(_ settings: NodeSettings) throws(NodeFailure) {
        let electorate = ChainRules(genesis: settings.genesis).electorate
        let me = settings.consensusKey.flatMap { electorate.validators.index(ofConsensusKey: $0.publicKey) }
        let store: ChainStore
        let stored: StoredState
        let certificates: [Certificate]
        do throws(StorageError) {
            store = try ChainStore.open(home: settings.home, genesis: settings.genesis)
            stored = try store.load()
            recentHeaders = try Self.recentHeaders(in: store)
            let justifications = try store.lastJustifications(64)
            certificates = justifications.flatMap { [$0.certificate] + $0.nullifications } + stored.certificates
        } catch {
            throw .storage(error)
        }
        let signing = try Signing(settings, electorate, me: me, stored: stored, certificates: certificates)
        self.store = store
        self.signing = signing
        start = ReplicaStart(
            genesis: settings.genesis,
            me: me,
            ledger: stored.ledger,
            tip: stored.tip.header,
            tipJustification: stored.justification,
            accused: stored.shownEvidence.map { Accused($0) },
            unfinalised: stored.unfinalised,
            certificates: stored.certificates,
            ownVotes: signing.voteLog?.votes ?? [],
            signFloor: signing.floor,
            mode: signing.mode,
            pace: settings.pace,
            mempoolLimits: settings.mempoolLimits,
            seed: settings.nodeKey.publicKey.words.first,
            evidence: stored.evidence
        )
    }

    var voteLog: VoteLog? { signing.voteLog }

    /// Says what was put right, and what keeps this node from signing.
    func tell(_ logger: Logger) {
        for repair in signing.voteLog?.repairs ?? [] {
            switch repair {
            case .healed(let path):
                logger.warning(
                    "a file of the vote log was written anew from the other one",
                    metadata: ["path": "\(path)"]
                )
            case .cutTornTail(let records):
                logger.warning(
                    "the last write to the vote log was cut short: its votes were never sent, and are forgotten",
                    metadata: ["records": "\(records)"]
                )
            }
        }
        if let lag = signing.lag { logger.warning("\(lag)") }
        if case .observer(let reason) = signing.mode {
            logger.critical("this node does not sign", metadata: ["reason": "\(reason)"])
        }
    }

    /// The headers of the last blocks, oldest first: what a fee quote looks back on.
    private static func recentHeaders(in store: ChainStore) throws(StorageError) -> [Header] {
        let tip = store.tip.height.number
        var headers: [Header] = []
        for height in (tip > 200 ? tip - 199 : 1)..<(tip + 1) {
            if let header = try store.header(at: Height(height)) { headers.append(header) }
        }
        return headers
    }
}
