package import ChainCore
package import LedgerCore
package import Primitives

/// Holds what a store wrote against what a recomputation says it must have written (spec 5).
///
/// Every entry is compared byte for byte under its own key. As all expected keys differ, equal counts at the end mean
/// that nothing else is there. Settlements, of which there is one for each transaction, all over the store, are compared by
/// their fingerprint instead: one walk through them all costs a fraction of a look-up each. Memory is one record for each
/// account.
package struct StoreAudit: Sendable {
    package private(set) var tally = StoreTally()
    /// Of all settlements that the blocks taken so far must have left.
    private var settlements: EntryFingerprint
    private let lifetime: Milliseconds
    private var accounts: AccountEntries
    /// Replay records that are not there; each must be over by the time of the tip.
    private var dropped: [(validUntil: Milliseconds, height: Height)] = []

    /// Begins at block 0, whose ledger this is.
    ///
    /// `accounts` is every account's stored entry in the order of the numbers, and each is said to contain every touch at
    /// or below `snapshot`. `secret` is for the fingerprint of the settlements.
    package init(
        genesis ledger: Ledger,
        accounts: [StoredAccount],
        snapshot: Height,
        secret: Hash32
    ) throws(Violation) {
        settlements = EntryFingerprint(secret: secret)
        lifetime = ledger.parameters.maxLifetime
        do throws(Finding) {
            self.accounts = try AccountEntries(genesis: ledger, stored: accounts, snapshot: snapshot)
        } catch {
            throw Violation(height: .zero, finding: error)
        }
    }

    /// The entries that the store must hold for a block, but for accounts and settlements; the caller looks up each one.
    package func expectedEntries(of final: FinalBlock) -> [StoreEntry] {
        StoreEntries.entriesButSettlements(of: final).filter { $0.key.space != .accounts }
    }

    /// Takes a block that was recomputed, with what the store holds under the key of each expected entry.
    package mutating func take(
        _ final: FinalBlock,
        expected: [StoreEntry],
        found: [[UInt8]?]
    ) throws(Violation) {
        precondition(expected.count == found.count, "one look-up for each expected entry")
        do throws(Finding) {
            for (entry, value) in zip(expected, found) { try compare(entry, found: value) }
            try accounts.take(final.delta)
        } catch {
            throw Violation(height: final.height, finding: error)
        }
        for entry in StoreEntries.settlements(of: final.block.block) {
            settlements.add(key: entry.key.bytes, value: entry.value)
        }
        let time = final.delta.head.time
        dropped.removeAll {
            StoreEntries.isReplayOver(validUntil: $0.validUntil, at: time, lifetime: lifetime)
        }
    }

    private mutating func compare(_ entry: StoreEntry, found: [UInt8]?) throws(Finding) {
        guard let found else {
            guard case .replay(let validUntil, let height) = entry.key else { throw .entry(.missing(entry.key)) }
            dropped.append((validUntil, height))
            return
        }
        guard found == entry.value else { throw .entry(.different(entry.key, expected: entry.value, found: found)) }
        tally.count(entry.key.space)
    }

    /// Whether the store's settlements, all of them, are those that the blocks left.
    package func holds(settlements found: EntryFingerprint) -> Bool { found == settlements }

    /// Names the first settlement of a block that is not what the store must hold.
    ///
    /// For a store whose settlements are not those that the blocks left: block after block until one is found.
    package func compareSettlements(_ expected: [StoreEntry], found: [[UInt8]?], at height: Height) throws(Violation) {
        precondition(expected.count == found.count, "one look-up for each expected entry")
        for (entry, value) in zip(expected, found) where entry.value != value {
            let fault = value.map { EntryFault.different(entry.key, expected: entry.value, found: $0) }
            throw Violation(height: height, finding: .entry(fault ?? .missing(entry.key)))
        }
    }

    /// Compares what belongs to no block: the marks, and that there are no other entries.
    ///
    /// `marks` is everything under `m/`; `counts` is how many entries there are under each letter; `settlements` is the
    /// fingerprint of all under `t/`, of which each that differs has been named before.
    package mutating func finish(
        _ verifier: Verifier,
        marks: [StoreEntry],
        counts: [(space: StoreKey.Space, entries: UInt64)],
        settlements found: EntryFingerprint
    ) throws(Violation) {
        do throws(Finding) {
            if let early = dropped.first {
                throw .entry(.missing(.replay(validUntil: early.validUntil, early.height)))
            }
            try accounts.finish(at: verifier.header.height)
            tally.count(.accounts, times: accounts.compared)
            tally.count(.settlements, times: settlements.count)
            for entry in expectedMarks(verifier) {
                try compare(entry, found: marks.first { $0.key == entry.key }?.value)
            }
            for (space, found) in counts where Self.countedSpaces.contains(space) {
                let compared = tally.entries(in: space)
                guard compared == found else { throw .entry(.count(space, expected: compared, found: found)) }
            }
            guard holds(settlements: found) else {
                // As many as there must be, and each was as it must be when it was looked up.
                throw .entry(.damaged(StoreDamage(key: "t/", what: "one reading differs from another")))
            }
        } catch {
            throw Violation(height: verifier.header.height, finding: error)
        }
    }

    private func expectedMarks(_ verifier: Verifier) -> [StoreEntry] {
        [
            StoreEntry(.genesis, sealing: verifier.genesisHeader),
            StoreEntry(.snapshot, sealing: StoredHeight(accounts.snapshot)),
            StoreEntries.tip(
                height: verifier.header.height,
                hash: verifier.hash,
                frontier: verifier.ledger.frontier
            ),
        ]
    }

    /// Where nothing but the chain's own entries may lie; evidence and unfinalised blocks may wait beside the chain.
    private static let countedSpaces: [StoreKey.Space] = [
        .blocks, .touches, .accounts, .settlements, .heights, .replay, .logNodes, .marks,
    ]
}

