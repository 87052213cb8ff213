import ArgumentParser
import FoundationEssentials

/// Whose home a command works on.
struct HomeOption: ParsableArguments {
    @Option(help: ArgumentHelp("The node's directory; FARTHING_HOME if left out", valueName: "dir"))
    var home: String?

    var path: String {
        get throws(CommandFailure) {
            guard let path = home ?? ProcessInfo.processInfo.environment["FARTHING_HOME"] else {
                throw CommandFailure(.usage, "which home? Give --home, or set FARTHING_HOME")
            }
            return path
        }
    }
}

/// Settings on the command line, which come before the environment and the file.
struct SettingOptions: ParsableArguments {
    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Set one setting, such as rpc.listen=127.0.0.1:9000; repeatable", valueName: "key=value")
    )
    var settings: [String] = []

    func validate() throws {
        for setting in settings where !setting.contains("=") {
            throw ValidationError("--set \(setting): expected key=value")
        }
    }

    var pairs: [(key: String, value: String)] {
        settings.map { setting in
            let key = setting.prefix { $0 != "=" }
            return (String(key), String(setting.dropFirst(key.count + 1)))
        }
    }
}
