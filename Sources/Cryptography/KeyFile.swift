import COpenSSL
package import Primitives

/// Why a text is not the key file that was asked for.
package enum KeyFileError: Error, Equatable, Sendable {
    case notPEM
    /// A PEM block of another kind, such as a certificate.
    case otherLabel(String)
    /// The key is encrypted, and no passphrase was given.
    case encrypted
    /// The passphrase is wrong, or the encrypted part is damaged: the format can't tell.
    case wrongPassphrase
    case otherAlgorithm(String)
    case damaged
    case moreThanOneKey
}

/// Ed25519 keys as the PEM texts that `openssl pkey` writes and reads: PKCS#8 for private keys, SPKI for public ones.
///
/// libcrypto writes and parses every byte. Nothing here touches a file.
package enum KeyFile {
    /// Rounds of PBKDF2 for a new encrypted key; reading follows what the file says.
    package static let passphraseRounds: Int32 = 600_000
    private static let byteCountMax = 1 << 20

    package static func pem(for key: SigningKey) -> String {
        text(of: farthing_private_key_pem(farthing_words32(key.seed)))
    }

    /// The key under a passphrase: AES-256-CBC, PBKDF2 with HMAC-SHA-256 and a fresh salt.
    ///
    /// Takes some tenths of a second by intention, and so does reading it.
    package static func pem(for key: SigningKey, passphrase: String) -> String {
        // SAFETY: the pointer is good for `count` bytes during the call, which keeps none of it.
        let pem = unsafe farthing_encrypted_private_key_pem(
            farthing_words32(key.seed),
            passphrase,
            Int32(passphrase.utf8.count),
            passphraseRounds
        )
        return text(of: pem)
    }

    package static func publicPEM(for key: PublicKey) -> String {
        text(of: farthing_public_key_pem(farthing_words32(key.words)))
    }

    /// Reads a private key; an encrypted one needs its passphrase, a plain one ignores it.
    package static func read(pem: String, passphrase: String? = nil) throws(KeyFileError) -> SigningKey {
        SigningKey(seed: try words(in: pem, private: true, passphrase: passphrase))
    }

    package static func readPublic(pem: String) throws(KeyFileError) -> PublicKey {
        PublicKey(words: try words(in: pem, private: false, passphrase: nil))
    }

    private static func words(
        in pem: String,
        private isPrivate: Bool,
        passphrase: String?
    ) throws(KeyFileError) -> Words32 {
        guard pem.utf8.count <= byteCountMax, (passphrase?.utf8.count ?? 0) <= byteCountMax else { throw .notPEM }
        // SAFETY: both pointers are good for the counts given during the call, which keeps none of them.
        let result = unsafe farthing_read_key(
            pem,
            Int32(pem.utf8.count),
            isPrivate ? 1 : 0,
            passphrase,
            Int32(passphrase?.utf8.count ?? 0)
        )
        switch result.status {
        case FARTHING_KEY_READ: return Words32(result.key)
        case FARTHING_KEY_NOT_PEM: throw .notPEM
        case FARTHING_KEY_OTHER_LABEL: throw .otherLabel(characters(of: result.detail))
        case FARTHING_KEY_ENCRYPTED: throw .encrypted
        case FARTHING_KEY_WRONG_PASSPHRASE: throw .wrongPassphrase
        case FARTHING_KEY_OTHER_ALGORITHM: throw .otherAlgorithm(characters(of: result.detail))
        case FARTHING_KEY_DAMAGED: throw .damaged
        case FARTHING_KEY_MORE_THAN_ONE: throw .moreThanOneKey
        default: preconditionFailure("the shim answers one of its own constants")
        }
    }
}

/// The text that the shim wrote.
private func text(of pem: farthing_pem) -> String {
    let text = characters(of: pem.text)
    precondition(!text.isEmpty, "libcrypto writes a key of 32 bytes unless memory is out")
    return text
}

/// The characters of a C array up to its zero.
func characters<CArray: BitwiseCopyable>(of array: CArray) -> String {
    // SAFETY: reads the bytes of a value on the stack, within its own size.
    unsafe withUnsafeBytes(of: array) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}
