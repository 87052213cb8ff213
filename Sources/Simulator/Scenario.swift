package import ConsensusCore
package import LedgerCore
import Primitives

/// Everything that a seed decides beforehand: who takes part, how bad the weather is, what is paid.
package struct Scenario: Sendable {
    package let seed: UInt64
    package var validatorCount: Int
    /// At most f of them: validators that equivocate, withhold and forge; the last in the list.
    package var adversaryCount = 0
    /// Validators that run twice, each copy unmodified and with a disk of its own; the last in the list before the
    /// adversaries, their second copies the last of all nodes.
    package var twinCount = 0
    /// The copies notice one another and stop, as real ones do (spec 3.7(6)); else each is kept from seeing the other.
    package var twinsHeedOneAnother = false
    /// Nodes that keep the chain and don't vote.
    package var followerCount = 0
    /// When the followers join, in milliseconds.
    package var followersStartAfter: UInt64 = 0

    /// How long things go wrong, in milliseconds.
    package var faultTime: UInt64
    package var hasCrashes = true
    package var hasPartitions = true
    package var hasClockSkew = true
    /// How far each node's wall clock is off for the whole run, in milliseconds; nil leaves it to the seed.
    package var clockOffsets: [Int64]?
    /// How long an idle network is watched at the end, in milliseconds.
    package var quietTime: UInt64 = 6_000
    /// Of a thousand messages.
    package var dropped = 0
    package var duplicated = 0
    /// Of a thousand messages, how many take up to two seconds.
    package var delayed = 0
    /// The usual way of a message, in microseconds.
    package var latency: ClosedRange<UInt64>
    /// One sync of the safety lane, in microseconds.
    package var safetySync: ClosedRange<UInt64> = 100...4_000
    package var commitSync: ClosedRange<UInt64> = 500...12_000

    package var pace: Pace
    package var parameters: Parameters
    package var paymentCount: Int
    /// Node 0 crashes when its disk has performed this many orders: a way to try every moment in turn.
    package var crashAfterOrders: Int?
    /// All nodes crash at that moment, as in a power cut.
    package var isPowerCut = false
    /// A promise that this world's nodes break on purpose, to see whether the checkers notice.
    package var plantedBug: PlantedBug?

    /// The scenario that this seed stands for: mostly four validators, one of them hostile.
    package init(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        self.seed = seed
        switch generator.below(100) {
        case ..<6: validatorCount = 1
        case ..<14: validatorCount = 2
        case ..<22: validatorCount = 3
        case ..<88: validatorCount = 4
        default: validatorCount = 7
        }
        let faultyMax = (validatorCount - 1) / 3
        if faultyMax > 0, generator.chance(perMille: 850) { adversaryCount = 1 + generator.below(faultyMax) }
        if generator.chance(perMille: 150) { followerCount = 1 }
        faultTime = generator.within(6_000...16_000)
        hasCrashes = generator.chance(perMille: 850)
        hasPartitions = generator.chance(perMille: 800)
        hasClockSkew = generator.chance(perMille: 600)
        if generator.chance(perMille: 600) { dropped = generator.below(200) }
        if generator.chance(perMille: 500) { duplicated = generator.below(100) }
        if generator.chance(perMille: 700) { delayed = generator.below(60) }
        let fastest = generator.within(100...8_000)
        latency = fastest...(fastest + generator.within(500...25_000))
        // Now and then the first view timer is too short for the network, and only its growth helps.
        if generator.chance(perMille: 80) { latency = 60_000...(60_000 + generator.within(10_000...90_000)) }
        var parameters = Parameters.defaults
        parameters.minBlockInterval = Milliseconds(generator.within(0...250))
        parameters.payoutInterval = Milliseconds(5_000)
        parameters.maxPaymentsPerTransaction = 64
        parameters.maxBlockShares = 200
        self.parameters = parameters
        pace = Pace.lan(blockInterval: parameters.minBlockInterval)
        pace.viewTimerMax = Milliseconds(4_000)
        pace.deadLeader = Milliseconds(2_000)
        pace.heartbeat = generator.chance(perMille: 100) ? Milliseconds(3_000) : .zero
        paymentCount = generator.below(60) + 10
        if adversaryCount > 0, generator.chance(perMille: 400) {
            twinCount = 1 + generator.below(adversaryCount)
            adversaryCount -= twinCount
            twinsHeedOneAnother = generator.chance(perMille: 200)
        }
    }

    /// The least time between two blocks, which genesis and pace both know.
    package mutating func setBlockInterval(milliseconds: UInt64) {
        parameters.minBlockInterval = Milliseconds(milliseconds)
        pace.blockInterval = Milliseconds(max(1, milliseconds))
    }

    /// How long without a block until an empty one is made; 0 = never.
    package mutating func setHeartbeat(milliseconds: UInt64) { pace.heartbeat = Milliseconds(milliseconds) }

    /// Whether one honest node may lose its vote log or its store, which makes it one of the faulty.
    ///
    /// Without its store it is mute until it has caught up with its vote log; others may need just the votes that it has
    /// forgotten as final. Without its vote log it is mute for ever.
    var mayLoseDisk: Bool { faultyCount < faultyMax }

    /// More hostile validators than the protocol bears: they know it, and double-deal whenever they can.
    package var isBeyondBearing: Bool { faultyCount > faultyMax }

    package var nodeCount: Int { validatorCount + followerCount + twinCount }
    package var faultyMax: Int { (validatorCount - 1) / 3 }
    var faultyCount: Int { adversaryCount + twinCount }

    /// The validators that run twice.
    var twins: Range<Int> { (validatorCount - faultyCount)..<(validatorCount - adversaryCount) }

    /// Whose key a node has; nil for a follower.
    func validator(of node: Int) -> Int? {
        if node < validatorCount { return node }
        let copy = node - validatorCount - followerCount
        return copy < 0 ? nil : twins.lowerBound + copy
    }

    func role(of node: Int) -> NodeRole {
        guard let validator = validator(of: node), validator >= twins.lowerBound else { return .honest }
        return twins.contains(validator) ? .twin : .scripted
    }

    /// How long after the last fault every valid payment is final on every node, in milliseconds.
    ///
    /// The view timers that run out when the faults end, once for the current leader and once for each hostile one, then
    /// a retry or two to learn what was missed, twice the clocks' distance, and the transfer of what a node lacks.
    package var healingTime: UInt64 {
        UInt64(faultyCount + 2) * pace.viewTimerMax.number + 12_000
    }
}

/// What an honest node must never do; a run with one of these has to end in a violation sooner or later.
package enum PlantedBug: CaseIterable, Sendable {
    /// The vote log is lost in every crash, and nobody notices.
    case forgetsItsVotes
    /// Votes leave before they are on disk.
    case sendsBeforeItWrites
    /// Blocks are reported final before they are on disk.
    case reportsBeforeItCommits
}
