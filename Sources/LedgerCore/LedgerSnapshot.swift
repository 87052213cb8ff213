package import Cryptography
package import Primitives

/// The final state as it lies on disk (spec 2.5, 3.7); what can be recomputed is left out.
package struct LedgerSnapshot: Sendable {
    /// Every account, appended in the order of the numbers.
    package var accounts: AccountTable
    /// The transactions that still exclude others, in any order.
    package var replay: [ReplayEntry]
    package var frontier: LogFrontier
    /// What the tip's header says.
    package var head: LedgerHead

    package init(accounts: AccountTable, replay: [ReplayEntry], frontier: LogFrontier, head: LedgerHead) {
        self.accounts = accounts
        self.replay = replay
        self.frontier = frontier
        self.head = head
    }
}

/// Why a snapshot is not the state that its head names.
package enum SnapshotError: Error, Hashable, Sendable {
    case noPool
    case supply(found: Amount?, expected: Amount)
    case stateRoot(found: Hash32, expected: Hash32)
    case logSize(found: UInt64, expected: UInt64)
    case logRoot(found: Hash32, expected: Hash32)
    /// A replay entry names an account number that nobody has.
    case payerUnknown(AccountNumber)
}

extension Ledger {
    /// The ledger as a snapshot gives it, with the state tree computed anew and compared with the head.
    ///
    /// Time proportional to the accounts, about 0.25 µs each, and to the replay window.
    package init(genesis: Genesis, restoring snapshot: LedgerSnapshot) throws(SnapshotError) {
        let accounts = snapshot.accounts
        guard accounts.number(of: .pool) == .pool else { throw .noPool }
        guard accounts.sum == genesis.supply else { throw .supply(found: accounts.sum, expected: genesis.supply) }
        let tree = StateTree(accounts)
        guard tree.root == snapshot.head.stateRoot else {
            throw .stateRoot(found: tree.root, expected: snapshot.head.stateRoot)
        }
        guard snapshot.frontier.size == snapshot.head.logSize else {
            throw .logSize(found: snapshot.frontier.size, expected: snapshot.head.logSize)
        }
        guard snapshot.frontier.root == snapshot.head.logRoot else {
            throw .logRoot(found: snapshot.frontier.root, expected: snapshot.head.logRoot)
        }
        var window = ReplayWindow()
        for entry in snapshot.replay {
            guard entry.payer.index < accounts.count else { throw .payerUnknown(entry.payer) }
            window.insert(entry)
        }
        window.removeExpired(at: snapshot.head.time, lifetime: genesis.parameters.maxLifetime)
        self.genesis = genesis
        self.accounts = accounts
        self.tree = tree
        self.window = window
        frontier = snapshot.frontier
        head = snapshot.head
    }

    /// Everything that `init(genesis:restoring:)` needs; sorts the replay window.
    package var snapshot: LedgerSnapshot {
        LedgerSnapshot(accounts: accounts, replay: window.entries, frontier: frontier, head: head)
    }
}
