package import ChainCore
package import LedgerCore
package import Primitives

/// How a stored entry differs from the recomputed one.
package enum EntryFault: Hashable, Sendable {
    case missing(StoreKey)
    case different(StoreKey, expected: [UInt8], found: [UInt8])
    /// An account's entry is not what the block that it names left, or lacks a touch that the snapshot must contain.
    case account(AccountNumber, expected: StoredAccount, found: StoredAccount)
    /// The entry names a block that did not touch this account.
    case untouched(AccountNumber, at: Height)
    case snapshotAheadOfTip(snapshot: Height, tip: Height)
    /// There are entries that nothing on the chain asks for.
    case count(StoreKey.Space, expected: UInt64, found: UInt64)
    /// What lies in the store can't be read, or isn't what its key or its seal says.
    case damaged(StoreDamage)
}

extension EntryFault {
    var text: FindingText {
        switch self {
        case .missing(let key): FindingText("entry.missing", at: key.description, expected: "an entry", found: "none")
        case .different(let key, let expected, let found):
            FindingText(
                "entry.value",
                at: key.description,
                expected: Self.excerpt(of: expected, beside: found),
                found: Self.excerpt(of: found, beside: expected)
            )
        case .account(let number, let expected, let found):
            FindingText(
                "entry.account",
                at: StoreKey.account(number).description,
                expected: Self.text(of: expected),
                found: Self.text(of: found)
            )
        case .untouched(let number, let height):
            FindingText(
                "entry.account",
                at: StoreKey.account(number).description,
                expected: "as of a block that touched the account",
                found: "as of height \(height)"
            )
        case .snapshotAheadOfTip(let snapshot, let tip):
            FindingText(
                "entry.snapshot",
                at: StoreKey.snapshot.description,
                expected: "at most \(tip)",
                found: "\(snapshot)"
            )
        case .count(let space, let expected, let found):
            FindingText("entry.count", at: space.letter + "/", expected: "\(expected)", found: "\(found)")
        case .damaged(let damage):
            FindingText("entry.damaged", at: damage.key, expected: "what was written", found: damage.what)
        }
    }

    private static func text(of account: StoredAccount) -> String {
        "\(account.id) with \(account.balance), touched at \(account.touched)"
    }

    /// Up to 32 bytes from the first one that differs.
    private static func excerpt(of bytes: [UInt8], beside other: [UInt8]) -> String {
        let start = zip(bytes, other).prefix { $0 == $1 }.count
        return "\(bytes.count) bytes, from byte \(start): \(Hex.encode(bytes.dropFirst(start).prefix(32)))"
    }
}

extension StoreKey.Space {
    var letter: String { String(UnicodeScalar(rawValue)) }
}
