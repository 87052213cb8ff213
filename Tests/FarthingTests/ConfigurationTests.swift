import Cryptography
import Foundation
import LevelDBStorage
import Logging
import MempoolCore
import NodeRuntime
import Primitives
import Testing

struct ConfigurationTests {
    @Test func takesTheDefaultsWhereNothingIsSet() throws {
        let configuration = try load(file: "peers:\n  beta: \"10.0.0.2:8644\"\n")
        #expect(configuration.peerListen == HostAndPort(host: "127.0.0.1", port: 8644))
        #expect(configuration.rpcListen == HostAndPort(host: "127.0.0.1", port: 8645))
        #expect(configuration.peers == ["beta": HostAndPort(host: "10.0.0.2", port: 8644)])
        #expect(configuration.rpcHostNames == ["localhost"])
        #expect(configuration.logLevels.level(of: .consensus) == .info)
        #expect(configuration.logFile == nil)
        #expect(configuration.logFormat == .text)
        #expect(configuration.pace == .lan)
        #expect(configuration.heartbeat == Milliseconds(60_000))
        #expect(configuration.mempool.byteCountMax == 64 << 20)
    }

    @Test(arguments: ["", "\n", "# all defaults\n", "  # one\r\n\n# two"]) func aFileOfCommentsSetsNothing(
        _ file: String
    ) throws {
        let flags = [(key: "peers.beta", value: "10.0.0.2:8644")]
        #expect(try load(file: file, flags: flags).peers == ["beta": HostAndPort(host: "10.0.0.2", port: 8644)])
    }

    @Test func takesTheFlagBeforeTheEnvironmentBeforeTheFileBeforeTheDefault() throws {
        let file =
            "peers:\n  beta: h:1\nrpc:\n  listen: \"[::1]:1\"\n  callsPerSecond: 3\npace:\n  preset: wan\n  heartbeat: 2min\n"
        let configuration = try load(
            file: file,
            environment: ["FARTHING_RPC_LISTEN": "h:2", "FARTHING_RPC_CALLS_PER_SECOND": "4", "PATH": "/bin"],
            flags: [("rpc.listen", "h:3")]
        )
        #expect(configuration.rpcListen == HostAndPort(host: "h", port: 3))
        #expect(configuration.rpcCallsPerSecond == 4)
        #expect(configuration.pace == .wan)
        #expect(configuration.heartbeat == Milliseconds(120_000))
        #expect(configuration.logLevels.level(of: .node) == .info)
    }

    @Test func takesAListAsAListOrWithCommas() throws {
        let file = "peers:\n  beta: h:1\nrpc:\n  hostNames: [one.example, two.example]\n"
        #expect(try load(file: file).rpcHostNames == ["one.example", "two.example"])
        let configuration = try load(file: file, flags: [("rpc.hostNames", "three,four")])
        #expect(configuration.rpcHostNames == ["three", "four"])
    }

    @Test(arguments: [
        ("rcp:\n  listen: h:1\n", "rcp.listen", "rpc.listen"), ("listen: h:1\n", "listen", nil),
        ("peers:\n  betta: h:1\n", "peers.betta", "peers.beta"), ("log: info\n", "log", nil),
        ("mempool:\n  byte: 1MiB\n", "mempool.byte", "mempool.bytes"),
        ("foo: {}\n", "foo", nil), ("pers: {}\n", "pers", "peers"), ("rpc:\n  limits: { }\n", "rpc.limits", nil),
        ("\"pear\": {} # nothing\n", "pear", "peer"),
    ])
    func refusesUnknownKeysOfTheFile(file: String, key: String, nearest: String?) {
        let error = ConfigurationError.unknown(key: key, in: .file(Self.path), nearest: nearest)
        #expect(throws: error) { try load(file: file) }
    }

