import ChainCore
package import ConsensusCore
import Cryptography
import LedgerCore
package import MempoolCore
package import Primitives

/// What a node knows of itself, for whoever watches it.
package struct NodeState: Sendable {
    /// The final tip of the state; the disk may be a little behind it.
    package let tip: FinalTip
    package let epoch: Epoch
    package let view: View
    package let finalView: View
    package let leader: Int
    package let isArmed: Bool
    package let mode: SigningMode
    package let me: Int?
    /// By validator: what I heard of it in the current view.
    package let votes: [[VoteBody.Kind]]
    /// The connected peers, by node key, ascending.
    package let peers: [PeerView]
    /// Validators that told me since the start what they hold under my key, of those I need.
    package let answered: Int
    package let pending: MempoolReport
    /// The best final height that a peer reported.
    package let bestPeerHeight: Height
    /// How far the peers' clocks are ahead of mine, the median, in milliseconds.
    package let clockOffset: Int64
    /// What the fee pool holds.
    package let pool: Amount
    package let accountCount: Int

    /// What a connected peer said of itself in its last status.
    package struct PeerView: Hashable, Sendable {
        package let key: PublicKey
        package let said: Said?

        package struct Said: Hashable, Sendable {
            package let finalHeight: Height
            package let currentView: View
            /// How far its clock was ahead of mine, in milliseconds, the way of the message included.
            package let clockOffset: Int64
        }
    }

    package func isConnected(_ key: PublicKey) -> Bool { peers.contains { $0.key == key } }
}

extension Replica {
    /// How the node stands between two turns.
    package var nodeState: NodeState {
        let offsets = peers.values.filter { $0.status != nil }.map(\.clockOffset).sorted()
        return NodeState(
            tip: tipPoint,
            epoch: consensus.epoch,
            view: consensus.current,
            finalView: consensus.finalView,
            leader: consensus.leader,
            isArmed: consensus.isArmed,
            mode: consensus.mode,
            me: me,
            votes: rules.electorate.validators.validators.indices.map { consensus.votesInCurrentView(of: $0) },
            peers: peers.keys.sorted().map { NodeState.PeerView(key: $0, said: peers[$0]?.said) },
            answered: consensus.answeredCount,
            pending: mempool.report,
            bestPeerHeight: bestPeerHeight,
            clockOffset: offsets.isEmpty ? 0 : offsets[offsets.count / 2],
            pool: ledger.account(.pool)?.balance ?? .zero,
            accountCount: ledger.accountCount()
        )
    }
}

extension Peer {
    fileprivate var said: NodeState.PeerView.Said? {
        status.map { status in
            NodeState.PeerView.Said(
                finalHeight: status.finalHeight,
                currentView: status.currentView,
                clockOffset: clockOffset
            )
        }
    }
}
