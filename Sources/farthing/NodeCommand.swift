import ArgumentParser

struct NodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "node",
        abstract: "Make a home ready, run its node, or fetch its chain again",
        subcommands: [NodeInit.self, NodeStart.self, NodeRefetch.self]
    )
}
