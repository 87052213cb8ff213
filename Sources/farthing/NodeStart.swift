import ArgumentParser
import Cryptography
import FoundationEssentials
import LedgerCore
import Logging
import NodeRuntime
import Primitives

struct NodeStart: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "Run the node of a home until SIGTERM or SIGINT",
        discussion: "The log goes to standard error. Settings come from --set, then FARTHING_…, then config.yaml."
    )

    @Option(help: ArgumentHelp("The node's directory; FARTHING_HOME if left out", valueName: "dir"))
    var home: String?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Set one setting, such as rpc.listen=127.0.0.1:9000; repeatable", valueName: "key=value")
    )
    var settings: [String] = []

    @OptionGroup
    var passphrase: PassphraseOptions

    @Flag(
        name: .customLong("i-know-this-key-never-signed"),
        help:
            "Make a missing vote log anew. If the key did sign before, it may now contradict itself, which is evidence"
    )
    var keyNeverSigned = false

    func validate() throws {
        for setting in settings where !setting.contains("=") {
            throw ValidationError("--set \(setting): expected key=value")
        }
    }

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        guard let path = home ?? environment["FARTHING_HOME"] else {
            throw CommandFailure(.usage, "which home? Give --home, or set FARTHING_HOME")
        }
        let home = try open(path)
        let configuration = try running { () throws(ConfigurationError) in
            try NodeConfiguration.load(
                file: home.configurationPath,
                environment: environment,
                flags: self.settings.map(Self.pair),
                validators: home.genesis.validators,
                own: home.validator
            )
        }
        let logger = Logger(label: "farthing") { _ in
            NodeLog(level: configuration.logLevel, format: configuration.logFormat)
        }
        logger.notice(
            "starting",
            metadata: [
                "version": "\(Version.text)", "node": "\(home.validator.name)", "home": "\(home.path)",
                "network": "\(home.genesis.networkID)",
            ]
        )
        do throws(NodeFailure) {
            let settings = NodeSettings(home: home, configuration: configuration, keyNeverSigned: keyNeverSigned)
            try await Node.run(settings, logger: logger)
        } catch {
            throw CommandFailure(error)
        }
        logger.notice("stopped", metadata: ["node": "\(home.validator.name)"])
    }

    private func open(_ path: String) throws(CommandFailure) -> Home {
        do throws(HomeError) {
            return try Home(opening: path)
        } catch {
            guard case .key(let file, .encrypted) = error else { throw CommandFailure(error) }
            let text = try passphrase.existing(for: file)
            return try running { () throws(HomeError) in
                try Home(opening: path, passphrase: text)
            }
        }
    }

    private static func pair(_ setting: String) -> (key: String, value: String) {
        let key = setting.prefix { $0 != "=" }
        return (String(key), String(setting.dropFirst(key.count + 1)))
    }
}

extension CommandFailure {
    init(_ error: NodeFailure) {
        switch error {
        case .storage(let error): self.init(error)
        case .voteLog(let error): self.init(error)
        case .halted(let reason):
            self.init(
                .quorumDisagrees,
                "a quorum certified a block that this node finds invalid: \(reason). Both are kept"
            )
        case .contradicted(let reason): self.init(.quorumDisagrees, reason)
        case .service(let reason):
            self.init(.inputOutput, "\(reason). Is a port of config.yaml in use by another process?")
        }
    }
}
