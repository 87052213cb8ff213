import Cryptography
package import Primitives

/// A sum over entries that is the same for the same entries in any order, so that two walks are compared and neither is kept.
///
/// An entry counts as SHA-256 over a secret, its key and its value, read as four numbers; these are added up, and what goes
/// beyond 64 bits is lost. No key may come twice. Whoever wrote the entries did not know the secret, so to them the hashes
/// are any numbers, and other entries have the same sum with a chance of one in 2^256.
package struct EntryFingerprint: Hashable, Sendable {
    private let secret: Hash32
    private var sum = Words32.zero
    package private(set) var count: UInt64 = 0

    /// `secret` is drawn for this one comparison, after the entries were written.
    package init(secret: Hash32) { self.secret = secret }

    package mutating func add(key: [UInt8], value: [UInt8]) {
        var hasher = SHA256()
        hasher.update(secret)
        hasher.update(littleEndian: UInt64(key.count))
        hasher.update(key)
        hasher.update(value)
        let hash = hasher.finish().words
        sum.first &+= hash.first
        sum.second &+= hash.second
        sum.third &+= hash.third
        sum.fourth &+= hash.fourth
        count += 1
    }
}
