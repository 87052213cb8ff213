import Cryptography
package import LedgerCore
package import Primitives

/// The sum and the root over all accounts, from nothing but the accounts in the order of their numbers.
///
/// The ledger carries both along from block to block; this is the second way to the same values (spec 2.5).
package struct AccountTotals: Hashable, Sendable {
    package private(set) var count: UInt64 = 0
    /// Nil when the sum leaves 64 bits.
    package private(set) var sum: Amount? = .zero
    private var leaves = LogFrontier()

    package init() {}

    package mutating func add(_ account: Account) {
        count += 1
        sum = sum?.adding(account.balance)
        var leaf = WireWriter(capacity: 40)
        leaf.write(account.id)
        leaf.write(account.balance)
        leaves.append(leafHash: Merkle.leafHash(leaf.bytes))
    }

    package var root: Hash32 { leaves.root }
}