/// The stored accounts: each must be what the account was after the block that its entry names.
private struct AccountEntries: Sendable {
    private let stored: [StoredAccount]
    let snapshot: Height
    private var isCompared: [Bool]
    private(set) var compared: UInt64 = 0

    init(genesis ledger: Ledger, stored: [StoredAccount], snapshot: Height) throws(Finding) {
        self.stored = stored
        self.snapshot = snapshot
        isCompared = Array(repeating: false, count: stored.count)
        for number in 0..<UInt32(ledger.accountCount()) {
            guard let account = ledger.account(numbered: AccountNumber(number)) else {
                preconditionFailure("accounts are numbered without a gap")
            }
            try compare(
                StoredAccount(id: account.id, balance: account.balance, touched: .zero),
                under: AccountNumber(number)
            )
        }
    }

    mutating func take(_ delta: LedgerDelta) throws(Finding) {
        for account in delta.touched {
            try compare(
                StoredAccount(id: account.id, balance: account.balance, touched: delta.head.height),
                under: account.number
            )
        }
    }

    /// `account` is what a block left; the entry may be as of this block, or of a later one, or lag behind the snapshot.
    private mutating func compare(_ account: StoredAccount, under number: AccountNumber) throws(Finding) {
        let index = Int(number.value)
        guard index < stored.count else { throw .entry(.missing(.account(number))) }
        let found = stored[index]
        if found.touched == account.touched {
            guard found == account else { throw .entry(.account(number, expected: account, found: found)) }
            isCompared[index] = true
            compared += 1
        } else if found.touched < account.touched, account.touched <= snapshot {
            throw .entry(.account(number, expected: account, found: found))
        }
    }

    func finish(at tip: Height) throws(Finding) {
        guard snapshot <= tip else { throw .entry(.snapshotAheadOfTip(snapshot: snapshot, tip: tip)) }
        // A surplus entry was compared with nothing either.
        guard let index = isCompared.firstIndex(of: false) else { return }
        throw .entry(.untouched(AccountNumber(UInt32(index)), at: stored[index].touched))
    }
}
