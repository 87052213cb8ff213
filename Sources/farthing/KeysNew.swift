import ArgumentParser
import Cryptography
import LedgerCore
import LevelDBStorage
import Primitives

struct KeysNew: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Make a key and write it to a new file that only you can read",
        discussion: "The key is encrypted under a passphrase, which is asked for unless it is given."
    )

    @Option(help: ArgumentHelp("Where to write the key", valueName: "file"))
    var output: String

    @Flag(help: "Write the key without a passphrase")
    var unencrypted = false

    @OptionGroup
    var passphrase: PassphraseOptions

    @Option(help: ArgumentHelp("What accounts of the network begin with", valueName: "letters"))
    var prefix = Parameters.defaults.accountPrefix

    @Flag(help: "Print JSON")
    var json = false

    func validate() throws { try checkAccountPrefix(prefix) }

    func run() throws {
        let isThere = try running { () throws(FileError) in try PosixPath.exists(output) }
        guard !isThere else {
            throw CommandFailure(
                .badInput,
                "\(output) is there already, and a key is never written over: choose another name"
            )
        }
        let key = SigningKey.generate()
        let pem =
            unencrypted
            ? KeyFile.pem(for: key)
            : KeyFile.pem(for: key, passphrase: try passphrase.new(for: output))
        try running { () throws(FileError) in
            try PosixPath.create(output, Array(pem.utf8))
        }
        try KeyDescription(key.publicKey, prefix: prefix).print(json: json)
    }
}
