import COpenSSL
import CSodium
package import Primitives

/// One statement to be checked: this key signed this message.
@usableFromInline package struct SignatureClaim: Sendable {
    package let key: PublicKey
    package let message: [UInt8]
    package let signature: Signature

    package init(key: PublicKey, message: [UInt8], signature: Signature) {
        self.key = key
        self.message = message
        self.signature = signature
    }

    /// A name for the whole statement: SHA-256 of key, signature and message.
    package var digest: Hash32 {
        var hasher = SHA256()
        hasher.update(key)
        hasher.update(Hash32(words: signature.r))
        hasher.update(Hash32(words: signature.s))
        hasher.update(message)
        return hasher.finish()
    }

    /// The part of rule 2.6 that no library decides for us.
    fileprivate var isAdmissible: Bool { key.isCanonicalAndNotSmallOrder && signature.isAdmissible }
}

/// Checks signatures; every scheme in a network gives the same verdict on the same claim.
///
/// One call takes many claims, so that a scheme with a faster way of the same rule can take this one's place.
@usableFromInline package protocol SignatureScheme: Sendable {
    /// A verdict for each claim, in the order of the claims. Runs on the caller's thread.
    func verdicts(on claims: [SignatureClaim]) -> [Bool]
}

/// Ed25519 under rule 2.6: our own pre-check, then one cofactorless verification each, by libsodium.
///
/// About 45 µs for each claim. There is no batch verification: it is cofactored, so it would accept what a single
/// verification refuses.
package struct StrictEd25519: SignatureScheme {
    package init() {}

    package func verdicts(on claims: [SignatureClaim]) -> [Bool] {
        Sodium.start()
        return claims.map { $0.isAdmissible && verifies($0) }
    }

    private func verifies(_ claim: SignatureClaim) -> Bool {
        // SAFETY: the pointers are good for 64, `count` and 32 bytes during the call, which keeps none of them.
        unsafe withUnsafePointers(claim) { signature, message, key in
            unsafe crypto_sign_verify_detached(signature, message, UInt64(claim.message.count), key) == 0
        }
    }
}

/// The same rule with libcrypto's verification: the second opinion that the tests hold against `StrictEd25519`.
package struct OpenSSLEd25519: SignatureScheme {
    package init() {}

    package func verdicts(on claims: [SignatureClaim]) -> [Bool] {
        claims.map { $0.isAdmissible && verifies($0) }
    }

    private func verifies(_ claim: SignatureClaim) -> Bool {
        // SAFETY: as above.
        unsafe withUnsafePointers(claim) { signature, message, key in
            unsafe farthing_ed25519_verify(signature, message, claim.message.count, key) == 1
        }
    }
}

/// Lends the 64 bytes of the signature, the message and the 32 bytes of the key.
private func withUnsafePointers(
    _ claim: SignatureClaim,
    _ body: (UnsafePointer<UInt8>, UnsafePointer<UInt8>, UnsafePointer<UInt8>) -> Bool
) -> Bool {
    // Lent where they lie: an array of each would cost more than all else around a verification.
    // SAFETY: a signature and a key are their 64 and 32 bytes, in memory order and without padding.
    unsafe withUnsafeBytes(of: claim.signature) { signature in
        unsafe withUnsafeBytes(of: claim.key.words) { key in
            guard let signature = unsafe signature.bindMemory(to: UInt8.self).baseAddress,
                let key = unsafe key.bindMemory(to: UInt8.self).baseAddress
            else { preconditionFailure("the bytes of a value on the stack have an address") }
            return unsafe body(signature, claim.message, key)
        }
    }
}

/// Libsodium's one-time start.
enum Sodium {
    private static let started = sodium_init() >= 0

    static func start() { precondition(started, "libsodium starts wherever the kernel gives random bytes") }
}
