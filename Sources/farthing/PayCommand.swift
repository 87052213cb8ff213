import ArgumentParser
import ChainCore
import Cryptography
import LedgerCore
import NodeRuntime
import Primitives
import RPCClient
import StrictJSON

struct PayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pay",
        abstract: "Sign a payment and submit it",
        discussion: """
            The fee is the block's price per share, two shares for a payment; everybody in a block shares its cost. --max-fee \
            bounds what you pay. Repeating what was signed can never pay twice; signing anew can, so sign anew only after \
            `rejected` or `expired`.
            """
    )

    @Option(help: ArgumentHelp("The payer's key file", valueName: "file"))
    var key: String

    @OptionGroup
    var passphrase: PassphraseOptions

    @Option(help: ArgumentHelp("The payee's account, such as far1…", valueName: "account"))
    var to: String

    @Option(help: ArgumentHelp("How much, such as 0.000250", valueName: "amount"))
    var amount: String

    @Option(help: ArgumentHelp("A note for the payee, up to 64 bytes; everybody can read it", valueName: "text"))
    var reference = ""

    @OptionGroup
    var terms: PaymentTerms

    @Flag(help: "Stay until there is a verdict, submitting the same bytes again as often as needed")
    var wait = false

    @OptionGroup
    var node: NodeURL

    @OptionGroup
    var format: OutputOptions

    func validate() throws {
        guard reference.utf8.count <= Payment.referenceByteCountMax else {
            throw ValidationError("--reference: expected at most \(Payment.referenceByteCountMax) bytes")
        }
    }

    func run() async throws {
        let key = try passphrase.key(at: key)
        let client = try node.client()
        let network = try await calling { () throws(RPCClientError) in try await client.networkInfo() }
        let payment = Payment(
            payee: try AccountID(argument: to, prefix: network.accountPrefix),
            amount: try network.amount(amount),
            reference: Array(reference.utf8)
        )
        let transaction = try await terms.transaction(
            payer: AccountID(key.publicKey),
            payments: [payment],
            network: network,
            client: client
        )
        let signature = key.sign(transaction.id(in: network.network).signingBytes)
        try await Submission(
            signed: SignedTransaction(transaction: transaction, authorization: .owner(signature)),
            network: network,
            client: client
        ).run(waiting: wait, json: format.json)
    }
}

/// A signed transaction on its way to a verdict.
struct Submission {
    let signed: SignedTransaction
    let network: NetworkFacts
    let client: RPCClient

    /// Submits, prints the answer, and ends with the code that fits it.
    func run(waiting: Bool, json: Bool) async throws {
        let id = signed.transaction.id(in: network.network)
        let validUntil = signed.transaction.validUntil
        Console.say("Signed \(id), valid until \(Timestamp.text(validUntil)).")
        let answer: TransactionAnswer
        do throws(RPCClientError) {
            answer = try await client.settle(signed, id: id, waiting: waiting)
        } catch {
            let failure = CommandFailure(error)
            throw CommandFailure(
                failure.status,
                "\(failure.message) Whether the payment arrived is not known. Ask again before you sign another one:\n"
                    + "  farthing tx status \(id) --valid-until \(validUntil)"
            )
        }
        try TransactionReport(id: id, answer: answer, network: network).print(
            json: json,
            more: [
                "validUntil": .decimal(validUntil.number), "transaction": .string(Hex.encode(signed.encoded())),
            ]
        )
    }
}
