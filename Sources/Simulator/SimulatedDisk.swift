import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import MempoolCore
import Primitives
import ReplicaCore

/// What a node finds when it starts: everything that was durable when it crashed.
///
/// Vote log and store are apart, as they are on a real disk: one can be lost without the other.
struct SimulatedDisk: Sendable {
    /// D1: the vote log; nil for who has no key to sign with.
    var voteLog: SimulatedVoteLog?
    /// D2: the final state, as the batches made it.
    private(set) var ledger: Ledger
    private(set) var chain: [FinalBlock] = []
    private(set) var tipHash: Hash32
    private(set) var bodies: [Hash32: StoredBody] = [:]
    private(set) var certificates: [CertificatePlace: Certificate] = [:]
    private(set) var evidence: [Evidence] = []
    /// Where each final transaction settled.
    private(set) var settled: [TransactionID: Height] = [:]
    /// A value of the store is not what was written: every start ends with exit code 3.
    private(set) var isStoreDamaged = false
    /// The height of each final block.
    private var heights: [Hash32: Height] = [:]
    /// Certificates written since the last sync, in their order: a crash may take the last of them away.
    private var unsynced: [CertificatePlace] = []
    private let rules: ChainRules

    struct StoredBody: Sendable {
        let block: Block
        let view: View
    }

    struct CertificatePlace: Hashable, Comparable, Sendable {
        let view: View
        let kind: VoteBody.Kind

        static func < (left: CertificatePlace, right: CertificatePlace) -> Bool {
            (left.view, left.kind) < (right.view, right.kind)
        }
    }

    /// A new home; `key` is the validator's whose votes it will hold.
    init(genesis: Genesis, key: PublicKey?) {
        rules = ChainRules(genesis: genesis)
        ledger = Ledger(genesis: genesis)
        tipHash = rules.genesisHeader(ledger.head).hash(network: rules.network)
        voteLog = key.map { SimulatedVoteLog(network: rules.network, key: $0) }
    }

    var tip: Header { chain.last?.block.block.header ?? rules.genesisHeader(Ledger(genesis: ledger.genesis).head) }
    var finalHeight: Height { Height(UInt64(chain.count)) }
    var finalView: View { chain.last?.view ?? .zero }
    /// The durable votes.
    var votes: VoteBook { voteLog?.book ?? VoteBook(epoch: .zero, finalView: finalView) }

    // MARK: - Writing

    mutating func store(_ block: Block, view: View) {
        if let held = bodies[block.hash], held.view >= view { return }
        bodies[block.hash] = StoredBody(block: block, view: view)
    }

    /// Not synced by itself (spec 5.5): a certificate proves itself, and waits for a vote that rests on it.
    mutating func store(_ certificate: Certificate) {
        let place = CertificatePlace(view: certificate.view, kind: certificate.kind)
        guard certificates[place] == nil else { return }
        certificates[place] = certificate
        unsynced.append(place)
    }

    /// A synced batch has carried every certificate that was not on disk.
    mutating func syncCertificates() { unsynced = [] }

    mutating func store(_ item: Evidence) {
        evidence.append(item)
    }

    /// One synced batch; the blocks follow on from the tip.
    mutating func commit(_ blocks: [FinalBlock]) {
        for final in blocks {
            let block = final.block.block
            ledger.finalize(final.delta)
            chain.append(final)
            tipHash = block.hash
            heights[block.hash] = block.height
            bodies[block.hash] = nil
            for transaction in block.transactions { settled[transaction.id] = final.height }
        }
        let view = finalView
        certificates = certificates.filter { $0.key.view > view }
    }

    // MARK: - Losing

    /// The power goes: of what was never synced, the last part is lost.
    ///
    /// Answers whether anything was.
    mutating func loseUnsynced(with generator: inout SplitMix64) -> Bool {
        let lost = unsynced.dropFirst(generator.below(unsynced.count + 1))
        for place in lost { certificates[place] = nil }
        unsynced = []
        return !lost.isEmpty
    }

    /// The store is lost, the vote log is not: `farthing node refetch` (spec 3.7(3)).
    mutating func loseStore() { restoreStore(from: SimulatedDisk(genesis: ledger.genesis, key: nil)) }

    /// The store as it once was; the vote log stays.
    mutating func restoreStore(from copy: SimulatedDisk) {
        let log = voteLog
        self = copy
        voteLog = log
    }

    /// The vote log is lost, the store is not (spec 3.7(2)).
    mutating func loseVotes(of key: PublicKey) {
        voteLog = SimulatedVoteLog(network: rules.network, key: key, finalView: finalView)
    }

    mutating func damageStore() { isStoreDamaged = true }

    // MARK: - Reading

    /// Whether the block is here with all its ancestors down to the final chain.
    func holds(_ hash: Hash32) -> Bool {
        var next = hash
        while let stored = bodies[next] { next = stored.block.parent }
        return next == tipHash || heights[next] != nil
    }

    /// Whether the notarization of a view would outlive a power cut, or is no longer needed.
    func holdsNotarization(of view: View) -> Bool {
        let place = CertificatePlace(view: view, kind: .notarize)
        return view <= finalView || certificates[place] != nil && !unsynced.contains(place)
    }

    func block(_ hash: Hash32) -> Block? {
        bodies[hash]?.block ?? heights[hash].map { chain[Int($0.number) - 1].block.block }
    }

    /// What a start reads (spec 3.7).
    func start(
        me: Int?,
        mode: SigningMode,
        pace: Pace,
        seed: UInt64
    ) throws(SnapshotError) -> ReplicaStart {
        let restored = try Ledger(genesis: ledger.genesis, restoring: ledger.snapshot)
        let view = finalView
        let unfinalised = bodies.values.filter { $0.view > view && $0.block.height > finalHeight }
            .sorted { ($0.block.height, $0.block.hash) < ($1.block.height, $1.block.hash) }
        return ReplicaStart(
            genesis: ledger.genesis,
            me: me,
            ledger: restored,
            tip: tip,
            tipJustification: chain.last?.block.justification,
            accused: chain.flatMap { $0.block.block.evidence.map(Accused.init) },
            unfinalised: unfinalised.map { ($0.block, $0.view) },
            certificates: certificates.filter { $0.key.view > view }.sorted { $0.key < $1.key }.map(\.value),
            ownVotes: votes.votes,
            signFloor: max(votes.finalView, view),
            mode: mode,
            pace: pace,
            mempoolLimits: .init(),
            seed: seed,
            evidence: evidence
        )
    }

    /// Final blocks from a height on, up to a limit, and what proves the last of them final (spec 3.11).
    func range(_ request: SyncRequest) -> SyncResponse { chain.range(request) }
}
