package import ChainCore
package import ConsensusCore
package import Cryptography
package import LedgerCore
package import Primitives

/// Names a client's call until it is answered.
package struct Ticket: Hashable, Sendable {
    package let number: UInt64
    package init(_ number: UInt64) { self.number = number }
}

/// Everything that can happen to a replica.
///
/// A peer is named by its node key.
package enum ReplicaEvent: Sendable {
    /// A client's transactions, past the gate; answered in their order.
    case submitted([Verified<IdentifiedTransaction>], Ticket)
    case asked(Question, Ticket)
    case connected(PublicKey)
    case disconnected(PublicKey)
    case message(GatedMessage, from: PublicKey)
    /// My own vote is durable and sent.
    case voted(Verified<Vote>)
    /// Final blocks up to this one are on disk.
    case committed(height: Height, view: View)
    /// Time has passed.
    case tick
}

/// What a client asks of the state; answered after the commit of everything that the answer says is final.
package enum Question: Hashable, Sendable {
    /// With the bytes, where the client gave them: then more can be said than by id.
    case status(TransactionID, transaction: IdentifiedTransaction?, validUntil: Milliseconds?)
    case account(AccountID)
    /// The account with its way to the state root.
    case accountProof(AccountID)
    /// What would become of this transaction; its signature is not looked at.
    case check(IdentifiedTransaction)
    case fees
}

package enum Answer: Sendable {
    /// For each transaction of a submission.
    case submission([Judgement])
    case status(Judgement, at: FinalTip)
    case account(AccountState?, at: FinalTip)
    case accountProof(ProvenAccount?, at: FinalTip)
    case check(Judgement, CheckTerms, at: FinalTip)
    case fees(FeeState, at: FinalTip)
}

/// What the replica says about a transaction, before the index of final transactions has been read.
package struct Judgement: Hashable, Sendable {
    package let id: TransactionID
    /// The answer unless the index knows the transaction as final: that is looked up first, by id (spec 2.3).
    package let otherwise: TransactionStatus
    /// Whether the index can know it at all.
    package let mayBeFinal: Bool
}

/// An open account in the final state.
package struct AccountState: Hashable, Sendable {
    package let number: AccountNumber
    package let balance: Amount
    /// The last block that touched it; 0 when only genesis did.
    package let touched: Height
}

/// An open account in the final state, and what shows its balance against the state root.
package struct ProvenAccount: Hashable, Sendable {
    package let balance: Amount
    package let path: AccountPath
}

/// What a transaction that was only looked at would take, and what it would leave.
package struct CheckTerms: Hashable, Sendable {
    /// Would it be admitted now? If not, the judgement says why.
    package let isAdmissible: Bool
    /// The price of a block that holds it and all that waits.
    package let priceNow: UInt64
    /// min(maxPrice, priceCap).
    package let priceAtMost: UInt64
    /// The payer's final balance.
    package let balance: Amount
    /// What the payer's waiting transactions may take.
    package let reserved: Amount
}

package struct FinalTip: Hashable, Sendable {
    package let height: Height
    package let hash: Hash32
    package let time: Milliseconds
}

/// The price rules of the next block and what a fee quote needs of the state.
package struct FeeState: Hashable, Sendable {
    package let next: BlockTerms
    package let pool: Amount
    package let pendingCount: Int
}

/// What a replica asks of its surroundings, in the order of doing.
///
/// Two lanes run beside one another, each first in, first out (1-overview): *safety* and *commit*. What isn't on a lane is
/// done at once.
package enum ReplicaEffect: Sendable {
    // Safety lane.
    /// Make a block's body durable.
    case storeBlock(Block, view: View)
    case storeCertificate(Certificate)
    /// Make evidence durable, then send it to all validators.
    case storeEvidence(Evidence)
    /// Sign the vote, make it durable in the vote log, send it to all validators, and hand it back as `.voted`.
    case vote(VoteBody)
    /// Likewise for the notarize in a proposal of mine; the proposal goes out with it.
    case propose(ProposalDraft)
    /// The vote log may forget votes up to this view: it is final on disk.
    case forgetVotes(upTo: View)

    // Commit lane; a commit waits until the safety lane has done what was ordered before it.
    /// Write final blocks in one synced batch, then hand back `.committed`.
    case commit([FinalBlock])
    case answer(Answer, Ticket)
    /// Tell whoever waits for one of these transactions that it has left the mempool without settling.
    case tell([Judgement])

    // At once.
    case send(PeerMessage, to: [PublicKey])
    /// To all connected validators.
    case broadcast(PeerMessage)
    /// Read final blocks from disk and send them.
    case serveSync(SyncRequest, to: PublicKey)
    case serveBlock(Hash32, to: PublicKey)
    case disconnect(PublicKey, reason: Misconduct)
    /// Send `.tick` at this moment (monotonic); replaces an earlier wish.
    case wake(at: Milliseconds)
    /// A proposed block breaks a rule of validity: tell the operator.
    case refused(block: Hash32, view: View, BlockDefect)
    /// Signing has stopped: tell the operator.
    case signingStopped(SigningMode)
    /// Stop the process.
    case halt(HaltReason)
}

/// Which rule of validity a block breaks, in the order of the checks.
package enum BlockDefect: Error, Hashable, Sendable {
    /// Changes of validators are not offered yet.
    case carriesChange
    case evidenceNotAdmissible
    case ledger(BlockFault)
    case headerDiffers(expected: Header, found: Header)
}

/// What a peer did that no honest node does.
package enum Misconduct: Hashable, Sendable {
    case proposalContradictsItself
    case bodyDoesNotMatchHeader(block: Hash32)
    case syncRangeInvalid(reason: String)
}

/// Why the process must not go on (exit codes: 4-interfaces 4.3).
package enum HaltReason: Hashable, Sendable {
    /// A quorum certified a block that this node finds invalid.
    case finalBlockInvalid(height: Height, hash: Hash32, BlockDefect)
}

/// A proposal of mine, but for its vote.
package struct ProposalDraft: Hashable, Sendable {
    package let body: VoteBody
    package let header: Header
    package let leaves: [Hash32]
    package let evidence: [Evidence]
    package let parentCertificate: Certificate?
    package let nullifications: [Certificate]

    package init(
        body: VoteBody,
        header: Header,
        leaves: [Hash32],
        evidence: [Evidence],
        parentCertificate: Certificate?,
        nullifications: [Certificate]
    ) {
        self.body = body
        self.header = header
        self.leaves = leaves
        self.evidence = evidence
        self.parentCertificate = parentCertificate
        self.nullifications = nullifications
    }

    package func signed(by vote: Vote) -> Proposal {
        Proposal(
            vote: vote,
            header: header,
            leaves: leaves,
            evidence: evidence,
            change: [],
            parentCertificate: parentCertificate,
            nullifications: nullifications
        )
    }
}
