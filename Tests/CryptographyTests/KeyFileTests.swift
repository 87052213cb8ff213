import Cryptography
import Foundation
import Primitives
import Testing

@Suite struct KeyFileTests {
    static let seed = (1...32).map { UInt8($0) }

    static func key() throws -> SigningKey { try #require(SigningKey(seed: seed)) }

    /// Runs the `openssl` tool and answers its output, or nil when it failed.
    static func openssl(_ arguments: [String], input: String = "") throws -> String? {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        let stdin = Pipe()
        let stdout = Pipe()
        process.standardInput = stdin
        process.standardOutput = stdout
        process.standardError = FileHandle.nullDevice
        try process.run()
        stdin.fileHandleForWriting.write(Data(input.utf8))
        try stdin.fileHandleForWriting.close()
        let output = stdout.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return process.terminationStatus == 0 ? String(decoding: output, as: UTF8.self) : nil
    }

    @Test func writesWhatOpenSSLWrites() throws {
        let key = try Self.key()
        let pem = KeyFile.pem(for: key)
        #expect(try Self.openssl(["pkey"], input: pem) == pem)
        #expect(try Self.openssl(["pkey", "-pubout"], input: pem) == KeyFile.publicPEM(for: key.publicKey))
    }

    @Test func readsWhatItWrote() throws {
        let key = try Self.key()
        #expect(try KeyFile.read(pem: KeyFile.pem(for: key)).publicKey == key.publicKey)
        #expect(try KeyFile.read(pem: KeyFile.pem(for: key)).sign([1]) == key.sign([1]))
        #expect(try KeyFile.readPublic(pem: KeyFile.publicPEM(for: key.publicKey)) == key.publicKey)
    }

    @Test func readsWhatOpenSSLMade() throws {
        let pem = try #require(try Self.openssl(["genpkey", "-algorithm", "ed25519"]))
        let key = try KeyFile.read(pem: pem)
        #expect(KeyFile.pem(for: key) == pem)
        let encrypted = try #require(
            try Self.openssl(["pkcs8", "-topk8", "-v2", "aes-256-cbc", "-passout", "pass:far thing"], input: pem)
        )
        #expect(try KeyFile.read(pem: encrypted, passphrase: "far thing").publicKey == key.publicKey)
    }

    @Test func encryptsSoThatOpenSSLAndWeCanRead() throws {
        let key = try Self.key()
        let pem = KeyFile.pem(for: key, passphrase: "pässwörd")
        #expect(pem.hasPrefix("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"))
        #expect(try KeyFile.read(pem: pem, passphrase: "pässwörd").publicKey == key.publicKey)
        #expect(try Self.openssl(["pkey", "-passin", "pass:pässwörd"], input: pem) == KeyFile.pem(for: key))
        #expect(throws: KeyFileError.encrypted) { try KeyFile.read(pem: pem) }
        #expect(throws: KeyFileError.wrongPassphrase) { try KeyFile.read(pem: pem, passphrase: "password") }
        let details = try #require(try Self.openssl(["asn1parse"], input: pem))
        for part in ["PBES2", "PBKDF2", "hmacWithSHA256", "aes-256-cbc", "0927C0"] { #expect(details.contains(part)) }
        #expect(KeyFile.pem(for: key, passphrase: "pässwörd") != pem, "another salt each time")
    }

    @Test func saysWhatIsWrongWithAFile() throws {
        let key = try Self.key()
        let pem = KeyFile.pem(for: key)
        let publicPEM = KeyFile.publicPEM(for: key.publicKey)
        let rsa = try #require(try Self.openssl(["genpkey", "-algorithm", "rsa", "-pkeyopt", "rsa_keygen_bits:1024"]))
        let rsaPublic = try #require(try Self.openssl(["pkey", "-pubout"], input: rsa))
        let x25519 = try #require(try Self.openssl(["genpkey", "-algorithm", "x25519"]))
        func read(_ text: String) throws { _ = try KeyFile.read(pem: text) }
        #expect(throws: KeyFileError.notPEM) { try read("") }
        #expect(throws: KeyFileError.notPEM) { try read("a key") }
        #expect(throws: KeyFileError.notPEM) { try read(String(pem.dropLast(30))) }
        #expect(throws: KeyFileError.otherLabel("PUBLIC KEY")) { try read(publicPEM) }
        #expect(throws: KeyFileError.otherAlgorithm("rsaEncryption")) { try read(rsa) }
        #expect(throws: KeyFileError.otherAlgorithm("X25519")) { try read(x25519) }
        #expect(throws: KeyFileError.moreThanOneKey) { try read(pem + pem) }
        #expect(throws: KeyFileError.damaged) { try read(pem.replacing("MC4CAQAw", with: "MC4CAQEx")) }
        #expect(throws: KeyFileError.damaged) {
            try read("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2Vw\n-----END PRIVATE KEY-----\n")
        }
        #expect(throws: KeyFileError.otherLabel("PRIVATE KEY")) { try KeyFile.readPublic(pem: pem) }
        #expect(throws: KeyFileError.otherAlgorithm("rsaEncryption")) { try KeyFile.readPublic(pem: rsaPublic) }
    }

    @Test func refusesAKeyWithBytesAfterIt() throws {
        // 48 bytes of PKCS#8 and one more, in one PEM block.
        let body = try #require(Data(base64Encoded: KeyFile.pem(for: Self.key()).split(separator: "\n")[1].description))
        let longer = (body + [0]).base64EncodedString()
        #expect(throws: KeyFileError.damaged) {
            try KeyFile.read(pem: "-----BEGIN PRIVATE KEY-----\n\(longer)\n-----END PRIVATE KEY-----\n")
        }
    }
}
