import ArgumentParser
import FoundationEssentials
import LedgerCore
import LevelDBStorage
import Logging
import NodeRuntime
import Primitives

struct NodeStart: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "Run the node of a home until SIGTERM or SIGINT",
        discussion: "The log goes to standard error. Settings come from --set, then FARTHING_…, then config.yaml."
    )

    @OptionGroup
    var home: HomeOption

    @OptionGroup
    var settings: SettingOptions

    @OptionGroup
    var passphrase: PassphraseOptions

    @Flag(
        name: .customLong("i-know-this-key-never-signed"),
        help:
            "Make a missing vote log anew. If the key did sign before, it may now contradict itself, which is evidence"
    )
    var keyNeverSigned = false

    @OptionGroup
    var speech: SpeechOptions

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let home = try passphrase.home(at: try home.path)
        let configuration = try running { () throws(ConfigurationError) in
            try NodeConfiguration.load(
                file: home.configurationPath,
                environment: environment,
                flags: settings.pairs,
                validators: home.genesis.validators,
                own: home.validator
            )
        }
        let log = NodeLog(
            levels: levels(configuration),
            format: configuration.logFormat,
            sink: try sink(configuration, home: home, environment: environment),
            colour: speech.colour.isForced(environment)
        )
        let logger = log.logger(.node)
        logger.notice(
            "starting",
            metadata: [
                "version": "\(Version.text)", "node": "\(home.name)", "home": "\(home.path)",
                "network": "\(home.genesis.networkID)",
            ]
        )
        let rotation = Task { await log.reopenOnHangUp() }
        defer { rotation.cancel() }
        do throws(NodeFailure) {
            let settings = NodeSettings(home: home, configuration: configuration, keyNeverSigned: keyNeverSigned)
            try await Node.run(settings, log: log)
        } catch {
            throw CommandFailure(error, home: home.path)
        }
        logger.notice("stopped", metadata: ["node": "\(home.name)"])
    }

    /// With --quiet only what went wrong goes to standard error; a file gets what the settings say.
    private func levels(_ configuration: NodeConfiguration) -> LogLevels {
        guard speech.quiet, configuration.logFile == nil else { return configuration.logLevels }
        return LogLevels(text: "error") ?? configuration.logLevels
    }

    private func sink(
        _ configuration: NodeConfiguration,
        home: Home,
        environment: [String: String]
    ) throws(CommandFailure) -> LogSink {
        guard let file = configuration.logFile else { return LogSink(environment: environment) }
        let path = file.hasPrefix("/") ? file : "\(home.path)/\(file)"
        return try running { () throws(FileError) in try LogSink(file: path) }
    }
}

extension CommandFailure {
    init(_ error: NodeFailure, home: String) {
        switch error {
        case .storage(let error): self.init(error, home: home)
        case .spaceExhausted(let free, let limit, let ballast):
            self.init(
                .inputOutput,
                "only \(SpaceText(free)) are free on the disk of \(home), and below storage.spaceHardLimit "
                    + "(\(SpaceText(limit))) a node does not run: all that was final is written. Free some space"
                    + (ballast.map { ", if need be by deleting \($0), which is there for that" } ?? "")
                    + ". Then run: farthing node start --home \(home)"
            )
        case .voteLog(let error): self.init(error, home: home)
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
