import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives
import Testing
import VerifierCore

/// A store as the node writes it for the sample chain, held in memory; one entry is changed at a time.
@Suite struct StoreAuditTests {
    private let chain: TestChain
    private let store: TestStore

    init() throws {
        chain = try TestChain.sample(validators: 4)
        store = try TestStore(chain, snapshot: Height(2))
    }

    private func finding(_ edit: (inout TestStore) throws -> Void) throws -> Violation? {
        var store = store
        try edit(&store)
        do throws(Violation) {
            _ = try store.audit(chain)
            return nil
        } catch {
            return error
        }
    }

    @Test func everyEntryOfAnHonestStoreIsCompared() throws {
        let tally = try store.audit(chain)
        #expect(tally.total == UInt64(store.entries.count))
        #expect(
            tally.counts.map(\.space) == ["d", "e", "h", "m", "s", "t", "w", "x"],
            "the sample is too short for stored log nodes; a longer chain has them"
        )
        #expect(tally.entries(in: .settlements) == 4)
        #expect(tally.entries(in: .accounts) == 9)
    }

    @Test func storedLogNodesAreCompared() throws {
        var chain = try TestChain(validators: 1)
        let many = (0..<20).map { chain.payment(from: 0, to: chain.account(1), amount: UInt64($0) + 1) }
        try chain.append(try chain.next(many))
        let store = try TestStore(chain, snapshot: .zero)
        #expect(try store.audit(chain).entries(in: .logNodes) == 1)
        var changed = store
        let key = try #require(store.entries.keys.first { $0.space == .logNodes })
        changed.flip(key)
        #expect(throws: Violation.self) { try changed.audit(chain) }
    }

    @Test func aChangedByteIsNamedByItsKey() throws {
        for key in store.entries.keys where key.space != .accounts && key != .snapshot {
            let violation = try finding { $0.flip(key) }
            guard case .entry(.different(key, let expected, let found)) = violation?.finding else {
                Issue.record("\(key): \(String(describing: violation))")
                continue
            }
            #expect(expected == store.entries[key])
            #expect(found != expected)
        }
    }

    @Test func aMissingEntryIsNamedByItsKey() throws {
        for key in store.entries.keys where key != .snapshot {
            let violation = try finding { $0.entries[key] = nil }
            switch key.space {
            case .accounts: #expect(violation != nil, "\(key)")
            default: #expect(violation?.finding == .entry(.missing(key)), "\(key)")
            }
        }
    }

    @Test func aSurplusEntryShowsInTheCount() throws {
        let surplus: [StoreKey] = [
            .block(Height(6)), .touches(Height(1), page: 9), .height(.zero), .settlement(TransactionID(words: .zero)),
            .logNode(level: 4, index: 0), .replay(validUntil: Milliseconds(1), Height(1)),
        ]
        for key in surplus {
            let found = store.count(key.space) + 1
            #expect(
                try finding { $0.entries[key] = [1] }?.finding
                    == .entry(.count(key.space, expected: found - 1, found: found)),
                "\(key)"
            )
        }
    }

    @Test func settlementsThatDifferOnlyInTheirFingerprintAreNeverFine() throws {
        let expected = StoreDamage(key: "t/", what: "one reading differs from another")
        #expect(try finding { $0.readsOnceOtherwise = true }?.finding == .entry(.damaged(expected)))
    }

    @Test func evidenceThatWaitsBesideTheChainIsNoDamage() throws {
        #expect(try finding { $0.entries[.evidence(epoch: .zero, signer: 3)] = [1] } == nil)
    }

    // MARK: - Accounts

    @Test func aForgedBalanceIsNamedByItsAccount() throws {
        for number in 0..<UInt32(chain.ledger.accountCount()) {
            let honest = try store.account(number)
            let forged = StoredAccount(
                id: honest.id,
                balance: Amount(units: honest.balance.units + 1),
                touched: honest.touched
            )
            #expect(
                try finding { $0.set(number, forged) }
                    == Violation(
                        height: honest.touched,
                        finding: .entry(.account(AccountNumber(number), expected: honest, found: forged))
                    )
            )
        }
    }

    @Test func anEntryThatMissesATouchOfTheSnapshotIsNamed() throws {
        // Account 1 paid in block 1 and block 2, and the snapshot reached block 2.
        let current = try store.account(1)
        #expect(current.touched == Height(2))
        let paid = try #require(chain.genesis.accounts.first)
        let genesis = StoredAccount(id: paid.id, balance: paid.balance, touched: .zero)
        let violation = try finding { $0.set(1, genesis) }
        #expect(violation?.height == Height(1))
        guard case .entry(.account(AccountNumber(1), _, genesis)) = violation?.finding else {
            Issue.record("\(String(describing: violation))")
            return
        }
        // Before the snapshot gets there the same entry is right.
        #expect(
            try finding {
                $0.set(1, genesis)
                $0.snapshot = .zero
            } == nil
        )
    }

    @Test func theSnapshotsOwnHeightCounts() throws {
        let after1 = try TestStore(chain, snapshot: Height(1)).account(1)
        #expect(after1.touched == Height(1))
        let violation = try finding { $0.set(1, after1) }
        #expect(violation?.height == Height(2))
        #expect(
            violation?.finding
                == .entry(.account(AccountNumber(1), expected: try store.account(1), found: after1))
        )
        #expect(
            try finding {
                $0.set(1, after1)
                $0.snapshot = Height(1)
            } == nil
        )
    }

    @Test func anEntryOfAHeightThatDidNotTouchTheAccountIsNamed() throws {
        let honest = try store.account(1)
        let shifted = StoredAccount(id: honest.id, balance: honest.balance, touched: Height(3))
        #expect(
            try finding { $0.set(1, shifted) }?.finding == .entry(.untouched(AccountNumber(1), at: Height(3)))
        )
    }

    @Test func anAccountThatWasNeverOpenedIsNamed() throws {
        let next = UInt32(chain.ledger.accountCount())
        let invented = StoredAccount(id: .zero, balance: .zero, touched: Height(5))
        #expect(
            try finding { $0.set(next, invented) }?.finding
                == .entry(.untouched(AccountNumber(next), at: Height(5)))
        )
    }

    @Test func aSnapshotBeyondTheTipIsNamed() throws {
        let latest = try TestStore(chain, snapshot: Height(5))
        var store = latest
        store.snapshot = Height(6)
        do throws(Violation) {
            _ = try store.audit(chain)
            Issue.record("a snapshot of the future passed")
        } catch {
            #expect(error.finding == .entry(.snapshotAheadOfTip(snapshot: Height(6), tip: Height(5))))
        }
    }

    // MARK: - The replay window

    @Test func aReplayRecordMayGoOnceItsTimeIsOver() throws {
        var chain = chain
        let first = try #require(store.entries.keys.first { $0.replayHeight == Height(1) })
        #expect(try finding { $0.entries[first] = nil }?.finding == .entry(.missing(first)))
        try chain.append(try chain.next(after: 400_000))
        var store = try TestStore(chain, snapshot: Height(6))
        #expect(try store.audit(chain).total == UInt64(store.entries.count))
        store.entries[first] = nil
        #expect(try store.audit(chain).total == UInt64(store.entries.count))
        store.entries[first] = [1]
        #expect(throws: Violation.self) { try store.audit(chain) }
    }
}

