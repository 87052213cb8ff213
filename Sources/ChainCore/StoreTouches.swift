import Cryptography
package import LedgerCore
package import Primitives

/// One line of a block's touch record: what the block left an account with, and which block touched it before.
package struct StoredTouch: Hashable, Sendable {
    package let number: AccountNumber
    package let balance: Amount
    /// 0 when none but genesis did, nil when this block opened the account.
    package let touchedBefore: Height?

    package init(number: AccountNumber, balance: Amount, touchedBefore: Height?) {
        self.number = number
        self.balance = balance
        self.touchedBefore = touchedBefore
    }

    package init(_ account: TouchedAccount) {
        number = account.number
        balance = account.balance
        touchedBefore = account.isOpened ? nil : account.touchedBefore
    }
}

/// `d/height/page`: the accounts that a block touched, in the order of their numbers (spec 5.4).
///
/// A page holds up to `touchesMax` of them. Its hash stands in `h/height`; so a page needs no seal.
package enum StoredTouchPage {
    package static let touchesMax = 512

    /// The pages of a block at `height`, and what `h/height` says of them.
    package static func pages(
        of touches: [StoredTouch],
        at height: Height
    ) -> [(key: StoreKey, value: [UInt8], mark: TouchPageMark)] {
        stride(from: 0, to: touches.count, by: touchesMax).enumerated().map { page, start in
            let part = touches[start..<min(start + touchesMax, touches.count)]
            let key = StoreKey.touches(height, page: UInt32(page))
            let value = encoded(part, at: height)
            return (key, value, TouchPageMark(first: touches[start].number, hash: hash(of: value, under: key)))
        }
    }

    /// Decodes a page that has the hash which `h/height` names.
    package static func open(
        _ bytes: [UInt8],
        under key: StoreKey,
        at height: Height,
        mark: TouchPageMark
    ) throws(StoreDamage) -> [StoredTouch] {
        guard hash(of: bytes, under: key) == mark.hash else {
            throw StoreDamage(key, "the page doesn't match its hash in h/\(height)")
        }
        do {
            return try decoded(bytes, at: height)
        } catch {
            throw StoreDamage(key, "not a page of touches: \(error)")
        }
    }

    private static func hash(of bytes: [UInt8], under key: StoreKey) -> Hash32 {
        var hasher = SHA256()
        hasher.update(key.bytes)
        hasher.update(bytes)
        return hasher.finish()
    }

    /// For each touch three compact numbers: the account's number less the one before it, the balance, and how many
    /// blocks ago it was touched before, 0 if this block opened it.
    private static func encoded(_ touches: ArraySlice<StoredTouch>, at height: Height) -> [UInt8] {
        var writer = WireWriter(capacity: 10 * touches.count)
        var previous: UInt32 = 0
        for touch in touches {
            writer.write(compact: UInt64(touch.number.value - previous))
            writer.write(compact: touch.balance.units)
            writer.write(compact: touch.touchedBefore.map { height.number - $0.number } ?? 0)
            previous = touch.number.value
        }
        return writer.bytes
    }

    private static func decoded(_ bytes: [UInt8], at height: Height) throws(WireError) -> [StoredTouch] {
        // SAFETY: the span reads `bytes`, which outlives it; every bit pattern is a valid byte.
        var rest = unsafe bytes.span.bytes
        var touches: [StoredTouch] = []
        var previous: UInt64 = 0
        while !rest.isEmpty {
            let number = previous + min(try rest.takeCompact(), UInt64(UInt32.max) + 1)
            guard number <= UInt64(UInt32.max) else { throw .outOfRange("account number \(number)") }
            let balance = Amount(units: try rest.takeCompact())
            let distance = try rest.takeCompact()
            guard distance <= height.number else { throw .outOfRange("touched \(distance) blocks before") }
            touches.append(
                StoredTouch(
                    number: AccountNumber(UInt32(number)),
                    balance: balance,
                    touchedBefore: distance == 0 ? nil : Height(height.number - distance)
                )
            )
            previous = number
        }
        return touches
    }
}
