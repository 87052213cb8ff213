import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import MempoolCore
import Primitives
import ReplicaCore
import VerifierCore

/// Many replicas under one seed: virtual time, a network, disks, clients, faults, and checkers that watch all of it.
///
/// The replicas, the ledger, the mempool and the gate are the node's own; the rest is this world. The same scenario gives
/// the same events in the same order, in any process.
package struct World: Sendable {
    let scenario: Scenario
    let federation: Federation
    let electorate: Electorate
    var generator: SplitMix64
    var queue = EventQueue<WorldEvent>()
    var now: Microseconds = 0
    var nodes: [SimulatedNode] = []
    var adversaries: [Int: Adversary] = [:]
    var links: Links
    var clients = Clients()
    var checker: Checker
    /// Recomputes every block as it becomes final.
    var auditor: Verifier
    var trace: Trace
    var phase = Phase.faulty
    /// Messages that were sent, for sampling.
    var sentCount: UInt64 = 0
    /// What went over the links, counted once for each receiver.
    var traffic = Traffic()
    /// More than one under the key of a validator that runs twice.
    let nodesByKey: [PublicKey: [Int]]
    /// Validators that have lost a part of their disk; with the hostile ones they are never more than f.
    var damagedCount = 0
    /// Who is gone in an outage, until all faults end.
    var absent: Set<Int> = []

    /// Where the run stands; each phase ends at its own moment.
    enum Phase: Sendable, Equatable {
        case faulty
        /// The quorum is gone; everything else works.
        case outage
        /// Until everything valid is final everywhere; at the latest at this moment.
        case healing(deadline: Microseconds)
        /// Until no transaction waits and nobody is armed.
        case draining(deadline: Microseconds)
        /// Nothing but Status may be sent from the first moment to the second.
        case quiet(from: Microseconds, to: Microseconds)
        case over
    }

    package init(_ scenario: Scenario, keepsLines: Bool = false) {
        self.scenario = scenario
        generator = SplitMix64(seed: scenario.seed ^ 0x0057_6F72_6C64)
        let federation = Federation(
            validatorCount: scenario.validatorCount,
            parameters: scenario.parameters,
            balances: Clients.balances
        )
        self.federation = federation
        auditor = Verifier(genesis: federation.genesis)
        electorate = ChainRules(genesis: federation.genesis).electorate
        links = Links(count: scenario.nodeCount)
        checker = Checker(electorate: electorate)
        trace = Trace(keepsLines: keepsLines)
        var nodesByKey: [PublicKey: [Int]] = [:]
        for node in 0..<scenario.nodeCount {
            nodesByKey[federation.nodeKey(of: scenario.validator(of: node) ?? node), default: []].append(node)
        }
        self.nodesByKey = nodesByKey
        checker.bearsForks = scenario.isBeyondBearing
        checker.twins = scenario.twins
        for node in 0..<scenario.nodeCount {
            let role = scenario.role(of: node)
            let validator = scenario.validator(of: node)
            nodes.append(
                SimulatedNode(
                    disk: SimulatedDisk(
                        genesis: federation.genesis,
                        key: validator.map { federation.validatorKeys[$0].publicKey }
                    ),
                    validator: validator,
                    role: role
                )
            )
            switch role {
            case .honest: checker.honest.insert(node)
            case .scripted: adversaries[node] = Adversary(key: federation.validatorKeys[node], index: node)
            case .twin:
                guard !scenario.twinsHeedOneAnother, let validator else { break }
                nodes[node].blindfold = Blindfold(me: validator, validators: electorate.validators)
            }
            if let offsets = scenario.clockOffsets {
                nodes[node].clock.skew = node < offsets.count ? offsets[node] : 0
            } else {
                nodes[node].clock.skew = clockError(atMost: scenario.clockErrorMax)
            }
        }
    }

    /// Runs a scenario to its end or to the first violation.
    package static func run(_ scenario: Scenario, keepsLines: Bool = false) -> Outcome {
        var world = World(scenario, keepsLines: keepsLines)
        world.prepare()
        while world.phase != .over, !world.checker.isDecided, let (time, event) = world.queue.popFirst() {
            world.now = time
            world.handle(event)
        }
        return world.outcome
    }

    private mutating func prepare() {
        for node in nodes.indices {
            let late = nodes[node].validator == nil ? scenario.followersStartAfter * 1000 : 0
            queue.insert(.boot(node), at: late + generator.below(200_000))
        }
        planPayments()
        queue.insert(.fault, at: 500_000)
        queue.insert(.faultsEnd, at: scenario.faultTime * 1000)
    }

    /// A wall clock's distance from true time, in milliseconds.
    mutating func clockError(atMost max: UInt64) -> Int64 { Int64(generator.below(2 * max + 1)) - Int64(max) }

    private var outcome: Outcome {
        Outcome(
            scenario: scenario,
            violation: checker.violation,
            fork: checker.fork,
            situations: checker.situations,
            digest: trace.digest,
            eventCount: trace.eventCount,
            finalHeight: checker.finalHeight,
            settledCount: checker.settledCount,
            crashCount: checker.crashCount,
            healedAfter: checker.healedAfter,
            progressAfter: checker.progressAfter,
            peaks: checker.peaks,
            traffic: traffic,
            quietMessages: checker.quietMessages,
            lines: trace.lines,
            lastViews: trace.lastViews
        )
    }

    // MARK: - Events

    private mutating func handle(_ event: WorldEvent) {
        switch event {
        case .boot(let node): if phase != .outage || !absent.contains(node) { boot(node) }
        case .crash(let node): crash(node)
        case .wake(let node, let life, let at):
            guard nodes[node].life == life, nodes[node].wakeAt == at else { return }
            trace.note(.woken, node: node, at: now)
            if scenario.plantedBug == .chatters {
                performAtOnce(
                    .broadcast(.certificateRequest(CertificateRequest(epoch: .zero, view: View(1)))),
                    of: node
                )
            }
            step(node, .tick)
        case .deliver(let delivery): deliver(delivery)
        case .replica(let node, let life, let event):
            guard nodes[node].life == life else { return }
            step(node, event)
        case .safetyDone(let node, let life):
            guard nodes[node].life == life else { return }
            finishSafety(node)
        case .commitDone(let node, let life):
            guard nodes[node].life == life else { return }
            finishCommit(node)
        case .connect(let one, let other): connect(one, other)
        case .notice(let node, let other): notice(node, theLossOf: other)
        case .breakLink(let one, let other):
            if links.isBlocked(from: one, to: other) || links.isBlocked(from: other, to: one) { cut(one, other) }
        case .unblock: links.unblockAll()
        case .quicken(let node): nodes[node].lag = 0
        case .makeRoom(let node): makeRoom(node)
        case .fault: makeFault()
        case .faultsEnd: endFaults()
        case .heal: heal()
        case .client(let payment): submit(payment)
        case .adversary(let node, let view): act(node, in: view)
        case .check: check()
        }
    }

    // MARK: - Replicas

    /// One event into a replica, its effects into the world.
    mutating func step(_ node: Int, _ event: ReplicaEvent) {
        var moment = nodes[node].clock.moment(at: now)
        if scenario.plantedBug == .ignoresTimers {
            let frozen = nodes[node].clock.moment(at: max(nodes[node].clock.startedAt, min(now, 2_000_000)))
            moment = Moment(wall: moment.wall, monotonic: frozen.monotonic)
        }
        guard let effects = nodes[node].replica?.step(event, at: moment) else { return }
        perform(effects, of: node)
        if nodes[node].isHonest { checkMemory(of: node) }
    }

    mutating func perform(_ effects: [ReplicaEffect], of node: Int) {
        if adversaries[node] != nil { return performHostile(effects, of: node) }
        var orders: [SafetyOrder] = []
        for effect in effects {
            switch effect {
            case .storeBlock(let block, let view): orders.append(.storeBlock(block, view))
            case .storeCertificate(let certificate):
                checker.note(certificate)
                orders.append(.storeCertificate(certificate))
            case .storeEvidence(let evidence):
                checker.note(evidence)
                orders.append(.storeEvidence(evidence))
            case .vote(let body):
                noteVote(body, of: node)
                orders.append(.vote(body))
            case .propose(let draft): orders.append(.propose(draft))
            case .forgetVotes(let view): orders.append(.forgetVotes(view))
            case .commit(let blocks):
                checker.becameFinal(blocks, at: node)
                if nodes[node].isHonest { auditFinal(blocks) }
                noteFinal(blocks, of: node)
                nodes[node].lanes.order(orders)
                orders = []
                nodes[node].lanes.order(.commit(blocks))
                if scenario.plantedBug == .reportsBeforeItCommits {
                    nodes[node].reportedHeight = blocks.last?.height ?? .zero
                }
            case .answer(let answer, let ticket):
                nodes[node].lanes.order(orders)
                orders = []
                nodes[node].lanes.order(.answer(answer, ticket))
            case .tell(let judgements):
                nodes[node].lanes.order(orders)
                orders = []
                nodes[node].lanes.order(.tell(judgements))
            default: performAtOnce(effect, of: node)
            }
        }
        if scenario.plantedBug == .sendsBeforeItWrites { sendUnwritten(orders, of: node) }
        nodes[node].lanes.order(orders)
        startLanes(node)
    }

    /// What is on no lane.
    mutating func performAtOnce(_ effect: ReplicaEffect, of node: Int) {
        switch effect {
        case .send(let message, let peers): send(message, from: node, to: peers.flatMap { nodes(with: $0) })
        case .broadcast(let message): send(message, from: node, to: connectedValidators(of: node))
        case .serveSync(let request, let peer): serve(request, from: node, to: peer)
        case .serveBlock(let hash, let peer):
            guard let block = nodes[node].disk.block(hash) else { return }
            send(.blockResponse(block), from: node, to: nodes(with: peer))
        case .disconnect(let peer, let reason):
            for other in nodes(with: peer) {
                trace.say("n\(node) drops n\(other): \(reason)", at: now)
                if nodes[node].isHonest, nodes[other].isHonest {
                    checker.violate("honest node \(node) accuses honest node \(other): \(reason)")
                }
                cut(node, other)
            }
            checker.meet(.forgedBodyRefused)
        case .wake where scenario.plantedBug == .ignoresTimers && now > 2_000_000: break
        case .wake(let at):
            nodes[node].wakeAt = at
            queue.insert(.wake(node, life: nodes[node].life, at: at), at: max(now, nodes[node].clock.time(of: at)))
        case .refused(let block, let view, let defect):
            let leader = electorate.validators.leader(of: view, in: .zero)
            trace.say("n\(node) refuses block \(block) of view \(view): \(defect)", at: now)
            if nodes[leader].isHonest { checker.violate("node \(node) refuses an honest leader's block: \(defect)") }
            checker.meet(.invalidBlockRefused)
        case .signingStopped(.secondInstance) where nodes[node].role == .twin && nodes[node].blindfold == nil:
            trace.say("n\(node) notices the other copy and signs no more", at: now)
            checker.meet(.secondInstanceNoticed)
        case .signingStopped(let mode): checker.violate("stopped: node \(node) signs no more, \(mode)")
        case .halt(let reason): checker.violate("stopped: node \(node) halts, \(reason)")
        default: preconditionFailure("what is on a lane was done before")
        }
    }

    func connectedValidators(of node: Int) -> [Int] {
        nodes.indices.filter { nodes[$0].validator != nil && links.isConnected(node, $0) }
    }

    /// The node key of a validator or a follower; both copies of a twin have one, as a copied home would.
    func nodeKey(of node: Int) -> PublicKey { federation.nodeKey(of: nodes[node].validator ?? node) }

    func nodes(with key: PublicKey) -> [Int] { nodesByKey[key] ?? [] }

    private mutating func serve(_ request: SyncRequest, from node: Int, to peer: PublicKey) {
        // Often fewer than were asked for, as when the bytes are too many.
        let fewer = SyncRequest(
            fromHeight: request.fromHeight,
            blockCountMax: min(request.blockCountMax, UInt32(1 + generator.below(64))),
            maxBytes: request.maxBytes
        )
        send(.syncResponse(nodes[node].disk.range(fewer)), from: node, to: nodes(with: peer))
    }
}

/// Everything that happens in the world; a life that has ended makes nothing happen any more.
enum WorldEvent: Sendable {
    case boot(Int)
    case crash(Int)
    case wake(Int, life: UInt64, at: Milliseconds)
    indirect case deliver(Delivery)
    indirect case replica(Int, life: UInt64, ReplicaEvent)
    case safetyDone(Int, life: UInt64)
    case commitDone(Int, life: UInt64)
    case connect(Int, Int)
    case notice(Int, theLossOf: Int)
    case breakLink(Int, Int)
    case unblock
    case quicken(Int)
    case makeRoom(Int)
    case fault
    case faultsEnd
    case heal
    case client(Int)
    case adversary(Int, View)
    case check
}
