import ArgumentParser

struct BlockCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "block",
        abstract: "Ask a node about a final block",
        subcommands: [BlockGet.self]
    )
}
