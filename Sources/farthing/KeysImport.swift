import ArgumentParser
import Cryptography
import Primitives

struct KeysImport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Read a key from standard input and write it to a new key file",
        discussion: """
            Takes PKCS#8 PEM, encrypted or not, as `openssl genpkey -algorithm ed25519` writes it, or with --seed the 64 hex \
            digits of an Ed25519 seed. Never give a secret on the command line, where others can read it.
            """
    )

    @Option(help: ArgumentHelp("Where to write the key", valueName: "file"))
    var output: String

    @Flag(help: "Standard input is a seed of 64 hex digits")
    var seed = false

    @Option(
        help: ArgumentHelp("Read the passphrase that opens the key on standard input from this file", valueName: "file")
    )
    var inputPassphraseFile: String?

    @OptionGroup
    var protection: NewKeyOptions

    @OptionGroup
    var prefix: AccountPrefixOption

    @OptionGroup
    var format: OutputOptions

    func run() throws {
        try NewKeyFile.checkIsFree(output)
        let text = try StandardInput.text(limit: 1 << 16)
        let key = try seed ? key(seed: text) : key(pem: text)
        let passphrase = try protection.chosen(for: output, besideInput: true)
        try NewKeyFile.write(key, to: output, passphrase: passphrase)
        try KeyDescription(key.publicKey, prefix: prefix.prefix).print(json: format.json)
    }

    private func key(seed text: String) throws(CommandFailure) -> SigningKey {
        let digits = text.filter { !$0.isWhitespace }.lowercased()
        guard let key = Hex.decode(digits).flatMap({ SigningKey(seed: $0) }) else {
            throw CommandFailure(.badInput, "standard input is no seed: expected 64 hex digits")
        }
        return key
    }

    private func key(pem text: String) throws(CommandFailure) -> SigningKey {
        do throws(KeyFileError) {
            return try KeyFile.read(pem: text)
        } catch {
            guard error == .encrypted else { throw Self.failure(error) }
        }
        let passphrase = try inputPassphrase()
        do throws(KeyFileError) {
            return try KeyFile.read(pem: text, passphrase: passphrase)
        } catch {
            throw Self.failure(error)
        }
    }

    private func inputPassphrase() throws(CommandFailure) -> String {
        if let given = try PassphraseOptions.given(in: inputPassphraseFile) { return given }
        return try Terminal.secret("Passphrase of the key on standard input: ", beside: true)
    }

    private static func failure(_ error: KeyFileError) -> CommandFailure {
        CommandFailure(.badInput, "standard input \(CommandFailure.sentence(error))")
    }
}
