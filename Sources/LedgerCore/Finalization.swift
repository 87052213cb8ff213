import Primitives

extension Ledger {
    /// Merges a block that became final, in time proportional to what it touched.
    ///
    /// The block is a child of the final head; the deltas of its descendants stay good.
    package mutating func finalize(_ delta: LedgerDelta) {
        precondition(delta.head.height == head.height.next, "blocks become final one height after another")
        for account in delta.touched {
            if account.isOpened {
                let number = accounts.append(
                    Account(id: account.id, balance: account.balance, touched: delta.head.height)
                )
                precondition(number == account.number, "accounts get their numbers in the order of opening")
            } else {
                precondition(
                    accounts[account.number].balance == account.balanceBefore,
                    "a delta fits the state it was made on"
                )
                accounts.update(account.number, balance: account.balance, touched: delta.head.height)
            }
        }
        tree.apply(delta.tree)
        for entry in delta.replay { window.insert(entry) }
        window.removeExpired(at: delta.head.time, lifetime: parameters.maxLifetime)
        frontier = delta.frontier
        head = delta.head
    }
}
