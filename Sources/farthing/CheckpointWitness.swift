import ArgumentParser
import ChainCore
import Cryptography
import LedgerCore
import LevelDBStorage
import NodeRuntime
import Primitives
import RPCClient
import StrictJSON
import VerifierCore

struct CheckpointWitness: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "witness",
        abstract: "Cosign a node's latest checkpoint, if the log has only grown since the last one cosigned",
        discussion: """
            Keeps the last checkpoint in the state file, which is on disk before anything is printed. Certificates and the \
            consistency proof are checked with the genesis file. Ends with 3 if the chain forked, with 4 if it ends before \
            the checkpoint in the state file; both sides are printed then, and nothing is signed.
            """
    )

    @Option(help: ArgumentHelp("The genesis file that you trust", valueName: "file"))
    var genesis: String

    @Option(help: ArgumentHelp("The last checkpoint cosigned; made on the first run", valueName: "file"))
    var state: String

    @OptionGroup
    var own: NoteSignerOptions

    @OptionGroup
    var node: NodeURL

    @OptionGroup
    var format: OutputOptions

    func validate() throws {
        guard own.key != nil else { throw ValidationError("--key: a witness signs with a key of its own") }
    }

    func run() async throws {
        let genesis = try running { () throws(HomeError) in try Home.genesis(at: self.genesis) }
        guard let signer = try own.signer() else { preconditionFailure("the command line requires --key") }
        guard let lock = try running({ () throws(FileError) in try FileLock.take(state + ".lock") }) else {
            throw CommandFailure(.tryAgain, "another witness works with \(state) at this moment")
        }
        let held = try readState(genesis, signer)
        let client = try node.client()
        var note = try await FetchedCheckpoint(client, height: nil).note
        let offered = try CheckpointFile.check(note, of: node.shown, genesis: genesis, others: []).checkpoint
        try await requireGrowth(from: held, to: offered, genesis, client)
        note.cosign(by: signer.key, as: signer.name, at: SystemClock.wall.number / 1_000)
        // On disk before anybody sees it: a witness that forgot what it signed could be led to sign a fork.
        try running { () throws(FileError) in try PosixPath.replace(state, note.bytes, mode: 0o644) }
        do throws(FileError) { try lock.release() } catch { throw CommandFailure(error) }
        let text = String(decoding: note.bytes, as: UTF8.self)
        try format.json ? Console.output(["note": .string(text)]) : Console.output(text: text)
    }

    /// What was cosigned last; nil on the first run.
    private func readState(_ genesis: Genesis, _ signer: NoteSigner) throws(CommandFailure) -> Checkpoint? {
        let isThere = try running { () throws(FileError) in try PosixPath.exists(state) }
        guard isThere else { return nil }
        let checked = try CheckpointFile.read(state, genesis: genesis, others: [signer.noteKey])
        guard checked.others.contains(where: { $0.key == signer.noteKey }) else {
            throw CommandFailure(.badInput, "\(state) was not cosigned with this key and name (\(signer.noteKey.text))")
        }
        return checked.checkpoint
    }

    private func requireGrowth(
        from held: Checkpoint?,
        to offered: Checkpoint,
        _ genesis: Genesis,
        _ client: RPCClient
    ) async throws(CommandFailure) {
        if let held {
            guard offered.height >= held.height else {
                throw CommandFailure(
                    .incomplete,
                    "the node's chain ends before what was cosigned last. "
                        + CheckpointText.both(held: held, found: offered)
                )
            }
            guard offered.height > held.height || offered == held else { throw Self.fork(held: held, found: offered) }
        }
        let zero = CheckpointCheck.checkpointOfBlockZero(genesis)
        guard offered.height > .zero else {
            // Nobody voted for block 0; everybody computes it.
            guard offered == zero else { throw Self.fork(held: zero, found: offered) }
            return
        }
        let from = held.flatMap { $0.height > .zero ? $0 : nil } ?? offered
        let facts = try await consistency(from: from.height, to: offered.height, genesis, client)
        let network = genesis.networkID
        for (claimed, shown) in [(from, facts.old), (offered, facts.new)] {
            let point = Checkpoint(shown.header, hash: shown.block, network: network)
            guard claimed == point else { throw Self.fork(held: claimed, found: point) }
        }
    }

    /// Both blocks final by their certificates, and the log of the one the beginning of that of the other.
    private func consistency(
        from old: Height,
        to new: Height,
        _ genesis: Genesis,
        _ client: RPCClient
    ) async throws(CommandFailure) -> (old: FinalHeadFacts, new: FinalHeadFacts) {
        let answer = try await calling { () throws(RPCClientError) in
            try await client.call(
                "proof_consistency",
                params: ["oldHeight": .decimal(old.number), "newHeight": .decimal(new.number)]
            )
        }
        let proof = try reading { () throws(JSONReadError) in
            try Proof(JSONReader(answer, root: "result").member("proof"), prefix: genesis.parameters.accountPrefix)
        }
        let facts: ProofFacts
        do throws(ProofFault) {
            facts = try ProofCheck.facts(of: proof, genesis: genesis, scheme: StrictEd25519())
        } catch {
            throw CommandFailure(.damaged, "the node's proof does not hold. \(error.sentence)")
        }
        guard case .consistency(let old, let new) = facts else {
            throw CommandFailure(.unreachable, "the node answered another proof than was asked for")
        }
        return (old, new)
    }

    private static func fork(held: Checkpoint, found: Checkpoint) -> CommandFailure {
        CommandFailure(
            .damaged,
            "the chain forked: nothing is signed. " + CheckpointText.both(held: held, found: found)
        )
    }
}
