import ArgumentParser

struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Run the node's own rules in a made-up world, from a seed",
        subcommands: [SimulateFees.self]
    )
}
