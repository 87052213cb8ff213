import ChainCore
import JSONRPC
import LedgerCore
import LevelDBStorage
import Primitives
import ReplicaCore

// What is read from the disk: blocks, what happened to an account, receipts.

extension Gateway {
    func block(_ selector: BlockSelector) async throws(GatewayError) -> BlockAnswer? {
        let found = try read { (store) throws(StorageError) -> (Block, Justification?)? in
            let height: Height?
            switch selector {
            case .latest: height = store.tip.height
            case .height(let wanted): height = wanted
            case .hash(let hash) where hash == genesisBlock.hash: height = .zero
            case .hash(let hash): height = try store.height(of: hash)
            }
            guard let height else { return nil }
            if height == .zero { return (genesisBlock, nil) }
            return try store.finalBlock(at: height).map { ($0.block, $0.justification) }
        }
        guard let (block, justification) = found else { return nil }
        return BlockAnswer(block: block, justification: justification, at: try await head())
    }

    func blocks(from height: Height, limit: Int, byteCountMax: Int) async throws(GatewayError) -> BlocksAnswer {
        let at = try await head()
        let found = try read { (store) throws(StorageError) in
            var blocks: [JustifiedBlock] = []
            var byteCount = 0
            var next = max(height, Height.zero.next)
            while next <= at.height, blocks.count < limit, let found = try store.finalBlock(at: next) {
                byteCount += Int(found.block.header.transactionBytes)
                guard blocks.isEmpty || byteCount <= byteCountMax else { break }
                blocks.append(found)
                next = next.next
            }
            return blocks
        }
        return BlocksAnswer(blocks: found, at: at)
    }

    func headers(_ order: BlockOrder, after: Height?, limit: Int) async throws(GatewayError) -> HeadersAnswer {
        // Asked first, so that no header is above it but by a block that has become final since.
        let at = try await head()
        let found = try read { (store) throws(StorageError) in
            try store.headers(isAscending: order == .oldest, after: after, limit: limit)
        }
        let headers = found.map { HeadersAnswer.Entry(header: $0.header, hash: $0.hash) }
        return HeadersAnswer(headers: headers.filter { $0.header.height <= at.height }, at: at)
    }

    func history(
        of account: AccountID,
        from cursor: HistoryCursor?,
        limit: Int,
        filter: HistoryFilter
    ) async throws(GatewayError) -> HistoryAnswer {
        guard case .account(let state, let at) = try await ask(.account(account)) else { throw .timedOut }
        guard let state else {
            return HistoryAnswer(page: cursor == nil ? HistoryPage(items: [], next: nil) : nil, at: at)
        }
        let start = cursor ?? HistoryCursor(through: state.touched)
        guard start.height <= state.touched else { return HistoryAnswer(page: nil, at: at) }
        let page = try read { (store) throws(StorageError) in
            try store.history(of: account, numbered: state.number, from: start, limit: limit, filter: filter)
        }
        return HistoryAnswer(page: page, at: at)
    }

    func receipt(of id: TransactionID) async throws(GatewayError) -> ReceiptAnswer? {
        let found = try read { (store) throws(StorageError) in try store.receipt(of: id) }
        guard let found else { return nil }
        return ReceiptAnswer(receipt: found, at: try await head())
    }

    /// Reads the store; damage stops the node.
    func read<Found>(
        _ question: (ChainStore) throws(StorageError) -> Found
    ) throws(GatewayError) -> Found {
        do throws(StorageError) {
            return try question(store)
        } catch {
            // A damaged value is not an answer: the node stops and says which key (spec 5).
            stop.stop(.storage(error))
            throw .stopping
        }
    }
}
