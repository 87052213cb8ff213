package import ChainCore
package import ConsensusCore
package import Cryptography

package struct ProofAnswer: Sendable {
    package let outcome: Result<Proof, ProofGap>
    package let at: ChainPoint

    package init(outcome: Result<Proof, ProofGap>, at: ChainPoint) {
        self.outcome = outcome
        self.at = at
    }
}

/// A checkpoint that the node has signed.
package struct CheckpointAnswer: Sendable {
    package struct Signed: Hashable, Sendable {
        package let checkpoint: Checkpoint
        package let note: SignedNote

        package init(checkpoint: Checkpoint, note: SignedNote) {
            self.checkpoint = checkpoint
            self.note = note
        }
    }

    package enum Gap: Error, Hashable, Sendable {
        /// The node holds no validator's note key.
        case noNoteKey
        /// There is no such final block here.
        case block
    }

    package let outcome: Result<Signed, Gap>
    package let at: ChainPoint

    package init(outcome: Result<Signed, Gap>, at: ChainPoint) {
        self.outcome = outcome
        self.at = at
    }
}

/// All evidence that the node knows, in the order of epoch and signer.
package struct EvidenceAnswer: Sendable {
    package struct Item: Hashable, Sendable {
        package let evidence: Evidence
        /// False while it waits for a block.
        package let isOnChain: Bool

        package init(evidence: Evidence, isOnChain: Bool) {
            self.evidence = evidence
            self.isOnChain = isOnChain
        }
    }

    package let items: [Item]
    package let at: ChainPoint

    package init(items: [Item], at: ChainPoint) {
        self.items = items
        self.at = at
    }
}
