import ChainCore
import ConsensusCore
import JSONRPC
import Primitives
import ReplicaCore

/// One screen of a node's state, and in sentences why it does not progress.
struct NodeStatusReport {
    static let version = Version.text

    private let state: NodeState
    private let list: ValidatorSet
    private let names: PeerNames
    private let space: SpaceState
    private let wall: Milliseconds

    init(_ state: NodeState, rules: ChainRules, names: PeerNames, space: SpaceState, wall: Milliseconds) {
        self.state = state
        list = rules.electorate.validators
        self.names = names
        self.space = space
        self.wall = wall
    }

    var status: NodeStatus {
        NodeStatus(
            version: Self.version,
            role: state.me.map { .validator(name: list.validators[$0].name) } ?? .follower,
            mode: mode,
            head: state.tip.point,
            epoch: state.epoch,
            view: state.view,
            leader: list.validators[state.leader].name,
            isArmed: state.isArmed,
            quorum: list.quorum,
            votes: zip(list.validators, state.votes).map { .init(name: $0.name, kinds: Set($1)) },
            peers: state.connected.map { names[$0] }.sorted(),
            finalityAge: wall.subtracting(state.tip.time),
            pendingTransactions: state.pendingCount,
            pendingBytes: state.pendingBytes,
            sync: isBehind ? .behind(target: state.bestPeerHeight) : .upToDate,
            why: why
        )
    }

    /// What keeps clients from being sent here.
    var readinessProblems: [String] {
        var problems: [String] = []
        if let reason = notSigning { problems.append(reason) }
        if isBehind { problems.append(behind) }
        if let missing = missingForQuorum { problems.append(missing) }
        if let problem = space.problem { problems.append(problem) }
        return problems
    }

    /// The clocks are part of it only when there is something to do that does not get done.
    private var why: [String] {
        var why = readinessProblems
        if let waiting = waitingForAnswers { why.append(waiting) }
        if abs(state.clockOffset) >= 250 {
            let direction = state.clockOffset > 0 ? "behind" : "ahead of"
            why.append(
                "this node's clock is \(abs(state.clockOffset)) ms \(direction) its peers': check its time service"
            )
        }
        let age = wall.subtracting(state.tip.time)
        if why.isEmpty, state.isArmed, age > Milliseconds(10_000) {
            why.append(
                "view \(state.view) waits for its leader \(list.validators[state.leader].name); heard so far of it: "
                    + heardInView
            )
        }
        return why
    }

    private var mode: NodeStatus.Mode { notSigning.map { .observer(why: $0) } ?? .signing }

    private var notSigning: String? {
        switch state.mode {
        case .signing: nil
        case .follower: state.me == nil ? "this node is a follower: it keeps the chain and does not vote" : nil
        case .observer(let reason): reason
        case .secondInstance: "another instance signs with this validator's key; this one signs nothing any more"
        case .stopped(let reason): reason
        }
    }

    private var isBehind: Bool { state.bestPeerHeight.number > state.tip.height.number + 2 }

    private var behind: String {
        "\(state.bestPeerHeight.number - state.tip.height.number) blocks behind the best peer, catching up"
    }

    private var connected: [Int] {
        list.validators.indices.filter { $0 == state.me || state.connected.contains(list.validators[$0].nodeKey) }
    }

    /// Who is missing for a quorum, by name.
    private var missingForQuorum: String? {
        guard connected.count < list.quorum else { return nil }
        let missing = list.validators.indices.filter { !connected.contains($0) }.map { list.validators[$0].name }
        return "\(connected.count) of \(list.count) validators are connected, a quorum needs \(list.quorum); missing: "
            + missing.joined(separator: ", ")
    }

    private var waitingForAnswers: String? {
        guard state.mode == .signing, state.answered < list.quorum - 1 else { return nil }
        return
            "after its start this node signs nothing until \(list.quorum - 1) other validators have told it what they hold "
            + "under its key; \(state.answered) have"
    }

    private var heardInView: String {
        let heard = zip(list.validators, state.votes).filter { !$1.isEmpty }
            .map { "\($0.name): \($1.map { "\($0)" }.joined(separator: " and "))" }
        return heard.isEmpty ? "nothing" : heard.joined(separator: "; ")
    }
}
