import Foundation
import Primitives
import StrictJSON
import Testing

extension EndToEnd {
    /// Every command once for each way in which it can fail without a node of its own: the code, and what it says.
    @Test func everyCommandEndsWithTheCodeOfTheTable() throws {
        let folder = try TemporaryFolder()
        let federation = try TestFederation(validators: 1)
        let home = federation.home(0)
        let genesis = federation.folder + "/genesis.json"
        let key = federation.folder + "/accounts/treasury.pem"
        let payee = try federation.payee.text(prefix: "far")
        let id = String(repeating: "0", count: 64)
        let junk = try folder.write("junk", "no JSON, no PEM, no YAML: [\n")
        let open = try folder.write("open.pem", String(contentsOfFile: key, encoding: .utf8))
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: open)
        let nowhere = folder.path("nowhere")
        let verify = ["verify", "--genesis", genesis, "--home", home]
        let kept = folder.path("kept")
        let unread = ["--url", "http://127.0.0.1:1"]
        let typo = folder.path("typo")
        try FileManager.default.copyItem(atPath: home, toPath: typo)
        try Data("pase: {}\n".utf8).write(to: URL(fileURLWithPath: typo + "/config.yaml"))

        let rows: [CommandLineRow] = [
            // Nothing needed.
            CommandLineRow(["version", "--json"], 0, output: "{\n  \"version\": "),
            CommandLineRow(["config", "reference"], 0, output: "| key | environment | default | what |\n"),
            CommandLineRow(["config", "reference", "--json"], 0, output: "[\n  {\n    \"key\": \"peer.listen\""),
            CommandLineRow(["--generate-completion-script", "tcsh"], 64, errors: "tcsh"),
            CommandLineRow(["status", "--color", "pink"], 64, errors: "'auto', 'always' or 'never'"),
            // keys
            CommandLineRow(["keys", "new"], 64, errors: "--output FILE or --home DIR"),
            CommandLineRow(["keys", "new", "--home", nowhere], 64, errors: "go together"),
            CommandLineRow(["keys", "new", "--output", key, "--unencrypted"], 65, errors: "never written over"),
            CommandLineRow(["keys", "new", "--output", folder.path("k")], 78, errors: "--passphrase-file"),
            CommandLineRow(["keys", "new", "--output", "/proc/none", "--unencrypted"], 74, errors: "/proc/none"),
            CommandLineRow(
                ["keys", "new", "--home", home, "--name", "x", "--unencrypted"],
                65,
                errors: "never written"
            ),
            CommandLineRow(["keys", "show", nowhere], 78, errors: "is not there"),
            CommandLineRow(["keys", "show", open], 78, errors: "chmod go="),
            CommandLineRow(["keys", "show", key, "--prefix", "UP"], 64, errors: "--prefix"),
            CommandLineRow(
                ["keys", "import", "--output", folder.path("k"), "--unencrypted"],
                65,
                errors: "no key file"
            ),
            CommandLineRow(["keys", "export", key], 64, errors: "--output FILE or --public"),
            CommandLineRow(["keys", "export", key, "--output", open, "--unencrypted"], 65, errors: "already"),
            CommandLineRow(["keys", "sign", "--key", key, nowhere], 65, errors: "is not there"),
            CommandLineRow(["keys", "verify", "--by", payee, "--signature", "x", junk], 65, errors: "128"),
            CommandLineRow(
                ["keys", "verify", "--by", payee, "--signature", id + id, junk],
                1,
                errors: "does not hold"
            ),
            // genesis
            CommandLineRow(["genesis", "hash", junk], 65, errors: "junk"),
            CommandLineRow(["genesis", "hash", nowhere], 78, errors: "is not there"),
            CommandLineRow(["genesis", "check", genesis, "--json"], 0, output: "{\n  \"network\": "),
            CommandLineRow(["genesis", "check", genesis, "--home", nowhere], 65, errors: "validator.json"),
            CommandLineRow(["genesis", "new"], 64, errors: "--validator"),
            CommandLineRow(["genesis", "new", "--validator", junk], 65, errors: "junk"),
            CommandLineRow(
                ["network", "create", "--output", folder.path("n"), "--preset", "real"],
                64,
                errors: "cost"
            ),
            // node, config, doctor
            CommandLineRow(["node", "start", "--home", nowhere], 78, errors: "genesis.json is not there"),
            CommandLineRow(["node", "start", "--home", home, "--set", "x"], 64, errors: "key=value"),
            CommandLineRow(["node", "start", "--home", home, "--set", "rpc.lisen=h:1"], 78, errors: "rpc.listen?"),
            CommandLineRow(["node", "start", "--home", typo], 78, errors: "Did you mean pace?"),
            CommandLineRow(["node", "init", "--home", home, "--genesis", genesis], 78, errors: "made ready before"),
            CommandLineRow(["node", "init", "--home", home, "--genesis", junk], 65, errors: "junk"),
            CommandLineRow(["node", "refetch", "--home", nowhere], 78, errors: "is not there"),
            CommandLineRow(["config", "check", "--home", home], 0, output: home),
            CommandLineRow(["config", "check", "--home", typo], 78, errors: "there is no setting pase"),
            CommandLineRow(["config", "show", "--home", home, "--set", "log.level=loud", "--json"], 0, output: "["),
            CommandLineRow(["config", "check", "--home", home, "--set", "log.level=loud"], 78, errors: "trace, debug"),
            CommandLineRow(["config", "show"], 64, errors: "--home"),
            CommandLineRow(["doctor", "--home", home, "--quiet"], 0, output: "ok "),
            CommandLineRow(["doctor", "--home", nowhere], 78, output: "wrong ", errors: "is not there"),
            CommandLineRow(["doctor", "--home", typo], 78, output: "ok ", errors: "pase"),
            // clients, with nobody there
            CommandLineRow(["status", "--watch"] + unread, 69, errors: "--url"),
            CommandLineRow(["status", "--watch", "--interval", "1"], 64, errors: "--interval"),
            CommandLineRow(["pay", "--key", key, "--to", payee, "--amount", "1"] + unread, 69, errors: "--url"),
            CommandLineRow(["pay", "--key", open, "--to", payee, "--amount", "1"] + unread, 78, errors: "chmod"),
            CommandLineRow(
                ["pay", "--key", key, "--to", payee, "--amount", "1", "--max-fee", "1", "--max-price", "1"],
                64,
                errors: "not both"
            ),
            CommandLineRow(["tx", "build", "--payer", payee, "--pay", "\(payee)=1"] + unread, 69, errors: "--url"),
            CommandLineRow(["tx", "sign", "--key", key, nowhere], 65, errors: "is not there"),
            CommandLineRow(["tx", "sign", "--key", key, junk], 65, errors: "tx build"),
            CommandLineRow(["tx", "submit", junk] + unread, 65, errors: "tx build"),
            CommandLineRow(["tx", "status", id] + unread, 69, errors: "--url"),
            CommandLineRow(["tx", "wait", id] + unread, 69, errors: "--url"),
            CommandLineRow(["account", "get", payee] + unread, 69, errors: "--url"),
            CommandLineRow(["block", "get"] + unread, 69, errors: "--url"),
            CommandLineRow(["rpc", "node_status"] + unread, 69, errors: "--url"),
            CommandLineRow(["rpc", "node_status", "x"], 64, errors: "name=value"),
            CommandLineRow(["rpc", "node_status", "x:={"], 65, errors: "x:={"),
            CommandLineRow(["load", "--url", "http://127.0.0.1:1", "--seed-file", junk], 65, errors: "no seed"),
            // auditors
            CommandLineRow(["receipt", "check", junk, "--genesis", genesis], 65, errors: "junk"),
            CommandLineRow(["receipt", "check", nowhere, "--genesis", genesis], 65, errors: "is not there"),
            CommandLineRow(["receipt", "check", genesis, "--genesis", genesis], 65, errors: "receipt get"),
            CommandLineRow(["receipt", "get", "abc"], 64, errors: "64 hex digits"),
            CommandLineRow(["receipt", "get", id] + unread, 69, errors: "--url"),
            CommandLineRow(["verify", "--genesis", nowhere, "--home", home], 65, errors: "--genesis"),
            CommandLineRow(["verify", "--genesis", genesis, "--home", nowhere], 78, errors: "no node's home"),
            CommandLineRow(["verify", "--genesis", genesis, "--home", home, "--quiet"], 0, output: "farthing"),
            CommandLineRow(verify + ["--write-checkpoint", nowhere], 64, errors: "--key"),
            CommandLineRow(verify + ["--write-checkpoint", nowhere, "--light", "--key", key], 64, errors: "--light"),
            CommandLineRow(verify + ["--from-checkpoint", junk, "--light"], 64, errors: "--light"),
            CommandLineRow(verify + ["--from-checkpoint", junk, "--checkpoint", junk], 64, errors: "--checkpoint out"),
            CommandLineRow(verify + ["--key", key], 64, errors: "--write-checkpoint"),
            CommandLineRow(verify + ["--checkpoint", junk, "--name", "x"], 64, errors: "--name"),
            CommandLineRow(
                verify + ["--check-report", junk, "--write-checkpoint", nowhere, "--key", key],
                64,
                errors: "signs nothing"
            ),
            CommandLineRow(verify + ["--checkpoint", nowhere], 65, errors: "is not there"),
            CommandLineRow(verify + ["--checkpoint", junk], 65, errors: "junk"),
            CommandLineRow(verify + ["--from-checkpoint", junk, "--trust", "x"], 65, errors: "--trust x"),
            CommandLineRow(verify + ["--write-checkpoint", "/proc/none", "--key", key], 74, output: "farthing"),
            CommandLineRow(verify + ["--write-checkpoint", kept, "--key", key], 0, output: "farthing"),
            CommandLineRow(verify + ["--from-checkpoint", kept, "--key", key], 0, output: "farthing"),
            CommandLineRow(verify + ["--checkpoint", kept], 3, errors: "No key that is known here"),
        ]
        for row in rows {
            let outcome = try Program.run(row.arguments)
            let what = row.arguments.joined(separator: " ")
            #expect(outcome.status == row.status, "\(what): \(outcome.errors)")
            #expect(outcome.output.hasPrefix(row.output), "\(what): \(outcome.output)")
            if row.output.isEmpty { #expect(outcome.output.isEmpty, "\(what): diagnostics belong on standard error") }
            #expect(row.errors.isEmpty || outcome.errors.contains(row.errors), "\(what): \(outcome.errors)")
            if row.status == 0, row.arguments.contains("--json") {
                #expect(throws: Never.self, "\(what) prints one JSON value") {
                    try JSON.parse(Array(outcome.output.utf8))
                }
            }
            if row.arguments.contains("--quiet"), row.status == 0 { #expect(outcome.errors.isEmpty, "\(what)") }
        }
    }

