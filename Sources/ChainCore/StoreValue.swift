import Cryptography
package import Primitives

/// A stored value that is not what was written: changed, cut, or under another value's key.
package struct StoreDamage: Error, Hashable, Sendable, CustomStringConvertible {
    package let key: String
    package let what: String

    package init(_ key: StoreKey, _ what: String) {
        self.key = key.description
        self.what = what
    }

    package init(key: String, what: String) {
        self.key = key
        self.what = what
    }

    package var description: String { "\(key): \(what)" }
}

/// How small values are sealed (spec 5.2): behind each stand 8 bytes of the SHA-256 over key and value.
///
/// So a changed value and a value under the wrong key are noticed on every read, whatever the database below it checks.
package enum StoreValue {
    static let sealByteCount = 8

    package static func sealed(_ payload: [UInt8], under key: [UInt8]) -> [UInt8] {
        var writer = WireWriter(capacity: payload.count + sealByteCount)
        writer.write(raw: payload)
        writer.write(seal(payload, under: key))
        return writer.bytes
    }

    package static func sealed(_ value: some WireCodable, under key: StoreKey) -> [UInt8] {
        sealed(value.encoded(), under: key.bytes)
    }

    /// Checks the seal and decodes a value that takes up all the bytes in front of it.
    package static func open<Value: WireCodable>(
        _ type: Value.Type,
        _ bytes: [UInt8],
        under key: StoreKey
    ) throws(StoreDamage) -> Value {
        let payload = try unsealed(bytes, under: key)
        do {
            return try Value(decodingAll: payload)
        } catch {
            throw StoreDamage(key, "not a \(type): \(error)")
        }
    }

    /// What stands in front of a seal that holds.
    static func unsealed(_ bytes: [UInt8], under key: StoreKey) throws(StoreDamage) -> [UInt8] {
        guard bytes.count >= sealByteCount else { throw StoreDamage(key, "shorter than its seal") }
        let payload = Array(bytes.dropLast(sealByteCount))
        var writer = WireWriter(capacity: sealByteCount)
        writer.write(seal(payload, under: key.bytes))
        guard writer.bytes == Array(bytes.suffix(sealByteCount)) else {
            throw StoreDamage(key, "the value doesn't match its seal")
        }
        return payload
    }

    /// The first 8 bytes of the hash, as the little-endian number that the encoding writes back as those bytes.
    static func seal(_ payload: [UInt8], under key: [UInt8]) -> UInt64 {
        var hasher = SHA256()
        hasher.update(key)
        hasher.update(payload)
        return UInt64(littleEndian: hasher.finish().words.first)
    }
}

// Numbers in large tables are mostly small: seven bits a byte, in the shortest form.

extension WireWriter {
    mutating func write(compact value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            write(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        write(UInt8(rest))
    }
}

extension RawSpan {
    mutating func takeCompact() throws(WireError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try take(UInt8.self)
            guard shift < 63 || byte <= 1 else { throw .lengthTooLarge(value, limit: .max) }
            value |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 {
                guard byte != 0 || shift == 0 else { throw .lengthNotShortest }
                return value
            }
            shift += 7
        }
    }
}
