package import ChainCore
package import ConsensusCore
import Cryptography
package import LedgerCore
package import Primitives
import Synchronization

/// What a node knows after a start, before it has heard of anybody.
package struct StoredState: Sendable {
    /// The final state at the tip.
    package let ledger: Ledger
    package let tip: ChainTip
    /// Nil at block 0.
    package let justification: Justification?
    /// Blocks above the final view, in view order; a block that was proposed twice comes twice.
    package let unfinalised: [(block: Block, view: View)]
    /// Notarizations, finalizations and nullifications above the final view.
    package let certificates: [Certificate]
    /// All that is known, and of it what stands on the final chain.
    package let evidence: [Evidence]
    package let shownEvidence: [Evidence]
}

extension ChainStore {
    /// How many of the last blocks a start checks (spec 3.7(3)).
    private static let checkedBlocks: UInt64 = 64
    /// Of how many of those it compares the transactions with the header; of the others the seal is enough.
    private static let decodedBlocks: UInt64 = 4
    /// How many of the last blocks' views are searched for bodies that a crash kept from being dropped.
    private static let sweptBlocks: UInt64 = 4

    /// Reads the state at the tip and checks it; once, before the first commit.
    ///
    /// Time proportional to the number of accounts, not to the length of the chain: account entries, then the touches
    /// above the height that all entries have reached; the result must have the tip's state root and the supply.
    package func load() throws(StorageError) -> StoredState {
        let tip = tip
        try checkNothingAbove(tip.height)
        let justification = try checkLastBlocks(tip)
        var (accounts, refresh) = try readAccounts(tip)
        try replayTouches(onto: &accounts, tip: tip, noting: &refresh)
        let (replay, replays) = try readReplays(tip)
        let stored: StoredTip = try requiredValue(under: .tip)
        let ledger = try restoredLedger(accounts, replay: replay, frontier: stored.frontier, tip: tip)
        let (unfinalised, certificates) = try readUnfinalised(tip)
        commitLane.withLock { $0 = CommitLane(refresh: refresh, replays: replays) }
        return StoredState(
            ledger: ledger,
            tip: tip,
            justification: justification,
            unfinalised: unfinalised,
            certificates: certificates,
            evidence: try evidence(),
            shownEvidence: try shownEvidence()
        )
    }

    private func checkNothingAbove(_ tip: Height) throws(StorageError) {
        let bounds = (StoreKey.block(tip.next).bytes, StoreKey.Space.blocks.bounds.upper)
        try chain.forEach(from: bounds.0, to: bounds.1) { (bytes, _) throws(StorageError) in
            throw .damaged(StoreDamage(try Self.key(bytes), "above the tip, which is \(tip)"))
        }
    }

    /// Links, bodies and justification of the last blocks, not every signature again; answers the tip's justification.
    private func checkLastBlocks(_ tip: ChainTip) throws(StorageError) -> Justification? {
        guard tip.height > .zero else { return nil }
        let first = Height(max(1, tip.height.number - min(tip.height.number, Self.checkedBlocks - 1)))
        var parent: (hash: Hash32, view: View)
        if first.number == 1 {
            let header: Header = try requiredValue(under: .genesis)
            parent = (header.hash(network: genesis.networkID), .zero)
        } else {
            let stored = try storedBlock(at: Height(first.number - 1))
            parent = (stored.hash, stored.justification.view)
        }
        var justification: Justification?
        for number in first.number...tip.height.number {
            let stored = try storedBlock(at: Height(number))
            let key = StoreKey.block(Height(number))
            guard stored.header.parent == parent.hash else {
                throw .damaged(StoreDamage(key, "its parent is not the block below it"))
            }
            guard stored.justification.covers(stored.hash), stored.justification.parentView == parent.view else {
                throw .damaged(StoreDamage(key, "the justification doesn't cover the block and the views below it"))
            }
            if tip.height.number - number < Self.decodedBlocks {
                _ = try justifiedBlock(stored)
            } else {
                try checkBody(of: stored)
            }
            parent = (stored.hash, stored.justification.view)
            justification = stored.justification
        }
        return justification
    }

    private func readAccounts(_ tip: ChainTip) throws(StorageError) -> ([StoredAccount], AccountRefresh) {
        let snapshot: StoredHeight = try requiredValue(under: .snapshot)
        guard snapshot.height <= tip.height else {
            throw .damaged(StoreDamage(.snapshot, "\(snapshot.height) is above the tip, which is \(tip.height)"))
        }
        var accounts: [StoredAccount] = []
        try forEachEntry(in: .accounts) { (key, value) throws(StorageError) in
            guard key == .account(AccountNumber(UInt32(truncatingIfNeeded: accounts.count))) else {
                throw .damaged(StoreDamage(key, "account number \(accounts.count) is missing"))
            }
            let account: StoredAccount = try Self.open(value, under: key)
            guard account.touched <= tip.height else {
                throw .damaged(StoreDamage(key, "touched at \(account.touched), above the tip"))
            }
            accounts.append(account)
            return true
        }
        return (accounts, AccountRefresh(snapshot: snapshot.height))
    }

