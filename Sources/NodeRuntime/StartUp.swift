import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import LevelDBStorage
import Primitives
import ReplicaCore

/// What a node comes back to: recovery as in spec 3.7.
struct StartUp: Sendable {
    let store: ChainStore
    let voteLog: VoteLog?
    let start: ReplicaStart
    /// The latest final headers, for fee quotes.
    let recentHeaders: [Header]

    /// Opens the home, judges the vote log, and says from what the replica starts.
    ///
    /// Nothing is repaired silently.
    init(_ settings: NodeSettings) throws(NodeFailure) {
        let electorate = ChainRules(genesis: settings.genesis).electorate
        let me = settings.consensusKey.flatMap { electorate.validators.index(ofConsensusKey: $0.publicKey) }
        do {
            let store = try ChainStore.open(home: settings.home, genesis: settings.genesis)
            let stored = try store.load()
            let (voteLog, mode) = Self.voteLog(of: settings, electorate, isValidator: me != nil)
            start = ReplicaStart(
                genesis: settings.genesis,
                me: me,
                ledger: stored.ledger,
                tip: stored.tip.header,
                tipJustification: stored.justification,
                accused: stored.shownEvidence.map { Accused($0) },
                unfinalised: stored.unfinalised,
                certificates: stored.certificates,
                ownVotes: voteLog?.votes ?? [],
                signFloor: max(stored.tip.view, voteLog?.finalView ?? .zero),
                mode: mode,
                pace: settings.pace,
                mempoolLimits: settings.mempoolLimits,
                seed: settings.nodeKey.publicKey.words.first,
                evidence: stored.evidence
            )
            recentHeaders = try Self.recentHeaders(in: store)
            self.store = store
            self.voteLog = voteLog
        } catch {
            throw .storage(error)
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

    /// Spec 3.7(1), (2): a log that is missing or damaged makes an observer, which serves reads.
    ///
    /// Missing also with an empty store: a home is made with its log, so somebody removed it, and an emptied store says
    /// nothing about what the key signed before.
    private static func voteLog(
        of settings: NodeSettings,
        _ electorate: Electorate,
        isValidator: Bool
    ) -> (VoteLog?, SigningMode) {
        guard isValidator, let key = settings.consensusKey else { return (nil, .follower) }
        do {
            if try !VoteLog.exists(home: settings.home) {
                guard settings.keyNeverSigned else {
                    return (
                        nil,
                        .observer(
                            reason: "the vote log is missing, so this key may have signed what nobody here remembers; "
                                + "join with a new key, or, only if it never signed anything, start once with "
                                + "--i-know-this-key-never-signed"
                        )
                    )
                }
                return (try VoteLog.create(home: settings.home, electorate: electorate, key: key), .signing)
            }
            return (try VoteLog.open(home: settings.home, electorate: electorate, key: key), .signing)
        } catch {
            return (
                nil,
                .observer(
                    reason: "the vote log can't be trusted: \(error); keep votes.a and votes.b as they are, "
                        + "and join with a new key"
                )
            )
        }
    }
}
