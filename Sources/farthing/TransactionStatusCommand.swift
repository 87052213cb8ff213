import ArgumentParser
import RPCClient

struct TransactionStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Print what the node knows about a transaction now"
    )

    @OptionGroup
    var query: TransactionQuery

    func run() async throws {
        try await query.answer { (client, id, validUntil) throws(RPCClientError) in
            try await client.status(of: id, validUntil: validUntil)
        }
    }
}
