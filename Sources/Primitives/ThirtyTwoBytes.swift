/// Thirty-two bytes as four words, in memory order.
///
/// Words instead of an array: no allocation, and a dictionary look-up costs a third of one with `[UInt8]` keys. The words
/// are the bytes as they lie in memory, so hashing needs no conversion; order is the order of the bytes.
package struct Words32: Hashable, Sendable, BitwiseCopyable {
    package var first: UInt64
    package var second: UInt64
    package var third: UInt64
    package var fourth: UInt64

    package init(_ first: UInt64, _ second: UInt64, _ third: UInt64, _ fourth: UInt64) {
        self.first = first
        self.second = second
        self.third = third
        self.fourth = fourth
    }

    package static var zero: Words32 { Words32(0, 0, 0, 0) }

    package static func precedes(_ left: Words32, _ right: Words32) -> Bool {
        if left.first != right.first { return left.first.bigEndian < right.first.bigEndian }
        if left.second != right.second { return left.second.bigEndian < right.second.bigEndian }
        if left.third != right.third { return left.third.bigEndian < right.third.bigEndian }
        return left.fourth.bigEndian < right.fourth.bigEndian
    }
}

/// A value that is exactly 32 bytes: a hash, a public key, an account's id.
///
/// Its encoding is the bytes themselves; its order is the order of the bytes; its text is lower-case hex.
package protocol ThirtyTwoBytes: Hashable, Comparable, Sendable, BitwiseCopyable, WireCodable, CustomStringConvertible {
    var words: Words32 { get }
    init(words: Words32)
}

extension ThirtyTwoBytes {
    package static var zero: Self { Self(words: .zero) }

    package static func < (left: Self, right: Self) -> Bool { Words32.precedes(left.words, right.words) }

    /// Answers nil unless there are exactly 32 bytes.
    package init?(bytes: some Collection<UInt8>) {
        // An array first: the reading below then has a concrete type, wherever the call comes from.
        let bytes = Array(bytes)
        do { try self.init(decodingAll: bytes) } catch { return nil }
    }

    /// Answers nil unless the text is exactly 64 lower-case hex digits.
    package init?(hex text: some StringProtocol) {
        guard let bytes = Hex.decode(text) else { return nil }
        self.init(bytes: bytes)
    }

    package var bytes: [UInt8] {
        var writer = WireWriter()
        encode(into: &writer)
        return writer.bytes
    }

    package var hex: String { Hex.encode(bytes) }
    package var description: String { hex }

    package static var minimumByteCount: Int { 32 }

    package init(decoding rest: inout RawSpan) throws(WireError) {
        let first = UInt64(littleEndian: try rest.take()).littleEndian
        let second = UInt64(littleEndian: try rest.take()).littleEndian
        let third = UInt64(littleEndian: try rest.take()).littleEndian
        let fourth = UInt64(littleEndian: try rest.take()).littleEndian
        self.init(words: Words32(first, second, third, fourth))
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(words)
    }
}

/// A SHA-256 hash: of a block header, a transaction, a leaf, a genesis.
package struct Hash32: ThirtyTwoBytes {
    package let words: Words32
    package init(words: Words32) { self.words = words }
}

/// Which network: the hash of its genesis values (spec 2.1).
package struct NetworkID: ThirtyTwoBytes {
    package let words: Words32
    package init(words: Words32) { self.words = words }
}

/// An Ed25519 public key, as its 32-byte encoding; nothing is promised about the curve point.
package struct PublicKey: ThirtyTwoBytes {
    package let words: Words32
    package init(words: Words32) { self.words = words }
}

/// Who owns a balance: the payer's or payee's Ed25519 public key.
///
/// Account 0, the fee pool, is 32 zero bytes: a small-order encoding, so nobody can sign for it (spec 2.2).
package struct AccountID: ThirtyTwoBytes {
    package let words: Words32
    package init(words: Words32) { self.words = words }
    package init(_ key: PublicKey) { words = key.words }

    package static var pool: AccountID { .zero }
    package var key: PublicKey { PublicKey(words: words) }
}

/// An Ed25519 signature: 64 bytes, R then S.
package struct Signature: Hashable, Sendable, BitwiseCopyable, WireCodable {
    package let r: Words32
    package let s: Words32

    package init(r: Words32, s: Words32) {
        self.r = r
        self.s = s
    }

    /// Answers nil unless there are exactly 64 bytes.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 64, let r = Hash32(bytes: bytes.prefix(32)), let s = Hash32(bytes: bytes.dropFirst(32))
        else { return nil }
        self.init(r: r.words, s: s.words)
    }

    package static var zero: Signature { Signature(r: .zero, s: .zero) }
    package static var minimumByteCount: Int { 64 }

    package init(decoding rest: inout RawSpan) throws(WireError) {
        r = try Hash32(decoding: &rest).words
        s = try Hash32(decoding: &rest).words
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(r)
        writer.write(s)
    }

    package var bytes: [UInt8] { encoded() }
}
