import ArgumentParser
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
            The fee is the block's price per share, two shares for a payment; everybody in a block shares its cost. \
            --max-price bounds what you pay. Repeating what was signed can never pay twice; signing anew can, so sign anew \
            only after `rejected` or `expired`.
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

    @Option(
        help: ArgumentHelp(
            "The most to pay per share, in base units; what the node suggests if left out",
            valueName: "units"
        )
    )
    var maxPrice: UInt64?

    @Option(help: ArgumentHelp("For how long a block may take it", valueName: "time"))
    var validFor = "2min"

    @Flag(help: "Stay until there is a verdict, submitting the same bytes again as often as needed")
    var wait = false

    @OptionGroup
    var node: NodeURL

    @Flag(help: "Print JSON, in base units")
    var json = false

    func validate() throws {
        guard reference.utf8.count <= Payment.referenceByteCountMax else {
            throw ValidationError("--reference: expected at most \(Payment.referenceByteCountMax) bytes")
        }
        guard Milliseconds(settingText: validFor) != nil else {
            throw ValidationError("--valid-for: expected a length of time, such as 30s or 2min")
        }
    }

    func run() async throws {
        let key = try passphrase.key(at: key)
        let client = try node.client()
        let network = try await calling { () throws(RPCClientError) in try await client.networkInfo() }
        let signed = try sign(
            with: key,
            for: network,
            now: try await now(client),
            maxPrice: try await priceLimit(client)
        )
        let id = signed.transaction.id(in: network.network)
        let bytes = Hex.encode(signed.encoded())
        let validUntil = signed.transaction.validUntil
        Console.say("Signed \(id), valid until \(Timestamp.text(validUntil)).")

        let answer: TransactionAnswer
        do throws(RPCClientError) {
            answer = try await client.settle(signed, id: id, waiting: wait)
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
            more: ["validUntil": .decimal(validUntil.number), "transaction": .string(bytes)]
        )
    }

    private func sign(
        with key: SigningKey,
        for network: NetworkFacts,
        now: Milliseconds,
        maxPrice: UInt64
    ) throws(CommandFailure) -> SignedTransaction {
        let amount = try amount(in: network)
        guard let lifetime = Milliseconds(settingText: validFor), lifetime <= network.maxLifetime else {
            throw CommandFailure(
                .badInput,
                "--valid-for \(validFor) is more than the \(network.maxLifetime) ms that this network allows"
            )
        }
        let transaction = Transaction(
            payer: AccountID(key.publicKey),
            nonce: RandomBytes.make(8).reduce(0) { $0 << 8 | UInt64($1) },
            validUntil: now.adding(lifetime),
            maxPrice: maxPrice,
            action: .pay([
                Payment(
                    payee: try AccountID(argument: to, prefix: network.accountPrefix),
                    amount: amount,
                    reference: Array(reference.utf8)
                )
            ])
        )
        let signature = key.sign(transaction.id(in: network.network).signingBytes)
        return SignedTransaction(transaction: transaction, authorization: .owner(signature))
    }

    private func amount(in network: NetworkFacts) throws(CommandFailure) -> Amount {
        do throws(DecimalAmount.Failure) {
            return try DecimalAmount.parse(amount, decimals: network.decimals)
        } catch {
            throw CommandFailure(error, text: amount, unit: network.unit)
        }
    }

    private func now(_ client: RPCClient) async throws(CommandFailure) -> Milliseconds {
        let status = try await calling { () throws(RPCClientError) in try await client.nodeStatus() }
        return try reading { () throws(JSONReadError) in try NodeClock(JSONReader(status, root: "result")).now }
    }

    private func priceLimit(_ client: RPCClient) async throws(CommandFailure) -> UInt64 {
        if let maxPrice { return maxPrice }
        let quote = try await calling { () throws(RPCClientError) in try await client.feeQuote() }
        return quote.suggestions.map(\.maxPrice).max() ?? quote.cap
    }
}