extension StoreKey {
    fileprivate var replayHeight: Height? {
        guard case .replay(_, let height) = self else { return nil }
        return height
    }
}

/// The entries of a store by key, and how a shell would hand them to the audit.
private struct TestStore {
    var entries: [StoreKey: [UInt8]] = [:]
    /// The walk through the settlements sees something that no look-up does.
    var readsOnceOtherwise = false
    var snapshot: Height {
        didSet { entries[.snapshot] = StoreEntry(.snapshot, sealing: StoredHeight(snapshot)).value }
    }

    init(_ chain: TestChain, snapshot: Height) throws {
        self.snapshot = snapshot
        var ledger = Ledger(genesis: chain.genesis)
        for entry in StoreEntries.genesisEntries(ledger, header: chain.rules.genesisHeader(ledger.head)) { put(entry) }
        for item in chain.blocks {
            let delta = try ledger.execute(
                item.block.transactions,
                at: item.block.time,
                payoutTo: chain.rules.payoutAccounts
            )
            let final = FinalBlock(block: item, bodyView: item.justification.view, delta: delta)
            for entry in StoreEntries.entries(of: final) { put(entry) }
            ledger.finalize(delta)
            put(StoreEntries.tip(height: item.block.height, hash: item.block.hash, frontier: ledger.frontier))
            if item.block.height == snapshot { refresh(ledger) }
        }
        entries[.snapshot] = StoreEntry(.snapshot, sealing: StoredHeight(snapshot)).value
    }

