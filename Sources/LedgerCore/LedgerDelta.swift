package import Cryptography
package import Primitives

/// An account that a block debited, credited or opened.
package struct TouchedAccount: Hashable, Sendable {
    package let number: AccountNumber
    package let id: AccountID
    /// The balance after the parent; 0 for an account that the block opened.
    package let balanceBefore: Amount
    /// The balance after the block.
    package internal(set) var balance: Amount
    /// The height of the block that touched it before; 0 when none but genesis did.
    package let touchedBefore: Height
    package let isOpened: Bool
}

/// What one block changes in the ledger, beside its parent (spec 2.5).
///
/// Unfinalised blocks are deltas over the final state; `Ledger.finalize` merges one in time proportional to what it
/// touched. Account numbers given by an unfinalised block belong to its branch.
package struct LedgerDelta: Sendable {
    /// What the block's header says about the ledger.
    package let head: LedgerHead
    /// In the order of their numbers; each account once.
    package let touched: [TouchedAccount]
    /// What each validator received into its payout account; 0 in most blocks.
    package let payout: Amount
    /// The right edge of the log after this block.
    package let frontier: LogFrontier
    /// The nodes of the log that this block completes, in the order of completion.
    package let logNodes: [LogNode]
    /// One entry for each transaction, in block order.
    package let replay: [ReplayEntry]
    /// The number of accounts after this block.
    package let accountCount: Int

    let tree: StateTreePatch
    /// Finds positions in `touched` by account id.
    let touchedSlots: SlotTable
    /// Finds positions in `replay` by payer and nonce.
    let replaySlots: SlotTable

    /// What a transaction of this block paid: price × shares.
    package func fee(of transaction: Transaction) -> Amount { Ledger.fee(price: head.price, of: transaction) }

    func touched(_ key: HashedAccountID) -> TouchedAccount? {
        touchedSlots.slot(tag: key.hash.tag) { touched[$0].id == key.id }.map { touched[$0] }
    }

    func touched(_ number: AccountNumber) -> TouchedAccount? {
        var low = 0
        var high = touched.count
        while low < high {
            let middle = (low + high) / 2
            if touched[middle].number < number { low = middle + 1 } else { high = middle }
        }
        return low < touched.count && touched[low].number == number ? touched[low] : nil
    }

    func replayEntry(of key: ReplayKey, hash: TableHash) -> ReplayEntry? {
        replaySlots.slot(tag: hash.tag) { replay[$0].key == key }.map { replay[$0] }
    }
}
