import ArgumentParser
import LedgerCore
import Primitives
import RPCClient
import StrictJSON

struct TransactionBuild: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build",
        abstract: "Print an unsigned transaction, for `tx sign` on a machine that has the key",
        discussion:
            "One transaction may hold many payments: all settle or none, for one share each and one for the signature."
    )

    @Option(help: ArgumentHelp("The account that pays", valueName: "account"))
    var payer: String

    @Option(
        help: ArgumentHelp(
            "A payment, with a reference of up to 64 bytes if there is to be one; repeatable",
            valueName: "account=amount[=text]"
        )
    )
    var pay: [String]

    @OptionGroup
    var terms: PaymentTerms

    @OptionGroup
    var node: NodeURL

    @Flag(help: "Print JSON, which the transaction always is")
    var json = false

    @OptionGroup
    var speech: SpeechOptions

    func run() async throws {
        let client = try node.client()
        let network = try await calling { () throws(RPCClientError) in try await client.networkInfo() }
        let transaction = try await terms.transaction(
            payer: try AccountID(argument: payer, prefix: network.accountPrefix),
            payments: try pay.map { (text) throws(CommandFailure) in try payment(text, network) },
            network: network,
            client: client
        )
        try Console.output([
            "network": .string(network.network.hex), "transaction": transaction.json(prefix: network.accountPrefix),
        ])
    }

    private func payment(_ text: String, _ network: NetworkFacts) throws(CommandFailure) -> Payment {
        let parts = text.split(separator: "=", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 2 else {
            throw CommandFailure(.usage, "--pay \(text): expected account=amount, such as far1…=0.000250")
        }
        let reference = Array((parts.count == 3 ? parts[2] : "").utf8)
        guard reference.count <= Payment.referenceByteCountMax else {
            throw CommandFailure(
                .usage,
                "--pay \(text): the reference has more than \(Payment.referenceByteCountMax) bytes"
            )
        }
        return Payment(
            payee: try AccountID(argument: parts[0], prefix: network.accountPrefix),
            amount: try network.amount(parts[1]),
            reference: reference
        )
    }
}
