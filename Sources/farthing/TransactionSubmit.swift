import ArgumentParser
import LedgerCore
import RPCClient

struct TransactionSubmit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit",
        abstract: "Submit a transaction that `tx sign` has signed; repeating it never pays twice"
    )

    @Argument(help: ArgumentHelp("The signed transaction; standard input if left out", valueName: "file"))
    var file = "-"

    @Flag(help: "Stay until there is a verdict, submitting the same bytes again as often as needed")
    var wait = false

    @OptionGroup
    var node: NodeURL

    @OptionGroup
    var format: OutputOptions

    func run() async throws {
        let file = try TransactionFile(file)
        guard let signed = file.signed else {
            throw CommandFailure(.badInput, "\(file.path) is not signed: run `farthing tx sign` first")
        }
        let client = try node.client()
        let network = try await calling { () throws(RPCClientError) in try await client.networkInfo() }
        guard network.network == file.network else {
            throw CommandFailure(
                .refused,
                "\(file.path) is for the network \(file.network), but this node keeps \(network.network)"
            )
        }
        try await Submission(signed: signed, network: network, client: client).run(waiting: wait, json: format.json)
    }
}
