package import ChainCore
package import ConsensusCore
package import LedgerCore
package import Primitives

/// The first rule that a recomputation found broken: where, and what.
///
/// The chain holds up to the block before.
package struct Violation: Error, Hashable, Sendable {
    /// The block that breaks the rule; of a broken total or a stored entry of no block, the height that was reached.
    package let height: Height
    package let finding: Finding
    /// Who certified a block that breaks the rules wherever it stands, in the order of the epoch's list.
    ///
    /// Empty when no valid certificate is over exactly these bytes: nobody vouches for them, they have changed since they
    /// were certified. Empty as well when the block may be good and only stands in the wrong place, or what proves it
    /// final is missing: that is nobody's vote.
    package let certifiedBy: [UInt16]

    package init(height: Height, finding: Finding, certifiedBy: [UInt16] = []) {
        self.height = height
        self.finding = finding
        self.certifiedBy = certifiedBy
    }
}

/// One broken rule, with what the rule asks for and what is there.
package enum Finding: Error, Hashable, Sendable {
    /// A field of the header is not what the parent, the body and the rules make it.
    case header(HeaderField, expected: FieldValue, found: FieldValue)
    /// Spec 3.10: a block's time lies at least the network's interval after its parent's.
    case timeTooEarly(earliest: Milliseconds, found: Milliseconds)
    /// Changes of validators are not part of this version of the rules.
    case changeOfValidators(count: Int)
    case evidence(EvidenceFault)
    /// A signature does not verify, or is not by the signer that it names.
    case signature(SignedPart)
    /// The transactions can't stand in this block.
    case transactions(BlockFault)
    /// What is said to make the block final does not.
    case justification(JustificationFault)
    /// A stored certificate and the chain's cannot both exist while fewer than a third are faulty.
    case conflict(CertificateConflict)
    /// The balances don't add up to what genesis gave out; nil when their sum leaves 64 bits.
    case supply(expected: Amount, found: Amount?)
    /// The fee pool is not what all fees less all payouts leave in it.
    case pool(expected: Int128, found: Amount)
    /// The root over all accounts, computed once more from nothing but the accounts, differs from the header's.
    case accountsRoot(expected: Hash32, found: Hash32)
    /// What the store holds is not what a recomputation would have written.
    case entry(EntryFault)
    /// An export's records are not what the format or its blocks make them (spec 8).
    case export(ExportFault)
    /// A table's line is not what the chain makes it.
    case table(TableFault)
    /// What a node says of the chain is not what was recomputed from the blocks that it gave.
    case answer(AnswerFault)
    /// The chain does not contain a checkpoint that the auditor holds: at its height, or by the log's growth since.
    case checkpoint(held: Checkpoint, found: Checkpoint)
}

/// The fields of a header, in their order and by their names (spec 2.5).
package enum HeaderField: String, CaseIterable, Hashable, Sendable {
    case version
    case epoch
    case height
    case parent
    case timeMilliseconds
    case proposer
    case floor
    case cost
    case price
    case shares
    case transactionCount
    case transactionBytes
    case transactionsRoot
    case logSize
    case logRoot
    case stateRoot
    case evidenceHash
    case changeHash
    case validatorsHash
    case nextValidatorsHash
}

/// A field's value as it is compared and shown.
package enum FieldValue: Hashable, Sendable, CustomStringConvertible {
    case number(UInt64)
    case hash(Hash32)

    package var description: String {
        switch self {
        case .number(let value): String(value)
        case .hash(let value): value.hex
        }
    }
}

/// The part of a justified block that a signature belongs to.
package enum SignedPart: Hashable, Sendable {
    case transaction(index: Int)
    case evidence(index: Int)
    case certificate(view: View)
    case nullification(view: View)
}

/// Why evidence can't stand in a block (spec 3.8); in the order of the checks.
package enum EvidenceFault: Hashable, Sendable {
    /// A block carries at most one for each validator.
    case tooMuch(count: Int, limit: Int)
    /// Only the block's epoch and the one before count.
    case foreignEpoch(index: Int, Epoch)
    /// The chain already shows a misdeed of this validator in this epoch.
    case repeated(index: Int, epoch: Epoch, signer: UInt16)
}

/// Why a justification does not make its block final (spec 3.11); in the order of the checks.
package enum JustificationFault: Hashable, Sendable {
    /// Neither a notarization nor a finalization.
    case wrongKind(VoteBody.Kind)
    /// The certificate is over another block.
    case block(expected: Hash32, found: Hash32)
    /// The certificate builds on another view than the one in which the parent was certified.
    case parentView(expected: View, found: View)
    /// A block's view comes after its parent's.
    case viewNotAfterParent(view: View, parentView: View)
    /// This view lies between the parent's and the block's, and nothing shows that it was skipped.
    case missingNullification(view: View)
    /// What stands here is not a nullification of a view between the parent's and the block's, in order.
    case strayNullification(index: Int)
    case epoch(SignedPart, expected: Epoch, found: Epoch)
    /// The bitmap has another length than the epoch's list, names nobody, or counts other than the signatures.
    case malformedSigners(SignedPart)
    /// Fewer signers than a quorum.
    case noQuorum(SignedPart, signers: Int, quorum: Int)
}
