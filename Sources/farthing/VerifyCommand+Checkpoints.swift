import ArgumentParser
import ChainCore
import Cryptography
import LedgerCore
import LevelDBStorage
import NodeRuntime
import Primitives
import VerifierCore

/// What an auditor kept of earlier verifications, and what it keeps of this one.
struct VerifyCheckpointOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The chain must contain this checkpoint, and its log continue the one of then",
            valueName: "file"
        )
    )
    var checkpoint: String?

    @Option(
        help: ArgumentHelp(
            "As --checkpoint, of one that you signed yourself (--key or --trust): signatures of transactions up to it are "
                + "not checked again",
            valueName: "file"
        )
    )
    var fromCheckpoint: String?

    @Option(
        help: ArgumentHelp(
            "If all holds, put a checkpoint signed with --key here, in place of the one that may be there",
            valueName: "file"
        )
    )
    var writeCheckpoint: String?

    @OptionGroup
    var known: KnownNoteKeys

    @OptionGroup
    var own: NoteSignerOptions

    func validate() throws {
        guard checkpoint == nil || fromCheckpoint == nil else {
            throw ValidationError(
                "--from-checkpoint holds the chain against its checkpoint as well: leave --checkpoint out"
            )
        }
        guard writeCheckpoint == nil || own.key != nil else {
            throw ValidationError("--write-checkpoint: an auditor signs with a key of its own (--key)")
        }
        guard own.name == nil || own.key != nil else { throw ValidationError("--name names the --key: give that too") }
        let isUsed = checkpoint != nil || fromCheckpoint != nil
        guard isUsed || known.texts.isEmpty, isUsed || writeCheckpoint != nil || own.key == nil else {
            throw ValidationError("--key and --trust say whose checkpoints count: give one, or --write-checkpoint")
        }
    }

    /// The checkpoint that the chain must contain, if the command line names one, with what the report says of its file.
    func held(_ genesis: Genesis, signer: NoteSigner?) throws(CommandFailure) -> HeldCheckpointFile? {
        guard let path = fromCheckpoint ?? checkpoint else { return nil }
        let others = try known.keys() + [signer?.noteKey].compactMap { $0 }
        let bytes = try CheckpointFile.bytes(of: path)
        let note = try CheckpointFile.note(bytes, of: path)
        let checked = try CheckpointFile.check(note, of: path, genesis: genesis, others: others)
        let isTrusted = fromCheckpoint != nil
        // Validators are those whom an audit is about: their word spares no check.
        guard !isTrusted || !checked.others.isEmpty else {
            throw CommandFailure(
                .badInput,
                "--from-checkpoint \(path): signed by no key of yours (--key, --trust). "
                    + "Use --checkpoint, which checks everything, for one of the validators'"
            )
        }
        return HeldCheckpointFile(
            held: HeldCheckpoint(checked.checkpoint, isTrusted: isTrusted),
            input: ReportInput("checkpoint", bytes),
            // The public half of --key, so that somebody else can repeat the command.
            words: [isTrusted ? "--from-checkpoint" : "--checkpoint", path] + others.flatMap { ["--trust", $0.text] }
        )
    }

    /// Keeps what was verified for the next time, or says why not.
    func write(_ report: VerificationReport, by signer: NoteSigner?) throws(CommandFailure) {
        guard let path = writeCheckpoint, let signer else { return }
        guard report.verdict == .sound else {
            Console.say("No checkpoint is written: only what is sound is signed. \(path) is left as it is.")
            return
        }
        var note = SignedNote(text: report.head.text)
        note.cosign(by: signer.key, as: signer.name, at: SystemClock.wall.number / 1_000)
        try running { () throws(FileError) in try PosixPath.replace(path, note.bytes, mode: 0o644) }
        Console.say("\(path): \(report.head.line), signed by \(signer.name)")
    }
}

/// A checkpoint from a file whose signatures hold.
struct HeldCheckpointFile {
    let held: HeldCheckpoint
    let input: ReportInput
    /// The words of the command line that name it.
    let words: [String]
}
