import Foundation
import LedgerCore
import Primitives
import RPCClient
import StrictJSON
import Testing

extension EndToEnd {
    /// Three operators, none of whom sees another's secrets, begin a network whose fees cover their costs, and it settles.
    @Test func operatorsBeginANetworkTogether() async throws {
        let folder = try TemporaryFolder()
        let secret = try folder.write("passphrase", "correct horse\n")
        let names = ["alpha", "beta", "gamma"]
        // Each makes keys on a machine of their own; gamma's are encrypted.
        for name in names {
            let protection = name == "gamma" ? ["--passphrase-file", secret] : ["--unencrypted"]
            let made = try Program.run(["keys", "new", "--home", folder.path(name), "--name", name] + protection)
            #expect(made.status == 0, "\(made.errors)")
        }
        let treasury = folder.path("treasury.pem")
        let shop = folder.path("shop.pem")
        var accounts: [String] = []
        for file in [treasury, shop] {
            let made = try Program.run("keys", "new", "--output", file, "--unencrypted", "--json")
            accounts.append(try JSONReader(JSON.parse(Array(made.output.utf8))).member("account").string())
        }

        // One collects the public parts.
        let genesis = folder.path("genesis.json")
        let parts = names.flatMap { ["--validator", folder.path("\($0)/validator.json")] }
        let founded = try Program.run(
            ["genesis", "new"] + parts + [
                "--account", "\(accounts[0])=1000.5", "--monthly-cost", "100", "--unit", "EUR", "--output", genesis,
                "--json",
            ]
        )
        #expect(founded.status == 0, "\(founded.errors)")
        let network = try JSONReader(JSON.parse(Array(founded.output.utf8))).member("network").string()
        let text = try String(contentsOfFile: genesis, encoding: .utf8)
        for name in names {
            let pem = try String(contentsOfFile: folder.path("\(name)/keys/node.pem"), encoding: .utf8)
            #expect(!text.contains(pem.split(separator: "\n")[1]))
        }

        // Each checks, compares the network id, and makes the home ready.
        let port = try TestFederation.freePorts(6)
        for (index, name) in names.enumerated() {
            let checked = try Program.run("genesis", "check", genesis, "--home", folder.path(name))
            #expect(checked.status == 0, "\(checked.errors)")
            #expect(checked.output.contains("own        \(name)"))
            #expect(try Program.run("genesis", "hash", genesis).output == network + "\n")
            let others = names.indices.filter { $0 != index }
                .flatMap { ["--peer", "\(names[$0])=127.0.0.1:\(port + $0)"] }
            let ready = ["node", "init", "--home", folder.path(name), "--genesis", genesis]
            let places = [
                "--peer-listen", "127.0.0.1:\(port + index)", "--rpc-listen", "127.0.0.1:\(port + 3 + index)",
                "--passphrase-file", secret,
            ]
            let wrong = String(repeating: "0", count: 64)
            #expect(try Program.run(ready + others + places + ["--network", wrong]).status == 1)
            #expect(try Program.run(ready + ["--network", network] + places).status == 64, "where are the others?")
            let made = try Program.run(ready + others + places + ["--network", network])
            #expect(made.status == 0, "\(made.errors)")
            #expect(try Program.run(ready + others + places).status == 78, "once is enough")
            #expect(
                try Program.run(["config", "check", "--home", folder.path(name), "--passphrase-file", secret]).status
                    == 0
            )
        }

        var nodes: [Process] = []
        defer {
            for node in nodes {
                node.terminate()
                node.waitUntilExit()
            }
        }
        for name in names {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: Program.path)
            process.arguments = ["node", "start", "--home", folder.path(name), "--passphrase-file", secret, "--quiet"]
            process.standardInput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            nodes.append(process)
        }
        let url = "http://127.0.0.1:\(port + 4)"
        let client = try RPCClient(url: url)
        defer { client.close() }
        try await waitUntil(seconds: 30, "beta answers") { (try? await client.nodeStatus()) != nil }
        let paid = try Program.run([
            "pay", "--key", treasury, "--to", accounts[1], "--amount", "1.25", "--max-fee", "0.001", "--wait",
            "--url", url, "--json",
        ])
        #expect(paid.status == 0, "\(paid.errors)")
        #expect(
            try JSONReader(JSON.parse(Array(paid.output.utf8))).member("fee").decimal() == 400_000,
            "a payment alone pays the cap for both shares"
        )
        let facts = try await client.networkInfo()
        #expect(facts.network.hex == network)
        #expect(facts.decimals == 9)
    }

    @Test func genesisIsNotMadeFromPartsThatDoNotFit() throws {
        let folder = try TemporaryFolder()
        for name in ["alpha", "beta"] {
            _ = try Program.run("keys", "new", "--home", folder.path(name), "--name", "alpha", "--unencrypted")
        }
        let (alpha, beta) = (folder.path("alpha/validator.json"), folder.path("beta/validator.json"))
        func new(_ more: String...) throws -> Program.Outcome {
            try Program.run(["genesis", "new", "--validator", alpha] + more)
        }
        #expect(try new().status == 0)
        let twice = try new("--validator", beta)
        #expect(twice.status == 65)
        #expect(twice.errors.contains("two validators have the name alpha"))
        #expect(try new("--validator", alpha).status == 65)
        #expect(try new("--validator", folder.path("nowhere.json")).status == 65)
        #expect(try new("--validator", folder.write("junk.json", "{}")).status == 65)
        #expect(try new("--account", "far1abc=1").status == 65)
        #expect(try new("--account", "nothing").status == 65)
        #expect(try new("--preset", "real").status == 64)
        #expect(try new("--monthly-cost", "0").status == 65)
        #expect(try new("--monthly-cost", "1e3").status == 65)

        // The file lists alpha with other keys than beta's home has.
        let genesis = folder.path("genesis.json")
        #expect(try new("--output", genesis).status == 0)
        #expect(try new("--output", genesis).status == 65, "nothing is written over")
        #expect(try Program.run("genesis", "check", genesis, "--home", folder.path("alpha")).status == 0)
        #expect(try Program.run("genesis", "check", genesis, "--home", folder.path("beta")).status == 1)
        let foreign = ["node", "init", "--home", folder.path("beta"), "--genesis", genesis]
        #expect(try Program.run(foreign).status == 78)
    }

    @Test func aNetworkWhoseFeesCoverItsCostsIsMadeInOneCommand() throws {
        let folder = try TemporaryFolder()
        let made = try Program.run(
            "network",
            "create",
            "--validators",
            "4",
            "--monthly-cost",
            "100",
            "--output",
            folder.path("net")
        )
        #expect(made.status == 0, "\(made.errors)")
        #expect(made.errors.contains("0.381 payments a second"))
        let genesis = try Genesis(json: Array(Data(contentsOf: URL(fileURLWithPath: folder.path("net/genesis.json")))))
        #expect(genesis.parameters.payoutMaximum == Amount(units: 9_132_420))
        #expect(genesis.parameters.reserveTarget == Amount(units: 1_440 * 9_132_420))
        #expect(genesis.parameters.blockCost == 10_000_000)
        #expect(genesis.parameters.priceFloor == 10)
        #expect(genesis.parameters.priceCap == 200_000)
        #expect(genesis.parameters.decimals == 9)
        #expect(genesis.parameters.openingMinimum == Amount(units: 1_000_000))
    }
}
