import LedgerCore
import NodeRuntime
import Primitives

/// Configuration files: what a file sets holds the same when the command line says it.
enum Settings {
    private static let validators = TestNetwork.shared.genesis.validators

    private static let empty = try? ConfigurationFile(path: "config.yaml", text: [])

    static func check(_ bytes: [UInt8]) throws(BrokenPromise) -> Format.Verdict {
        guard let file = try? ConfigurationFile(path: "config.yaml", text: bytes) else { return .refused }
        guard let settings = try? effective(file) else { return .refused }
        let flags = settings.map { (key: $0.key.name, value: $0.value) }
        try promise(Set(flags.map(\.key)).count == flags.count, "a setting holds twice")
        let isTaken = loads(file, flags: [])
        guard let empty else { throw BrokenPromise("an empty file is refused") }
        guard let repeated = try? effective(empty, flags: flags) else {
            throw BrokenPromise("what a file sets is unknown as a flag")
        }
        try promise(repeated.map(\.value) == settings.map(\.value), "a file and the same flags set other values")
        try promise(loads(empty, flags: flags) == isTaken, "a value is right in a file and wrong as a flag")
        return isTaken ? .accepted : .refused
    }

    private static func effective(
        _ file: ConfigurationFile,
        flags: [(key: String, value: String)] = []
    ) throws(ConfigurationError) -> [EffectiveSetting] {
        try NodeConfiguration.settings(file: file, environment: [:], flags: flags, validators: validators.map(\.name))
    }

    private static func loads(_ file: ConfigurationFile, flags: [(key: String, value: String)]) -> Bool {
        do throws(ConfigurationError) {
            _ = try NodeConfiguration.load(
                file: file,
                environment: [:],
                flags: flags,
                validators: validators,
                own: validators[0]
            )
            return true
        } catch {
            return false
        }
    }

    static func seeds() -> [Seed] {
        [
            Seed("peers", peers),
            Seed("everything", peers + everything),
            Seed("nothing", "# all defaults\n"),
            Seed("quoted", "rpc: {listen: \"[::1]:8645\"}\nlog:\n  level: 'consensus=debug,*=info' # words\n"),
        ]
    }

    private static let peers = """
        peers:
          buchfink: 10.0.0.2:8644
          dohle: dohle.example:8644
          elster: "[fd00::4]:8644"

        """

    private static let everything = """
        peer:
          listen: 0.0.0.0:8644
        rpc:
          listen: 127.0.0.1:8645
          hostNames: [localhost, node.example]
          callsPerSecond: 2000
        log:
          level: info
          format: json
          file: farthing.log
        pace:
          preset: wan
          heartbeat: 10min
        mempool:
          bytes: 64MiB
          freeSharesPerMinute: 60
        storage:
          spaceSoftLimit: auto
          spaceHardLimit: 256MiB
          ballast: 0B

        """
}
