import ArgumentParser

struct BlockCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "block",
        abstract: "Ask a node about final blocks",
        subcommands: [BlockGet.self, BlockList.self]
    )
}
