import ArgumentParser
import ChainCore
import Cryptography
import LedgerCore
import LevelDBStorage
import NodeRuntime
import Primitives
import RPCClient
import StrictJSON
import VerifierCore

struct ReceiptCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "receipt",
        abstract: "Fetch a settled transaction's receipt, or check one without asking anybody",
        subcommands: [ReceiptGet.self, ReceiptCheckCommand.self]
    )
}

struct ReceiptGet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Print the receipt of a final transaction: a file that whoever has the genesis file can check"
    )

    @Argument(help: ArgumentHelp("The transaction's id", valueName: "id"))
    var id: String

    @Option(help: ArgumentHelp("Write it to a new file instead of printing it", valueName: "file"))
    var output: String?

    @OptionGroup
    var node: NodeURL

    @OptionGroup
    var format: OutputOptions

    func validate() throws {
        guard TransactionID(hex: id) != nil else { throw ValidationError("\(id): expected an id of 64 hex digits") }
    }

    func run() async throws {
        if let output { try NewProofFile.checkIsFree(output) }
        let client = try node.client()
        let answer = try await calling { () throws(RPCClientError) in
            try await client.call("tx_receipt", params: ["id": .string(id)])
        }
        let receipt = try reading { () throws(JSONReadError) in
            try JSONReader(answer, root: "result").member("receipt").value
        }
        guard let output else {
            try Console.output(receipt)
            return
        }
        try running { () throws(FileError) in try PosixPath.create(output, receipt.prettyBytes, mode: 0o644) }
        try format.json
            ? Console.output(["id": .string(id), "receipt": .string(output)])
            : Console.output("\(output)   check it with: farthing receipt check \(output) --genesis GENESIS")
    }
}

struct ReceiptCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Decide a receipt with the genesis file alone",
        discussion:
            "Asks no node. Ends with 0 if the payment is final as the receipt says, with 3 if the receipt is false."
    )

    @Argument(help: ArgumentHelp("The receipt; - is standard input", valueName: "file"))
    var file: String

    @Option(help: ArgumentHelp("The genesis file that you trust", valueName: "file"))
    var genesis: String

    @OptionGroup
    var format: OutputOptions

    func run() throws {
        let genesis = try running { () throws(HomeError) in try Home.genesis(at: self.genesis) }
        let receipt = try read(prefix: genesis.parameters.accountPrefix)
        let facts: ReceiptFacts
        do throws(ReceiptFault) {
            facts = try ReceiptCheck.facts(of: receipt, genesis: genesis, scheme: StrictEd25519())
        } catch {
            if format.json {
                try Console.output(["good": false, "why": .string(error.sentence)])
            }
            throw CommandFailure(.damaged, "\(file) does not hold. \(error.sentence)")
        }
        if format.json {
            try Console.output(json(facts, genesis))
        } else {
            for line in lines(facts, genesis) { try Console.output(line) }
        }
    }

    private func read(prefix: String) throws(CommandFailure) -> Receipt {
        let json = try InputFile.json(try InputFile.bytes(of: file, limit: 64 << 20), of: file)
        do throws(JSONReadError) {
            return try Receipt(JSONReader(json), prefix: prefix)
        } catch {
            throw CommandFailure(.badInput, "\(file): \(error). `farthing receipt get` prints such a file")
        }
    }

    private func lines(_ facts: ReceiptFacts, _ genesis: Genesis) -> [String] {
        let parameters = genesis.parameters
        let money = { (amount: Amount) in
            DecimalAmount.text(amount, decimals: Int(parameters.decimals)) + " " + parameters.unit
        }
        var lines = [
            Console.paint("holds", .green) + "      " + sentence(facts, genesis),
            "block      \(facts.header.height), \(Timestamp.text(facts.header.time)), place \(facts.index) of "
                + "\(facts.header.transactionCount)",
            "id         \(facts.id)",
            "payer      \(facts.transaction.payer.text(prefix: parameters.accountPrefix))",
        ]
        for payment in facts.transaction.payments {
            let note =
                payment.reference.isEmpty
                ? "" : "   \(String(decoding: payment.reference, as: UTF8.self).debugDescription)"
            lines.append(
                "paid       \(money(payment.amount)) to \(payment.payee.text(prefix: parameters.accountPrefix))\(note)"
            )
        }
        lines += [
            "fee        \(money(facts.fee)): \(facts.chargedLine)",
            "signed by  \(facts.signers.map(\.name).joined(separator: ", ")) of \(genesis.validators.count) validators",
        ]
        return lines
    }

    /// What was paid, to whom, at what price, shared with how many.
    private func sentence(_ facts: ReceiptFacts, _ genesis: Genesis) -> String {
        let parameters = genesis.parameters
        let money = { (amount: Amount) in
            DecimalAmount.text(amount, decimals: Int(parameters.decimals)) + " " + parameters.unit
        }
        let payments = facts.transaction.payments
        let payees = Set(payments.map(\.payee)).count
        let what =
            payments.count == 1
            ? "\(money(facts.total)) to \(payments[0].payee.text(prefix: parameters.accountPrefix))"
            : "\(money(facts.total)) in \(payments.count) payments to \(payees) "
                + (payees == 1 ? "account" : "accounts")
        let others = facts.otherPaymentCount
        return "\(facts.transaction.payer.text(prefix: parameters.accountPrefix)) paid \(what), and "
            + "\(money(facts.fee)) for it at \(money(Amount(units: facts.header.price))) a share, "
            + (others == 0
                ? "shared with nobody." : "shared with \(others) other \(others == 1 ? "payment" : "payments").")
    }

    private func json(_ facts: ReceiptFacts, _ genesis: Genesis) -> JSON {
        [
            "good": true, "sentence": .string(sentence(facts, genesis)), "id": .string(facts.id.hex),
            "network": .string(genesis.networkID.hex),
            "height": .decimal(facts.header.height.number), "block": .string(facts.block.hex),
            "index": .decimal(facts.index), "logIndex": .decimal(facts.logIndex),
            "timeMilliseconds": .decimal(facts.header.time.number),
            "price": .decimal(facts.header.price), "shares": .decimal(facts.transaction.shares),
            "fee": .decimal(facts.fee.units), "total": .decimal(facts.total.units),
            "otherPayments": .decimal(facts.otherPaymentCount),
            "transaction": facts.transaction.json(prefix: genesis.parameters.accountPrefix),
            "finalizedHeight": .decimal(facts.finalized.height.number),
            "signers": .array(facts.signers.map { .string($0.name) }),
        ]
    }
}
