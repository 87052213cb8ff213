package import Primitives

/// The protocol of one epoch: Simplex (Chan, Pass: TCC 2023), spec 3.
///
/// Invariants, kept across crashes by the vote log:
/// - one notarize a view, and never a finalize and a nullify of one view (3.12);
/// - nothing is signed at or below the final view, or at or below the sign floor (3.7).
///
/// It knows hashes, not payments; it holds no keys and checks no signatures: whoever hands votes and certificates in has
/// verified them.
package struct Consensus: Sendable {
    package let electorate: Electorate
    /// My place in the list; nil for a follower.
    package let me: Int?
    package let pace: Pace

    /// cur: 1 + the highest view with a certificate.
    package internal(set) var current = View(1)
    /// The certificate by which `current` was entered.
    package internal(set) var entry: Certificate?
    package internal(set) var finalView: View
    package internal(set) var finalBlock: BlockFacts
    /// The certificate over the final block; nil for genesis.
    var finalCertificate: Certificate?
    /// The newest finalization that I hold.
    package internal(set) var finalization: Certificate?
    package internal(set) var mode: SigningMode

    var records = OpenViews()
    /// My votes above the final view that is on disk.
    var own: [View: OwnVotes] = [:]
    /// Blocks above the final one that I hold and have executed, and the final one.
    var blocks: [Hash32: HeldBlock] = [:]
    /// Blocks with transactions that were stored before this node started.
    var restored: Set<Hash32> = []

    let signFloor: View
    /// The final view on disk (D2); own votes at or below it are forgotten.
    var durableFinalView: View
    /// Validators that told me what they hold under my key since I started (spec 3.7(6)).
    var answered: Set<Int> = []
    /// Since when a validator has been gone (monotonic); nil while connected.
    var goneSince: [Milliseconds?]

    var now: Moment
    var armedAt: Milliseconds?
    var timersFrom: Milliseconds = .zero
    var timedOut = false
    /// I lead cur and lack the parent's block (monotonic).
    var cannotBuildSince: Milliseconds?
    /// My surroundings couldn't build in cur, though the parent is here; asking again would change nothing.
    var isUnbuildable = false
    var nextRetry: Milliseconds?
    var lastBlockAt: Milliseconds
    var jitter: UInt64
    var effects: [ConsensusEffect] = []

    struct HeldBlock: Sendable {
        let facts: BlockFacts
        let since: Milliseconds
    }

    /// Starts above a final block.
    ///
    /// `finalBlock` is the tip of what is on disk, `ownVotes` are the vote log's, `signFloor` is the highest final view
    /// found in vote log and store (spec 3.7(4)), `seed` spreads the retries of different nodes.
    package init(
        electorate: Electorate,
        me: Int?,
        pace: Pace,
        finalBlock: BlockFacts,
        finalView: View,
        finalCertificate: Certificate?,
        mode: SigningMode,
        ownVotes: [Vote],
        signFloor: View,
        seed: UInt64,
        at now: Moment
    ) {
        self.electorate = electorate
        self.me = me
        self.pace = pace
        self.finalBlock = finalBlock
        self.finalView = finalView
        self.finalCertificate = finalCertificate
        finalization = finalCertificate?.kind == .finalize ? finalCertificate : nil
        self.mode = me == nil ? .follower : mode
        self.signFloor = signFloor
        self.now = now
        durableFinalView = finalView
        goneSince = [Milliseconds?](repeating: now.monotonic, count: electorate.validators.count)
        lastBlockAt = now.monotonic
        jitter = seed
        blocks[finalBlock.hash] = HeldBlock(facts: finalBlock, since: now.monotonic)
        current = finalView.next
        for vote in ownVotes where vote.body.view > finalView {
            own[vote.body.view, default: OwnVotes()].bind(vote.body)
            own[vote.body.view, default: OwnVotes()].signed.append(vote)
        }
    }

    /// Views of which anything is known, and those of which my own votes are held.
    package var openViewCount: Int { records.count }
    package var ownViewCount: Int { own.count }
    package var isArmed: Bool { armedAt != nil }
    package var leader: Int { electorate.validators.leader(of: current, in: electorate.epoch) }
    package var epoch: Epoch { electorate.epoch }

    /// One event in, what to do out, in the order of doing.
    package mutating func step(_ event: ConsensusEvent, at now: Moment) -> [ConsensusEffect] {
        self.now = now
        effects = []
        switch event {
        case .vote(let vote): receive(vote)
        case .voted(let vote): receiveOwn(vote)
        case .certificate(let certificate): receive(certificate)
        case .proposal(let proposal): receive(proposal)
        case .executed(let facts): hold(facts)
        case .restored(let facts): restore(facts)
        case .invalid(let block): reject(block)
        case .built(let view, let facts): propose(facts, in: view)
        case .cannotBuild(let view):
            if view == current {
                isUnbuildable = true
                cannotBuildSince = cannotBuildSince ?? now.monotonic
            }
        case .work: arm()
        case .synced(let facts, let why): adoptFinal(facts, why)
        case .committed(let view): forgetOwnVotes(upTo: view)
        case .heldVotes(let peer, let votes): receiveHeld(votes, from: peer)
        case .connected(let index): goneSince[index] = nil
        case .disconnected(let index): if goneSince[index] == nil { goneSince[index] = now.monotonic }
        case .tick: break
        }
        settle()
        defer { effects = [] }
        return effects
    }

    /// Applies every rule that holds, until none does.
    ///
    /// Rules are conditions on the state, not reactions to an event: whatever was missing, a block, a signature's
    /// permission, a certificate, the rule fires in the turn in which it arrives.
    private mutating func settle() {
        retryIfDue()
        applyFinalization()
        advance()
        armIfDue()
        tryFinalize()
        tryNotarize()
        tryPropose()
        tryNullify()
        scheduleRetry()
    }

    /// Whether I may sign a vote of this view (spec 3.6 Finalization, 3.7(4), 3.7(6)).
    func maySign(in view: View) -> Bool {
        mode == .signing && view > finalView && view > signFloor && durableFinalView >= signFloor
            && answered.count >= electorate.validators.quorum - 1
    }

    /// Binds me to a vote and orders it; the caller has checked the rule.
    mutating func cast(_ body: VoteBody) {
        own[body.view, default: OwnVotes()].bind(body)
        effects.append(.vote(body))
    }

    /// Starts a view: nothing is armed yet, nothing has timed out.
    mutating func enter(_ view: View, by certificate: Certificate?) {
        current = view
        entry = certificate
        armedAt = nil
        timedOut = false
        cannotBuildSince = nil
        isUnbuildable = false
    }

    mutating func record(_ view: View, _ change: (inout ViewRecord) -> Void) {
        records.change(view, validatorCount: electorate.validators.count, change)
    }

    mutating func stopSigning(_ mode: SigningMode) {
        guard self.mode == .signing else { return }
        self.mode = mode
        effects.append(.stopped(mode))
    }
}
