import ArgumentParser
import FoundationEssentials
import LedgerCore
import NodeRuntime
import Primitives
import StrictJSON

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Check a node's settings, show them and where they come from, or list all there are",
        subcommands: [ConfigCheck.self, ConfigShow.self, ConfigReference.self]
    )
}

struct ConfigCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a home's settings as `node start` does, and start nothing"
    )

    @OptionGroup
    var home: HomeOption

    @OptionGroup
    var settings: SettingOptions

    @OptionGroup
    var passphrase: PassphraseOptions

    @OptionGroup
    var format: OutputOptions

    func run() throws {
        let home = try passphrase.home(at: try home.path)
        _ = try running { () throws(ConfigurationError) in
            try NodeConfiguration.load(
                file: home.configurationPath,
                environment: ProcessInfo.processInfo.environment,
                flags: settings.pairs,
                validators: home.genesis.validators,
                own: home.validator
            )
        }
        try format.json
            ? Console.output(["file": .string(home.configurationPath), "good": true])
            : Console.output("\(home.configurationPath): every setting is known and fits")
    }
}

struct ConfigShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Print every setting as it holds for a home"
    )

    @OptionGroup
    var home: HomeOption

    @OptionGroup
    var settings: SettingOptions

    @Flag(help: "Say of each where it comes from: flag, environment, file or default")
    var origin = false

    @OptionGroup
    var format: OutputOptions

    func run() throws {
        let home = try home.path
        let genesis = try running { () throws(HomeError) in try Home.genesis(at: Home.genesisPath(home)) }
        let found = try running { () throws(ConfigurationError) in
            try NodeConfiguration.settings(
                file: Home.configurationPath(home),
                environment: ProcessInfo.processInfo.environment,
                flags: settings.pairs,
                validators: genesis.validators.map(\.name)
            )
        }
        if format.json {
            try Console.output(.array(found.map { json($0) }))
            return
        }
        let width = found.map(\.key.name.count).max() ?? 0
        let valueWidth = found.map(\.value.count).max() ?? 0
        for setting in found {
            let name = setting.key.name.padded(to: width)
            let line =
                origin
                ? "\(name)  \(setting.value.padded(to: valueWidth))  \(setting.text)" : "\(name)  \(setting.value)"
            try Console.output(line)
        }
    }

    private func json(_ setting: EffectiveSetting) -> JSON {
        var object: JSONObject = ["key": .string(setting.key.name), "value": .string(setting.value)]
        if origin { object.append("origin", .string(setting.text)) }
        return .object(object)
    }
}

struct ConfigReference: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reference",
        abstract: "List every setting with its variable, its default, what it takes and what it is for"
    )

    @OptionGroup
    var format: OutputOptions

    func run() throws {
        let keys = ConfigurationKey.all(validators: ["NAME"])
        guard format.json else {
            for line in ConfigurationKey.guideHead + keys.map(\.guideRow) { try Console.output(line) }
            return
        }
        try Console.output(
            .array(
                keys.map { key in
                    [
                        "key": .string(key.name), "environment": .string(key.environmentName),
                        "default": key.standard.map { .string($0) } ?? .null, "takes": .string(key.wanted),
                        "summary": .string(key.summary),
                    ]
                }
            )
        )
    }
}

extension EffectiveSetting {
    fileprivate var text: String {
        switch origin {
        case .flag: "flag --set"
        case .environment: "environment \(key.environmentName)"
        case .file(let path): "file \(path)"
        case .standard: "default"
        }
    }
}

extension String {
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
