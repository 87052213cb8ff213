import Cryptography
import LedgerCore
import Primitives
import Testing

struct SnapshotTests {
    let genesis: Genesis
    let snapshot: LedgerSnapshot

    init() throws {
        genesis = try makeGenesis()
        var ledger = Ledger(genesis: genesis)
        try ledger.settle([genesis.transaction(from: alice, [(bob, 5), (stranger, 2_000)])])
        snapshot = ledger.snapshot
    }

    private func restore(_ change: (inout LedgerSnapshot) -> Void) throws(SnapshotError) -> Ledger {
        var changed = snapshot
        change(&changed)
        return try Ledger(genesis: genesis, restoring: changed)
    }

    /// The same accounts, some of them changed.
    private func accounts(_ change: (Int, Account) -> Account?) -> AccountTable {
        var table = AccountTable()
        for index in 0..<snapshot.accounts.count {
            if let account = change(index, snapshot.accounts[AccountNumber(UInt32(index))]) { table.append(account) }
        }
        return table
    }

    @Test func anUntouchedSnapshotRestores() throws {
        let ledger = try restore { _ in }
        #expect(ledger.head == snapshot.head)
        #expect(ledger.balance(stranger) == 2_000)
    }

    @Test func aMissingPoolIsNoticed() {
        #expect(throws: SnapshotError.noPool) { try restore { $0.accounts = accounts { $0 == 0 ? nil : $1 } } }
        #expect(throws: SnapshotError.noPool) { try restore { $0.accounts = AccountTable() } }
    }

    @Test func aMissingUnitIsNoticed() {
        let supply = Amount(units: 3_000_000)
        #expect(throws: SnapshotError.supply(found: Amount(units: 2_999_999), expected: supply)) {
            try restore { snapshot in
                snapshot.accounts = accounts { index, account in
                    guard index == 1 else { return account }
                    return Account(
                        id: account.id,
                        balance: account.balance.subtracting(Amount(units: 1))!,
                        touched: account.touched
                    )
                }
            }
        }
        #expect(throws: SnapshotError.supply(found: nil, expected: supply)) {
            try restore { snapshot in
                snapshot.accounts = accounts { Account(id: $1.id, balance: Amount(units: .max), touched: $1.touched) }
            }
        }
    }

    @Test func aUnitInAnotherPocketIsNoticed() {
        let error = #expect(throws: SnapshotError.self) {
            try restore { snapshot in
                snapshot.accounts = accounts { index, account in
                    let units = account.balance.units
                    let moved = index == 1 ? units - 1 : index == 2 ? units + 1 : units
                    return Account(id: account.id, balance: Amount(units: moved), touched: account.touched)
                }
            }
        }
        guard case .stateRoot = error else { return #expect(Bool(false), "\(String(describing: error))") }
    }

    @Test func anotherLogIsNoticed() {
        #expect(throws: SnapshotError.logSize(found: 0, expected: 1)) {
            try restore { $0.frontier = LogFrontier() }
        }
        var other = LogFrontier()
        other.append(leafHash: .zero)
        #expect(throws: SnapshotError.logRoot(found: .zero, expected: snapshot.head.logRoot)) {
            try restore { $0.frontier = other }
        }
    }

    @Test func aReplayEntryOfNobodyIsNoticed() {
        let nobody = AccountNumber(1_000)
        #expect(throws: SnapshotError.payerUnknown(nobody)) {
            try restore {
                $0.replay.append(
                    ReplayEntry(payer: nobody, nonce: 0, validUntil: start, id: TransactionID(words: .zero))
                )
            }
        }
    }

    /// What lies on disk of the replay window.
    @Test func aReplayEntryIsTheseBytes() throws {
        let entry = ReplayEntry(
            payer: AccountNumber(0x0102_0304),
            nonce: 5,
            validUntil: Milliseconds(6),
            id: TransactionID(words: Words32(7, 0, 0, 8))
        )
        let hex =
            "04030201" + "0500000000000000" + "0600000000000000"
            + "0700000000000000" + String(repeating: "0", count: 32) + "0800000000000000"
        #expect(Hex.encode(entry.encoded()) == hex)
        #expect(try ReplayEntry(decodingAll: entry.encoded()) == entry)
    }

    @Test func anAccountTableTakesAKeyOnce() {
        var table = AccountTable()
        #expect(table.append(Account(id: alice, balance: .zero, touched: .zero)) == AccountNumber(0))
        #expect(table.append(Account(id: bob, balance: .zero, touched: .zero)) == AccountNumber(1))
        #expect(table.append(Account(id: alice, balance: .zero, touched: .zero)) == nil)
        #expect(table.count == 2)
    }

    /// Enough keys to fill every shard and several chunks.
    @Test func anAccountTableFindsEachOfManyKeys() {
        var table = AccountTable()
        let ids = (0..<20_000).map { AccountID(words: Words32(UInt64($0) % 7, UInt64($0), 0, 1)) }
        for id in ids { table.append(Account(id: id, balance: Amount(units: 1), touched: .zero)) }
        #expect(ids.indices.allSatisfy { table.number(of: ids[$0]) == AccountNumber(UInt32($0)) })
        #expect(table.number(of: AccountID(words: Words32(0, 20_001, 0, 1))) == nil)
        #expect(table.sum == Amount(units: 20_000))
    }
}
