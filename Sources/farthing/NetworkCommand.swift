import ArgumentParser

struct NetworkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "network",
        abstract: "Make a federation",
        subcommands: [NetworkCreate.self]
    )
}
