import ArgumentParser
import Cryptography
import LedgerCore
import Primitives

struct KeysShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a key file's public key and account; never the secret"
    )

    @Argument(help: ArgumentHelp("The key file", valueName: "file"))
    var file: String

    @OptionGroup
    var passphrase: PassphraseOptions

    @OptionGroup
    var prefix: AccountPrefixOption

    @OptionGroup
    var format: OutputOptions

    func run() throws {
        try KeyDescription(try passphrase.key(at: file).publicKey, prefix: prefix.prefix).print(json: format.json)
    }
}