    private mutating func put(_ entry: StoreEntry) {
        guard case .account(let number) = entry.key else {
            entries[entry.key] = entry.value
            return
        }
        do {
            set(number.value, try StoreValue.open(StoredAccount.self, entry.value, under: entry.key))
        } catch {
            Issue.record("an entry does not open: \(error)")
        }
    }

    private mutating func refresh(_ ledger: Ledger) {
        for number in 0..<UInt32(ledger.accountCount()) {
            guard let account = ledger.account(numbered: AccountNumber(number)) else { continue }
            set(number, StoredAccount(id: account.id, balance: account.balance, touched: account.touched))
        }
    }

    func account(_ number: UInt32) throws -> StoredAccount {
        let key = StoreKey.account(AccountNumber(number))
        return try StoreValue.open(StoredAccount.self, try #require(entries[key]), under: key)
    }

    mutating func set(_ number: UInt32, _ account: StoredAccount) {
        entries[.account(AccountNumber(number))] = StoreEntry(.account(AccountNumber(number)), sealing: account).value
    }

    mutating func flip(_ key: StoreKey) {
        guard var value = entries[key] else { return }
        value[value.count / 2] ^= 0x10
        entries[key] = value
    }

    func count(_ space: StoreKey.Space) -> UInt64 { UInt64(entries.keys.count { $0.space == space }) }

    /// The stored accounts up to the first gap.
    private func storedAccounts() throws -> [StoredAccount] {
        var accounts: [StoredAccount] = []
        while entries[.account(AccountNumber(UInt32(accounts.count)))] != nil {
            accounts.append(try account(UInt32(accounts.count)))
        }
        return accounts
    }

    func audit(_ chain: TestChain) throws(Violation) -> StoreTally {
        let secret = Hash32(words: Words32(1, 2, 3, 4))
        var verifier = Verifier(genesis: chain.genesis)
        var accounts: [StoredAccount] = []
        do {
            accounts = try storedAccounts()
        } catch {
            Issue.record("an account does not open: \(error)")
        }
        var audit = try StoreAudit(genesis: verifier.ledger, accounts: accounts, snapshot: snapshot, secret: secret)
        for item in chain.blocks {
            let checked = CheckedBlock(item, electorate: verifier.electorate, scheme: TrustingScheme())
            let delta = try verifier.check(checked)
            let final = FinalBlock(block: item, bodyView: item.justification.view, delta: delta)
            let expected = audit.expectedEntries(of: final)
            try audit.take(final, expected: expected, found: expected.map { entries[$0.key] })
        }
        var settlements = EntryFingerprint(secret: secret)
        // In any order: a dictionary's will do.
        for (key, value) in entries where key.space == .settlements { settlements.add(key: key.bytes, value: value) }
        if !audit.holds(settlements: settlements) {
            for item in chain.blocks {
                let expected = StoreEntries.settlements(of: item.block)
                try audit.compareSettlements(
                    expected,
                    found: expected.map { entries[$0.key] },
                    at: item.block.height
                )
            }
        }
        let marks = entries.filter { $0.key.space == .marks }.map { StoreEntry(key: $0.key, value: $0.value) }
        if readsOnceOtherwise { settlements.add(key: [0x74], value: []) }
        try audit.finish(
            verifier,
            marks: marks,
            counts: StoreKey.Space.allCases.map { ($0, count($0)) },
            settlements: settlements
        )
        return audit.tally
    }
}

/// The signatures of the sample are checked elsewhere.
private struct TrustingScheme: SignatureScheme {
    func verdicts(on claims: [SignatureClaim]) -> [Bool] { claims.map { _ in true } }
}
