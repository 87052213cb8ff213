import COpenSSL
package import Primitives

/// SHA-256 over bytes that come piece by piece; the state lives on the stack.
package struct SHA256: Sendable {
    private var context = farthing_sha256_begin()

    package init() {}

    package mutating func update(_ bytes: [UInt8]) {
        // SAFETY: the pointer is good for `bytes.count` bytes during the call, which keeps none of it.
        _ = unsafe SHA256_Update(&context, bytes, bytes.count)
    }

    package mutating func update(_ bytes: RawSpan) {
        // SAFETY: as above.
        _ = unsafe bytes.withUnsafeBytes { unsafe SHA256_Update(&context, $0.baseAddress, $0.count) }
    }

    package mutating func update(_ value: some ThirtyTwoBytes) {
        // SAFETY: the words go by value; the context is ours for the length of the call.
        unsafe farthing_sha256_update_words(&context, farthing_words32(value.words))
    }

    package mutating func update(byte: UInt8) {
        // SAFETY: as above, for one byte on the stack.
        _ = unsafe withUnsafeBytes(of: byte) { unsafe SHA256_Update(&context, $0.baseAddress, 1) }
    }

    package mutating func update(littleEndian number: UInt64) {
        // SAFETY: as above, for eight bytes on the stack.
        _ = unsafe withUnsafeBytes(of: number.littleEndian) { unsafe SHA256_Update(&context, $0.baseAddress, 8) }
    }

    package consuming func finish() -> Hash32 { Hash32(words: Words32(farthing_sha256_end(context))) }

    package static func hash(_ bytes: [UInt8]) -> Hash32 {
        var hasher = SHA256()
        hasher.update(bytes)
        return hasher.finish()
    }
}

extension farthing_words32 {
    init(_ words: Words32) {
        self.init(first: words.first, second: words.second, third: words.third, fourth: words.fourth)
    }
}

extension Words32 {
    init(_ words: farthing_words32) {
        self.init(words.first, words.second, words.third, words.fourth)
    }
}
