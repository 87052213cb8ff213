package import Cryptography
package import Primitives

/// A signature that costs one hash: SHA-256 over key, message and variant, which anybody could make and nobody here does.
///
/// As with Ed25519, one key can sign one message in many ways: the variant in the second half is the signer's to choose.
/// The rest of the node can't tell it from Ed25519, so the gate runs unchanged.
package struct MockScheme: SignatureScheme {
    package init() {}

    package func verdicts(on claims: [SignatureClaim]) -> [Bool] {
        claims.map { claim in
            claim.signature
                == MockKey.signature(by: claim.key, of: claim.message, variant: claim.signature.s.first)
        }
    }
}

/// The signer of `MockScheme`.
package struct MockKey: Hashable, Sendable {
    package let publicKey: PublicKey

    /// The same name gives the same key.
    package init(name: String) {
        var bytes = SHA256.hash(Array(name.utf8)).bytes
        // Below 2^254 the encoding is canonical, and a hash is none of the 14 small-order encodings.
        bytes[31] &= 0x3F
        guard let key = PublicKey(bytes: bytes) else { preconditionFailure("a hash has 32 bytes") }
        publicKey = key
    }

    /// Signs; another variant is another valid signature.
    package func sign(_ message: [UInt8], variant: UInt64 = 0) -> Signature {
        Self.signature(by: publicKey, of: message, variant: variant)
    }

    fileprivate static func signature(by key: PublicKey, of message: [UInt8], variant: UInt64) -> Signature {
        var hasher = SHA256()
        hasher.update(key)
        hasher.update(message)
        hasher.update(Hash32(words: Words32(variant, 0, 0, 0)))
        return Signature(r: hasher.finish().words, s: Words32(variant, 0, 0, 0))
    }
}