    /// A client without a key on the machine that asks: build here, sign there, submit again as often as one likes.
    @Test func aTransactionIsBuiltSignedAndSubmittedInThreePlaces() async throws {
        let federation = try TestFederation(validators: 1)
        try await federation.startAll()
        let url = ["FARTHING_URL": federation.urls[0]]
        let folder = try TemporaryFolder()
        let treasury = federation.folder + "/accounts/treasury.pem"
        let client = federation.folder + "/accounts/client-1.pem"
        let payee = try federation.payee.text(prefix: "far")
        let shown = try Program.run("keys", "show", treasury, "--json")
        let payer = try JSONReader(JSON.parse(Array(shown.output.utf8))).member("account").string()

        func build(_ more: String...) throws -> Program.Outcome {
            try Program.run(["tx", "build", "--payer", payer] + more, environment: url)
        }
        #expect(try build("--pay", "\(payee)").status == 64)
        #expect(try build("--pay", "\(payee)=0.0000001").status == 65)
        #expect(try build("--pay", "\(payee)=1=\(String(repeating: "x", count: 65))").status == 64)
        #expect(try build("--pay", "\(payee)=1", "--max-fee", "0.000001").errors.contains("0.000002 unit"))
        let built = try build("--pay", "\(payee)=0.5", "--pay", "\(payee)=0.25=two words", "--max-fee", "0.000600")
        #expect(built.status == 0, "\(built.errors)")
        let file = try folder.write("built.json", built.output)
        #expect(try Program.run(["tx", "submit", file], environment: url).status == 65, "it is not signed")
        #expect(try Program.run("tx", "sign", file, "--key", client).status == 1, "another's key")

        let elsewhere = try TestFederation(validators: 1)
        let wrong = elsewhere.folder + "/genesis.json"
        #expect(try Program.run("tx", "sign", file, "--key", treasury, "--genesis", wrong).status == 1)
        let signed = try Program.run(
            "tx",
            "sign",
            file,
            "--key",
            treasury,
            "--genesis",
            federation.folder + "/genesis.json"
        )
        #expect(signed.status == 0, "\(signed.errors)")
        #expect(signed.errors.contains("pays     0.250000 unit to \(payee), reference \"two words\""))
        #expect(signed.errors.contains("fee      up to 0.000600 unit, 3 shares"))
        for _ in 0..<2 {
            let settled = try Program.run(
                ["tx", "submit", "--wait", "--json"],
                environment: url,
                input: signed.output
            )
            #expect(settled.status == 0, "\(settled.errors)")
            #expect(settled.output.contains("\"status\": \"final\""))
        }
        #expect(try Program.run("account", "get", payee, environment: url).output == "1000.750000 unit\n")

        // The interface itself: strings, JSON, standard input, and errors with their reason.
        let height = try Program.run("rpc", "block_get", "height=1", environment: url)
        #expect(height.status == 0, "\(height.errors)")
        let both = try Program.run(
            "rpc",
            "tx_wait",
            "id=\(String(repeating: "0", count: 64))",
            "timeoutMilliseconds:=1",
            environment: url
        )
        #expect(both.output.contains("\"status\": \"unknown\""), "\(both.errors)")
        let piped = try Program.run(["rpc", "account_get", "-"], environment: url, input: "{\"account\":\"\(payee)\"}")
        #expect(piped.output.contains("1000750000"))
        let unknown = try Program.run("rpc", "fly", environment: url)
        #expect(unknown.status == 1)
        #expect(unknown.errors.contains("methodNotFound"))

        // The doctor sees that it runs, and compares the clocks.
        let doctor = try Program.run("doctor", "--home", federation.home(0), "--json", "--url", federation.urls[0])
        #expect(doctor.status == 0, "\(doctor.errors)")
        #expect(doctor.output.contains("\"runs; height "))
        #expect(doctor.output.contains("\"what\": \"clock\""))
        federation.kill(0)
        let taken = try Program.run("doctor", "--home", federation.home(0), "--set", "rpc.listen=192.0.2.1:1")
        #expect(taken.status == 78)
        #expect(taken.errors.contains("rpc.listen"))
    }

