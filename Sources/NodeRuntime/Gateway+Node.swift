import ChainCore
import JSONRPC
import MempoolCore
import Primitives
import ReplicaCore
import TCPGossip

// What an operator looks at when node_status gives a reason.
extension Gateway {
    func peers() async throws(GatewayError) -> PeersAnswer {
        let state = try await nodeState()
        let said = Dictionary(uniqueKeysWithValues: state.peers.map { ($0.key, $0.said) })
        let list = peers.states().map { peer in
            PeersAnswer.Peer(
                name: peer.peer.name,
                key: peer.peer.nodeKey,
                isValidator: peer.peer.role == .validator,
                address: peer.peer.role == .validator ? "\(peer.peer.host):\(peer.peer.port)" : "",
                session: PeersAnswer.Session(peer),
                said: said[peer.peer.nodeKey].flatMap { $0 }.map { .init($0) },
                lastProblem: peer.lastProblem
            )
        }
        return PeersAnswer(peers: list, at: try await head())
    }

    func mempool() async throws(GatewayError) -> MempoolAnswer {
        let pending = try await nodeState().pending
        return MempoolAnswer(
            transactions: pending.count,
            bytes: pending.byteCount,
            bytesMax: pending.byteCountMax,
            shares: pending.shares,
            oldest: pending.oldestArrival.map { SystemClock.wall.subtracting($0) },
            levels: pending.levels.map {
                .init(from: $0.from, transactions: $0.count, bytes: $0.byteCount, shares: $0.shares)
            },
            at: try await head()
        )
    }
}

extension PeersAnswer.Session {
    fileprivate init?(_ state: PeerState) {
        guard state.isConnected else { return nil }
        self.init(
            connections: state.lanes.map { "\($0)" },
            age: state.connectedFor ?? .zero,
            sentBytes: state.sentByteCount,
            receivedBytes: state.receivedByteCount,
            queuedBytes: state.queuedByteCount,
            droppedMessages: state.droppedFrameCount
        )
    }
}

extension PeersAnswer.Said {
    fileprivate init(_ said: NodeState.PeerView.Said) {
        self.init(height: said.finalHeight, view: said.currentView, clockOffset: said.clockOffset)
    }
}
