import ArgumentParser
import ChainCore
import Cryptography
import LedgerCore
import LevelDBStorage
import NodeRuntime
import Primitives
import StrictJSON
import VerifierCore

struct CheckpointCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint",
        abstract: "Where log and chain stand, as a signed note: fetch, check, or cosign as a witness",
        subcommands: [
            CheckpointGet.self, CheckpointCheckCommand.self, CheckpointKeys.self, CheckpointWitness.self,
        ]
    )
}

struct CheckpointGet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Print a checkpoint that the node signs with its validator's note key"
    )

    @Option(help: ArgumentHelp("At the block of this height; the latest if left out", valueName: "height"))
    var height: UInt64?

    @OptionGroup
    var output: ProofOutput

    func run() async throws {
        if let file = output.output { try NewProofFile.checkIsFree(file) }
        let fetched = try await FetchedCheckpoint(try output.node.client(), height: height.map { Height($0) })
        guard let file = output.output else {
            try output.format.json
                ? Console.output(["note": .string(fetched.text)]) : Console.output(text: fetched.text)
            return
        }
        try running { () throws(FileError) in try PosixPath.create(file, Array(fetched.text.utf8), mode: 0o644) }
        try output.format.json
            ? Console.output(["checkpoint": .string(file)])
            : Console.output("\(file)   check it with: farthing checkpoint check \(file) --genesis GENESIS")
    }
}

struct CheckpointCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say who signed a checkpoint, with the genesis file alone; ends with 3 if nobody known did"
    )

    @Argument(help: ArgumentHelp("The checkpoint; - is standard input", valueName: "file"))
    var file: String

    @Option(help: ArgumentHelp("The genesis file that you trust", valueName: "file"))
    var genesis: String

    @OptionGroup
    var known: KnownNoteKeys

    @OptionGroup
    var format: OutputOptions

    func run() throws {
        let genesis = try running { () throws(HomeError) in try Home.genesis(at: self.genesis) }
        let checked = try CheckpointFile.read(file, genesis: genesis, others: try known.keys())
        let point = checked.checkpoint
        let names = CheckpointText.signers(of: checked)
        if format.json {
            try Console.output([
                "good": true, "height": .decimal(point.height.number), "hash": .string(point.block.hex),
                "logSize": .decimal(point.logSize), "logRoot": .string(point.logRoot.hex),
                "validators": .array(checked.validators.map { .string($0.name) }),
                "others": .array(checked.others.map { .string($0.key.name) }),
            ])
            return
        }
        try Console.output(Console.paint("holds", .green) + "      \(point.line)")
        try Console.output("signed by  \(names.joined(separator: ", "))")
    }
}

struct CheckpointKeys: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Print verifier keys as tools of transparency logs take them: the validators', or one's own"
    )

    @Option(help: ArgumentHelp("The genesis file that names the validators", valueName: "file"))
    var genesis: String?

    @OptionGroup
    var own: NoteSignerOptions

    @OptionGroup
    var format: OutputOptions

    func validate() throws {
        guard (genesis == nil) != (own.key == nil) else { throw ValidationError("give either --genesis or --key") }
    }

    func run() throws {
        var keys: [(name: String, key: NoteKey)] = []
        if let genesis {
            let genesis = try running { () throws(HomeError) in try Home.genesis(at: genesis) }
            keys = genesis.validators.map { ($0.name, CheckpointCheck.noteKey(of: $0, in: genesis.networkID)) }
        } else if let signer = try own.signer() {
            keys = [(signer.name, signer.noteKey)]
        }
        if format.json {
            try Console.output(.array(keys.map { ["name": .string($0.name), "key": .string($0.key.text)] }))
        } else {
            for key in keys { try Console.output(key.key.text) }
        }
    }
}

/// The key that an auditor or a witness signs checkpoints with.
struct NoteSignerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Your own key file: signs checkpoints, and finds your signature in them", valueName: "file")
    )
    var key: String?

    @Option(
        help: ArgumentHelp("What your key is called in checkpoints; made of the key if left out", valueName: "name")
    )
    var name: String?

    @OptionGroup
    var passphrase: PassphraseOptions

    func signer() throws(CommandFailure) -> NoteSigner? {
        guard let key else { return nil }
        return try NoteSigner(try passphrase.key(at: key), name: name)
    }
}
