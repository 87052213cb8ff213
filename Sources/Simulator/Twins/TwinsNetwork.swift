import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives
import ReplicaCore

/// One copy of a validator: the node's own replica, and its disk.
struct TwinsNode: Sendable {
    let validator: Int
    let isTwin: Bool
    /// How far its wall clock is ahead, so that two copies that lead at one moment build different blocks.
    let skew: UInt64
    var replica: Replica
    var disk: TwinsStore
    var blindfold: Blindfold?
    /// When it wants to be woken, in milliseconds of the scenario; once.
    var wakeAt: UInt64 = .max
}

/// Replicas that hear each other as the rounds of a scenario allow; a value, so that scenarios with the same first rounds
/// share what happened in them.
///
/// Messages go in waves, one a millisecond; when none is under way, time jumps to the next timer. Nothing is random.
struct TwinsNetwork: Sendable {
    struct Envelope: Sendable {
        let message: GatedMessage
        let key: PublicKey
        let receiver: Int
    }

    /// Something said about a view for which no round has begun.
    struct Early: Sendable {
        let message: PeerMessage
        let gated: GatedMessage
        let sender: Int
        let receivers: [Int]
    }

    /// A view with a split; in other views nothing is heard but nullify votes.
    struct Round: Sendable {
        let view: View
        let split: [UInt8]
    }

    let plan: TwinsPlan
    let keys: TwinsKeys
    /// The copies under each node key.
    let copies: [PublicKey: [Int]]
    /// For each copy all others but its sibling.
    let others: [[Int]]
    var nodes: [TwinsNode] = []
    var checker: Checker
    var now: UInt64 = Self.start
    var inFlight: [Envelope] = []
    /// What the split of the last round held back.
    var heldBack: [Envelope] = []
    /// Messages about views beyond `openView`.
    var early: [Early] = []
    private var checkedCertificates: [Certificate: Verified<Certificate>] = [:]
    var rounds: [Round] = []
    /// The last view about which messages are let through.
    var openView = View.zero
    /// All hear all.
    var isCalm = false
    /// Nothing goes on any more.
    var isStalled = false
    var deliveredCount: UInt64 = 0
    var trace = Trace(keepsLines: false)

    static let start: UInt64 = 10_000

    init(_ plan: TwinsPlan, keys: TwinsKeys) {
        self.plan = plan
        self.keys = keys
        let validators = (0..<plan.copyCount).map(plan.validator)
        copies = Dictionary(grouping: validators.indices) { keys.genesis.validators[validators[$0]].nodeKey }
        others = validators.map { own in validators.indices.filter { validators[$0] != own } }
        checker = Checker(electorate: keys.electorate)
        checker.honest = Set(0..<plan.twins.lowerBound)
        checker.twins = plan.twins
        checker.bearsForks = plan.isBeyondBearing
        for copy in 0..<plan.copyCount { nodes.append(makeNode(copy)) }
        introduce()
    }

    private func makeNode(_ copy: Int) -> TwinsNode {
        let skew: UInt64 = copy < plan.validatorCount ? 0 : 1
        let validator = plan.validator(of: copy)
        let start = keys.start(as: validator, pace: Self.pace)
        var node = TwinsNode(
            validator: validator,
            isTwin: plan.isTwin(copy),
            skew: skew,
            replica: Replica(start, at: moment(skew: skew)),
            disk: TwinsStore(genesisHash: start.tip.hash(network: keys.electorate.network))
        )
        if node.isTwin { node.blindfold = Blindfold(me: validator, validators: keys.electorate.validators) }
        return node
    }

    /// Rounds are short and what is lost stays lost: retries come only once a scenario heals.
    static var pace: Pace {
        var pace = Pace.lan(blockInterval: .zero)
        pace.viewTimerMax = pace.viewTimer
        pace.retry = Milliseconds(10_000)
        pace.heartbeat = Milliseconds(600)
        return pace
    }

    /// Everybody connects to everybody and is told what votes there are under its key (spec 3.7(6)).
    private mutating func introduce() {
        isCalm = true
        connectAll()
        deliverWave()
        isCalm = false
    }

    /// All sessions begin, or begin anew: each side says where it is, and whoever is behind is helped along.
    mutating func connectAll() {
        for copy in nodes.indices {
            for validator in 0..<plan.validatorCount where validator != nodes[copy].validator {
                let key = keys.genesis.validators[validator].nodeKey
                step(copy, .disconnected(key))
                step(copy, .connected(key))
            }
        }
    }

    // MARK: - Time

    func moment(skew: UInt64) -> Moment {
        Moment(
            wall: Milliseconds(Federation.epochStart.number + now + skew),
            monotonic: Milliseconds(now)
        )
    }

