package import ChainCore
package import ConsensusCore
import Cryptography
package import LedgerCore
package import MempoolCore
package import Primitives

/// A whole node without a world: mempool, consensus and ledger as one machine.
///
/// One event in, effects out. Invariants: `candidates` holds executed blocks above the final tip, each with its parent in
/// `candidates` or equal to the tip; a block's `storeBlock` comes before any vote for it; a `commit` comes before any
/// answer that calls its blocks final.
package struct Replica: Sendable {
    package let genesis: Genesis
    package let rules: ChainRules
    package let me: Int?
    package internal(set) var consensus: Consensus
    package internal(set) var ledger: Ledger
    package internal(set) var mempool: Mempool
    package internal(set) var tip: Header
    package internal(set) var tipHash: Hash32

    /// Executed blocks above the tip.
    var candidates: [Hash32: Candidate] = [:]
    /// Blocks whose bodies or parents are not here yet.
    var assemblies: [Hash32: Assembly] = [:]
    var peers: [PublicKey: Peer] = [:]
    var sync = SyncState()
    /// Who is named by evidence on the final chain.
    var accused: Set<Accused>
    /// Evidence that waits for a block, in order of arrival.
    var evidence: [Evidence] = []
    /// My latest proposal, for those who missed it.
    var proposal: Proposal?
    var draft: ProposalDraft?
    /// The certificate that is being taken in, and who sent it.
    var heard: (certificate: Certificate, peer: PublicKey)?
    /// Announced transactions that I asked for, and when (monotonic).
    var requested: [Hash32: Milliseconds] = [:]
    var work = WorkWatch()
    var outbox = Outbox()
    /// What left the mempool in this turn without settling.
    var dropped: [Dropped] = []
    /// When consensus next wants to be asked (monotonic); nil when only an event can change anything.
    var consensusDeadline: Milliseconds? = .zero
    var nextStatus: Milliseconds = .zero
    var lastWake: Milliseconds?
    var hasHalted = false

    var now: Moment
    var effects: [ReplicaEffect] = []

    /// Starts from what was read from disk; call `start` once for the first effects.
    package init(_ start: ReplicaStart, at now: Moment) {
        let rules = ChainRules(genesis: start.genesis)
        genesis = start.genesis
        self.rules = rules
        me = start.me
        ledger = start.ledger
        mempool = Mempool(parameters: start.genesis.parameters, limits: start.mempoolLimits)
        tip = start.tip
        tipHash = start.tip.hash(network: rules.network)
        accused = Set(start.accused)
        evidence = start.evidence.filter { !start.accused.contains(Accused($0)) }
        self.now = now
        consensus = Consensus(
            electorate: rules.electorate,
            me: start.me,
            pace: start.pace,
            finalBlock: BlockFacts(
                hash: start.tip.hash(network: rules.network),
                parent: start.tip.parent,
                height: start.tip.height,
                time: start.tip.time,
                hasTransactions: start.tip.transactionCount > 0
            ),
            finalView: start.tipJustification?.view ?? .zero,
            finalCertificate: start.tipJustification?.certificate,
            mode: start.mode,
            ownVotes: start.ownVotes,
            signFloor: start.signFloor,
            seed: start.seed,
            at: now
        )
    }

    /// The first effects: executes the stored blocks above the tip, takes up certificates (spec 3.7(5)).
    package mutating func start(_ start: ReplicaStart, at now: Moment) -> [ReplicaEffect] {
        self.now = now
        effects = []
        for stored in start.unfinalised { restore(stored.block, view: stored.view) }
        for certificate in start.certificates { run(.certificate(certificate)) }
        return finishTurn()
    }

    /// One event in, what to do out, in the order of doing.
    package mutating func step(_ event: ReplicaEvent, at now: Moment) -> [ReplicaEffect] {
        guard !hasHalted else { return [] }
        self.now = now
        effects = []
        switch event {
        case .submitted(let transactions, let ticket): submit(transactions, ticket)
        case .asked(let question, let ticket): answer(question, ticket)
        case .connected(let peer): greet(peer)
        case .disconnected(let peer): leave(peer)
        case .message(let message, let peer): receive(message, from: peer)
        case .voted(let vote): voted(vote.value)
        case .committed(_, let view):
            run(.committed(finalView: view))
            effects.append(.forgetVotes(upTo: view))
        case .tick: break
        }
        return finishTurn()
    }

    /// What is due whatever happened: timers, work, pulls, status.
    private mutating func finishTurn() -> [ReplicaEffect] {
        if let consensusDeadline, consensusDeadline <= now.monotonic { run(.tick) }
        lookForWork()
        emptyOutboxIfDue()
        refetchAssemblies()
        pullRanges()
        sendStatusIfDue()
        tellOfDropped()
        wakeWhenDue()
        defer { effects = [] }
        return effects
    }

    private mutating func receive(_ message: GatedMessage, from peer: PublicKey) {
        switch message {
        case .vote(let vote): run(.vote(vote.value))
        case .certificate(let certificate): receive(certificate.value, from: peer)
        case .proposal(let proposal): receive(proposal.value, from: peer)
        case .status(let status): receive(status, from: peer)
        case .certificateRequest(let request): if mayAsk(peer) { answer(request, to: peer) }
        case .heldVotes(let held): receive(held.value, from: peer)
        case .evidence(let evidence): keep(evidence.value)
        case .bodyRequest(let request): if mayAsk(peer) { answer(request, to: peer) }
        case .bodyResponse(let block, let transactions): receive(transactions, of: block, from: peer)
        case .blockRequest(let request): if mayAsk(peer) { answer(request, to: peer) }
        case .blockResponse(let block): receive(block.value, from: peer)
        case .syncRequest(let request): effects.append(.serveSync(request, to: peer))
        case .syncResponse(let response): receive(response.value, from: peer)
        case .announce(let leaves): pull(leaves, from: peer)
        case .transactionRequest(let leaves): if mayAsk(peer) { serve(leaves, to: peer) }
        case .transactions(let transactions): admit(transactions, from: peer)
        }
    }

    // MARK: - Paths

    var network: NetworkID { rules.network }
    var tipPoint: FinalTip { FinalTip(height: tip.height, hash: tipHash, time: tip.time) }

    /// The deltas from the final state up to a block, oldest first; nil unless the block is the tip or a candidate.
    func path(to hash: Hash32) -> [LedgerDelta]? {
        var path: [LedgerDelta] = []
        var next = hash
        while next != tipHash {
            guard let candidate = candidates[next] else { return nil }
            path.append(candidate.delta)
            next = candidate.block.parent
        }
        return path.reversed()
    }

    func header(of hash: Hash32) -> Header? { hash == tipHash ? tip : candidates[hash]?.block.header }

    /// Everybody accused up to a block.
    func accused(upTo hash: Hash32) -> Set<Accused> {
        var all = accused
        var next = hash
        while let candidate = candidates[next] {
            all.formUnion(candidate.block.evidence.map(Accused.init))
            next = candidate.block.parent
        }
        return all
    }

    // MARK: - Waking

    private mutating func wakeWhenDue() {
        var next = nextStatus
        if let consensusDeadline { next = min(next, consensusDeadline) }
        if let deadline = work.deadline { next = min(next, deadline) }
        if let deadline = outbox.deadline { next = min(next, deadline) }
        if let deadline = assemblyDeadline { next = min(next, deadline) }
        if let deadline = sync.deadline { next = min(next, deadline) }
        guard next != lastWake else { return }
        lastWake = next
        effects.append(.wake(at: next))
    }
}

/// An executed block above the tip.
struct Candidate: Sendable {
    let block: Block
    /// The latest view under which its body is stored.
    var view: View
    let delta: LedgerDelta
    /// The names of its transactions, for whoever asks about one.
    let ids: Set<TransactionID>

    init(block: Block, view: View, delta: LedgerDelta) {
        self.block = block
        self.view = view
        self.delta = delta
        ids = Set(block.transactions.map(\.id))
    }
}
