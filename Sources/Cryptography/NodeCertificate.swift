import COpenSSL
import Primitives

/// The identity of a node in TLS.
package enum NodeCertificate {
    /// Why libcrypto made no certificate; never seen, short of memory running out.
    package struct CannotSign: Error {}

    /// An X.509 certificate signed by its own Ed25519 key, and that key as PKCS#8.
    ///
    /// It is a function of the key: peers know one another by key, so it names nobody and never expires.
    package static func selfSigned(
        for key: SigningKey
    ) throws(CannotSign) -> (certificatePEM: String, keyPEM: String) {
        // SAFETY: the pointer ends in a zero and is good during the call, which keeps none of it.
        let pem = unsafe farthing_self_signed(farthing_words32(key.seed), key.publicKey.hex)
        let text = characters(of: pem.text)
        guard !text.isEmpty else { throw CannotSign() }
        return (text, KeyFile.pem(for: key))
    }
}
