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
    /// D1: the vote log.
    var votes: VoteBook
    /// D2: the final state, as the batches made it.
    private(set) var ledger: Ledger
    private(set) var chain: [FinalBlock] = []
    private(set) var bodies: [Hash32: StoredBody] = [:]
    private(set) var certificates: [CertificatePlace: Certificate] = [:]
    private(set) var evidence: [Evidence] = []
    /// Where each final transaction settled.
    private(set) var settled: [TransactionID: Height] = [:]
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

    init(genesis: Genesis) {
        rules = ChainRules(genesis: genesis)
        ledger = Ledger(genesis: genesis)
        votes = VoteBook(epoch: .zero, finalView: .zero)
    }

    var tip: Header { chain.last?.block.block.header ?? rules.genesisHeader(Ledger(genesis: ledger.genesis).head) }
    var tipHash: Hash32 { tip.hash(network: rules.network) }
    var finalHeight: Height { Height(UInt64(chain.count)) }
    var finalView: View { chain.last?.view ?? .zero }

    // MARK: - Writing

    mutating func store(_ block: Block, view: View) {
        if let held = bodies[block.hash], held.view >= view { return }
        bodies[block.hash] = StoredBody(block: block, view: view)
    }

    mutating func store(_ certificate: Certificate) {
        certificates[CertificatePlace(view: certificate.view, kind: certificate.kind)] = certificate
    }

    mutating func store(_ item: Evidence) { evidence.append(item) }

    /// One synced batch; the blocks follow on from the tip.
    mutating func commit(_ blocks: [FinalBlock]) {
        for final in blocks {
            ledger.finalize(final.delta)
            chain.append(final)
            bodies[final.block.block.hash] = nil
            for transaction in final.block.block.transactions { settled[transaction.id] = final.height }
        }
        let view = finalView
        certificates = certificates.filter { $0.key.view > view }
    }

    /// The store is lost, the vote log is not: `farthing node refetch` (spec 3.7(3)).
    mutating func loseStore() {
        let votes = votes
        self = SimulatedDisk(genesis: ledger.genesis)
        self.votes = votes
    }

    /// The vote log is lost, the store is not (spec 3.7(2)).
    mutating func loseVotes() { votes = VoteBook(epoch: .zero, finalView: finalView) }

    // MARK: - Reading

    /// Whether the block is here with all its ancestors down to the final chain.
    func holds(_ hash: Hash32) -> Bool {
        var next = hash
        while let stored = bodies[next] { next = stored.block.parent }
        return next == tipHash || chain.contains { $0.block.block.hash == next }
    }

    func block(_ hash: Hash32) -> Block? {
        bodies[hash]?.block ?? chain.last { $0.block.block.hash == hash }?.block.block
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
    func range(from height: Height, count: Int) -> SyncResponse {
        let first = Int(height.number) - 1
        guard first >= 0, first < chain.count,
            let end = chain[first...].lastIndex(where: { $0.block.justification.isFinalization })
        else { return SyncResponse(blocks: [], headers: [], finalization: nil) }
        let last = min(first + count - 1, end)
        guard
            let proof = chain[last...].firstIndex(where: { $0.block.justification.isFinalization })
        else { preconditionFailure("the end is finalised by itself") }
        return SyncResponse(
            blocks: chain[first...last].map(\.block),
            headers: chain[(last + 1)..<max(last + 1, proof + 1)].map(\.block.block.header),
            justifications: chain[(last + 1)..<max(last + 1, proof + 1)].map(\.block.justification),
            finalization: chain[proof].block.justification.certificate
        )
    }
}
