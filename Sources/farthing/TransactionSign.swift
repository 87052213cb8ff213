import ArgumentParser
import ChainCore
import Cryptography
import LedgerCore
import NodeRuntime
import Primitives
import StrictJSON

struct TransactionSign: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign",
        abstract: "Sign a transaction of `tx build`; needs no node",
        discussion: """
            Says on standard error what is signed: look at it. With --genesis the network is compared with that file's, and \
            amounts are shown in its unit; without it they are base units.
            """
    )

    @Argument(help: ArgumentHelp("The transaction; standard input if left out", valueName: "file"))
    var file = "-"

    @Option(help: ArgumentHelp("The payer's key file", valueName: "file"))
    var key: String

    @Option(help: ArgumentHelp("The genesis file of the network that is meant", valueName: "file"))
    var genesis: String?

    @OptionGroup
    var passphrase: PassphraseOptions

    @Flag(help: "Print JSON, which the transaction always is")
    var json = false

    @OptionGroup
    var speech: SpeechOptions

    func run() throws {
        let file = try TransactionFile(file)
        let genesis = try genesis.map { (path) throws(CommandFailure) in
            try running { () throws(HomeError) in try Home.genesis(at: path) }
        }
        if let genesis, genesis.networkID != file.network {
            throw CommandFailure(
                .refused,
                "\(file.path) is for the network \(file.network), the genesis file begins \(genesis.networkID): nothing was signed"
            )
        }
        let key = try passphrase.key(at: key)
        guard AccountID(key.publicKey) == file.transaction.payer else {
            throw CommandFailure(
                .refused,
                "the payer is \(file.transaction.payer.text(prefix: file.prefix)), which \(self.key) is not the key of"
            )
        }
        show(file, genesis?.parameters)
        let signed = SignedTransaction(
            transaction: file.transaction,
            authorization: .owner(key.sign(file.id.signingBytes))
        )
        guard case .object(var object) = signed.json(prefix: file.prefix) else {
            preconditionFailure("a transaction is written as an object")
        }
        object.append("network", .string(file.network.hex))
        try Console.output(.object(object))
    }

    private func show(_ file: TransactionFile, _ parameters: Parameters?) {
        let money = { (amount: Amount) in
            parameters.map { "\(DecimalAmount.text(amount, decimals: Int($0.decimals))) \($0.unit)" }
                ?? "\(amount.units) base units"
        }
        for payment in file.payments {
            let reference = String(decoding: payment.reference, as: UTF8.self).debugDescription
            let note = payment.reference.isEmpty ? "" : ", reference \(reference)"
            Console.say("pays     \(money(payment.amount)) to \(payment.payee.text(prefix: file.prefix))\(note)")
        }
        let shares = UInt64(file.payments.count) + 1
        let (fee, overflow) = file.transaction.maxPrice.multipliedReportingOverflow(by: shares)
        Console.say("fee      up to \(overflow ? "everything" : money(Amount(units: fee))), \(shares) shares")
        Console.say("valid    until \(Timestamp.text(file.transaction.validUntil))")
        Console.say("network  \(file.network)")
        Console.say("id       \(file.id)")
    }
}
