import COpenSSL
package import Primitives

/// Merkle trees as in RFC 6962, the only untagged hashes (spec 2.1).
///
/// A leaf is hashed behind 0x00 and an inner node behind 0x01, so neither passes for the other.
package enum Merkle {
    /// The root of a tree without leaves: SHA-256 of nothing.
    package static let emptyRoot = SHA256.hash([])

    package static func leafHash(_ leaf: [UInt8]) -> Hash32 {
        // SAFETY: the span reads `leaf`, which outlives it.
        leafHash(unsafe leaf.span.bytes)
    }

    package static func leafHash(_ leaf: RawSpan) -> Hash32 {
        var hasher = SHA256()
        hasher.update(byte: 0x00)
        hasher.update(leaf)
        return hasher.finish()
    }

    /// The same of a leaf that is thirty-two bytes and a number, little-endian.
    package static func leafHash(_ bytes: some ThirtyTwoBytes, _ number: UInt64) -> Hash32 {
        Hash32(words: Words32(farthing_sha256_leaf40(farthing_words32(bytes.words), number)))
    }

    package static func nodeHash(_ left: Hash32, _ right: Hash32) -> Hash32 {
        Hash32(words: Words32(farthing_sha256_node(farthing_words32(left.words), farthing_words32(right.words))))
    }

    /// The root over leaves that are already hashed.
    package static func root(leafHashes: [Hash32]) -> Hash32 {
        var level = leafHashes
        guard !level.isEmpty else { return emptyRoot }
        // Joining neighbours and carrying an odd last node up gives RFC 6962's tree: its left part is always the
        // greatest power of two that leaves something for the right.
        while level.count > 1 {
            let pairs = level.count / 2
            for index in 0..<pairs { level[index] = nodeHash(level[2 * index], level[2 * index + 1]) }
            if !level.count.isMultiple(of: 2) {
                level[pairs] = level[level.count - 1]
                level.removeLast(level.count - pairs - 1)
            } else {
                level.removeLast(level.count - pairs)
            }
        }
        return level[0]
    }
}