    @Test func refusesUnknownKeysOfTheOtherSources() {
        let file = "peers:\n  beta: h:1\n"
        #expect(throws: ConfigurationError.unknown(key: "rpc.lisen", in: .flag, nearest: "rpc.listen")) {
            try load(file: file, flags: [("rpc.lisen", "h:1")])
        }
        let variable = ConfigurationError.unknown(
            key: "FARTHING_LOG_LEVLE",
            in: .environment,
            nearest: "FARTHING_LOG_LEVEL"
        )
        #expect(throws: variable) { try load(file: file, environment: ["FARTHING_LOG_LEVLE": "info"]) }
    }

    @Test(arguments: [
        ("rpc.listen", "8645"), ("rpc.listen", "h:65536"), ("rpc.listen", "h:-1"), ("rpc.listen", ":1"),
        ("rpc.listen", "::1:1"), ("rpc.listen", "h:+1"), ("rpc.hostNames", "Upper"), ("rpc.hostNames", "a b"),
        ("rpc.callsPerSecond", "0"), ("rpc.callsPerSecond", "many"), ("log.level", "INFO"),
        ("log.level", "consensus"), ("log.level", "rpc=debug,rpc=info"), ("log.level", "disk=info"), ("log.file", ""),
        ("log.format", "xml"),
        ("pace.preset", "moon"), ("pace.heartbeat", "60"), ("pace.heartbeat", "1.5s"), ("pace.heartbeat", "-1s"),
        ("pace.heartbeat", "2000h"), ("mempool.bytes", "64"), ("mempool.bytes", "64MB"), ("mempool.bytes", "1KiB"),
        ("mempool.bytes", "99999999999999999999GiB"), ("mempool.freeSharesPerMinute", "-1"), ("peers.beta", "beta"),
    ])
    func refusesMalformedValues(key: String, value: String) throws {
        let error = try #require(throws: ConfigurationError.self) {
            try load(file: "peers:\n  beta: h:1\n", flags: [(key, value)])
        }
        guard case .malformedValue(key, value, .flag, _) = error else {
            Issue.record("\(error)")
            return
        }
    }

    @Test(arguments: [
        "rpc: [", "- a\n- b\n", "just text", "\u{0}", "rpc:\n  listen: {a: [{b: c}]}\n", "rpc: {limits: {}}\n",
    ])
    func refusesWhatIsNoMappingOfScalars(file: String) {
        #expect(throws: ConfigurationError.self) { try load(file: file) }
    }

    @Test func refusesAKeyThatStandsTwice() {
        #expect(throws: ConfigurationError.self) {
            try load(file: "log:\n  level: info\n  level: debug\npeers:\n  beta: h:1\n")
        }
        #expect(throws: ConfigurationError.setTwice(key: "log.level", in: .flag)) {
            try load(file: "peers:\n  beta: h:1\n", flags: [("log.level", "info"), ("log.level", "debug")])
        }
    }

    @Test func takesAnEmptySectionThatItKnows() throws {
        let file = "rpc: {}\nmempool: { } # \"none\"\nlog:\n  level: 'info'\npeers:\n  beta: \"h:1\"\n"
        #expect(try load(file: file).rpcListen == HostAndPort(host: "127.0.0.1", port: 8645))
    }

    @Test func takesALevelForEachLabel() throws {
        let file = "peers:\n  beta: h:1\nlog:\n  level: consensus=debug,*=warning\n  file: logs/farthing.log\n"
        let configuration = try load(file: file)
        #expect(LogLabel.allCases.map(configuration.logLevels.level) == [.warning, .debug, .warning, .warning])
        #expect(configuration.logFile == "logs/farthing.log")
        let listed = try load(file: "peers:\n  beta: h:1\nlog:\n  level: [rpc=trace, peers=error]\n").logLevels
        #expect(LogLabel.allCases.map(listed.level) == [.info, .info, .error, .trace])
    }

    @Test func saysOfEverySettingWhereItComesFrom() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("farthing-settings-\(UUID()).yaml")
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("rpc:\n  listen: h:1\n  callsPerSecond: 3\npeers:\n  beta: h:2\n".utf8).write(to: folder)
        let settings = try NodeConfiguration.settings(
            file: folder.path,
            environment: ["FARTHING_RPC_LISTEN": "h:2", "FARTHING_PACE_PRESET": "wan"],
            flags: [("rpc.listen", "h:3")],
            validators: ["alpha", "beta"]
        )
        let found = Dictionary(uniqueKeysWithValues: settings.map { ($0.key.name, [$0.value, "\($0.origin)"]) })
        #expect(found["rpc.listen"] == ["h:3", "flag"])
        #expect(found["pace.preset"] == ["wan", "environment"])
        #expect(found["rpc.callsPerSecond"] == ["3", "file(\"\(folder.path)\")"])
        #expect(found["mempool.bytes"] == ["64MiB", "standard"])
        #expect(found["peers.alpha"] == nil)
    }

    @Test func wantsTheAddressOfEveryOtherValidator() throws {
        let error = try #require(throws: ConfigurationError.self) { try load(file: "log:\n  level: info\n") }
        guard case .missing("peers.beta", Self.path, _) = error else {
            Issue.record("\(error)")
            return
        }
    }

    // MARK: -

    private static let path = "config.yaml"

    private func load(
        file: String,
        environment: [String: String] = [:],
        flags: [(key: String, value: String)] = []
    ) throws -> NodeConfiguration {
        let validators = [validator("alpha"), validator("beta")]
        return try NodeConfiguration.load(
            file: ConfigurationFile(path: Self.path, text: Array(file.utf8)),
            environment: environment,
            flags: flags,
            validators: validators,
            own: validators[0]
        )
    }

    private func validator(_ name: String) -> Validator {
        Validator(name: name, consensusKey: .zero, nodeKey: .zero, noteKey: .zero, payoutAccount: .zero)
    }
}
