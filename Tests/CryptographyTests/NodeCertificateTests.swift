import Cryptography
import Foundation
import Primitives
import Testing

@Suite struct NodeCertificateTests {
    @Test func certifiesItsOwnKey() throws {
        let key = try KeyFileTests.key()
        let (certificate, keyPEM) = try NodeCertificate.selfSigned(for: key)
        #expect(keyPEM == KeyFile.pem(for: key))
        let publicKey = try KeyFileTests.openssl(["x509", "-noout", "-pubkey"], input: certificate)
        #expect(publicKey == KeyFile.publicPEM(for: key.publicKey))
        let text = try #require(try KeyFileTests.openssl(["x509", "-noout", "-text"], input: certificate))
        #expect(text.contains("Version: 3"))
        #expect(text.contains("Issuer: CN = \(key.publicKey.hex)"))
        #expect(text.contains("Subject: CN = \(key.publicKey.hex)"))
        #expect(text.contains("Not After : Dec 31 23:59:59 9999 GMT"))
        #expect(text.components(separatedBy: "Signature Algorithm: ED25519").count == 3)
    }

    @Test func isVerifiedByOpenSSL() throws {
        let (certificate, _) = try NodeCertificate.selfSigned(for: KeyFileTests.key())
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("farthing-\(UUID().uuidString).pem")
        try certificate.write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        let answer = try KeyFileTests.openssl(["verify", "-check_ss_sig", "-CAfile", file.path, file.path])
        #expect(answer?.hasSuffix(": OK\n") == true)
    }

    @Test func isAFunctionOfTheKey() throws {
        let key = try KeyFileTests.key()
        let first = try NodeCertificate.selfSigned(for: key)
        #expect(try NodeCertificate.selfSigned(for: key).certificatePEM == first.certificatePEM)
    }
}
