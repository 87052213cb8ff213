package import ChainCore
import LedgerCore
import Primitives
import Synchronization

/// The replay records on disk, in the order in which they may be dropped.
struct ReplayQueue: Sendable {
    private var waiting: [(validUntil: Milliseconds, height: Height)] = []

    /// Keeps the order; mostly at the end, since validUntil grows with time.
    mutating func insert(validUntil: Milliseconds, height: Height) {
        var position = waiting.count
        while position > 0, (validUntil, height) < (waiting[position - 1].validUntil, waiting[position - 1].height) {
            position -= 1
        }
        waiting.insert((validUntil, height), at: position)
    }

    /// Takes off those whose time is over.
    mutating func takeOver(at time: Milliseconds, lifetime: Milliseconds) -> [StoreKey] {
        let over = waiting.prefix {
            StoreEntries.isReplayOver(validUntil: $0.validUntil, at: time, lifetime: lifetime)
        }
        let keys = over.map { StoreKey.replay(validUntil: $0.validUntil, $0.height) }
        waiting.removeFirst(keys.count)
        return keys
    }
}

extension ChainStore {
    /// Commits blocks in one synced batch: blocks, touches, indexes, tip; on disk when it returns.
    ///
    /// In height order, the first one above the tip; each was stored by `store` under its `bodyView` before. Then
    /// drops, unsynced, what lies at or below the new final view and is not on the chain. `load` comes first.
    package func commit(_ blocks: [FinalBlock]) throws(StorageError) {
        guard let last = blocks.last else { return }
        checkOrder(blocks)
        try commitLane.withLock { (lane) throws(StorageError) in
            precondition(lane != nil, "the node loads its state before it commits")
            var batch = WriteBatch()
            for final in blocks {
                for entry in StoreEntries.entries(of: final) { batch.put(entry.key.bytes, entry.value) }
            }
            for entry in lane?.entries(adding: blocks) ?? [] { batch.put(entry.key.bytes, entry.value) }
            let over = lane?.replays.takeOver(at: last.block.block.time, lifetime: genesis.parameters.maxLifetime)
            for key in over ?? [] { batch.delete(key.bytes) }
            let tip = StoreEntries.tip(
                height: last.height,
                hash: last.block.block.hash,
                frontier: last.delta.frontier
            )
            batch.put(tip.key.bytes, tip.value)
            try chain.write(batch, isSynced: true)
        }
        let dropped = shared.withLock { shared in
            shared.tip = ChainTip(header: last.block.block.header, hash: last.block.block.hash, view: last.view)
            let final = Set(blocks.map(\.bodyKey))
            return shared.unfinal.prune(
                epoch: last.block.block.header.epoch,
                finalView: last.view,
                keeping: final
            )
        }
        try drop(dropped)
    }

    /// Deletes from the bodies database, unsynced: what a crash brings back is dropped again at the next start.
    func drop(_ keys: [StoreKey]) throws(StorageError) {
        guard !keys.isEmpty else { return }
        var batch = WriteBatch()
        for key in keys { batch.delete(key.bytes) }
        try bodies.write(batch, isSynced: false)
    }

    private func checkOrder(_ blocks: [FinalBlock]) {
        shared.withLock { shared in
            var (height, hash) = (shared.tip.height, shared.tip.hash)
            for final in blocks {
                let block = final.block.block
                precondition(block.height == height.next, "blocks are committed one height after another")
                precondition(block.parent == hash, "a committed block is the child of the tip")
                precondition(final.block.justification.covers(block.hash), "consensus justifies what it finalises")
                precondition(shared.unfinal.contains(final.bodyKey), "a body is stored before a pointer to it")
                precondition(final.bodyView == final.view, "a body under a later view would be swept with that view")
                (height, hash) = (block.height, block.hash)
            }
        }
    }
}

extension ChainStore.CommitLane {
    /// Notes what blocks touched and add to the replay window; answers the account entries that are due.
    fileprivate mutating func entries(adding blocks: [FinalBlock]) -> [StoreEntry] {
        for final in blocks {
            for account in final.delta.touched {
                refresh.touch(
                    account.number,
                    StoredAccount(id: account.id, balance: account.balance, touched: final.height)
                )
            }
            if let replay = StoredReplay(final.delta.replay) {
                replays.insert(validUntil: replay.validUntil, height: final.height)
            }
        }
        guard let tip = blocks.last?.height else { return [] }
        return refresh.entries(at: tip, blockCount: blocks.count)
    }
}

extension FinalBlock {
    fileprivate var bodyKey: StoreKey {
        .body(epoch: block.block.header.epoch, view: bodyView, hash: block.block.hash)
    }
}
