package import ConsensusCore
package import LedgerCore
package import Primitives

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

    /// What may go wrong.
    package var faults: Set<FaultKind>
    /// How long things go wrong, in milliseconds; with a wanted height, until that is reached.
    package var faultTime: UInt64
    /// The faults go on until this height is final somewhere.
    package var wantedHeight = Height.zero
    /// How far each node's wall clock is off for the whole run, in milliseconds, 0 where none is named; nil leaves it to the seed.
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
    /// How many payments are planned for each stretch of `faultTime`.
    package var paymentCount: Int
    /// Node 0 crashes when its disk has performed this many orders: a way to try every moment in turn.
    package var crashAfterOrders: Int?
    /// All nodes crash at that moment, as in a power cut.
    package var isPowerCut = false
    /// A promise that this world's nodes break on purpose, to see whether the checkers notice.
    package var plantedBug: PlantedBug?
    /// What was asked for on top of the seed, as options of `farthing simulate`.
    private let options: String

    /// The scenario that this seed stands for: mostly four validators, one of them hostile, and many kinds of faults.
    ///
    /// What is given replaces what the seed would choose: the number of validators, 1 to 31; how many of them run twice;
    /// the kinds of faults; the height that must be final everywhere before the world comes to rest.
    package init(
        seed: UInt64,
        validatorCount wantedCount: Int? = nil,
        twinCount wantedTwins: Int? = nil,
        faults wantedFaults: Set<FaultKind>? = nil,
        height: Height = .zero
    ) {
        var generator = SplitMix64(seed: seed)
        self.seed = seed
        wantedHeight = height
        options = Self.options(wantedCount, twinCount: wantedTwins, faults: wantedFaults, height: height)
        let usualCount = Self.usualValidatorCount(&generator)
        validatorCount = wantedCount ?? usualCount
        var usualFaults: Set<FaultKind> = []
        for kind in FaultKind.allCases where generator.chance(perMille: kind.usual) { usualFaults.insert(kind) }
        faults = wantedFaults ?? usualFaults
        let faultyMax = (validatorCount - 1) / 3
        if faultyMax > 0, faults.contains(.hostile) { adversaryCount = 1 + generator.below(faultyMax) }
        if generator.chance(perMille: 150) { followerCount = 1 }
        faultTime = generator.within(6_000...16_000)
        if faults.contains(.loss) { dropped = 1 + generator.below(200) }
        if faults.contains(.duplicate) { duplicated = 1 + generator.below(100) }
        if faults.contains(.delay) { delayed = 1 + generator.below(60) }
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
        if let wantedTwins {
            adversaryCount = max(0, min(adversaryCount + twinCount, faultyMax) - wantedTwins)
            twinCount = wantedTwins
            twinsHeedOneAnother = false
        }
    }

    /// A world in which nothing goes wrong: one payment after another among honest nodes on a fast network.
    package static func calm(seed: UInt64, validatorCount: Int) -> Scenario {
        var scenario = Scenario(seed: seed, validatorCount: validatorCount, faults: [])
        scenario.followerCount = 0
        scenario.clockOffsets = []
        scenario.latency = 1_000...3_000
        return scenario
    }

    private static func usualValidatorCount(_ generator: inout SplitMix64) -> Int {
        switch generator.below(100) {
        case ..<5: 1
        case ..<12: 2
        case ..<19: 3
        case ..<72: 4
        case ..<80: 5
        case ..<90: 7
        case ..<96: 10
        default: 13
        }
    }

    // MARK: - The same again

    private static func options(
        _ validatorCount: Int?,
        twinCount: Int?,
        faults: Set<FaultKind>?,
        height: Height
    ) -> String {
        var options = ""
        if let validatorCount { options += " --validators \(validatorCount)" }
        if let twinCount { options += " --twins \(twinCount)" }
        if let faults {
            let names = FaultKind.allCases.filter { faults.contains($0) }.map(\.rawValue)
            options += " --faults \(names.isEmpty ? "none" : names.joined(separator: ","))"
        }
        if height > .zero { options += " --heights \(height)" }
        return options
    }

    /// The command that runs exactly this world again and tells what happens in it.
    package var command: String { "farthing simulate --seed \(seed)\(options) --trace" }

    // MARK: - Pace

    /// The least time between two blocks, which genesis and pace both know.
    package mutating func setBlockInterval(milliseconds: UInt64) {
        parameters.minBlockInterval = Milliseconds(milliseconds)
        pace.blockInterval = Milliseconds(max(1, milliseconds))
    }

    /// How long without a block until an empty one is made; 0 = never.
    package mutating func setHeartbeat(milliseconds: UInt64) { pace.heartbeat = Milliseconds(milliseconds) }

    // MARK: - Bounds

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

    /// The farthest that a wall clock is from true time while things go wrong, in milliseconds.
    var clockErrorMax: UInt64 { faults.contains(.clock) ? 10_000 : Self.usualClockError }
    /// How far wall clocks are off at any time.
    static let usualClockError: UInt64 = 800

    /// What a node may send in one second, in bytes: 1 MiB to each other node, answers to who was away included.
    var egressMax: Int { nodeCount << 20 }

    /// How long after the quorum is back the next block is final (L5), in milliseconds.
    ///
    /// A start, a redial and a retry, then the view timers as above; the length of the outage is not in it.
    var progressTime: UInt64 {
        UInt64(faultyCount + 1) * pace.viewTimerMax.number + 3_500 + (clockErrorMax - Self.usualClockError)
    }

    /// How long after the last fault every valid payment is final on every node, in milliseconds.
    ///
    /// The view timers that run out when the faults end, once for the current leader and once for each hostile one, then
    /// a retry or two to learn what was missed, twice the clocks' distance, and the transfer of what a node lacks; or, with
    /// many validators, the probes and then a retry.
    package var healingTime: UInt64 {
        // Chain time may have followed the fastest clocks, and the voters wait until their own have caught up (3.10).
        UInt64(faultyCount + 2) * pace.viewTimerMax.number + max(12_000, probeTime + 3_000)
            + (clockErrorMax - Self.usualClockError)
    }

    /// From the last fault to the last probe, in milliseconds.
    private var probeTime: UInt64 { UInt64(probeCount) * Self.probeInterval }
    /// Payments that are sent one after another when the faults are over, so that every validator leads a block.
    var probeCount: Int { 3 * validatorCount }
    static let probeInterval: UInt64 = 300
}

/// What an honest node must never do; a run with one of these has to end in a violation sooner or later.
package enum PlantedBug: CaseIterable, Sendable {
    /// The vote log is lost in every crash, and nobody notices.
    case forgetsItsVotes
    /// Votes leave before they are on disk.
    case sendsBeforeItWrites
    /// Blocks are reported final before they are on disk.
    case reportsBeforeItCommits
    /// Blocks are voted for that never reach the disk.
    case losesBlocks
    /// A finalize leaves before the notarization that it rests on is on disk.
    case finalizesOnUnsyncedCertificates
    /// After two seconds no timer runs out any more.
    case ignoresTimers
    /// A message that nobody needs, again and again, in an idle network.
    case chatters
    /// A disk that takes orders and never does them, which nobody notices.
    case hoardsOrders
    /// An auditor who is shown a changed block and looks at the right one.
    case auditsTheWrongBlock
}
