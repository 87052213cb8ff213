import ChainCore
import JSONRPC
import LedgerCore
import LevelDBStorage
import Primitives
import ReplicaCore

/// Commits final blocks and answers clients: first in, first out, on a thread of its own.
///
/// Invariant: no client hears "final" before the synced batch with that block is on disk (spec 3.5). A slow commit delays
/// answers, never a vote.
final class CommitLane: Sendable {
    enum Order: Sendable {
        /// Final blocks, and the safety lane's last order before them: their bodies are durable once that is done.
        case commit([FinalBlock], after: UInt64)
        case answer(Answer, Ticket)
        case tell([Judgement])
    }

    private let mailbox = Mailbox<Order>()
    private let store: ChainStore
    private let safety: SafetyLane
    private let clients: WaitingClients
    private let recent: RecentBlocks
    private let watch: StoreWatch
    private let metrics: NodeMetrics
    private let deliver: @Sendable (ReplicaEvent) -> Void

    init(
        store: ChainStore,
        safety: SafetyLane,
        clients: WaitingClients,
        recent: RecentBlocks,
        watch: StoreWatch,
        metrics: NodeMetrics,
        deliver: @escaping @Sendable (ReplicaEvent) -> Void
    ) {
        self.store = store
        self.safety = safety
        self.clients = clients
        self.recent = recent
        self.watch = watch
        self.metrics = metrics
        self.deliver = deliver
    }

    func put(_ order: Order) { mailbox.put(order) }
    func close() { mailbox.close() }

    /// Works until the lane is closed and empty, or something fails.
    func work() throws(NodeFailure) {
        while let orders = mailbox.take() {
            var blocks: [FinalBlock] = []
            var after: UInt64 = 0
            for order in orders {
                switch order {
                case .commit(let more, let number):
                    blocks += more
                    after = number
                case .answer(let answer, let ticket):
                    // An answer may call what was committed before it final.
                    try commit(&blocks, after: after)
                    try resolve(answer, ticket)
                case .tell(let judgements):
                    try commit(&blocks, after: after)
                    try tell(judgements)
                }
            }
            try commit(&blocks, after: after)
        }
    }

    /// Writes what has piled up in one synced batch.
    private func commit(_ blocks: inout [FinalBlock], after: UInt64) throws(NodeFailure) {
        guard let last = blocks.last else { return }
        // The safety lane has failed and stops the node: nothing may be written after it.
        guard safety.wait(for: after) else {
            blocks = []
            return
        }
        let before = store.tip.header.time
        do {
            try watch.timing(.commit) { () throws(StorageError) in try store.commit(blocks) }
        } catch {
            throw .storage(error)
        }
        metrics.committed(blocks, after: before, at: SystemClock.wall)
        recent.append(blocks.map(\.block.block.header))
        clients.settled(blocks.map(\.block.block))
        deliver(.committed(height: last.height, view: last.view))
        blocks = []
    }

    private func resolve(_ answer: Answer, _ ticket: Ticket) throws(NodeFailure) {
        guard clients.isWaiting(ticket) else { return }
        switch answer {
        case .submission(let judgements):
            var statuses: [SubmissionAnswer] = []
            for judgement in judgements {
                statuses.append(SubmissionAnswer(id: judgement.id, status: try status(judgement)))
            }
            clients.resolve(ticket, .submission(statuses))
        case .status(let judgement, let tip):
            clients.resolve(
                ticket,
                .status(StatusAnswer(id: judgement.id, status: try status(judgement), at: tip.point))
            )
        case .account(let state, let tip):
            clients.resolve(ticket, .account(state, at: tip.point))
        case .accountProof(let proven, let tip):
            clients.resolve(ticket, .accountProof(proven, at: tip.point))
        case .check(let judgement, let terms, let tip):
            clients.resolve(ticket, .check(terms, try status(judgement), at: tip.point))
        case .fees(let state, let tip):
            clients.resolve(
                ticket,
                .fees(
                    FeeFacts(
                        next: state.next,
                        pool: state.pool,
                        pendingTransactions: state.pendingCount,
                        recent: recent.withPayments,
                        at: tip.point
                    )
                )
            )
        }
    }

    /// Most of what leaves a full pool has nobody waiting for it, and then the disk is not asked.
    private func tell(_ judgements: [Judgement]) throws(NodeFailure) {
        for judgement in clients.watched(among: judgements) {
            clients.left(judgement.id, try status(judgement))
        }
    }

    /// `final` is looked up first, by id (spec 2.3).
    private func status(_ judgement: Judgement) throws(NodeFailure) -> TransactionStatus {
        guard judgement.mayBeFinal else { return judgement.otherwise }
        do {
            guard let found = try store.settlement(of: judgement.id) else { return judgement.otherwise }
            return .final(height: found.height, index: found.index, price: found.price, fee: found.fee)
        } catch {
            throw .storage(error)
        }
    }
}

extension FinalTip {
    var point: ChainPoint { ChainPoint(height: height, hash: hash, time: time) }
}
