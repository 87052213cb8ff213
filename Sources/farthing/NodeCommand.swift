import ArgumentParser

struct NodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "node",
        abstract: "Run a node, or fetch its chain again",
        subcommands: [NodeStart.self, NodeRefetch.self]
    )
}
