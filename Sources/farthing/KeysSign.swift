import ArgumentParser
import Cryptography
import NodeRuntime
import Primitives
import StrictJSON

struct KeysSign: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign",
        abstract: "Sign a file, or standard input, with a key",
        discussion: """
            What is signed is `farthing/file/v1`, a zero byte, and the file's SHA-256: such a signature can never pass for one of \
            a transaction or of a vote.
            """
    )

    @Option(help: ArgumentHelp("The key file", valueName: "file"))
    var key: String

    @Argument(help: ArgumentHelp("What to sign; standard input if left out", valueName: "file"))
    var file: String?

    @OptionGroup
    var passphrase: PassphraseOptions

    @OptionGroup
    var prefix: AccountPrefixOption

    @OptionGroup
    var format: OutputOptions

    func run() throws {
        let key = try passphrase.key(at: key)
        let signature = Hex.encode(key.sign(try FileStatement.bytes(of: file)).bytes)
        guard format.json else {
            try Console.output(signature)
            return
        }
        var object = KeyDescription(key.publicKey, prefix: prefix.prefix).json
        object.append("signature", .string(signature))
        try Console.output(.object(object))
    }
}

struct KeysVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check a signature that `keys sign` made; ends with 1 if it does not hold"
    )

    @Option(
        help: ArgumentHelp("The signer: an account, a public key in hex, or a file with a public key", valueName: "key")
    )
    var by: String

    @Option(help: ArgumentHelp("The signature, 128 hex digits", valueName: "hex"))
    var signature: String

    @Argument(help: ArgumentHelp("What was signed; standard input if left out", valueName: "file"))
    var file: String?

    @OptionGroup
    var prefix: AccountPrefixOption

    @OptionGroup
    var format: OutputOptions

    func run() throws {
        let key = try signer()
        guard let signature = Hex.decode(signature).flatMap({ Signature(bytes: $0) }) else {
            throw CommandFailure(.badInput, "--signature: expected 128 lower-case hex digits")
        }
        let claim = SignatureClaim(key: key, message: try FileStatement.bytes(of: file), signature: signature)
        let isGood = StrictEd25519().verdicts(on: [claim]) == [true]
        if format.json {
            var object = KeyDescription(key, prefix: prefix.prefix).json
            object.append("good", .bool(isGood))
            try Console.output(.object(object))
        } else if isGood {
            try Console.output("good signature by \(AccountID(key).text(prefix: prefix.prefix))")
        }
        guard isGood else {
            throw CommandFailure(
                .refused,
                "\(file ?? "standard input"): the signature does not hold for this key and text"
            )
        }
    }

    private func signer() throws(CommandFailure) -> PublicKey {
        if let key = PublicKey(hex: by) { return key }
        if by.hasPrefix(prefix.prefix + "1") { return try AccountID(argument: by, prefix: prefix.prefix).key }
        let text = try InputFile.text(of: by, limit: 1 << 16)
        do throws(KeyFileError) {
            return try KeyFile.readPublic(pem: text)
        } catch {
            throw CommandFailure(
                .badInput,
                "--by \(by): expected an account, 64 hex digits, or a file with -----BEGIN PUBLIC KEY-----"
            )
        }
    }
}

/// What a signature of a file is over.
private enum FileStatement {
    static func bytes(of file: String?) throws(CommandFailure) -> [UInt8] {
        DomainTag.file.message(hash: SHA256.hash(try InputFile.bytes(of: file ?? "-", limit: 1 << 30)))
    }
}
