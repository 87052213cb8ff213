import Cryptography
package import Primitives

/// The way from an account's leaf to a state root.
package struct AccountPath: Hashable, Sendable {
    package let number: AccountNumber
    /// How many accounts the tree has.
    package let accountCount: UInt64
    /// The leaf's neighbour first (RFC 6962).
    package let hashes: [Hash32]

    package init(number: AccountNumber, accountCount: UInt64, hashes: [Hash32]) {
        self.number = number
        self.accountCount = accountCount
        self.hashes = hashes
    }

    /// True when the path leads from the account with this balance to the root.
    ///
    /// What it proves is the account and the balance. No header says how many accounts there are, so the number and the
    /// count are proven together or not at all: a few false pairs of them ask for the same hashes.
    package func leads(from id: AccountID, balance: Amount, to root: Hash32) -> Bool {
        Merkle.includes(
            leafHash: StateTree.leafHash(id: id, balance: balance),
            index: UInt64(number.value),
            size: accountCount,
            path: hashes,
            root: root
        )
    }
}

extension Ledger {
    /// The way from an account of the final state to its root, at most 32 hashes; nil when nobody has opened it.
    package func path(of id: AccountID) -> AccountPath? {
        guard let number = account(id)?.number else { return nil }
        let count = UInt64(tree.leafCount)
        let hashes = Merkle.inclusionPath(index: UInt64(number.value), size: count) { level, index in
            tree.node(level: level, index: Int(index))
        }
        return AccountPath(number: number, accountCount: count, hashes: hashes)
    }
}
