import ChainCore
import ConsensusCore
import JSONRPC
import LevelDBStorage
import MempoolCore
import Primitives
import ReplicaCore

/// One screen of a node's state, and why it is not in order.
struct NodeStatusReport {
    static let version = Version.text

    private let state: NodeState
    private let tip: ChainTip
    private let list: ValidatorSet
    private let names: PeerNames
    private let space: SpaceState
    private let storeStalled: Milliseconds?
    private let wall: Milliseconds

    /// `tip` is the end of the chain on disk: nothing beyond it is shown.
    init(
        _ state: NodeState,
        tip: ChainTip,
        rules: ChainRules,
        names: PeerNames,
        space: SpaceState,
        storeStalled: Milliseconds?,
        wall: Milliseconds
    ) {
        self.state = state
        self.tip = tip
        list = rules.electorate.validators
        self.names = names
        self.space = space
        self.storeStalled = storeStalled
        self.wall = wall
    }

    var status: NodeStatus {
        NodeStatus(
            version: Self.version,
            role: state.me.map { .validator(name: list.validators[$0].name) } ?? .follower,
            mode: mode,
            head: ChainPoint(height: tip.height, hash: tip.hash, time: tip.header.time),
            epoch: state.epoch,
            view: state.view,
            leader: list.validators[state.leader].name,
            isArmed: state.isArmed,
            quorum: list.quorum,
            votes: zip(list.validators, state.votes).map { .init(name: $0.name, kinds: Set($1)) },
            peers: state.peers.map { names[$0.key] }.sorted(),
            finalityAge: wall.subtracting(tip.header.time),
            pendingTransactions: state.pending.count,
            pendingBytes: state.pending.byteCount,
            sync: isBehind ? .behind(target: state.bestPeerHeight) : .upToDate,
            why: reasons
        )
    }

    /// The gravest first; those that only explain come when nothing else does.
    var reasons: [NodeReason] {
        var reasons = [
            signing, storeStalled.map { .storeStalled($0) }, behind, quorum, room, answers, clock,
        ]
        .compactMap(\.self)
        if reasons.isEmpty, let waiting { reasons.append(waiting) }
        return reasons
    }

    private var mode: NodeStatus.Mode {
        switch state.mode {
        case .signing: .signing
        case .follower: .observer(why: "this node is a follower: it keeps the chain and does not vote")
        case .observer, .secondInstance, .stopped: .observer(why: signing?.message ?? "")
        }
    }

    /// A follower is in order without signing.
    private var signing: NodeReason? {
        switch state.mode {
        case .signing, .follower: nil
        case .observer(let why): .observer(why: why)
        case .secondInstance: .secondInstance
        case .stopped(let why): .signingStopped(why: why)
        }
    }

    private var isBehind: Bool { state.bestPeerHeight.number > state.tip.height.number + 2 }

    private var behind: NodeReason? {
        isBehind ? .syncing(lag: state.bestPeerHeight.number - state.tip.height.number) : nil
    }

    private var quorum: NodeReason? {
        let missing = list.validators.indices.filter {
            $0 != state.me && !state.isConnected(list.validators[$0].nodeKey)
        }
        // A certificate proves itself, so a follower needs nobody but one who passes it on.
        let needed = state.me == nil ? 1 : list.quorum
        guard list.count - missing.count < needed else { return nil }
        return .noQuorum(
            connected: list.count - missing.count,
            validators: list.count,
            needed: list.quorum,
            missing: missing.map { list.validators[$0].name }
        )
    }

    private var room: NodeReason? {
        switch space {
        case .ample: nil
        case .low(let free, let limit), .exhausted(let free, let limit): .spaceLow(free: free, limit: limit)
        }
    }

    private var answers: NodeReason? {
        guard state.mode == .signing, state.answered < list.quorum - 1 else { return nil }
        return .awaitingVotes(heard: state.answered, needed: list.quorum - 1)
    }

    private var clock: NodeReason? {
        state.clockOffset.magnitude >= 250 ? .clockOff(milliseconds: state.clockOffset) : nil
    }

    /// Only when there is something to do that does not get done.
    private var waiting: NodeReason? {
        guard state.isArmed, wall.subtracting(tip.header.time) > Milliseconds(10_000) else { return nil }
        let heard = zip(list.validators, state.votes).filter { !$1.isEmpty }
            .map { "\($0.name): \($1.map { "\($0)" }.joined(separator: " and "))" }
        return .viewWaits(view: state.view, leader: list.validators[state.leader].name, heard: heard)
    }
}
