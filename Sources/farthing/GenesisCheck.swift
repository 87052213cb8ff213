import ArgumentParser
import ConsensusCore
import LedgerCore
import LevelDBStorage
import Primitives
import StrictJSON

struct GenesisCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a genesis file against every rule, and say what it begins",
        discussion: "With --home it must also list the validator whose public parts stand in that home, unchanged."
    )

    @OptionGroup
    var genesis: GenesisFileArgument

    @Option(help: ArgumentHelp("The home of a validator that genesis must list", valueName: "dir"))
    var home: String?

    @OptionGroup
    var format: OutputOptions

    func run() throws {
        let genesis = try genesis.read()
        let own = try home.map { (home) throws(CommandFailure) in
            try ValidatorParts.read(ValidatorParts.path(in: home), prefix: genesis.parameters.accountPrefix)
        }
        if let own { try check(own, in: genesis) }
        for remark in genesis.parameters.remarks { Console.say(remark) }
        try GenesisSummary(genesis, own: own?.name).print(json: format.json)
    }

    private func check(_ own: Validator, in genesis: Genesis) throws(CommandFailure) {
        guard let listed = genesis.validators.first(where: { $0.consensusKey == own.consensusKey }) else {
            throw CommandFailure(
                .refused,
                "\(self.genesis.file) does not list \(own.name) with the keys of this home. Was another file sent?"
            )
        }
        guard listed == own else {
            throw CommandFailure(
                .refused,
                "\(self.genesis.file) lists \(own.name) with other keys or another name than this home has: do not start with it"
            )
        }
    }
}

/// What a genesis file begins, for people and for programs.
struct GenesisSummary {
    private let genesis: Genesis
    private let own: String?

    init(_ genesis: Genesis, own: String? = nil) {
        self.genesis = genesis
        self.own = own
    }

    func print(json isJSON: Bool) throws(CommandFailure) {
        if isJSON {
            try Console.output(json)
        } else {
            for line in lines { try Console.output(line) }
        }
    }

    private var quorum: Int { ValidatorSet(genesis.validators).quorum }

    private var json: JSON {
        let parameters = genesis.parameters
        var object: JSONObject = [
            "network": .string(genesis.networkID.hex),
            "validators": .array(genesis.validators.map { .string($0.name) }),
            "quorum": .integer(quorum),
            "accounts": .integer(genesis.accounts.count),
            "supply": .decimal(genesis.supply.units),
            "unit": .string(parameters.unit),
            "decimals": .integer(parameters.decimals),
        ]
        object.append("own", ifPresent: own.map { .string($0) })
        return .object(object)
    }

    private var lines: [String] {
        let parameters = genesis.parameters
        let money = { (units: UInt64) in
            DecimalAmount.text(Amount(units: units), decimals: Int(parameters.decimals)) + " " + parameters.unit
        }
        let names = genesis.validators.map(\.name).joined(separator: ", ")
        let payout = money(parameters.payoutMaximum.units)
        var lines = [
            "network    \(genesis.networkID)",
            "validators \(genesis.validators.count) (\(names)), of which \(quorum) must agree",
            "accounts   \(genesis.accounts.count)",
            "supply     \(money(genesis.supply.units))",
        ]
        if parameters.isFree {
            lines.append("fees       none")
        } else {
            let (floor, cap) = (money(parameters.priceFloor), money(parameters.priceCap))
            lines += [
                "block      costs \(money(parameters.blockCost)), shared by all in it",
                "share      from \(floor) to \(cap); a payment alone takes 2",
                "payouts    up to \(payout) every \(parameters.payoutInterval.number / 1_000) s, to all validators together",
            ]
        }
        if let own { lines.append("own        \(own): listed with the keys of this home") }
        return lines
    }
}
