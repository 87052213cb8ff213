package import Primitives

/// The two clocks of one instant; every event brings one, since a core has none.
package struct Moment: Hashable, Sendable {
    /// UTC since 1970; may jump.
    ///
    /// Read by the time rule only (spec 3.10).
    package let wall: Milliseconds
    /// Since some start; never goes back.
    ///
    /// Read by timers.
    package let monotonic: Milliseconds

    package init(wall: Milliseconds, monotonic: Milliseconds) {
        self.wall = wall
        self.monotonic = monotonic
    }
}

/// Local settings of pace; nodes may differ in them without harm (spec 3.6), but for `blockInterval`, which is genesis's.
package struct Pace: Hashable, Sendable {
    /// T_0, the first view timer.
    package var viewTimer: Milliseconds
    /// T_max.
    package var viewTimerMax: Milliseconds
    package var retry: Milliseconds
    /// How long without a block until an empty one is made; 0 = never.
    package var heartbeat: Milliseconds
    /// m = max(1, `minBlockInterval`).
    package var blockInterval: Milliseconds
    /// How long a leader's connection may be gone before its turns are skipped.
    package var deadLeader: Milliseconds

    /// The preset for nodes on one local network.
    package static func lan(blockInterval: Milliseconds) -> Pace {
        Pace(
            viewTimer: Milliseconds(300),
            viewTimerMax: Milliseconds(15000),
            retry: Milliseconds(1000),
            heartbeat: Milliseconds(60000),
            blockInterval: Milliseconds(max(1, blockInterval.number)),
            deadLeader: Milliseconds(10000)
        )
    }

    /// The preset for nodes across continents.
    package static func wan(blockInterval: Milliseconds) -> Pace {
        var pace = Pace.lan(blockInterval: blockInterval)
        pace.viewTimer = Milliseconds(1500)
        return pace
    }
}

/// What consensus knows of a block that this node holds and has executed, with all its ancestors.
package struct BlockFacts: Hashable, Sendable {
    package let hash: Hash32
    package let parent: Hash32
    package let height: Height
    package let time: Milliseconds
    package let hasTransactions: Bool

    package init(hash: Hash32, parent: Hash32, height: Height, time: Milliseconds, hasTransactions: Bool) {
        self.hash = hash
        self.parent = parent
        self.height = height
        self.time = time
        self.hasTransactions = hasTransactions
    }
}

/// A proposal as consensus sees it; its certificates have been handed in before.
package struct ProposalFacts: Hashable, Sendable {
    /// The leader's notarize vote.
    package let vote: Vote
    package let parent: Hash32
    package let time: Milliseconds
    package let proposer: UInt16

    package init(vote: Vote, parent: Hash32, time: Milliseconds, proposer: UInt16) {
        self.vote = vote
        self.parent = parent
        self.time = time
        self.proposer = proposer
    }
}

/// Whether this node may sign, and if not, why (spec 3.7).
package enum SigningMode: Hashable, Sendable {
    case signing
    /// Not in the validator list.
    case follower
    /// The vote log is missing, damaged, or names a later final view than any backup holds.
    case observer(reason: String)
    /// Another instance signs with this key.
    case secondInstance
    /// A quorum certified something that this node finds invalid, or two certificates contradict each other.
    case stopped(reason: String)
}

/// Everything that can happen to consensus.
package enum ConsensusEvent: Sendable {
    /// A peer's vote.
    case vote(Vote)
    /// My own vote: durable, and on its way to the others.
    case voted(Vote)
    case certificate(Certificate)
    /// A well-formed proposal from the leader of its view.
    case proposal(ProposalFacts)
    /// A block is held, with its ancestors, and found valid.
    case executed(BlockFacts)
    /// Likewise, read back from disk at start.
    case restored(BlockFacts)
    /// A proposed block breaks a rule of validity.
    case invalid(block: Hash32)
    /// The answer to `.build`.
    case built(view: View, BlockFacts)
    case cannotBuild(view: View)
    /// There is work: what I would put into a block is not empty (Arm a), or a payment waits to expire (Arm e).
    case work
    /// Final blocks came by sync; the last of them.
    case synced(BlockFacts, Justified)
    /// The final batch up to this view is on disk (D2).
    case committed(finalView: View)
    /// What a peer validator holds under my key above its final view.
    case heldVotes(from: Int, [Vote])
    case connected(Int)
    case disconnected(Int)
    /// Time has passed.
    case tick
}

/// A final block's place among the views.
package struct Justified: Hashable, Sendable {
    package let block: Hash32
    /// A finalization of the block, else its notarization.
    package let certificate: Certificate
    /// Of each view strictly between the parent's and the block's.
    package let nullifications: [Certificate]

    package init(block: Hash32, certificate: Certificate, nullifications: [Certificate]) {
        self.block = block
        self.certificate = certificate
        self.nullifications = nullifications
    }

    package var view: View { certificate.view }
}

/// What consensus asks of its surroundings; the order is the order of doing.
package enum ConsensusEffect: Hashable, Sendable {
    /// Keep a certificate above the final view.
    case store(Certificate)
    /// Echo a certificate to all validators.
    case broadcast(Certificate)
    /// Make the vote durable, sign it, send it to all; it comes back as `.voted`.
    case vote(VoteBody)
    /// Build a block for a view that I lead, on this parent; answer with `.built` or `.cannotBuild` in the same turn.
    case build(view: View, parentView: View, parent: Hash32)
    /// Store the block I built, make my notarize durable, send the proposal to all.
    case propose(ProposalPlan)
    /// A block that a quorum has seen is missing here; these signers hold it.
    case fetch(block: Hash32, from: [Int])
    /// Ask everybody for a certificate of this view.
    case request(View)
    /// These blocks are final, in height order; the last by a finalization of its own.
    case finalized([Justified])
    case evidence(Evidence)
    /// Send again what others may have missed.
    case retry(RetryPlan)
    /// Signing has stopped; the operator must hear of it.
    case stopped(SigningMode)
}

/// What a proposal holds besides the block.
package struct ProposalPlan: Hashable, Sendable {
    package let body: VoteBody
    package let block: Hash32
    package let parentCertificate: Certificate?
    /// The newest ones, at most as many as one proposal takes.
    package let nullifications: [Certificate]
}

/// What a retry sends; bounded in size, whatever is older is asked for (spec 3.6 Retry).
package struct RetryPlan: Hashable, Sendable {
    package let votes: [Vote]
    package let finalization: Certificate?
    package let entry: Certificate?
    /// The view of my proposal, and who hasn't notarized it yet.
    package let proposal: View?
    package let lacking: [Int]
}
