import Cryptography
import Foundation
import LedgerCore
import Primitives
import StrictJSON
import Testing

extension EndToEnd {
    /// What we write `openssl pkey` reads, and the other way round, with and without a passphrase.
    @Test func keyFilesGoToOpenSSLAndBack() throws {
        let folder = try TemporaryFolder()
        let secret = try folder.write("passphrase", "correct horse\n")
        let plain = folder.path("plain.pem")
        let sealed = folder.path("sealed.pem")
        let made = try Program.run("keys", "new", "--output", sealed, "--passphrase-file", secret, "--json")
        #expect(made.status == 0, "\(made.errors)")
        let publicKey = try JSONReader(JSON.parse(Array(made.output.utf8))).member("publicKey").string()

        let shown = try openSSL("pkey", "-in", sealed, "-passin", "file:\(secret)", "-noout", "-text_pub")
        #expect(shown.status == 0, "\(shown.errors)")
        #expect(hexDigits(shown.output).contains(publicKey))
        let parsed = try openSSL("asn1parse", "-in", sealed)
        #expect(parsed.output.contains(":PBKDF2"))
        #expect(parsed.output.contains(":hmacWithSHA256"))
        #expect(parsed.output.contains(":0927C0"), "600,000 rounds")

        let exported = try Program.run(
            ["keys", "export", sealed, "--input-passphrase-file", secret, "--output", plain, "--unencrypted"]
        )
        #expect(exported.status == 0, "\(exported.errors)")
        #expect(hexDigits(try openSSL("pkey", "-in", plain, "-noout", "-text_pub").output).contains(publicKey))
        let half = try Program.run("keys", "export", plain, "--public")
        #expect(half.output == (try openSSL("pkey", "-in", plain, "-pubout").output))

        let foreign = try openSSL("genpkey", "-algorithm", "ed25519")
        let taken = try Program.run(
            ["keys", "import", "--output", folder.path("foreign.pem"), "--passphrase-file", secret],
            input: foreign.output
        )
        #expect(taken.status == 0, "\(taken.errors)")
        #expect(try mode(of: folder.path("foreign.pem")) == 0o600)
        let foreignSealed = try openSSL(
            "genpkey",
            "-algorithm",
            "ed25519",
            "-aes256",
            "-pass",
            "file:\(secret)"
        )
        let opened = try Program.run(
            [
                "keys", "import", "--output", folder.path("other.pem"), "--unencrypted", "--input-passphrase-file",
                secret,
            ],
            input: foreignSealed.output
        )
        #expect(opened.status == 0, "\(opened.errors)")
    }

    @Test func seedsComeInOnStandardInputAndStaySecret() throws {
        let folder = try TemporaryFolder()
        // RFC 8032, 7.1, test 1.
        let seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
        let made = try Program.run(
            ["keys", "import", "--seed", "--output", folder.path("k.pem"), "--unencrypted"],
            input: seed + "\n"
        )
        #expect(made.status == 0, "\(made.errors)")
        #expect(made.output.contains("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"))
        #expect(!(made.output + made.errors).contains(seed))
        for input in ["", "12", seed + "00", "not hex at all"] {
            let refused = try Program.run(
                ["keys", "import", "--seed", "--output", folder.path("no.pem"), "--unencrypted"],
                input: input
            )
            #expect(refused.status == 65)
            #expect(!FileManager.default.fileExists(atPath: folder.path("no.pem")))
        }
    }

    @Test func emptyPassphrasesAreRefused() throws {
        let folder = try TemporaryFolder()
        let empty = try folder.write("empty", "\n")
        let refused = try Program.run("keys", "new", "--output", folder.path("k.pem"), "--passphrase-file", empty)
        #expect(refused.status == 65)
        #expect(refused.errors.contains("empty"))
        let environment = try Program.run(
            ["keys", "new", "--output", folder.path("k.pem")],
            environment: ["FARTHING_PASSPHRASE": ""]
        )
        #expect(environment.status == 65)
        #expect(!FileManager.default.fileExists(atPath: folder.path("k.pem")))
    }

    @Test func signaturesOfFilesHoldForThatFileAndThatKeyOnly() throws {
        let folder = try TemporaryFolder()
        let (mine, other) = (folder.path("mine.pem"), folder.path("other.pem"))
        var accounts: [String] = []
        for file in [mine, other] {
            let made = try Program.run("keys", "new", "--output", file, "--unencrypted", "--json")
            accounts.append(try JSONReader(JSON.parse(Array(made.output.utf8))).member("account").string())
        }
        let text = try folder.write("text", "we agree")
        let signature = try Program.run("keys", "sign", "--key", mine, text).output.filter { !$0.isWhitespace }
        #expect(signature.count == 128)
        #expect(try Program.run(["keys", "sign", "--key", mine], input: "we agree").output == signature + "\n")

        func verify(_ signature: String, by key: String, _ file: String) throws -> Int32 {
            try Program.run("keys", "verify", "--by", key, "--signature", signature, file).status
        }
        #expect(try verify(signature, by: accounts[0], text) == 0)
        let publicHalf = try folder.write("mine.pub", Program.run("keys", "export", mine, "--public").output)
        #expect(try verify(signature, by: publicHalf, text) == 0)
        #expect(try verify(signature, by: accounts[1], text) == 1)
        #expect(try verify(signature, by: accounts[0], try folder.write("else", "we disagree")) == 1)
        #expect(try verify("00" + signature.dropFirst(2), by: accounts[0], text) == 1)
        #expect(try verify("12", by: accounts[0], text) == 65)
        #expect(try verify(signature, by: accounts[0], folder.path("nowhere")) == 65)
        #expect(try verify(signature, by: text, text) == 65)
    }

    private func openSSL(_ arguments: String...) throws -> Program.Outcome {
        try Program.run(["openssl"] + arguments, tool: "/usr/bin/env")
    }

    private func hexDigits(_ text: String) -> String {
        text.filter { $0.isHexDigit && !$0.isUppercase }
    }

    private func mode(of path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }
}

/// A folder that goes away with its value.
final class TemporaryFolder {
    let root: String

    init() throws {
        root = FileManager.default.temporaryDirectory.path + "/farthing-folder-\(UUID())"
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    func path(_ name: String) -> String { "\(root)/\(name)" }

    /// Writes a file of mode 0600 and answers its path.
    func write(_ name: String, _ text: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path(name)))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path(name))
        return path(name)
    }
}
