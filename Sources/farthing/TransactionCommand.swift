import ArgumentParser
import LedgerCore
import Primitives
import RPCClient
import StrictJSON

struct TransactionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tx",
        abstract: "Build, sign and submit transactions, and ask what became of them",
        subcommands: [
            TransactionBuild.self, TransactionSign.self, TransactionCheck.self, TransactionSubmit.self,
            TransactionStatusCommand.self, TransactionWait.self,
        ]
    )
}

/// Which transaction is meant.
struct TransactionQuery: ParsableArguments {
    @Argument(help: ArgumentHelp("The transaction's id", valueName: "id"))
    var id: String

    @Option(
        help: ArgumentHelp(
            "Its validUntil as it was signed; without it the node can't tell that it has expired",
            valueName: "ms"
        )
    )
    var validUntil: UInt64?

    @OptionGroup
    var node: NodeURL

    @OptionGroup
    var format: OutputOptions

    func validate() throws {
        guard TransactionID(hex: id) != nil else { throw ValidationError("\(id): expected an id of 64 hex digits") }
    }

    /// Asks, prints, and ends with the code that fits the answer.
    func answer(
        _ ask: (RPCClient, TransactionID, Milliseconds?) async throws(RPCClientError) -> TransactionAnswer
    ) async throws {
        guard let id = TransactionID(hex: id) else { preconditionFailure("validate() has looked at the id") }
        let client = try node.client()
        let network = try await calling { () throws(RPCClientError) in try await client.networkInfo() }
        let answer = try await calling { () throws(RPCClientError) in
            try await ask(client, id, validUntil.map { Milliseconds($0) })
        }
        try TransactionReport(id: id, answer: answer, network: network).print(json: format.json)
    }
}
