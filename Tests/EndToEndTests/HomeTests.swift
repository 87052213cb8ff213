import ChainCore
import ConsensusCore
import Cryptography
import Foundation
import Glibc
import LedgerCore
import LevelDBStorage
import Primitives
import RPCClient
import StrictJSON
import Testing

extension EndToEnd {
    /// What a home that is not in order gets: an exit code, and a sentence that says where and what to do.
    @Test func aNodeRefusesAHomeThatIsNotInOrder() async throws {
        let federation = try TestFederation(validators: 2)
        let home = federation.home(0)
        let key = home + "/keys/validator.pem"
        let honestKey = try Data(contentsOf: URL(fileURLWithPath: key))
        let configuration = try String(contentsOfFile: home + "/config.yaml", encoding: .utf8)
        let genesis = try Data(contentsOf: URL(fileURLWithPath: home + "/genesis.json"))
        let files = FileManager.default

        func refuses(_ status: Int32, _ words: String..., home: String, environment: [String: String] = [:]) throws {
            let outcome = try Program.run("node", "start", "--home", home, environment: environment)
            #expect(outcome.status == status, "\(words): \(outcome.errors)")
            for word in words { #expect(outcome.errors.contains(word), "\(word) is not in: \(outcome.errors)") }
            #expect(outcome.output.isEmpty)
        }

        // Configuration.
        try write(configuration + "\nrcp:\n  listen: \"127.0.0.1:1\"\n", to: home + "/config.yaml")
        try refuses(78, "config.yaml", "rcp.listen", "Did you mean rpc.listen?", home: home)
        try write(configuration.replacingOccurrences(of: "64MiB", with: "64"), to: home + "/config.yaml")
        try refuses(78, "mempool.bytes", "64MiB", home: home)
        try write("rpc: [", to: home + "/config.yaml")
        try refuses(78, "config.yaml", home: home)
        try write(configuration, to: home + "/config.yaml")
        try refuses(
            78,
            "FARTHING_LOG_LEVLE",
            "FARTHING_LOG_LEVEL",
            home: home,
            environment: ["FARTHING_LOG_LEVLE": "info"]
        )

        // Keys.
        chmod(key, 0o640)
        try refuses(78, key, "640", "chmod", home: home)
        chmod(key, 0o600)
        try Data(honestKey.prefix(60)).write(to: URL(fileURLWithPath: key))
        chmod(key, 0o600)
        try refuses(78, key, home: home)
        try write(KeyFile.pem(for: .generate()), to: key)
        chmod(key, 0o600)
        try refuses(78, key, "genesis lists no validator", home: home)
        try honestKey.write(to: URL(fileURLWithPath: key))
        chmod(key, 0o600)
        let listed = try #require(federation.genesis.validators.first { $0.name == "node-1" })
        for (name, wanted) in [("node", listed.nodeKey), ("note", listed.noteKey)] {
            let path = "\(home)/keys/\(name).pem"
            let own = try Data(contentsOf: URL(fileURLWithPath: path))
            let other = SigningKey.generate()
            try write(KeyFile.pem(for: other), to: path)
            chmod(path, 0o600)
            try refuses(78, path, "\(other.publicKey)", "\(wanted)", home: home)
            try own.write(to: URL(fileURLWithPath: path))
            chmod(path, 0o600)
        }
        chmod(home + "/keys", 0o755)
        try refuses(78, home + "/keys", "755", home: home)
        chmod(home + "/keys", 0o700)

        // Homes.
        try refuses(78, "not there", home: federation.folder + "/nowhere")
        try write(String(decoding: genesis, as: UTF8.self) + "}", to: home + "/genesis.json")
        try refuses(65, "genesis.json", "line", home: home)
        let other = try Genesis(
            parameters: federation.genesis.parameters,
            time: federation.genesis.time.next,
            accounts: federation.genesis.accounts,
            validators: federation.genesis.validators
        )
        try write(other.json(pretty: true), to: home + "/genesis.json")
        try refuses(78, "belongs to the network", "\(federation.genesis.networkID)", "\(other.networkID)", home: home)
        try genesis.write(to: URL(fileURLWithPath: home + "/genesis.json"))
        try files.moveItem(atPath: home + "/format", toPath: home + "/format.away")
        try refuses(78, "format", home: home)
        try files.moveItem(atPath: home + "/format.away", toPath: home + "/format")

        // A second process, and a port that is taken.
        try federation.start(0)
        try await federation.waitUntilLive(0)
        try refuses(75, "another process", home, home: home)
        let port = try #require(federation.urls[0].split(separator: ":").last)
        try refuses(74, "port", home: federation.home(1), environment: ["FARTHING_RPC_LISTEN": "127.0.0.1:\(port)"])
        federation.stopAll()
    }

    /// A node of another network that has our addresses and even our keys is turned away, and both logs say why.
    @Test func aPeerFromAnotherNetworkIsTurnedAway() async throws {
        let federation = try TestFederation(validators: 2)
        let home = federation.home(1)
        let other = try Genesis(
            parameters: federation.genesis.parameters,
            time: federation.genesis.time.next,
            accounts: federation.genesis.accounts,
            validators: federation.genesis.validators
        )
        for name in ["data", "format", "votes.a", "votes.b", "lock"] {
            try FileManager.default.removeItem(atPath: "\(home)/\(name)")
        }
        try write(other.json(pretty: true), to: home + "/genesis.json")
        let electorate = Electorate(
            network: other.networkID,
            epoch: .zero,
            validators: ValidatorSet(other.validators)
        )
        do {
            let key = try federation.key("node-2/keys/validator.pem")
            _ = try VoteLog.create(home: home, electorate: electorate, key: key)
            _ = try ChainStore.create(home: home, genesis: other)
        }
        try await federation.startAll()
        try await waitUntil(seconds: 15, "a log names both networks") {
            let logs = try federation.log(0) + federation.log(1)
            return logs.contains("\(federation.genesis.networkID)") && logs.contains("\(other.networkID)")
                && logs.contains("network")
        }
        for node in 0..<2 {
            let status = JSONReader(try await federation.clients[node].nodeStatus())
            #expect(try status.member("peers").elements().isEmpty)
        }
        _ = try await federation.clients[0].submit(try federation.payment())
        try await Task.sleep(for: .seconds(2))
        #expect(try await federation.height(of: 0) == 0)
    }
}

private func write(_ text: String, to path: String) throws {
    try text.write(toFile: path, atomically: false, encoding: .utf8)
}
