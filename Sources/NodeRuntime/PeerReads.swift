import ChainCore
import LevelDBStorage
import Primitives

/// Reads final blocks for peers, on a thread of its own, so that neither lane waits for them.
final class PeerReads: Sendable {
    enum Order: Sendable {
        case sync(SyncRequest, to: PublicKey)
        case block(Hash32, to: PublicKey)
    }

    /// More than this many requests waiting: the peer asks again, or somebody else.
    private let mailbox = Mailbox<Order>(capacity: 256)
    private let store: ChainStore
    private let network: any PeerSending

    init(store: ChainStore, network: any PeerSending) {
        self.store = store
        self.network = network
    }

    func put(_ order: Order) { mailbox.put(order) }
    func close() { mailbox.close() }

    func work() throws(NodeFailure) {
        while let orders = mailbox.take() {
            for order in orders {
                do {
                    try serve(order)
                } catch {
                    throw .storage(error)
                }
            }
        }
    }

    private func serve(_ order: Order) throws(StorageError) {
        switch order {
        case .sync(let request, let peer):
            // What a peer asks for is a wish; what it gets fits one frame.
            let range = try store.syncRange(
                from: request.fromHeight,
                blockCountMax: min(Int(request.blockCountMax), PeerLimits.syncBlocksMax),
                maxBytes: min(Int(request.maxBytes), PeerLimits.syncByteCountMax)
            )
            network.send(.syncResponse(range), to: [peer])
        case .block(let hash, let peer):
            if let block = try store.block(hash) { network.send(.blockResponse(block), to: [peer]) }
        }
    }
}
