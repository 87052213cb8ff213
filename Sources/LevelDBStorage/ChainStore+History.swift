package import ChainCore
import ConsensusCore
package import LedgerCore
package import Primitives

/// How much one look into history may cost.
package struct HistoryBudget: Hashable, Sendable {
    package let blockCountMax: Int
    package let byteCountMax: Int

    package init(blockCountMax: Int = 256, byteCountMax: Int = 8 << 20) {
        self.blockCountMax = blockCountMax
        self.byteCountMax = byteCountMax
    }
}

// What happened, read back: the history of an account, the headers in a row, a transaction's receipt.
extension ChainStore {
    // MARK: - Accounts

    /// What happened to an account, newest first, from `cursor` on towards genesis; nil when no touch stands at the cursor.
    ///
    /// Follows the back-links of the touch records and reads the body of each block that touched the account. Stops at the
    /// limit or, with fewer items and perhaps none, when the budget is used up; one block is always read.
    package func history(
        of account: AccountID,
        numbered number: AccountNumber,
        from cursor: HistoryCursor,
        limit: Int,
        filter: HistoryFilter = HistoryFilter(),
        budget: HistoryBudget = HistoryBudget()
    ) throws(StorageError) -> HistoryPage? {
        var items: [HistoryItem] = []
        var place = cursor
        var blocksLeft = budget.blockCountMax
        var bytesLeft = budget.byteCountMax
        while items.count < limit {
            guard place.height > .zero else {
                guard let given = AccountHistory.genesisItem(of: account, in: genesis) else { return nil }
                if place.itemCount > 0, filter.takes(given) { items.append(given) }
                return HistoryPage(items: items, next: nil)
            }
            guard blocksLeft > 0, bytesLeft > 0 || place == cursor else { break }
            guard place.height <= tip.height, let touch = try touch(of: number, at: place.height) else {
                if place == cursor { return nil }
                throw .damaged(StoreDamage(.block(place.height), "no touch of account \(number), a later one names it"))
            }
            let (found, byteCount) = try self.items(of: account, number, touch, at: place.height)
            blocksLeft -= 1
            bytesLeft -= byteCount
            var rest = Int(min(place.itemCount, UInt32(found.count)))
            while rest > 0, items.count < limit {
                rest -= 1
                if filter.takes(found[rest]) { items.append(found[rest]) }
            }
            if rest > 0 {
                place = HistoryCursor(height: place.height, itemCount: UInt32(rest))
            } else if let before = touch.touchedBefore {
                place = HistoryCursor(through: before)
            } else {
                return HistoryPage(items: items, next: nil)
            }
        }
        return HistoryPage(items: items, next: place)
    }

    private func items(
        of account: AccountID,
        _ number: AccountNumber,
        _ touch: StoredTouch,
        at height: Height
    ) throws(StorageError) -> (items: [HistoryItem], byteCount: Int) {
        let key = StoreKey.block(height)
        var before = Amount.zero
        if let last = touch.touchedBefore {
            let known =
                last == .zero
                ? AccountHistory.genesisBalance(of: account, in: genesis)
                : try self.touch(of: number, at: last)?.balance
            guard let known else {
                throw .damaged(StoreDamage(key, "account \(number) was not touched at \(last), as this block says"))
            }
            before = known
        }
        let (block, byteCount) = try justifiedBlock(try storedBlock(at: height))
        let items = AccountHistory.items(
            of: account,
            in: block.block,
            before: before,
            after: touch.balance,
            payoutAccounts: genesis.payoutAccounts
        )
        guard let items else {
            throw .damaged(StoreDamage(key, "the transactions do not make the balance of account \(number)"))
        }
        return (items, byteCount)
    }

    /// What the block at a height left an account with; nil when it did not touch it.
    ///
    /// Costs two small reads: the block's record and one page.
    package func touch(of number: AccountNumber, at height: Height) throws(StorageError) -> StoredTouch? {
        let stored = try storedBlock(at: height)
        guard let page = stored.pages.lastIndex(where: { $0.first <= number }) else { return nil }
        return try touches(of: stored, page: page).touches.first { $0.number == number }
    }

    // MARK: - Blocks

    /// Headers of final blocks with their hashes, block 0 among them: heights above `after` ascending, or below it descending.
    package func headers(
        isAscending: Bool,
        after: Height?,
        limit: Int
    ) throws(StorageError) -> [(header: Header, hash: Hash32)] {
        let end = tip.height
        var height: Height?
        if isAscending {
            // A client names any height; nothing is above the tip.
            guard after.map({ $0 < end }) ?? true else { return [] }
            height = after.map(\.next) ?? .zero
        } else if let after {
            height = after == .zero ? nil : min(end, Height(after.number - 1))
        } else {
            height = end
        }
        var found: [(header: Header, hash: Hash32)] = []
        while let next = height, next <= end, found.count < limit {
            if next == .zero {
                let header: Header = try requiredValue(under: .genesis)
                found.append((header, header.hash(network: genesis.networkID)))
            } else {
                let stored = try storedBlock(at: next)
                found.append((stored.header, stored.hash))
            }
            if isAscending { height = next.next } else { height = next == .zero ? nil : Height(next.number - 1) }
        }
        return found
    }

    // MARK: - Transactions

    /// The receipt of a final transaction; nil when it is not final, or no finalization at or above its block is here yet.
    ///
    /// Costs the transaction's block, at most two reads for each level of the log, and a small read for each header.
    package func receipt(of id: TransactionID) throws(StorageError) -> Receipt? {
        guard let (settlement, block, transaction) = try settled(id) else { return nil }
        guard let head = try finalHead(at: settlement.height) else { return nil }
        let logSize = block.header.logSize
        let logIndex = logSize - UInt64(block.transactions.count) + UInt64(settlement.index)
        return Receipt(
            network: genesis.networkID,
            id: id,
            fee: settlement.fee,
            signed: transaction.signed,
            logIndex: logIndex,
            inclusionPath: try logPath(of: logIndex, size: logSize),
            headers: head.headers,
            finalization: head.finalization
        )
    }
}
