import ArgumentParser
import Cryptography
import StrictJSON

struct KeysExport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a key to another file under another passphrase, or print its public half",
        discussion: """
            The new file is PKCS#8 PEM like the old one, under a passphrase of its own or, with --unencrypted, under none. \
            --public prints the public key as PEM instead.
            """
    )

    @Argument(help: ArgumentHelp("The key file", valueName: "file"))
    var file: String

    @Option(help: ArgumentHelp("Where to write the key", valueName: "file"))
    var output: String?

    @Flag(name: .customLong("public"), help: "Print the public key and write nothing")
    var isPublic = false

    @Option(help: ArgumentHelp("Read the passphrase of the key that there is from this file", valueName: "file"))
    var inputPassphraseFile: String?

    @OptionGroup
    var protection: NewKeyOptions

    @OptionGroup
    var prefix: AccountPrefixOption

    @OptionGroup
    var format: OutputOptions

    func validate() throws {
        guard isPublic == (output == nil) else { throw ValidationError("expected --output FILE or --public") }
    }

    func run() throws {
        if let output { try NewKeyFile.checkIsFree(output) }
        let key = try PassphraseOptions(
            file: inputPassphraseFile ?? (isPublic ? protection.passphrase.passphraseFile : nil)
        )
        .key(at: file)
        if let output {
            try NewKeyFile.write(key, to: output, passphrase: try protection.chosen(for: output))
            try KeyDescription(key.publicKey, prefix: prefix.prefix).print(json: format.json)
            return
        }
        let pem = KeyFile.publicPEM(for: key.publicKey)
        guard format.json else {
            try Console.output(text: pem)
            return
        }
        var object = KeyDescription(key.publicKey, prefix: prefix.prefix).json
        object.append("pem", .string(pem))
        try Console.output(.object(object))
    }
}

extension PassphraseOptions {
    init(file: String?) {
        self.init()
        passphraseFile = file
    }
}
