import ArgumentParser
import Cryptography
import LedgerCore
import LevelDBStorage
import NodeRuntime
import Primitives
import StrictJSON

struct KeysNew: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Make a key, or with --home the four keys of a validator",
        discussion: """
            Keys are encrypted under a passphrase, which is asked for unless it is given. With --home DIR --name NAME the keys go \
            to DIR/keys, and their public parts to DIR/validator.json: that file, and no other, goes to whoever runs \
            `farthing genesis new`.
            """
    )

    @Option(help: ArgumentHelp("Where to write the key", valueName: "file"))
    var output: String?

    @Option(help: ArgumentHelp("A validator's directory; made if it is not there", valueName: "dir"))
    var home: String?

    @Option(help: ArgumentHelp("The validator's name in genesis", valueName: "name"))
    var name: String?

    @OptionGroup
    var protection: NewKeyOptions

    @OptionGroup
    var prefix: AccountPrefixOption

    @OptionGroup
    var format: OutputOptions

    func validate() throws {
        guard (output == nil) != (home == nil) else { throw ValidationError("expected --output FILE or --home DIR") }
        guard (home == nil) == (name == nil) else { throw ValidationError("--home and --name go together") }
        guard name.map({ (1...Validator.nameByteCountMax).contains($0.utf8.count) }) ?? true else {
            throw ValidationError("--name: expected 1 to \(Validator.nameByteCountMax) bytes")
        }
    }

    func run() throws {
        if let output {
            try NewKeyFile.checkIsFree(output)
            let passphrase = try protection.chosen(for: output)
            let key = SigningKey.generate()
            try NewKeyFile.write(key, to: output, passphrase: passphrase)
            try KeyDescription(key.publicKey, prefix: prefix.prefix).print(json: format.json)
        } else if let home, let name {
            let parts = try makeValidator(name, in: home)
            try format.json
                ? Console.output(parts)
                : Console.output("public parts  \(ValidatorParts.path(in: home))   send this file, and no other")
        }
    }

    /// Answers the public parts, which now stand in the home as well.
    private func makeValidator(_ name: String, in home: String) throws(CommandFailure) -> JSON {
        for role in Home.KeyRole.allCases { try NewKeyFile.checkIsFree(Home.keyPath(home, role)) }
        try NewKeyFile.checkIsFree(ValidatorParts.path(in: home))
        let passphrase = try protection.chosen(for: Home.keysPath(home))
        let keys = Dictionary(uniqueKeysWithValues: Home.KeyRole.allCases.map { ($0, SigningKey.generate()) })
        try running { () throws(FileError) in
            for folder in [home, Home.keysPath(home)] where try !PosixPath.exists(folder) {
                try PosixPath.makeDirectory(folder)
            }
        }
        for role in Home.KeyRole.allCases {
            guard let key = keys[role] else { preconditionFailure("a key was made for every role") }
            try NewKeyFile.write(key, to: Home.keyPath(home, role), passphrase: passphrase)
        }
        let parts = Validator(name: name, keys: keys).json(prefix: prefix.prefix)
        try running { () throws(FileError) in
            try PosixPath.create(ValidatorParts.path(in: home), parts.prettyBytes, mode: 0o644)
        }
        return parts
    }
}

extension Validator {
    /// The public parts of a validator's keys; there must be one for each role.
    init(name: String, keys: [Home.KeyRole: SigningKey]) {
        self.init(
            name: name,
            consensusKey: Federation.publicKey(.validator, of: keys),
            nodeKey: Federation.publicKey(.node, of: keys),
            noteKey: Federation.publicKey(.note, of: keys),
            payoutAccount: AccountID(Federation.publicKey(.payout, of: keys))
        )
    }
}
