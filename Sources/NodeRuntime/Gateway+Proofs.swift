import ChainCore
import ConsensusCore
import Cryptography
import JSONRPC
import LedgerCore
import LevelDBStorage
import Primitives
import ReplicaCore

// What is shown to those who trust nobody: proofs, checkpoints, evidence.

extension Gateway {
    func inclusion(of id: TransactionID, at height: Height?) async throws(GatewayError) -> ProofAnswer {
        let outcome = try read { (store) throws(StorageError) in try store.inclusion(of: id, at: height) }
        return ProofAnswer(outcome: outcome, at: try await head())
    }

    func consistency(from old: Height, to new: Height?) async throws(GatewayError) -> ProofAnswer {
        let proof = try read { (store) throws(StorageError) in try store.consistency(from: old, to: new) }
        return ProofAnswer(outcome: proof.map { .success($0) } ?? .failure(.block), at: try await head())
    }

    func balance(of account: AccountID) async throws(GatewayError) -> ProofAnswer {
        guard case .accountProof(let proven, let at) = try await ask(.accountProof(account)) else { throw .timedOut }
        guard let proven else { return ProofAnswer(outcome: .failure(.account), at: at) }
        // The loop answers once its tip is on disk, so the header is there; what shows it final may be a moment late.
        let found = try read { (store) throws(StorageError) in try store.finalHead(at: at.height) }
        guard let found else { return ProofAnswer(outcome: .failure(.block), at: at) }
        let claim = Proof.Balance(account: account, balance: proven.balance, path: proven.path, head: found)
        return ProofAnswer(
            outcome: .success(Proof(network: genesis.networkID, statement: .balance(claim))),
            at: at
        )
    }

    func checkpoint(at height: Height?) async throws(GatewayError) -> CheckpointAnswer {
        let at = try await head()
        guard let noteKey else { return CheckpointAnswer(outcome: .failure(.noNoteKey), at: at) }
        let found = try read { (store) throws(StorageError) in
            try store.headers(isAscending: true, after: (height ?? at.height).before, limit: 1).first
        }
        guard let found, found.header.height == height ?? at.height else {
            return CheckpointAnswer(outcome: .failure(.block), at: at)
        }
        let network = genesis.networkID
        let checkpoint = Checkpoint(found.header, hash: found.hash, network: network)
        var note = SignedNote(text: checkpoint.text)
        note.sign(by: noteKey, as: Checkpoint.origin(of: network))
        return CheckpointAnswer(outcome: .success(.init(checkpoint: checkpoint, note: note)), at: at)
    }

    func evidence() async throws(GatewayError) -> EvidenceAnswer {
        let (all, shown) = try read { (store) throws(StorageError) in (try store.evidence(), try store.shownEvidence())
        }
        let accused = Set(shown.map(Accused.init))
        return EvidenceAnswer(
            items: all.map { EvidenceAnswer.Item(evidence: $0, isOnChain: accused.contains(Accused($0))) },
            at: try await head()
        )
    }
}

extension Height {
    /// Nil for block 0, which nothing is before.
    fileprivate var before: Height? { self == .zero ? nil : Height(number - 1) }
}
