package import ChainCore
package import ConsensusCore
package import LedgerCore
package import MempoolCore
package import Primitives

/// Everything that a replica is started from: what the disk holds and what the operator set.
package struct ReplicaStart: Sendable {
    package let genesis: Genesis
    /// My place among the validators; nil for a follower.
    package let me: Int?
    /// The final state at `tip`.
    package let ledger: Ledger
    package let tip: Header
    /// Nil at genesis.
    package let tipJustification: Justification?
    /// Who is named by evidence on the final chain.
    package let accused: [Accused]
    /// Stored evidence, whether it stands on the final chain or waits for a block.
    package let evidence: [Evidence]
    /// Stored blocks above the final view, with the view they are stored under, parents first.
    package let unfinalised: [(block: Block, view: View)]
    /// Stored certificates above the final view.
    package let certificates: [Certificate]
    /// The vote log's.
    package let ownVotes: [Vote]
    /// The highest final view found in vote log and store (spec 3.7(4)).
    package let signFloor: View
    package let mode: SigningMode
    package let pace: Pace
    package let mempoolLimits: MempoolLimits
    /// Spreads the retries of different nodes.
    package let seed: UInt64

    package init(
        genesis: Genesis,
        me: Int?,
        ledger: Ledger,
        tip: Header,
        tipJustification: Justification?,
        accused: [Accused],
        unfinalised: [(block: Block, view: View)],
        certificates: [Certificate],
        ownVotes: [Vote],
        signFloor: View,
        mode: SigningMode,
        pace: Pace,
        mempoolLimits: MempoolLimits,
        seed: UInt64,
        evidence: [Evidence] = []
    ) {
        self.genesis = genesis
        self.me = me
        self.ledger = ledger
        self.tip = tip
        self.tipJustification = tipJustification
        self.accused = accused
        self.evidence = evidence
        self.unfinalised = unfinalised
        self.certificates = certificates
        self.ownVotes = ownVotes
        self.signFloor = signFloor
        self.mode = mode
        self.pace = pace
        self.mempoolLimits = mempoolLimits
        self.seed = seed
    }
}