    @Test func completionsAreScriptsOfTheirShells() throws {
        let folder = try TemporaryFolder()
        for shell in ["bash", "zsh", "fish"] {
            let made = try Program.run("--generate-completion-script", shell)
            #expect(made.status == 0)
            #expect(made.output.contains("doctor"))
            let file = try folder.write("completion.\(shell)", made.output)
            let found = try Program.run(["sh", "-c", "command -v \(shell)"], tool: "/usr/bin/env")
            // zsh and fish are rarely on a machine that builds; bash is.
            guard found.status == 0 else {
                #expect(shell != "bash")
                continue
            }
            let checked = try Program.run([shell, "-n", file], tool: "/usr/bin/env")
            #expect(checked.status == 0, "\(checked.errors)")
        }
    }

    @Test func colourIsForThoseWhoAskForIt() throws {
        let failing = ["status", "--url", "http://127.0.0.1:1"]
        func errors(_ more: [String] = [], _ environment: [String: String] = [:]) throws -> String {
            try Program.run(failing + more, environment: environment).errors
        }
        #expect(try !errors().contains("\u{1B}"))
        #expect(try errors(["--color", "always"]).hasPrefix("\u{1B}[1;31mfarthing:\u{1B}[0m "))
        #expect(try errors([], ["CLICOLOR_FORCE": "1", "NO_COLOR": ""]).contains("\u{1B}"))
        #expect(try !errors([], ["CLICOLOR_FORCE": "1", "NO_COLOR": "1"]).contains("\u{1B}"))
        #expect(try !errors(["--color", "never"], ["CLICOLOR_FORCE": "1", "NO_COLOR": ""]).contains("\u{1B}"))
    }
}
