import ConsensusCore
import MempoolCore
package import Primitives

/// How much a replica remembers of what others can make it remember.
package struct ReplicaFootprint: Hashable, Sendable {
    package let view: View
    package let finalView: View
    /// Views of which anything is known: of each at most one vote of a kind by each validator, and three certificates.
    package let openViews: Int
    /// Views of which this node's own votes are held.
    package let ownViews: Int
    /// Executed blocks above the tip.
    package let candidates: Int
    /// Blocks whose bodies or parents are not here yet.
    package let assemblies: Int
    package let peers: Int
    /// Ranges of final blocks that were asked for, or came before those below them.
    package let ranges: Int
    /// Evidence that waits for a block.
    package let evidence: Int
    package let mempoolBytes: Int
    package let mempoolBytesMax: Int
}

extension Replica {
    /// Counts only; constant cost.
    package var footprint: ReplicaFootprint {
        ReplicaFootprint(
            view: consensus.current,
            finalView: consensus.finalView,
            openViews: consensus.openViewCount,
            ownViews: consensus.ownViewCount,
            candidates: candidates.count,
            assemblies: assemblies.count,
            peers: peers.count,
            ranges: sync.open.count + sync.arrived.count,
            evidence: evidence.count,
            mempoolBytes: mempool.byteCount,
            mempoolBytesMax: mempool.limits.byteCountMax
        )
    }
}