    /// Replays the touch records from W + 1 to the tip; they hold balances, so entries that are newer do no harm.
    private func replayTouches(
        onto accounts: inout [StoredAccount],
        tip: ChainTip,
        noting refresh: inout AccountRefresh
    ) throws(StorageError) {
        var height = refresh.snapshot
        while height < tip.height {
            height = height.next
            for (key, touch) in try touches(at: height) {
                let index = Int(touch.number.value)
                guard index < accounts.count else {
                    throw .damaged(StoreDamage(key, "touches account \(touch.number), which is not there"))
                }
                let before = accounts[index]
                if before.touched == height {
                    guard touch.balance == before.balance else {
                        throw .damaged(StoreDamage(key, "account \(touch.number) has \(before.balance) in its entry"))
                    }
                } else if before.touched < height {
                    guard touch.touchedBefore == before.touched else {
                        throw .damaged(
                            StoreDamage(key, "account \(touch.number) was touched before at \(before.touched)")
                        )
                    }
                    accounts[index] = StoredAccount(id: before.id, balance: touch.balance, touched: height)
                }
                refresh.touch(touch.number, accounts[index])
            }
        }
    }

    /// What a final block touched, in the order of the account numbers, each with the key of its page.
    package func touches(at height: Height) throws(StorageError) -> [(key: StoreKey, touch: StoredTouch)] {
        let stored = try storedBlock(at: height)
        var touches: [(key: StoreKey, touch: StoredTouch)] = []
        for page in stored.pages.indices {
            let (key, part) = try self.touches(of: stored, page: page)
            for touch in part { touches.append((key, touch)) }
        }
        return touches
    }

    /// One page of a block's touch record, and its key.
    func touches(of stored: StoredBlock, page: Int) throws(StorageError) -> (key: StoreKey, touches: [StoredTouch]) {
        let height = stored.header.height
        let key = StoreKey.touches(height, page: UInt32(page))
        guard let bytes = try chain.value(key.bytes) else { throw .damaged(StoreDamage(key, "missing")) }
        do {
            return (key, try StoredTouchPage.open(bytes, under: key, at: height, mark: stored.pages[page]))
        } catch {
            throw .damaged(error)
        }
    }

    private func readReplays(_ tip: ChainTip) throws(StorageError) -> ([ReplayEntry], ReplayQueue) {
        var entries: [ReplayEntry] = []
        var queue = ReplayQueue()
        try forEachEntry(in: .replay) { (key, value) throws(StorageError) in
            let record: StoredReplay = try Self.open(value, under: key)
            guard case .replay(let validUntil, let height) = key, validUntil == record.validUntil,
                height <= tip.height
            else { throw .damaged(StoreDamage(key, "the record belongs to another key")) }
            entries += record.entries
            queue.insert(validUntil: validUntil, height: height)
            return true
        }
        return (entries, queue)
    }

    private func restoredLedger(
        _ stored: [StoredAccount],
        replay: [ReplayEntry],
        frontier: LogFrontier,
        tip: ChainTip
    ) throws(StorageError) -> Ledger {
        var accounts = AccountTable()
        for (number, account) in stored.enumerated() {
            let entry = Account(id: account.id, balance: account.balance, touched: account.touched)
            guard accounts.append(entry) != nil else {
                throw .damaged(
                    StoreDamage(.account(AccountNumber(UInt32(number))), "its id is another account's as well")
                )
            }
        }
        let snapshot = LedgerSnapshot(
            accounts: accounts,
            replay: replay,
            frontier: frontier,
            head: tip.header.ledger
        )
        do {
            return try Ledger(genesis: genesis, restoring: snapshot)
        } catch {
            throw .damaged(StoreDamage(.tip, "the state on disk is not the tip's: \(error)"))
        }
    }

    private func readUnfinalised(
        _ tip: ChainTip
    ) throws(StorageError) -> (blocks: [(block: Block, view: View)], certificates: [Certificate]) {
        var blocks: [(block: Block, view: View)] = []
        var certificates: [Certificate] = []
        var left: [StoreKey] = []
        let final = try lastBodies(tip)
        try walkBodies(.bodies, from: final.first) { (key, value) throws(StorageError) in
            if tip.covers(key) {
                if !final.contains(key) { left.append(key) }
            } else if case .body(_, let view, let hash) = key {
                blocks.append((try openBody(value, under: key, hash: hash), view))
            }
        }
        for space in [StoreKey.Space.certificates, .nullifications] {
            try walkBodies(space, from: nil) { (key, value) throws(StorageError) in
                if tip.covers(key) {
                    left.append(key)
                } else {
                    certificates.append(try Self.open(value, under: key))
                }
            }
        }
        try drop(left)
        return (blocks, certificates)
    }

    /// The bodies of the last final blocks, lowest view first.
    private func lastBodies(_ tip: ChainTip) throws(StorageError) -> [StoreKey] {
        var keys: [StoreKey] = []
        let first = tip.height.number - min(tip.height.number, Self.sweptBlocks - 1)
        for number in max(1, first)..<(tip.height.number + 1) {
            keys.append(try storedBlock(at: Height(number)).bodyKey)
        }
        return keys
    }

    /// Walks a group of the bodies database and notes in the index what lies above the final view.
    private func walkBodies(
        _ space: StoreKey.Space,
        from first: StoreKey?,
        _ body: (_ key: StoreKey, _ value: [UInt8]) throws(StorageError) -> Void
    ) throws(StorageError) {
        try bodies.forEach(from: first?.bytes ?? space.bounds.lower, to: space.bounds.upper) {
            (bytes, value) throws(StorageError) in
            let key = try Self.key(bytes)
            try body(key, value)
            shared.withLock { if !$0.tip.covers(key) { $0.unfinal.insert(key) } }
            return true
        }
    }
}
