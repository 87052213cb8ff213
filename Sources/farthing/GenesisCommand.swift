import ArgumentParser
import LedgerCore
import NodeRuntime
import Primitives
import StrictJSON

struct GenesisCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "genesis",
        abstract: "Make and check the file that a network begins with",
        subcommands: [GenesisNew.self, GenesisCheck.self, GenesisHash.self]
    )
}

struct GenesisFileArgument: ParsableArguments {
    @Argument(help: ArgumentHelp("The genesis file", valueName: "file"))
    var file: String

    func read() throws(CommandFailure) -> Genesis {
        try running { () throws(HomeError) in try Home.genesis(at: file) }
    }
}

struct GenesisHash: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hash",
        abstract: "Print the network id: a hash of the file's values, not of its text"
    )

    @OptionGroup
    var genesis: GenesisFileArgument

    @OptionGroup
    var format: OutputOptions

    func run() throws {
        let hash = try genesis.read().networkID.hex
        try format.json ? Console.output(["network": .string(hash)]) : Console.output(hash)
    }
}
