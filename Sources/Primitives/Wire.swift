/// Why bytes are not the canonical encoding of a value (spec 2.1).
@usableFromInline package enum WireError: Error, Equatable, Sendable {
    case truncated(wanted: Int, available: Int)
    case leftOver(byteCount: Int)
    case lengthNotShortest
    case lengthTooLarge(UInt64, limit: UInt64)
    case unknownTag(UInt64, of: String)
    case notABoolean(UInt8)
    case outOfRange(String)
}

/// A value with exactly one encoding: BCS, as published by the Diem project (spec 2.1).
///
/// Little-endian integers, ULEB128 lengths and tags in their shortest form, fixed arrays raw, fields in order.
@usableFromInline package protocol WireCodable {
    /// The fewest bytes that any value of this type takes.
    ///
    /// A vector of `n` elements is refused before anything is allocated unless `n` times this many bytes are present.
    static var minimumByteCount: Int { get }

    init(decoding rest: inout RawSpan) throws(WireError)
    func encode(into writer: inout WireWriter)
}

extension WireCodable {
    /// Decodes a value that takes up all the bytes; what is left over is an error.
    package init(decodingAll bytes: [UInt8]) throws(WireError) {
        // SAFETY: the span reads `bytes`, which outlives it; every bit pattern is a valid byte.
        var rest = unsafe bytes.span.bytes
        try self.init(decoding: &rest)
        try rest.expectEnd()
    }

    package func encoded() -> [UInt8] {
        var writer = WireWriter()
        encode(into: &writer)
        return writer.bytes
    }
}

/// Collects the canonical encoding of values.
@usableFromInline package struct WireWriter: Sendable {
    package var bytes: [UInt8] = []

    package init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    package mutating func write(_ value: some FixedWidthInteger & BitwiseCopyable) {
        // SAFETY: reads the bytes of one integer that lives on the stack.
        unsafe withUnsafeBytes(of: value.littleEndian) { unsafe bytes.append(contentsOf: $0) }
    }

    /// Writes thirty-two bytes at once, as they lie in memory.
    package mutating func write(_ words: Words32) {
        // SAFETY: reads the 32 bytes of a value that lives on the stack; it has no padding.
        unsafe withUnsafeBytes(of: words) { unsafe bytes.append(contentsOf: $0) }
    }

    package mutating func write(_ value: Bool) { bytes.append(value ? 1 : 0) }

    /// Writes bytes as they are: a fixed array, or something already encoded.
    package mutating func write(raw: some Sequence<UInt8>) { bytes.append(contentsOf: raw) }

    /// Writes bytes that lie elsewhere as they are.
    package mutating func write(raw span: RawSpan) {
        // SAFETY: the bytes are copied before the pointer ends.
        unsafe span.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }

    /// Writes a length or an enum's tag as ULEB128, in the shortest form.
    @usableFromInline package mutating func write(length: Int) {
        precondition(length >= 0 && length <= Int(UInt32.max), "a length is below 2^32: nothing we hold is longer")
        var rest = UInt32(length)
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    package mutating func write(tag: Int) { write(length: tag) }

    package mutating func write(_ value: some WireCodable) { value.encode(into: &self) }

    package mutating func write(vector bytes: [UInt8]) {
        write(length: bytes.count)
        self.bytes.append(contentsOf: bytes)
    }

    @inlinable package mutating func write(vector elements: some Collection<some WireCodable>) {
        write(length: elements.count)
        for element in elements { element.encode(into: &self) }
    }

    package mutating func write(string: String) { write(vector: Array(string.utf8)) }

    /// Writes an absent value as tag 0 and a present one as tag 1 and the value.
    package mutating func write(optional value: (some WireCodable)?) {
        if let value {
            write(tag: 1)
            write(value)
        } else {
            write(tag: 0)
        }
    }
}

extension RawSpan {
    /// Takes a little-endian integer off the front.
    package mutating func take<Value: FixedWidthInteger & BitwiseCopyable>(
        _ type: Value.Type = Value.self
    ) throws(WireError) -> Value {
        let width = MemoryLayout<Value>.size
        guard byteCount >= width else { throw .truncated(wanted: width, available: byteCount) }
        // SAFETY: `width` bytes are present, and every bit pattern is a valid integer.
        let value = unsafe unsafeLoadUnaligned(as: Value.self)
        self = extracting(droppingFirst: width)
        return Value(littleEndian: value)
    }

    package mutating func takeBool() throws(WireError) -> Bool {
        switch try take(UInt8.self) {
        case 0: return false
        case 1: return true
        case let other: throw .notABoolean(other)
        }
    }

    /// Takes a ULEB128 length, which must be in its shortest form and at most `limit`.
    package mutating func takeLength(limit: Int = Int(UInt32.max)) throws(WireError) -> Int {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try take(UInt8.self)
            value |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 {
                guard byte != 0 || shift == 0 else { throw .lengthNotShortest }
                break
            }
            shift += 7
            guard shift <= 28 else { throw .lengthTooLarge(value, limit: UInt64(limit)) }
        }
        guard value <= UInt64(limit) else { throw .lengthTooLarge(value, limit: UInt64(limit)) }
        return Int(value)
    }

    package mutating func takeTag() throws(WireError) -> Int { try takeLength() }

    /// Takes a fixed number of bytes.
    package mutating func takeBytes(_ count: Int) throws(WireError) -> [UInt8] {
        guard count >= 0, byteCount >= count else { throw .truncated(wanted: count, available: byteCount) }
        // SAFETY: the first `count` bytes are present and are copied before the pointer ends.
        let bytes = unsafe extracting(first: count).withUnsafeBytes { unsafe [UInt8]($0) }
        self = extracting(droppingFirst: count)
        return bytes
    }

    /// Takes a vector of bytes: its length, then the bytes.
    package mutating func takeByteVector(limit: Int = Int(UInt32.max)) throws(WireError) -> [UInt8] {
        try takeBytes(try takeLength(limit: limit))
    }

    /// Takes a vector of values; allocates no more than the bytes present justify.
    @inlinable package mutating func takeVector<Element: WireCodable>(
        _ type: Element.Type = Element.self,
        limit: Int = Int(UInt32.max)
    ) throws(WireError) -> [Element] {
        let count = try takeCount(limit: limit, minimumByteCount: Element.minimumByteCount)
        var elements: [Element] = []
        elements.reserveCapacity(count)
        for _ in 0..<count { elements.append(try Element(decoding: &self)) }
        return elements
    }

    /// Takes the length of a vector whose elements take at least so many bytes each: all of them can be there.
    @usableFromInline package mutating func takeCount(limit: Int, minimumByteCount: Int) throws(WireError) -> Int {
        let count = try takeLength(limit: limit)
        let wanted = count * Swift.max(1, minimumByteCount)
        guard byteCount >= wanted else { throw .truncated(wanted: wanted, available: byteCount) }
        return count
    }

    package mutating func takeString(limit: Int) throws(WireError) -> String {
        let bytes = try takeByteVector(limit: limit)
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .outOfRange("text is not UTF-8") }
        return text
    }

    package mutating func takeOptional<Value: WireCodable>(
        _ type: Value.Type = Value.self
    ) throws(WireError) -> Value? {
        switch try takeTag() {
        case 0: return nil
        case 1: return try Value(decoding: &self)
        case let other: throw .unknownTag(UInt64(other), of: "optional")
        }
    }

    package func expectEnd() throws(WireError) {
        guard isEmpty else { throw .leftOver(byteCount: byteCount) }
    }
}
