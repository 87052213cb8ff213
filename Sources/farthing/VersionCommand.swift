import ArgumentParser
import NodeRuntime
import StrictJSON
import TCPGossip

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Print the version"
    )

    @OptionGroup
    var format: OutputOptions

    func run() throws {
        guard format.json else {
            try Console.output("farthing \(Version.text)")
            return
        }
        try Console.output([
            "version": .string(Version.text), "peerProtocol": .string(MutualTLS.protocolName),
        ])
    }
}
