import ChainCore
import LevelDBStorage
import Primitives
import ReplicaCore
import Synchronization

/// Reads final blocks for peers, on a thread of its own, so that neither lane waits for them.
final class PeerReads: Sendable {
    enum Order: Sendable {
        case sync(SyncRequest, to: PublicKey)
        case block(Hash32, to: PublicKey)

        var peer: PublicKey {
            switch self {
            case .sync(_, let peer), .block(_, let peer): peer
            }
        }
    }

    /// More than this many requests waiting: the peer asks again, or somebody else.
    private let mailbox = Mailbox<Order>(capacity: 256)
    private let store: ChainStore
    private let network: any PeerSending
    private let clock: SystemClock
    /// No peer can fill the mailbox, or keep this thread for itself.
    private let budgets = Mutex(ReadBudgets())

    init(store: ChainStore, network: any PeerSending, clock: SystemClock) {
        self.store = store
        self.network = network
        self.clock = clock
    }

    /// Drops the order when its peer has had its share.
    func put(_ order: Order) {
        guard budgets.withLock({ $0.admit(order.peer, at: clock.monotonic) }) else { return }
        if !mailbox.put(order) { done(order, nil) }
    }

    private func done(_ order: Order, _ answer: PeerMessage?) {
        let byteCount = answer?.answerByteCount ?? 0
        budgets.withLock { $0.done(order.peer, byteCount: byteCount, at: clock.monotonic) }
    }

    func close() { mailbox.close() }

    func work() throws(NodeFailure) {
        while let orders = mailbox.take() {
            for order in orders {
                do {
                    let answer = try answer(to: order)
                    done(order, answer)
                    if let answer { network.send(answer, to: [order.peer]) }
                } catch {
                    throw .storage(error)
                }
            }
        }
    }

    private func answer(to order: Order) throws(StorageError) -> PeerMessage? {
        switch order {
        case .sync(let request, _):
            // What a peer asks for is a wish; what it gets fits one frame.
            let range = try store.syncRange(
                from: request.fromHeight,
                blockCountMax: min(Int(request.blockCountMax), PeerLimits.syncBlocksMax),
                maxBytes: min(Int(request.maxBytes), PeerLimits.syncByteCountMax)
            )
            return .syncResponse(range)
        case .block(let hash, _): return try store.block(hash).map { .blockResponse($0) }
        }
    }
}
