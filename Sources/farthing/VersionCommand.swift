import ArgumentParser
import NodeRuntime
import StrictJSON

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Print the version")

    @Flag(help: "Print JSON")
    var json = false

    func run() throws {
        try json ? Console.output(["version": .string(Version.text)]) : Console.output("farthing \(Version.text)")
    }
}