    /// Delivers what is under way, or lets time pass until somebody wakes.
    mutating func advance() {
        if inFlight.isEmpty {
            let next = nodes.map(\.wakeAt).min() ?? .max
            guard next < .max else { return stall("L3: nobody waits for anything any more") }
            now = max(now, next)
        } else {
            now += 1
            deliverWave()
        }
        for copy in nodes.indices where nodes[copy].wakeAt <= now {
            nodes[copy].wakeAt = .max
            step(copy, .tick)
        }
    }

    private mutating func deliverWave() {
        let wave = inFlight
        inFlight = []
        for envelope in wave { deliver(envelope) }
    }

    private mutating func deliver(_ envelope: Envelope) {
        deliveredCount += 1
        let receiver = envelope.receiver
        guard nodes[receiver].blindfold != nil else {
            return step(receiver, .message(envelope.message, from: envelope.key))
        }
        let log = nodes[receiver].disk.votes
        if let shown = nodes[receiver].blindfold?.shown(envelope.message, signed: log) {
            step(receiver, .message(shown, from: envelope.key))
        }
    }

    // MARK: - Who hears what

    func nodeKey(of copy: Int) -> PublicKey { keys.genesis.validators[nodes[copy].validator].nodeKey }

    mutating func send(_ spoken: PeerMessage, from sender: Int, to receivers: [Int]) {
        guard !receivers.isEmpty else { return }
        let message = nodes[sender].blindfold?.spoken(spoken) ?? spoken
        guard let gated = gated(message) else {
            return checker.violate("\(plan.name(of: sender)) sends what no gate lets through: \(message.line)")
        }
        send(message, gated, from: sender, to: receivers)
    }

    /// Sends what has been through a gate.
    mutating func send(_ message: PeerMessage, _ gated: GatedMessage, from sender: Int, to receivers: [Int]) {
        // Whoever hears all nullify votes of a silent view needs no certificate.
        if !isCalm, case .certificate(let certificate) = message, isSilent(certificate.view) { return }
        if let view = message.viewOfVote, view > openView, !isCalm {
            early.append(Early(message: message, gated: gated, sender: sender, receivers: receivers))
        } else {
            route(message, gated, from: sender, to: receivers)
        }
    }

    /// What was checked before is not checked again, as in a node's gate: everybody echoes every certificate.
    private mutating func gated(_ message: PeerMessage) -> GatedMessage? {
        guard case .certificate(let certificate) = message else {
            return GatedMessage.check(message, in: keys.electorate, by: keys.scheme)
        }
        if let known = checkedCertificates[certificate] { return .certificate(known) }
        guard let checked = Verified.check(certificate, in: keys.electorate, by: keys.scheme) else { return nil }
        checkedCertificates[certificate] = checked
        return .certificate(checked)
    }

    /// Whether a view comes after the last round that has begun.
    private func isSilent(_ view: View) -> Bool { rounds.last.map { view > $0.view } ?? true }

    /// A round's votes and proposal go by its split, whenever they are sent; of other views only the nullify votes are heard,
    /// by all; everything else goes by the split of the last round.
    private mutating func route(_ message: PeerMessage, _ gated: GatedMessage, from sender: Int, to receivers: [Int]) {
        let key = nodeKey(of: sender)
        var heard: [Int] = []
        let view = message.viewOfVote
        let round = view == nil ? rounds.last : rounds.last { $0.view == view }
        let keepsBack = plan.arrivesLate || message.isNullifyVote
        for receiver in receivers {
            let envelope = Envelope(message: gated, key: key, receiver: receiver)
            let isHeard =
                isCalm || round.map { $0.split[sender] == $0.split[receiver] } ?? (view == nil || message.isNullifyVote)
            if isHeard {
                inFlight.append(envelope)
                heard.append(receiver)
            } else if round != nil, keepsBack {
                heldBack.append(envelope)
            }
        }
        guard trace.keepsLines else { return }
        say("\(plan.name(of: sender)) → \(heard.map(plan.name).joined(separator: " ")): \(message.line)")
    }

    /// Lets messages about views up to this one through.
    mutating func open(upTo view: View) {
        openView = view
        let waiting = early
        early = []
        for item in waiting {
            guard !isCalm, let view = item.message.viewOfVote, view > openView else {
                route(item.message, item.gated, from: item.sender, to: item.receivers)
                continue
            }
            early.append(item)
        }
    }

    /// What the round's split held back arrives: a nullify vote always does, sooner or later, so that views move on.
    mutating func releaseHeldBack() {
        inFlight += heldBack
        heldBack = []
    }
}

extension PeerMessage {
    /// The view of a vote or a proposal.
    fileprivate var viewOfVote: View? {
        switch self {
        case .vote(let vote): vote.body.view
        case .proposal(let proposal): proposal.view
        default: nil
        }
    }

    fileprivate var isNullifyVote: Bool {
        if case .vote(let vote) = self { vote.body.kind == .nullify } else { false }
    }
}
