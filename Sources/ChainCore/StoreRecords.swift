import ConsensusCore
package import Cryptography
package import LedgerCore
package import Primitives

// The small values of the store (spec 5.3), each sealed under its key.

/// `h/height`: a final block but for its transactions.
///
/// The body lies under the header's epoch, `bodyView` and `hash`.
package struct StoredBlock: Hashable, Sendable, WireCodable {
    package let header: Header
    package let hash: Hash32
    /// The view that the body was stored for.
    package let bodyView: View
    package let justification: Justification
    /// What `d/height/…` holds, page by page.
    package let pages: [TouchPageMark]

    package init(
        header: Header,
        hash: Hash32,
        bodyView: View,
        justification: Justification,
        pages: [TouchPageMark]
    ) {
        self.header = header
        self.hash = hash
        self.bodyView = bodyView
        self.justification = justification
        self.pages = pages
    }

    package var bodyKey: StoreKey { .body(epoch: header.epoch, view: bodyView, hash: hash) }

    package static var minimumByteCount: Int { Header.minimumByteCount + 40 + Justification.minimumByteCount + 1 }

    package init(decoding rest: inout RawSpan) throws(WireError) {
        header = try Header(decoding: &rest)
        hash = try Hash32(decoding: &rest)
        bodyView = try View(decoding: &rest)
        justification = try Justification(decoding: &rest)
        pages = try rest.takeVector()
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(header)
        writer.write(hash)
        writer.write(bodyView)
        writer.write(justification)
        writer.write(vector: pages)
    }
}

/// What `h/height` knows of a page of touches: where it begins, and its hash.
package struct TouchPageMark: Hashable, Sendable, WireCodable {
    package let first: AccountNumber
    /// SHA-256 over the page's key and bytes.
    package let hash: Hash32

    package init(first: AccountNumber, hash: Hash32) {
        self.first = first
        self.hash = hash
    }

    package static var minimumByteCount: Int { 36 }
    package init(decoding rest: inout RawSpan) throws(WireError) {
        first = try AccountNumber(decoding: &rest)
        hash = try Hash32(decoding: &rest)
    }
    package func encode(into writer: inout WireWriter) {
        writer.write(first)
        writer.write(hash)
    }
}

/// `s/number`: an account after the last block that touched it before the entry was written.
package struct StoredAccount: Hashable, Sendable, WireCodable {
    package let id: AccountID
    package let balance: Amount
    /// The height of that block; 0 for an account that only genesis touched.
    package let touched: Height

    package init(id: AccountID, balance: Amount, touched: Height) {
        self.id = id
        self.balance = balance
        self.touched = touched
    }

    package static var minimumByteCount: Int { 48 }
    package init(decoding rest: inout RawSpan) throws(WireError) {
        id = try AccountID(decoding: &rest)
        balance = try Amount(decoding: &rest)
        touched = try Height(decoding: &rest)
    }
    package func encode(into writer: inout WireWriter) {
        writer.write(id)
        writer.write(balance)
        writer.write(touched)
    }
}

/// `m/snapshot` holds the height W: each account's entry contains every touch at or below W.
///
/// `x/hash` holds the height of a block. Both are a number and nothing else.
package struct StoredHeight: Hashable, Sendable, WireCodable {
    package let height: Height

    package init(_ height: Height) { self.height = height }

    package static var minimumByteCount: Int { 8 }
    package init(decoding rest: inout RawSpan) throws(WireError) { height = try Height(decoding: &rest) }
    package func encode(into writer: inout WireWriter) { writer.write(height) }
}

/// `m/tip`: how far the final chain goes, and the right edge of the log there.
package struct StoredTip: Hashable, Sendable, WireCodable {
    package let height: Height
    package let hash: Hash32
    package let frontier: LogFrontier

    package init(height: Height, hash: Hash32, frontier: LogFrontier) {
        self.height = height
        self.hash = hash
        self.frontier = frontier
    }

    package static var minimumByteCount: Int { 40 + LogFrontier.minimumByteCount }
    package init(decoding rest: inout RawSpan) throws(WireError) {
        height = try Height(decoding: &rest)
        hash = try Hash32(decoding: &rest)
        frontier = try LogFrontier(decoding: &rest)
    }
    package func encode(into writer: inout WireWriter) {
        writer.write(height)
        writer.write(hash)
        writer.write(frontier)
    }
}

/// `t/id`: where a transaction settled, and how many shares it paid for.
package struct StoredSettlement: Hashable, Sendable, WireCodable {
    package let height: Height
    package let index: UInt64
    package let shares: UInt64

    package init(height: Height, index: UInt64, shares: UInt64) {
        self.height = height
        self.index = index
        self.shares = shares
    }

    package static var minimumByteCount: Int { 3 }
    package init(decoding rest: inout RawSpan) throws(WireError) {
        height = Height(try rest.takeCompact())
        index = try rest.takeCompact()
        shares = try rest.takeCompact()
    }
    package func encode(into writer: inout WireWriter) {
        writer.write(compact: height.number)
        writer.write(compact: index)
        writer.write(compact: shares)
    }
}

/// `w/validUntil/height`: what a block's transactions exclude, in block order.
///
/// The key carries the greatest validUntil among them: the record is dropped once block time has passed that by more
/// than a lifetime.
package struct StoredReplay: Hashable, Sendable, WireCodable {
    /// The greatest of the entries'.
    package let validUntil: Milliseconds
    package let entries: [ReplayEntry]

    /// Answers nil for a block without transactions.
    package init?(_ entries: [ReplayEntry]) {
        guard let latest = entries.map(\.validUntil).max() else { return nil }
        validUntil = latest
        self.entries = entries
    }

    package static var minimumByteCount: Int { 9 }

    package init(decoding rest: inout RawSpan) throws(WireError) {
        validUntil = try Milliseconds(decoding: &rest)
        let count = try rest.takeCompact()
        var entries: [ReplayEntry] = []
        for _ in 0..<count {
            let payer = try rest.takeCompact()
            guard payer <= UInt64(UInt32.max) else { throw .outOfRange("account number \(payer)") }
            let nonce = try rest.take(UInt64.self)
            let before = Milliseconds(try rest.takeCompact())
            guard before <= validUntil else { throw .outOfRange("valid until \(before) ms before \(validUntil)") }
            entries.append(
                ReplayEntry(
                    payer: AccountNumber(UInt32(payer)),
                    nonce: nonce,
                    validUntil: validUntil.subtracting(before),
                    id: try TransactionID(decoding: &rest)
                )
            )
        }
        self.entries = entries
        guard entries.map(\.validUntil).max() == validUntil else { throw .outOfRange("validUntil is no entry's") }
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(validUntil)
        writer.write(compact: UInt64(entries.count))
        for entry in entries {
            writer.write(compact: UInt64(entry.payer.value))
            writer.write(entry.nonce)
            writer.write(compact: validUntil.subtracting(entry.validUntil).number)
            writer.write(entry.id)
        }
    }
}

/// `l/level/index`: the hash of a complete subtree of the log.
package struct StoredLogNode: Hashable, Sendable, WireCodable {
    package let hash: Hash32

    package init(_ hash: Hash32) { self.hash = hash }

    package static var minimumByteCount: Int { 32 }
    package init(decoding rest: inout RawSpan) throws(WireError) { hash = try Hash32(decoding: &rest) }
    package func encode(into writer: inout WireWriter) { writer.write(hash) }
}
