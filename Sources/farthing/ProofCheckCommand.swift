import ArgumentParser
import ChainCore
import Cryptography
import LedgerCore
import LevelDBStorage
import NodeRuntime
import Primitives
import StrictJSON
import VerifierCore

struct ProofCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Decide a proof with the genesis file alone",
        discussion: """
            Asks no node. Takes the JSON of `farthing proof` and the text form of transparency logs. Ends with 0 if the proof \
            holds, with 3 if it does not.
            """
    )

    @Argument(help: ArgumentHelp("The proof; - is standard input", valueName: "file"))
    var file: String

    @Option(help: ArgumentHelp("The genesis file that you trust", valueName: "file"))
    var genesis: String

    @Option(help: ArgumentHelp("A checkpoint that a block of the proof must agree with", valueName: "file"))
    var checkpoint: String?

    @OptionGroup
    var known: KnownNoteKeys

    @OptionGroup
    var format: OutputOptions

    func run() throws {
        let genesis = try running { () throws(HomeError) in try Home.genesis(at: self.genesis) }
        let others = try known.keys()
        let held = try checkpoint.map { path throws(CommandFailure) in
            try CheckpointFile.read(path, genesis: genesis, others: others)
        }
        let bytes = try InputFile.bytes(of: file, limit: 64 << 20)
        let shown: ShownProof
        if bytes.starts(with: TlogProof.firstLine.utf8) {
            shown = try tlogProof(bytes, genesis, others)
        } else {
            shown = try proof(bytes, genesis)
        }
        if let held { try compare(shown, with: held.checkpoint) }
        if format.json {
            var object: JSONObject = ["good": true]
            for member in shown.members.members { object.append(member.name, member.value) }
            try Console.output(.object(object))
        } else {
            try Console.output(Console.paint("holds", .green) + "      \(shown.sentence)")
            for line in shown.lines { try Console.output(line) }
        }
    }

    private func proof(_ bytes: [UInt8], _ genesis: Genesis) throws -> ShownProof {
        let proof: Proof
        let reader = JSONReader(try InputFile.json(bytes, of: file))
        do throws(JSONReadError) {
            proof = try Proof(reader, prefix: genesis.parameters.accountPrefix)
        } catch {
            throw CommandFailure(.badInput, "\(file): \(error). `farthing proof` prints such a file")
        }
        do throws(ProofFault) {
            return ShownProof(
                try ProofCheck.facts(of: proof, genesis: genesis, scheme: StrictEd25519()),
                genesis: genesis
            )
        } catch {
            throw try refusal(error.sentence)
        }
    }

    private func tlogProof(_ bytes: [UInt8], _ genesis: Genesis, _ others: [NoteKey]) throws -> ShownProof {
        guard let proof = TlogProof(bytes: bytes) else {
            throw CommandFailure(.badInput, "\(file): not a proof as `farthing proof inclusion --tlog` prints it")
        }
        do throws(TlogProofFault) {
            let facts = try TlogProofFacts(proof, genesis: genesis, others: others, scheme: StrictEd25519())
            return ShownProof(facts, genesis: genesis)
        } catch {
            throw try refusal(error.sentence)
        }
    }

    /// What a proof says of the checkpoint's height must be what the checkpoint says.
    private func compare(_ shown: ShownProof, with held: Checkpoint) throws {
        guard let said = shown.checkpoints.first(where: { $0.height == held.height }) else {
            let heights = shown.checkpoints.map { "\($0.height)" }.joined(separator: " and ")
            throw CommandFailure(
                .badInput,
                "--checkpoint: it is of block \(held.height), and the proof speaks of block \(heights)"
            )
        }
        guard said == held else {
            throw try refusal("It contradicts the checkpoint. " + CheckpointText.both(held: held, found: said))
        }
    }

    private func refusal(_ sentence: String) throws(CommandFailure) -> CommandFailure {
        if format.json { try Console.output(["good": false, "why": .string(sentence)]) }
        return CommandFailure(.damaged, "\(file) does not hold. \(sentence)")
    }
}

/// What a proof that holds shows, in words and as JSON.
private struct ShownProof {
    let sentence: String
    let lines: [String]
    let members: JSONObject
    /// Of the blocks that it speaks of.
    let checkpoints: [Checkpoint]

    init(_ facts: ProofFacts, genesis: Genesis) {
        let prefix = genesis.parameters.accountPrefix
        let network = genesis.networkID
        let head = facts.head
        let header = head.header
        var points = [Checkpoint(header, hash: head.block, network: network)]
        var members: JSONObject
        switch facts {
        case .inclusion(let settled, let index, _):
            sentence =
                "transaction \(settled.id) stands at place \(index) of the log of all transactions, which had "
                + "\(header.logSize) at block \(header.height)"
            members = [
                "kind": "inclusion", "id": .string(settled.id.hex), "logIndex": .decimal(index),
                "transaction": settled.transaction.json(prefix: prefix),
            ]
        case .consistency(let old, _):
            sentence =
                "the log of \(header.logSize) transactions at block \(header.height) begins with the log of "
                + "\(old.header.logSize) at block \(old.header.height)"
            points.insert(Checkpoint(old.header, hash: old.block, network: network), at: 0)
            members = [
                "kind": "consistency", "oldHeight": .decimal(old.header.height.number),
                "oldHash": .string(old.block.hex),
                "oldLogSize": .decimal(old.header.logSize),
            ]
        case .balance(let claim, _):
            let amount = DecimalAmount.text(claim.balance, decimals: Int(genesis.parameters.decimals))
            sentence =
                "account \(claim.account.text(prefix: prefix)) held \(amount) \(genesis.parameters.unit) after block "
                + "\(header.height)"
            members = [
                "kind": "balance", "account": .string(claim.account.text(prefix: prefix)),
                "balance": .decimal(claim.balance.units), "number": .decimal(UInt64(claim.path.number.value)),
            ]
        }
        checkpoints = points
        lines = [
            "block      \(head.block), \(Timestamp.text(header.time))",
            "signed by  \(head.signers.map(\.name).joined(separator: ", ")) of \(genesis.validators.count) validators",
        ]
        members.append("height", .decimal(header.height.number))
        members.append("hash", .string(head.block.hex))
        members.append("logSize", .decimal(header.logSize))
        members.append("signers", .array(head.signers.map { .string($0.name) }))
        self.members = members
    }

    init(_ facts: TlogProofFacts, genesis: Genesis) {
        let point = facts.signed.checkpoint
        let names = CheckpointText.signers(of: facts.signed)
        sentence =
            "transaction \(facts.settled.id) stands at place \(facts.index) of the log of all transactions, which had "
            + "\(point.logSize) at block \(point.height), if you believe who signed the checkpoint"
        lines = ["block      \(point.block)", "signed by  \(names.joined(separator: ", "))"]
        members = [
            "kind": "tlog-proof", "id": .string(facts.settled.id.hex), "logIndex": .decimal(facts.index),
            "height": .decimal(point.height.number), "hash": .string(point.block.hex),
            "logSize": .decimal(point.logSize), "signers": .array(names.map { .string($0) }),
        ]
        checkpoints = [point]
    }
}
