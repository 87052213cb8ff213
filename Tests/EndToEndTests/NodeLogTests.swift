import Foundation
import Glibc
import Primitives
import StrictJSON
import Testing

extension EndToEnd {
    /// A node at its most talkative, paid through and stopped: nothing it wrote holds a secret or what a client sent.
    @Test(arguments: ["text", "json"]) func noSecretAndNoRequestIsEverWritten(format: String) async throws {
        let federation = try TestFederation(validators: 1)
        let (home, log) = (federation.home(0), federation.home(0) + ".log")
        try setting("log:\n  level: trace\n  format: \(format)\n", in: home)
        try await federation.startAll()
        let treasury = federation.folder + "/accounts/treasury.pem"
        let payee = try federation.payee.text(prefix: "far")
        let paid = try Program.run(
            [
                "pay", "--key", treasury, "--to", payee, "--amount", "0.25", "--wait", "--reference", "invoice 4711",
                "--json",
            ],
            environment: ["FARTHING_URL": federation.urls[0]]
        )
        #expect(paid.status == 0, "\(paid.errors)")
        let sent = try JSONReader(JSON.parse(Array(paid.output.utf8))).member("transaction").string()
        _ = try Program.run("rpc", "fly", "to=\(payee)", "--url", federation.urls[0])
        federation.stopAll()

        let written = try String(contentsOfFile: log, encoding: .utf8)
        #expect(written.contains("starting"))
        var secrets: [String] = [sent, "invoice 4711", "696e766f6963652034373131", "account_get"]
        let files = ["validator", "node", "note", "payout"].map { "\(home)/keys/\($0).pem" } + [treasury]
        for file in files {
            let body = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").filter {
                !$0.hasPrefix("-")
            }
            let bytes = try #require(Data(base64Encoded: body.joined()))
            let seed = bytes.suffix(32)
            let hex = seed.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            secrets += [hex, hex.uppercased(), seed.base64EncodedString(), bytes.base64EncodedString()]
        }
        for secret in secrets { #expect(!written.contains(secret)) }
        for line in written.split(separator: "\n") {
            if format == "json" {
                let value = try JSONReader(JSON.parse(Array(line.utf8)))
                for name in ["time", "level", "label", "message"] { _ = try value.member(name).string() }
            } else {
                #expect(
                    line.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z [a-z]+ (node|consensus|peers|rpc): .*/)
                        != nil,
                    "\(line)"
                )
            }
        }
    }

    @Test func aLogFileIsOpenedAgainOnSIGHUP() async throws {
        let federation = try TestFederation(validators: 1)
        let home = federation.home(0)
        try setting("log:\n  level: \"rpc=error,*=info\"\n  file: farthing.log\n", in: home)
        try await federation.startAll()
        let (current, rotated) = (home + "/farthing.log", home + "/farthing.log.1")
        #expect(try String(contentsOfFile: current, encoding: .utf8).contains("node: starting"))
        #expect(try !String(contentsOfFile: current, encoding: .utf8).contains(" rpc: "))
        #expect(try federation.log(0).isEmpty, "nothing is left for standard error")
        let attributes = try FileManager.default.attributesOfItem(atPath: current)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        try FileManager.default.moveItem(atPath: current, toPath: rotated)
        federation.signal(0, SIGHUP)
        try await waitUntil(seconds: 10, "the log is there again") { FileManager.default.fileExists(atPath: current) }
        federation.stopAll()
        #expect(try String(contentsOfFile: current, encoding: .utf8).contains("stopped"))
        #expect(try !String(contentsOfFile: rotated, encoding: .utf8).contains("stopped"))
    }

    /// Replaces the section `log` of a home's settings.
    private func setting(_ section: String, in home: String) throws {
        let path = home + "/config.yaml"
        let lines = try String(contentsOfFile: path, encoding: .utf8)
            .replacingOccurrences(of: "log:\n  level: info\n  format: text\n", with: section)
        try Data(lines.utf8).write(to: URL(fileURLWithPath: path))
    }
}
