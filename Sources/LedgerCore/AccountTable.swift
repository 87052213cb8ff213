package import Primitives

/// An account's place in the order of opening; the fee pool is 0 (spec 2.2).
package struct AccountNumber: Hashable, Comparable, Sendable, BitwiseCopyable, WireCodable, CustomStringConvertible {
    package let value: UInt32

    package init(_ value: UInt32) { self.value = value }

    package static let pool = AccountNumber(0)
    package static func < (left: AccountNumber, right: AccountNumber) -> Bool { left.value < right.value }

    package static var minimumByteCount: Int { 4 }
    package init(decoding rest: inout RawSpan) throws(WireError) { value = try rest.take() }
    package func encode(into writer: inout WireWriter) { writer.write(value) }
    package var description: String { String(value) }

    init(index: Int) {
        precondition(index < SlotTable.slotCountMax, "that many accounts do not fit the machine")
        value = UInt32(index)
    }

    var index: Int { Int(value) }
}

/// What the ledger holds of an account.
package struct Account: Hashable, Sendable, BitwiseCopyable {
    package let id: AccountID
    package var balance: Amount
    /// The height of the last block that debited or credited it; 0 when only genesis did.
    package var touched: Height

    package init(id: AccountID, balance: Amount, touched: Height) {
        self.id = id
        self.balance = balance
        self.touched = touched
    }
}

/// An account's key with its hash, which several tables are asked by.
struct HashedAccountID: Sendable {
    let id: AccountID
    let hash: TableHash

    init(_ id: AccountID) {
        self.id = id
        hash = TableHash(id)
    }
}

/// All accounts in the order of their numbers, and where each key is.
///
/// Memory for each account: 48 bytes, and 11 to 21 for the look-up by key.
package struct AccountTable: Sendable {
    private var accounts = ChunkedArray<Account>()
    private var slots = ShardedSlotTable()

    package init() {}

    package var count: Int { accounts.count }

    package subscript(number: AccountNumber) -> Account { accounts[number.index] }

    package func number(of id: AccountID) -> AccountNumber? { number(of: id, hash: TableHash(id)) }

    func number(of id: AccountID, hash: TableHash) -> AccountNumber? {
        slots.slot(hash: hash) { accounts[$0].id == id }.map(AccountNumber.init(index:))
    }

    /// Looks many keys up; answers their numbers in the order of the keys, nil for one that has none.
    ///
    /// In a large table almost every key lies far from any cache. None of these look-ups waits for the one before, so that
    /// they come together.
    func numbers(of keys: [HashedAccountID]) -> [AccountNumber?] {
        let likely = keys.map { slots.likelySlot(hash: $0.hash) }
        return zip(keys, likely).map { key, likely in
            if let likely, accounts[likely].id == key.id { return AccountNumber(index: likely) }
            return number(of: key.id, hash: key.hash)
        }
    }

    /// Gives the account the next number; answers nil when its key has one already.
    @discardableResult
    package mutating func append(_ account: Account) -> AccountNumber? {
        let hash = TableHash(account.id)
        guard number(of: account.id, hash: hash) == nil else { return nil }
        let number = AccountNumber(index: accounts.count)
        accounts.append(account)
        slots.insert(hash: hash, slot: number.index)
        return number
    }

    mutating func update(_ number: AccountNumber, balance: Amount, touched: Height) {
        accounts[number.index].balance = balance
        accounts[number.index].touched = touched
    }

    /// The sum over all accounts; nil when it does not fit 64 bits.
    ///
    /// Time proportional to the number of accounts.
    package var sum: Amount? {
        var sum = Amount.zero
        for index in 0..<count {
            guard let next = sum.adding(accounts[index].balance) else { return nil }
            sum = next
        }
        return sum
    }
}
