import ArgumentParser
import Cryptography
import LedgerCore
import LevelDBStorage
import NodeRuntime
import Primitives
import StrictJSON

struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Make, show and move keys, and sign files with them",
        discussion: """
            Key files are PKCS#8 PEM, which `openssl pkey` reads and writes as well. They are made with mode 0600, and wider \
            ones are refused.
            """,
        subcommands: [
            KeysNew.self, KeysShow.self, KeysImport.self, KeysExport.self, KeysSign.self, KeysVerify.self,
        ]
    )
}

/// How a new key file is protected.
struct NewKeyOptions: ParsableArguments {
    @Flag(help: "Write the key without a passphrase")
    var unencrypted = false

    @OptionGroup
    var passphrase: PassphraseOptions

    /// Asks for the passphrase, if there is to be one; nil means none.
    func chosen(for path: String, besideInput isInputTaken: Bool = false) throws(CommandFailure) -> String? {
        unencrypted ? nil : try passphrase.new(for: path, besideInput: isInputTaken)
    }
}

/// What accounts of the network begin with.
struct AccountPrefixOption: ParsableArguments {
    @Option(help: ArgumentHelp("What accounts of the network begin with", valueName: "letters"))
    var prefix = Parameters.defaults.accountPrefix

    func validate() throws {
        guard Bech32m.isPrefix(prefix), prefix.utf8.count <= 16 else {
            throw ValidationError("--prefix: expected up to 16 small letters, such as far")
        }
    }
}

/// A new key file: never written over another, readable by its owner only from its first byte on.
enum NewKeyFile {
    /// Refuses a path where something stands, before any passphrase is asked for.
    static func checkIsFree(_ path: String) throws(CommandFailure) {
        let isThere = try running { () throws(FileError) in try PosixPath.exists(path) }
        guard !isThere else {
            throw CommandFailure(
                .badInput,
                "\(path) is there already, and a key is never written over: choose another name"
            )
        }
    }

    static func write(_ key: SigningKey, to path: String, passphrase: String?) throws(CommandFailure) {
        let pem = passphrase.map { KeyFile.pem(for: key, passphrase: $0) } ?? KeyFile.pem(for: key)
        try running { () throws(FileError) in try PosixPath.create(path, Array(pem.utf8)) }
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

    var json: JSONObject { ["publicKey": .string(key.hex), "account": .string(account)] }

    func print(json isJSON: Bool) throws(CommandFailure) {
        if isJSON {
            try Console.output(.object(json))
        } else {
            try Console.output("account    \(account)")
            try Console.output("public key \(key.hex)")
        }
    }
}
