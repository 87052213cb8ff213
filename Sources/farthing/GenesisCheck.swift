import ArgumentParser
import ConsensusCore
import LedgerCore
import Primitives
import StrictJSON

struct GenesisCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a genesis file against every rule, and say what it begins"
    )

    @OptionGroup
    var genesis: GenesisFileArgument

    @Flag(help: "Print JSON")
    var json = false

    func run() throws {
        let genesis = try genesis.read()
        let parameters = genesis.parameters
        let validators = ValidatorSet(genesis.validators)
        if json {
            try Console.output([
                "network": .string(genesis.networkID.hex),
                "validators": .array(genesis.validators.map { .string($0.name) }),
                "quorum": .integer(validators.quorum),
                "accounts": .integer(genesis.accounts.count),
                "supply": .decimal(genesis.supply.units),
                "unit": .string(parameters.unit),
                "decimals": .integer(parameters.decimals),
            ])
            return
        }
        let supply = DecimalAmount.text(genesis.supply, decimals: Int(parameters.decimals))
        let names = genesis.validators.map(\.name).joined(separator: ", ")
        try Console.output("network    \(genesis.networkID)")
        try Console.output(
            "validators \(genesis.validators.count) (\(names)), of which \(validators.quorum) must agree"
        )
        try Console.output("accounts   \(genesis.accounts.count)")
        try Console.output("supply     \(supply) \(parameters.unit)")
    }
}
