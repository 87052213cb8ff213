import ConsensusCore
import Primitives
import ReplicaCore

/// The most that any honest node of a world ever held or sent.
package struct Peaks: Hashable, Sendable {
    /// Views above the final one of which it knew something.
    package var openViews = 0
    /// Executed blocks above the tip, and blocks on their way.
    package var blocks = 0
    /// Orders that its disk had not done.
    package var undoneOrders = 0
    package var mempoolBytes = 0
    /// Bytes that it sent in one second, to all peers together.
    package var sentBytes = 0

    package init() {}

    package mutating func formMaximum(_ other: Peaks) {
        openViews = max(openViews, other.openViews)
        blocks = max(blocks, other.blocks)
        undoneOrders = max(undoneOrders, other.undoneOrders)
        mempoolBytes = max(mempoolBytes, other.mempoolBytes)
        sentBytes = max(sentBytes, other.sentBytes)
    }
}

// A2: what a node remembers, holds back and sends stays within bounds that no peer can move.
extension World {
    private static var ordersMax: Int { 64 }

    /// After every step of an honest replica.
    mutating func checkMemory(of node: Int) {
        guard let held = Self.footprint(of: &nodes[node]) else { return }
        if held.view > trace.view {
            trace.enter(held.view, ledBy: electorate.validators.leader(of: held.view, in: .zero), at: now)
        }
        let undone = nodes[node].lanes.inFlight.count + nodes[node].lanes.waiting.count
        let uncommitted = nodes[node].lanes.commit.count
        let inRanges = nodes[node].lanes.commit.reduce(0) { count, item in
            guard case .commit(let blocks) = item.order, blocks.count > 1 else { return count }
            return count + blocks.count
        }
        checker.peaks.openViews = max(checker.peaks.openViews, held.openViews)
        checker.peaks.blocks = max(checker.peaks.blocks, held.candidates + held.assemblies)
        checker.peaks.undoneOrders = max(checker.peaks.undoneOrders, undone)
        checker.peaks.mempoolBytes = max(checker.peaks.mempoolBytes, held.mempoolBytes)
        // Own votes are in the log or on their way to it; what a crash made the node forget of views, peers tell it (3.7(6)).
        let ownViews = nodes[node].disk.votes.viewCount + undone
        expect(held.ownViews <= ownViews, node, "own votes of \(held.ownViews) views, not \(ownViews)")
        // One record for each view above the final one, up to the one after the current.
        let views = Int(held.view.number - held.finalView.number) + 1 + held.ownViews
        if held.openViews > views {
            // A node whose store or vote log was lost is told its own votes again.
            let told = nodes[node].validator == nil ? 0 : checker.viewsSigned(by: node, above: held.finalView)
            expect(held.openViews <= views + told, node, "\(held.openViews) open views, not \(views + told)")
        }
        // A view brings one proposal, and one more block that a quorum has seen. A start brings all that its disk holds,
        // also of views whose certificates went with the power.
        let blocks = 2 * views + nodes[node].restoredBlocks
        expect(held.candidates <= blocks, node, "\(held.candidates) executed blocks in \(views) views")
        expect(held.assemblies <= 2 * views, node, "\(held.assemblies) blocks on their way in \(views) views")
        expect(held.peers < scenario.nodeCount, node, "\(held.peers) peers, more than there are")
        expect(held.ranges <= scenario.nodeCount + 4, node, "\(held.ranges) ranges of final blocks")
        expect(held.evidence <= scenario.validatorCount, node, "\(held.evidence) pieces of evidence")
        expect(held.mempoolBytes <= held.mempoolBytesMax, node, "\(held.mempoolBytes) bytes of transactions")
        // For each open view at most two blocks, three votes and three certificates; evidence once for each signer. Whoever
        // is behind gets final blocks by ranges, whose views are open no more: each is stored before it is committed.
        // Votes that are not on disk keep views open, so a disk that does nothing would raise its own bound: hence the most.
        let orders = min(16 + 8 * views + scenario.validatorCount, Self.ordersMax) + inRanges
        expect(undone <= orders, node, "\(undone) orders that wait for its disk, not \(orders)")
        expect(uncommitted <= 1_000, node, "\(uncommitted) orders that wait for its chain")
        expect(inRanges <= 1_000, node, "\(inRanges) final blocks that wait for its chain")
    }

    /// `inout`, so that the replica is looked at where it lies: a copy would cost more than the step before.
    private static func footprint(of node: inout SimulatedNode) -> ReplicaFootprint? { node.replica?.footprint }

    /// What a node sends in a second: a retry is bounded, whatever is older is asked for (spec 3.6 Retry).
    mutating func checkEgress(_ byteCount: Int, of node: Int) {
        guard nodes[node].isHonest else { return }
        let second = now / 1_000_000
        if nodes[node].sentInSecond.second != second { nodes[node].sentInSecond = (second, 0) }
        nodes[node].sentInSecond.byteCount += byteCount
        checker.peaks.sentBytes = max(checker.peaks.sentBytes, nodes[node].sentInSecond.byteCount)
        let bound = scenario.egressMax
        expect(nodes[node].sentInSecond.byteCount <= bound, node, "more than \(bound) bytes sent in one second")
    }

    private mutating func expect(_ isKept: Bool, _ node: Int, _ what: @autoclosure () -> String) {
        if !isKept { checker.violate("A2: node \(node) has \(what())") }
    }
}
