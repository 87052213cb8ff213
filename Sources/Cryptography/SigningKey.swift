import CSodium
package import Primitives

/// An Ed25519 key pair; the secret half is never printed and never compared.
package struct SigningKey: Sendable, CustomStringConvertible, CustomReflectable {
    package let publicKey: PublicKey
    /// The secret; read by `KeyFile` and `NodeCertificate` besides.
    let seed: Words32

    /// Answers nil unless there are exactly 32 bytes.
    package init?(seed: [UInt8]) {
        guard let seed = Hash32(bytes: seed) else { return nil }
        self.init(seed: seed.words)
    }

    init(seed: Words32) {
        Sodium.start()
        var publicKey = [UInt8](repeating: 0, count: Int(crypto_sign_PUBLICKEYBYTES))
        var secretKey = [UInt8](repeating: 0, count: Int(crypto_sign_SECRETKEYBYTES))
        // SAFETY: the buffers have the lengths that libsodium writes and reads, and are ours during the calls.
        let answer = unsafe crypto_sign_seed_keypair(&publicKey, &secretKey, Hash32(words: seed).bytes)
        unsafe sodium_memzero(&secretKey, secretKey.count)
        guard answer == 0, let key = PublicKey(bytes: publicKey) else {
            preconditionFailure("libsodium makes 32 bytes of public key from every seed")
        }
        self.publicKey = key
        self.seed = seed
    }

    package static func generate() -> SigningKey {
        guard let key = SigningKey(seed: RandomBytes.make(32)) else {
            preconditionFailure("32 bytes are a seed")
        }
        return key
    }

    /// The deterministic signature of RFC 8032; about 16 µs.
    package func sign(_ message: [UInt8]) -> Signature {
        var secretKey = Hash32(words: seed).bytes + publicKey.bytes
        var bytes = [UInt8](repeating: 0, count: Int(crypto_sign_BYTES))
        // SAFETY: the buffers have the lengths that libsodium writes and reads, and are ours during the calls.
        let answer = unsafe crypto_sign_detached(&bytes, nil, message, UInt64(message.count), secretKey)
        unsafe sodium_memzero(&secretKey, secretKey.count)
        guard answer == 0, let signature = Signature(bytes: bytes) else {
            preconditionFailure("libsodium makes 64 bytes of signature from every message")
        }
        return signature
    }

    package var description: String { "SigningKey(\(publicKey))" }
    package var customMirror: Mirror { Mirror(self, children: ["publicKey": publicKey]) }
}
