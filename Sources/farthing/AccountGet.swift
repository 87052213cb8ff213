import ArgumentParser
import Primitives
import RPCClient
import StrictJSON

struct AccountGet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Print an account's balance in the final state"
    )

    @Argument(help: ArgumentHelp("The account, such as far1…", valueName: "account"))
    var account: String

    @OptionGroup
    var node: NodeURL

    @OptionGroup
    var format: OutputOptions

    func run() async throws {
        let client = try node.client()
        let network = try await calling { () throws(RPCClientError) in try await client.networkInfo() }
        // Checked here too, so that a mistyped account gets a sentence about itself.
        _ = try AccountID(argument: account, prefix: network.accountPrefix)
        let state = try await calling { () throws(RPCClientError) in try await client.account(account) }
        if format.json {
            try Console.output([
                "account": .string(account), "open": .bool(state.number != nil),
                "number": state.number.map { .decimal($0) } ?? .null, "balance": .decimal(state.balance.units),
                "at": ["height": .decimal(state.at.height.number), "hash": .string(state.at.hash.hex)],
            ])
            return
        }
        try Console.output("\(DecimalAmount.text(state.balance, decimals: network.decimals)) \(network.unit)")
        let opened = state.number.map { "account \($0)" } ?? "nobody has opened this account"
        Console.say("\(opened), at height \(state.at.height)")
    }
}

extension AccountID {
    init(argument text: String, prefix: String) throws(CommandFailure) {
        do throws(Bech32mError) {
            try self.init(text: text, prefix: prefix)
        } catch {
            throw CommandFailure(error, text: text, prefix: prefix)
        }
    }
}
