import ArgumentParser
import LedgerCore
import LevelDBStorage
import NodeRuntime
import Primitives
import StrictJSON

struct GenesisNew: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Make a genesis file from the public parts that each operator sent",
        discussion: """
            Each operator runs `farthing keys new --home DIR --name NAME` on a machine of their own and sends DIR/validator.json. \
            Send the file that this makes to all of them: each runs `farthing genesis check`, compares the network id with the \
            others by another way (a phone call), and then `farthing node init`.
            """
    )

    @Option(
        help: ArgumentHelp("The public parts of a validator, as its operator sent them; repeatable", valueName: "file")
    )
    var validator: [String]

    @Option(help: ArgumentHelp("An account that has money from the start; repeatable", valueName: "account=amount"))
    var account: [String] = []

    @OptionGroup
    var rules: ParameterOptions

    @OptionGroup
    var prefix: AccountPrefixOption

    @Option(
        help: ArgumentHelp("The network's first moment, in milliseconds since 1970; now if left out", valueName: "ms")
    )
    var time: UInt64?

    @Option(help: ArgumentHelp("Where to write genesis: a new file; standard output if left out", valueName: "file"))
    var output: String?

    @OptionGroup
    var format: OutputOptions

    func validate() throws {
        guard !format.json || output != nil else {
            throw ValidationError("--json goes with --output: the genesis file itself is JSON already")
        }
    }

    func run() throws {
        let validators = try self.validator
            .map { (path) throws(CommandFailure) in try ValidatorParts.read(path, prefix: prefix.prefix) }
            .sorted { $0.consensusKey < $1.consensusKey }
        for (earlier, later) in zip(validators.map(\.name).sorted(), validators.map(\.name).sorted().dropFirst())
        where earlier == later {
            throw CommandFailure(.badInput, "two validators have the name \(later): one of them must choose another")
        }
        let parameters = try rules.parameters(validators: validators.count, prefix: prefix.prefix)
        let accounts = try accounts(parameters)
        let genesis: Genesis
        do throws(GenesisError) {
            genesis = try Genesis(
                parameters: parameters,
                time: time.map { Milliseconds($0) } ?? SystemClock.wall,
                accounts: accounts,
                validators: validators
            )
        } catch {
            throw CommandFailure(.badInput, "the new genesis breaks a rule: \(error.path): \(error.reason)")
        }
        for remark in parameters.remarks { Console.say(remark) }
        guard let output else {
            try Console.output(text: genesis.json(pretty: true))
            return
        }
        try NewKeyFile.checkIsFree(output)
        try running { () throws(FileError) in
            try PosixPath.create(output, Array(genesis.json(pretty: true).utf8), mode: 0o644)
        }
        try GenesisSummary(genesis).print(json: format.json)
    }

    private func accounts(_ parameters: Parameters) throws(CommandFailure) -> [GenesisAccount] {
        try account.map { (text) throws(CommandFailure) in
            let halves = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard halves.count == 2 else {
                throw CommandFailure(.badInput, "--account \(text): expected account=amount, such as far1…=1000.000000")
            }
            let id = try AccountID(argument: halves[0], prefix: parameters.accountPrefix)
            do throws(DecimalAmount.Failure) {
                let balance = try DecimalAmount.parse(halves[1], decimals: Int(parameters.decimals))
                return GenesisAccount(id: id, balance: balance)
            } catch {
                throw CommandFailure(error, text: halves[1], unit: parameters.unit)
            }
        }
    }
}
