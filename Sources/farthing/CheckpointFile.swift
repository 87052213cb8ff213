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

/// Keys besides the validators' that a checkpoint may be signed by.
struct KnownNoteKeys: ParsableArguments {
    @Option(
        name: .customLong("trust"),
        help: ArgumentHelp(
            "Believe this key's checkpoints as well, as `farthing checkpoint keys` prints it; may be repeated",
            valueName: "key"
        )
    )
    var texts: [String] = []

    func keys() throws(CommandFailure) -> [NoteKey] {
        var keys: [NoteKey] = []
        for text in texts {
            guard let key = NoteKey(text: text) else {
                throw CommandFailure(
                    .badInput,
                    "--trust \(text): expected a verifier key, name+8 hex digits+base64, as `farthing checkpoint keys` "
                        + "prints it"
                )
            }
            keys.append(key)
        }
        return keys
    }
}

/// A key of one's own that signs checkpoints: an auditor's or a witness's.
struct NoteSigner {
    let key: SigningKey
    let name: String

    /// Without a name the key names itself, so that nobody has to remember it.
    init(_ key: SigningKey, name: String?) throws(CommandFailure) {
        self.key = key
        self.name = name ?? "auditor/\(key.publicKey.hex.prefix(16))"
        guard NoteKey.isName(self.name) else {
            throw CommandFailure(.badInput, "--name: expected printable ASCII without blanks and without +")
        }
    }

    var noteKey: NoteKey { NoteKey(name: name, kind: .cosignature, key: key.publicKey) }
}

/// A checkpoint as a file or an answer of a node.
enum CheckpointFile {
    /// Reads a signed checkpoint and checks its signatures.
    static func read(
        _ path: String,
        genesis: Genesis,
        others: [NoteKey] = []
    ) throws(CommandFailure) -> CheckedCheckpoint {
        try check(try note(at: path), of: path, genesis: genesis, others: others)
    }

    static func note(at path: String) throws(CommandFailure) -> SignedNote {
        try note(try bytes(of: path), of: path)
    }

    static func bytes(of path: String) throws(CommandFailure) -> [UInt8] {
        try InputFile.bytes(of: path, limit: SignedNote.byteCountMax)
    }

    static func note(_ bytes: [UInt8], of path: String) throws(CommandFailure) -> SignedNote {
        do throws(SignedNoteError) {
            return try SignedNote(bytes: bytes)
        } catch {
            throw CommandFailure(.badInput, "\(path): \(error.sentence)")
        }
    }

    static func check(
        _ note: SignedNote,
        of path: String,
        genesis: Genesis,
        others: [NoteKey]
    ) throws(CommandFailure) -> CheckedCheckpoint {
        do throws(CheckpointFault) {
            return try CheckpointCheck.check(note, genesis: genesis, others: others, scheme: StrictEd25519())
        } catch .form {
            throw CommandFailure(.badInput, "\(path): \(CheckpointFault.form.sentence)")
        } catch {
            throw CommandFailure(.damaged, "\(path) is no checkpoint to believe. \(error.sentence)")
        }
    }
}

/// A checkpoint that a node signed just now.
struct FetchedCheckpoint {
    let note: SignedNote
    let text: String

    /// Asks for the checkpoint at a height, or the latest.
    init(_ client: RPCClient, height: Height?) async throws(CommandFailure) {
        let params: JSON = height.map { ["height": .decimal($0.number)] } ?? [:]
        let answer = try await calling { () throws(RPCClientError) in
            try await client.call("checkpoint_get", params: params)
        }
        let text = try reading { () throws(JSONReadError) in
            try JSONReader(answer, root: "result").member("note").string()
        }
        do throws(SignedNoteError) {
            note = try SignedNote(bytes: Array(text.utf8))
        } catch {
            throw CommandFailure(.unreachable, "the node's checkpoint cannot be read. \(error.sentence)")
        }
        self.text = text
    }
}

enum CheckpointText {
    static func signers(of checked: CheckedCheckpoint) -> [String] {
        checked.validators.map(\.name)
            + checked.others.map { signer in
                signer.key.name + (signer.seconds.map { " at \(time($0))" } ?? "")
            }
    }

    private static func time(_ seconds: UInt64) -> String {
        let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000)
        return overflow ? "\(seconds) s" : Timestamp.text(Milliseconds(milliseconds))
    }

    /// Two checkpoints that can't both be of one chain, side by side.
    static func both(held: Checkpoint, found: Checkpoint) -> String {
        "Held: \(held.line). Found: \(found.line)."
    }
}

extension SignedNoteError {
    var sentence: String {
        switch self {
        case .tooLong(let count, let limit): "It has \(count) bytes, more than \(limit)."
        case .character(let offset): "Its text holds something other than printable ASCII at byte \(offset)."
        case .noSignatures: "It has no signatures below a blank line."
        case .signatureLine(let number): "Its line of signature \(number) is none."
        case .tooManySignatures(let count, let limit): "It has \(count) signatures, more than \(limit)."
        }
    }
}
