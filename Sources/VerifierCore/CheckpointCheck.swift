package import ChainCore
package import Cryptography
package import LedgerCore
package import Primitives

/// A checkpoint whose signatures were checked, and by whom it is signed.
package struct CheckedCheckpoint: Hashable, Sendable {
    package let checkpoint: Checkpoint
    /// The validators whose note keys signed it, in the order of the genesis file.
    package let validators: [Validator]
    /// Those of the keys asked for that signed it as well, with their times in seconds since 1970 where they name one.
    package let others: [Signer]

    package struct Signer: Hashable, Sendable {
        package let key: NoteKey
        package let seconds: UInt64?

        package init(key: NoteKey, seconds: UInt64?) {
            self.key = key
            self.seconds = seconds
        }
    }
}

/// Why a note is not a checkpoint that can be believed; in the order of the checks.
package enum CheckpointFault: Error, Hashable, Sendable {
    /// The text has not the four lines of a checkpoint.
    case form
    case network(expected: NetworkID, found: NetworkID)
    /// This key's signature does not hold; who makes notes does not make such ones.
    case signature(NoteKey)
    /// Nobody signed it who is known here.
    case nobodyKnown
}

/// Decides who signed a checkpoint, with the genesis and the keys that one trusts.
package enum CheckpointCheck {
    /// The note keys of the validators, in the order of the genesis file.
    package static func noteKeys(of genesis: Genesis) -> [NoteKey] {
        genesis.validators.map { noteKey(of: $0, in: genesis.networkID) }
    }

    package static func noteKey(of validator: Validator, in network: NetworkID) -> NoteKey {
        NoteKey(name: Checkpoint.origin(of: network), kind: .note, key: validator.noteKey)
    }

    /// The checkpoint of block 0, which nobody votes for and everybody computes; time proportional to genesis accounts.
    package static func checkpointOfBlockZero(_ genesis: Genesis) -> Checkpoint {
        let header = ChainRules(genesis: genesis).genesisHeader(Ledger(genesis: genesis).head)
        let network = genesis.networkID
        return Checkpoint(header, hash: header.hash(network: network), network: network)
    }

    /// Checks every signature by a validator's note key or by one of `others`; unknown ones are passed over.
    ///
    /// It believes a checkpoint of at least one of them; how many are enough is the caller's rule.
    package static func check(
        _ note: SignedNote,
        genesis: Genesis,
        others: [NoteKey] = [],
        scheme: some SignatureScheme
    ) throws(CheckpointFault) -> CheckedCheckpoint {
        guard let checkpoint = Checkpoint(text: note.text) else { throw .form }
        let network = genesis.networkID
        guard checkpoint.network == network else {
            throw .network(expected: network, found: checkpoint.network)
        }
        var validators: [Validator] = []
        for validator in genesis.validators {
            let key = noteKey(of: validator, in: network)
            switch note.verdict(on: key, by: scheme) {
            case .absent: break
            case .invalid: throw .signature(key)
            case .good: validators.append(validator)
            }
        }
        var signers: [CheckedCheckpoint.Signer] = []
        for key in others {
            switch note.verdict(on: key, by: scheme) {
            case .absent: break
            case .invalid: throw .signature(key)
            case .good(let seconds): signers.append(CheckedCheckpoint.Signer(key: key, seconds: seconds))
            }
        }
        guard !validators.isEmpty || !signers.isEmpty else { throw .nobodyKnown }
        return CheckedCheckpoint(checkpoint: checkpoint, validators: validators, others: signers)
    }
}

extension CheckpointFault {
    /// Why it can't be believed, in a sentence.
    package var sentence: String {
        switch self {
        case .form: "Its text has not the four lines of a checkpoint."
        case .network(let expected, let found):
            "It is for the network \(found.hex), and the genesis file is that of \(expected.hex)."
        case .signature(let key): "The signature by the key \(key.text) in it does not hold."
        case .nobodyKnown: "No key that is known here has signed it."
        }
    }
}

// MARK: - Proofs of transparency logs

/// What a proof in the form of transparency logs shows: the log that these signed holds the transaction.
package struct TlogProofFacts: Hashable, Sendable {
    package let settled: IdentifiedTransaction
    package let index: UInt64
    package let signed: CheckedCheckpoint
}

/// The first rule that such a proof breaks, in the order of the checks.
package enum TlogProofFault: Error, Hashable, Sendable {
    case checkpoint(CheckpointFault)
    case notInLog(index: UInt64)
    case signature

    package var sentence: String {
        switch self {
        case .checkpoint(let fault): "Of the checkpoint: \(fault.sentence)"
        case .notInLog(let index): ProofFault.notInLog(index: index).sentence
        case .signature: ProofFault.signature.sentence
        }
    }
}

extension TlogProofFacts {
    /// Rests on the note keys that signed the checkpoint, at least one, and not on a quorum.
    package init(
        _ proof: TlogProof,
        genesis: Genesis,
        others: [NoteKey] = [],
        scheme: some SignatureScheme
    ) throws(TlogProofFault) {
        do throws(CheckpointFault) {
            signed = try CheckpointCheck.check(proof.note, genesis: genesis, others: others, scheme: scheme)
        } catch {
            throw .checkpoint(error)
        }
        settled = IdentifiedTransaction(proof.signed, network: genesis.networkID)
        index = proof.index
        let isIncluded = Merkle.includes(
            leafHash: settled.leaf,
            index: proof.index,
            size: signed.checkpoint.logSize,
            path: proof.path,
            root: signed.checkpoint.logRoot
        )
        guard isIncluded else { throw .notInLog(index: proof.index) }
        guard Verified.check(settled, in: .init(), by: scheme) != nil else { throw .signature }
    }
}
