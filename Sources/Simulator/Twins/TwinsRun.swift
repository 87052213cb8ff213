import ChainCore
import ConsensusCore
import Cryptography
package import Primitives
import ReplicaCore

// The course of a scenario: rounds with silence between them, then all hear all, and everybody must agree on a new block.
extension TwinsNetwork {
    /// Runs the silent views until the next one that this validator leads, and that view with this split.
    mutating func runRound(setting: Int) {
        let view = nextView(ledBy: plan.leader(of: setting))
        beSilent(until: view)
        guard !isOver else { return }
        rounds.append(Round(view: view, split: plan.split(of: setting)))
        if trace.keepsLines {
            say(
                "-- round \(rounds.count) is view \(view), led by v\(plan.leader(of: setting)): \(plan.words(for: setting))"
            )
        }
        open(upTo: view)
        let deadline = now + Self.patience
        while !isSpent(view), !isOver {
            guard now < deadline else { return stall("L3: round \(rounds.count) never ends") }
            advance()
        }
        releaseHeldBack()
    }

    /// No view takes as long, with timers that don't grow.
    private static var patience: UInt64 { 60_000 }

    /// Whoever waits longer waits for a retry: heartbeat and timers come sooner.
    private static var longestWait: UInt64 { 1_000 }

    private func nextView(ledBy leader: Int) -> View {
        var view = (rounds.last?.view ?? .zero).next
        while keys.electorate.validators.leader(of: view, in: .zero) != leader { view = view.next }
        return view
    }

    /// Views in which nothing is heard but nullify votes.
    mutating func beSilent(until view: View) {
        guard view.number > 1 else { return }
        open(upTo: View(view.number - 1))
        let deadline = now + Self.patience * view.number
        while !hasReached(view), !isOver {
            guard now < deadline else { return stall("L3: the silence before view \(view) never ends") }
            advance()
        }
    }

    /// All honest nodes are in this view; or some are, and the others wait for a certificate that its split may bring them.
    private func hasReached(_ view: View) -> Bool {
        let behind = honest.count { nodes[$0].replica.consensus.current < view }
        return behind == 0 || (behind < honest.count && isSpent(View(view.number - 1)))
    }

    private var isOver: Bool { isStalled || checker.violation != nil }

    var honest: Range<Int> { 0..<plan.twins.lowerBound }

    /// Nothing is under way, and whoever is still in this view waits for what doesn't come.
    private func isSpent(_ view: View) -> Bool {
        inFlight.isEmpty
            && nodes.allSatisfy { $0.replica.consensus.current > view || $0.wakeAt > now + Self.longestWait }
    }

    // MARK: - Healing

    /// All hear all, over sessions that begin anew, until every honest node has one and the same new block final.
    mutating func heal() {
        isCalm = true
        say("-- all hear all")
        open(upTo: openView)
        if !plan.arrivesLate { heldBack = [] }
        connectAll()
        let wall = moment(skew: 0).wall
        let deadline = now + Self.healingTime
        while !agrees(since: wall), !isOver {
            guard now < deadline else {
                return stall("L1: \(Self.healingTime) ms after healing nothing new is final everywhere")
            }
            advance()
        }
    }

    /// A view or two, or the half second after which whoever is behind pulls final blocks, with a margin for timers.
    private static var healingTime: UInt64 { 5_000 }

    /// Nobody promises progress with more than f twins: honest nodes stop when two certificates exclude each other.
    mutating func stall(_ what: String) {
        say(what)
        if !plan.isBeyondBearing { checker.violate(what) }
        isStalled = true
    }

    private func agrees(since wall: Milliseconds) -> Bool {
        guard let first = honest.first else { return true }
        let tip = nodes[first].replica.tipHash
        return nodes[first].replica.tip.time >= wall && honest.allSatisfy { nodes[$0].replica.tipHash == tip }
    }

    // MARK: - What came of it

    var result: TwinsResult {
        var hasher = SHA256()
        for node in nodes {
            hasher.update(node.replica.tipHash)
            var writer = WireWriter()
            writer.write(node.replica.consensus.current)
            hasher.update(writer.bytes)
        }
        var writer = WireWriter()
        writer.write(deliveredCount)
        hasher.update(writer.bytes)
        return TwinsResult(
            violation: checker.violation,
            fork: checker.fork,
            isChainForked: isChainForked,
            convicted: isChainForked ? convicted : [],
            digest: hasher.finish(),
            heights: honest.map { nodes[$0].replica.tip.height },
            views: nodes.map { $0.replica.consensus.current },
            deliveredCount: deliveredCount,
            lines: trace.lines
        )
    }
}

/// How a scenario ended.
package struct TwinsResult: Sendable {
    package let violation: String?
    package let fork: Fork?
    /// Two honest nodes have different blocks final at one height.
    package let isChainForked: Bool
    /// Whom the disks of the honest nodes alone convict of that fork.
    package let convicted: [Int]
    package let digest: Hash32
    /// The final heights of the honest nodes.
    package let heights: [Height]
    /// The current view of each copy.
    package let views: [View]
    package let deliveredCount: UInt64
    package let lines: [String]
}

/// Runs single scenarios of a family, each from the start.
package struct TwinsRunner: Sendable {
    package let plan: TwinsPlan
    let template: TwinsNetwork

    package init(_ plan: TwinsPlan, scheme: TwinsScheme = .mock) {
        self.plan = plan
        template = TwinsNetwork(plan, keys: TwinsKeys(validatorCount: plan.validatorCount, scheme: scheme))
    }

    package func run(_ scenario: TwinsScenario, keepsLines: Bool = false) -> TwinsResult {
        var network = template
        network.trace = Trace(keepsLines: keepsLines)
        for setting in scenario.settings { network.runRound(setting: setting) }
        network.heal()
        return network.result
    }
}
