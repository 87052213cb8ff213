import Foundation
import LedgerCore
import Primitives
import RPCClient
import StrictJSON
import Testing

extension EndToEnd {
    /// What can be asked of the program without a node: exit code, standard output, standard error.
    @Test(arguments: [
        CommandLineRow(["version"], 0, output: "farthing 0.1.0\n"),
        CommandLineRow([], 0, output: "OVERVIEW: "),
        CommandLineRow(["fly"], 64, errors: "fly"),
        CommandLineRow(["genesis", "check", "/nowhere.json"], 78, errors: "/nowhere.json is not there"),
        CommandLineRow(["genesis", "check", "Package.swift"], 65, errors: "Package.swift: line 1"),
        CommandLineRow(["keys", "show", "Package.swift"], 78, errors: "Package.swift"),
        CommandLineRow(["tx", "status", "abc"], 64, errors: "64 hex digits"),
        CommandLineRow(["tx", "wait", String(repeating: "0", count: 64), "--timeout", "30"], 64, errors: "--timeout"),
        CommandLineRow(["block", "get", "abc"], 64, errors: "height"),
        CommandLineRow(["status", "--url", "http://127.0.0.1:1"], 69, errors: "--url"),
        CommandLineRow(["status", "--url", "https://127.0.0.1:1"], 64, errors: "TLS"),
        CommandLineRow(["network", "create", "--output", "/proc/none"], 74, errors: "/proc/none"),
        CommandLineRow(["network", "create", "--output", "/tmp", "--validators", "0"], 64, errors: "1 to 100"),
        CommandLineRow(["network", "create", "--output", "Sources"], 65, errors: "not empty"),
        CommandLineRow(["node", "start"], 64, errors: "--home"),
    ])
    func commandsEndWithTheCodeOfTheTable(row: CommandLineRow) throws {
        let outcome = try Program.run(row.arguments, environment: [:], folder: packageFolder)
        #expect(outcome.status == row.status, "\(outcome.errors)")
        #expect(outcome.output.hasPrefix(row.output), "\(outcome.output)")
        if row.output.isEmpty { #expect(outcome.output.isEmpty, "diagnostics belong on standard error") }
        if !row.errors.isEmpty { #expect(outcome.errors.contains(row.errors), "\(outcome.errors)") }
    }

    @Test func keysAreWrittenForTheirOwnerOnlyAndNeverOver() throws {
        let folder = FileManager.default.temporaryDirectory.path + "/farthing-keys-\(UUID())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }

        let plain = folder + "/plain.pem"
        let made = try Program.run("keys", "new", "--output", plain, "--unencrypted")
        #expect(made.status == 0)
        #expect(made.output.hasPrefix("account    far1"))
        #expect(try mode(of: plain) == 0o600)
        #expect(try Program.run("keys", "show", plain).output == made.output)
        #expect(try Program.run("keys", "new", "--output", plain, "--unencrypted").status == 65)
        let text = try String(contentsOfFile: plain, encoding: .utf8)
        #expect(text.hasPrefix("-----BEGIN PRIVATE KEY-----"))
        #expect(!made.output.contains(text.split(separator: "\n")[1]), "no secret is printed")

        let secret = folder + "/secret.pem"
        let passphrase = folder + "/passphrase"
        try Data("correct horse\n".utf8).write(to: URL(fileURLWithPath: passphrase))
        #expect(try Program.run("keys", "new", "--output", secret, "--passphrase-file", passphrase).status == 78)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: passphrase)
        #expect(try Program.run("keys", "new", "--output", secret, "--passphrase-file", passphrase).status == 0)
        #expect(try String(contentsOfFile: secret, encoding: .utf8).hasPrefix("-----BEGIN ENCRYPTED PRIVATE KEY-----"))
        #expect(try Program.run("keys", "show", secret, "--passphrase-file", passphrase).status == 0)
        #expect(
            try Program.run("keys", "show", secret, environment: ["FARTHING_PASSPHRASE": "correct horse"]).status == 0
        )
        let wrong = try Program.run("keys", "show", secret, environment: ["FARTHING_PASSPHRASE": "wrong horse"])
        #expect(wrong.status == 78)
        #expect(wrong.errors.contains("passphrase"))
        let unasked = try Program.run("keys", "show", secret)
        #expect(unasked.status == 78)
        #expect(unasked.errors.contains("--passphrase-file"), "there is no terminal to ask at")
    }

    @Test func aNewFederationIsPrivateAndSaysWhatItCannotSurvive() throws {
        for (validators, warns) in [(1, false), (3, true), (4, false)] {
            let federation = try TestFederation(validators: validators)
            #expect(federation.creation.errors.contains("not encrypted"))
            #expect(federation.creation.errors.contains("the network stops whenever any one node stops") == warns)
            for node in 0..<validators {
                let home = federation.home(node)
                #expect(try mode(of: home) == 0o700)
                #expect(try mode(of: home + "/keys") == 0o700)
                for name in ["validator", "node", "note", "payout"] {
                    #expect(try mode(of: "\(home)/keys/\(name).pem") == 0o600)
                }
            }
            #expect(try mode(of: federation.folder + "/accounts/treasury.pem") == 0o600)
            let hash = try Program.run("genesis", "hash", federation.folder + "/genesis.json")
            #expect(hash.output == "\(federation.genesis.networkID)\n")
        }
    }

    /// Clients' commands against one node: what they print, and what they end with.
    @Test func clientsLearnExactlyWhatBecameOfTheirMoney() async throws {
        let federation = try TestFederation(validators: 1)
        try await federation.startAll()
        let url = ["FARTHING_URL": federation.urls[0]]
        let payee = try federation.payee.text(prefix: "far")
        let treasury = federation.folder + "/accounts/treasury.pem"

        func pay(_ more: String..., to: String? = nil, amount: String = "0.000250") throws -> Program.Outcome {
            try Program.run(
                ["pay", "--key", treasury, "--to", to ?? payee, "--amount", amount] + more,
                environment: url
            )
        }

        let paid = try pay("--wait", "--json", "--reference", "invoice 7")
        #expect(paid.status == 0, "\(paid.errors)")
        let answer = try JSONReader(JSON.parse(Array(paid.output.utf8)))
        #expect(try answer.member("status").string() == "final")
        #expect(try answer.member("fee").decimal() == 400)
        let id = try answer.member("id").string()
        #expect(try Program.run("tx", "status", id, environment: url).output.contains("final in block 1"))
        #expect(try Program.run("tx", "wait", id, environment: url).status == 0)
        #expect(try Program.run("account", "get", payee, environment: url).output == "1000.000250 unit\n")
        let block = try Program.run("block", "get", "1", environment: url)
        #expect(block.output.contains("payments      1\n"))
        #expect(try Program.run("block", "get", "99", environment: url).status != 0)

        #expect(try pay(amount: "0.0000001").errors.contains("6 decimals"))
        #expect(try pay(amount: "0.0000001").status == 65)
        #expect(try pay(amount: "0,5").status == 65)
        let mistyped = String(payee.dropLast()) + (payee.hasSuffix("q") ? "p" : "q")
        #expect(try pay(to: mistyped).status == 65)
        #expect(try pay(to: mistyped).errors.contains("checksum"))
        #expect(try pay("--valid-for", "1h").status == 65)
        #expect(try pay("--max-price", "0").status == 1, "it never settles")
        let poor = try Program.run(
            ["pay", "--key", federation.folder + "/accounts/client-2.pem", "--to", payee, "--amount", "5000"],
            environment: url
        )
        #expect(poor.status == 75, "money may come: \(poor.errors)")
        let unknown = try Program.run("tx", "status", String(repeating: "0", count: 64), environment: url)
        #expect(unknown.status == 75)

        federation.kill(0)
        let lost = try pay()
        #expect(lost.status == 69)
        #expect(lost.output.isEmpty)
    }
}

struct CommandLineRow: Sendable, CustomTestStringConvertible {
    let arguments: [String]
    let status: Int32
    let output: String
    let errors: String

    init(_ arguments: [String], _ status: Int32, output: String = "", errors: String = "") {
        self.arguments = arguments
        self.status = status
        self.output = output
        self.errors = errors
    }

    var testDescription: String { "farthing " + arguments.joined(separator: " ") }
}

private let packageFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

private func mode(of path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return try #require(attributes[.posixPermissions] as? NSNumber).intValue
}
