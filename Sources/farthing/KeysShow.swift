import ArgumentParser
import Cryptography
import LedgerCore
import Primitives
import StrictJSON

struct KeysShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a key file's public key and account; never the secret"
    )

    @Argument(help: ArgumentHelp("The key file", valueName: "file"))
    var file: String

    @OptionGroup
    var passphrase: PassphraseOptions

    @Option(help: ArgumentHelp("What accounts of the network begin with", valueName: "letters"))
    var prefix = Parameters.defaults.accountPrefix

    @Flag(help: "Print JSON")
    var json = false

    func validate() throws { try checkAccountPrefix(prefix) }

    func run() throws {
        try KeyDescription(try passphrase.key(at: file).publicKey, prefix: prefix).print(json: json)
    }
}

/// The public side of a key, as `keys` prints it.
struct KeyDescription {
    private let key: PublicKey
    private let account: String

    init(_ key: PublicKey, prefix: String) {
        self.key = key
        account = AccountID(key).text(prefix: prefix)
    }

    func print(json: Bool) throws(CommandFailure) {
        if json {
            try Console.output(["publicKey": .string(key.hex), "account": .string(account)])
        } else {
            try Console.output("account    \(account)")
            try Console.output("public key \(key.hex)")
        }
    }
}

func checkAccountPrefix(_ prefix: String) throws {
    guard Bech32m.isPrefix(prefix), prefix.utf8.count <= 16 else {
        throw ValidationError("--prefix: expected up to 16 small letters, such as far")
    }
}
