import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import MempoolCore
import Primitives
import ReplicaCore

/// Four replicas on an even network and even disks, whose doings are told in words: a message takes 10 ms, a sync 2 ms.
///
/// Nothing is random, so a story is always told in the same words.
struct Stage: Sendable {
    struct Player: Sendable {
        let name: String
        let validator: Int
        var replica: Replica
        var store: TwinsStore
        var blindfold: Blindfold?
        /// Set for one of two copies under one key.
        var isTwin = false
        var wakeAt: UInt64?
    }

    enum Event: Sendable {
        case deliver(GatedMessage, from: PublicKey, to: Int)
        /// One turn's orders are on disk.
        case durable([ReplicaEffect], Int)
        case committed([FinalBlock], Int)
        case wake(Int, at: UInt64)
    }

    static let messageTime: UInt64 = 10
    static let syncTime: UInt64 = 2
    static let commitTime: UInt64 = 4
    static let start: UInt64 = 1_000

    let keys: TwinsKeys
    var players: [Player] = []
    /// Pairs between which no word passes, each as 16 × sender + receiver.
    var deaf: Set<Int> = []
    var queue = EventQueue<Event>()
    var now: UInt64 = Self.start
    var tale = Tale()
    /// What was paid, in its order.
    var payments: [TransactionID] = []

    init(_ cast: [(name: String, validator: Int)], heartbeat: UInt64 = 0) {
        keys = TwinsKeys(validatorCount: 4, scheme: .mock)
        var pace = Pace.lan(blockInterval: .zero)
        pace.heartbeat = Milliseconds(heartbeat)
        for (name, validator) in cast {
            let start = keys.start(as: validator, pace: pace)
            var player = Player(
                name: name,
                validator: validator,
                replica: Replica(start, at: moment),
                store: TwinsStore(genesisHash: start.tip.hash(network: keys.electorate.network))
            )
            player.isTwin = cast.count { $0.validator == validator } > 1
            if player.isTwin { player.blindfold = Blindfold(me: validator, validators: keys.electorate.validators) }
            players.append(player)
        }
    }

    var moment: Moment {
        Moment(wall: Milliseconds(Federation.epochStart.number + now), monotonic: Milliseconds(now))
    }

    // MARK: - Time

    mutating func run(until end: UInt64) {
        while let (time, event) = queue.popFirst() {
            guard time <= Self.start + end else {
                queue.insert(event, at: time)
                break
            }
            now = time
            handle(event)
        }
        now = max(now, Self.start + end)
    }

    private mutating func handle(_ event: Event) {
        switch event {
        case .deliver(let message, let key, let player):
            var shown: GatedMessage? = message
            let votes = players[player].store.votes
            if players[player].blindfold != nil {
                shown = players[player].blindfold?.shown(message, signed: votes)
            }
            if let shown { step(player, .message(shown, from: key)) }
        case .durable(let orders, let player): finish(orders, of: player)
        case .committed(let blocks, let player): finishCommit(blocks, of: player)
        case .wake(let player, let at):
            guard players[player].wakeAt == at else { return }
            players[player].wakeAt = nil
            step(player, .tick)
        }
    }

    // MARK: - Who is connected

    mutating func connectAll() {
        for player in players.indices {
            for validator in Set(players.map(\.validator)).sorted() where validator != players[player].validator {
                guard players.indices.contains(where: { players[$0].validator == validator && canTalk(player, $0) })
                else { continue }
                let key = keys.genesis.validators[validator].nodeKey
                step(player, .disconnected(key))
                step(player, .connected(key))
            }
        }
    }

    private func hears(_ sender: Int, _ receiver: Int) -> Bool { !deaf.contains(sender * 16 + receiver) }
    private func canTalk(_ one: Int, _ other: Int) -> Bool { hears(one, other) && hears(other, one) }

    /// From now on no word passes between these two groups.
    mutating func part(_ ones: [Int], from others: [Int]) {
        for one in ones {
            for other in others { deaf.formUnion([one * 16 + other, other * 16 + one]) }
        }
    }

    // MARK: - Replicas

    mutating func step(_ player: Int, _ event: ReplicaEvent) {
        let effects = players[player].replica.step(event, at: moment)
        var orders: [ReplicaEffect] = []
        for effect in effects {
            switch effect {
            case .storeBlock, .storeCertificate, .storeEvidence, .vote, .propose, .forgetVotes:
                orders.append(effect)
            case .commit(let blocks): queue.insert(.committed(blocks, player), at: now + Self.commitTime)
            case .send(let message, let peers): send(message, from: player, to: { peers.contains($0) })
            case .broadcast(let message): send(message, from: player, to: { _ in true })
            case .serveSync(let request, let peer):
                let range = players[player].store.chain.range(request)
                send(.syncResponse(range), from: player, to: { $0 == peer })
            case .serveBlock(let hash, let peer):
                guard let block = players[player].store.block(hash) else { break }
                send(.blockResponse(block), from: player, to: { $0 == peer })
            case .wake(let at):
                players[player].wakeAt = at.number
                queue.insert(.wake(player, at: at.number), at: max(now, at.number))
            case .disconnect, .refused, .signingStopped, .halt:
                preconditionFailure("nobody in a story breaks a rule that ends a session: \(effect)")
            case .answer(.submission(let judgements), _):
                precondition(
                    judgements.allSatisfy { $0.otherwise == .pending },
                    "every payment of a story is one that a node takes in: \(judgements)"
                )
            case .answer, .tell: break
            }
        }
        if !orders.isEmpty { queue.insert(.durable(orders, player), at: now + Self.syncTime) }
    }

    private func nodeKey(_ player: Int) -> PublicKey { keys.genesis.validators[players[player].validator].nodeKey }

    private mutating func send(_ said: PeerMessage, from player: Int, to isMeant: (PublicKey) -> Bool) {
        let message = players[player].blindfold?.spoken(said) ?? said
        guard let gated = GatedMessage.check(message, in: keys.electorate, by: keys.scheme) else {
            preconditionFailure("nobody in a story forges a signature")
        }
        for other in players.indices where players[other].validator != players[player].validator {
            guard isMeant(nodeKey(other)), hears(player, other) else { continue }
            queue.insert(.deliver(gated, from: nodeKey(player), to: other), at: now + Self.messageTime)
        }
    }

    /// The orders of one turn are on disk; only now anything of them leaves.
    private mutating func finish(_ orders: [ReplicaEffect], of player: Int) {
        var said: [(PeerMessage, Verified<Vote>)] = []
        for order in orders {
            switch order {
            case .storeBlock(let block, _): players[player].store.store(block)
            case .storeCertificate(let certificate): players[player].store.store(certificate)
            case .storeEvidence(let evidence):
                players[player].store.store(evidence)
                send(.evidence(evidence), from: player, to: { _ in true })
            case .vote(let body):
                let vote = sign(body, of: player)
                said.append((.vote(vote.value), vote))
            case .propose(let draft):
                let vote = sign(draft.body, of: player)
                said.append((.proposal(draft.signed(by: vote.value)), vote))
            case .forgetVotes(let view): players[player].store.votes.raise(finalView: view)
            default: break
            }
        }
        for order in orders { tellDurable(order, of: player) }
        for (message, vote) in said {
            send(message, from: player, to: { _ in true })
            step(player, .voted(vote))
        }
    }

    private mutating func sign(_ body: VoteBody, of player: Int) -> Verified<Vote> {
        let vote = keys.vote(body, by: players[player].validator)
        players[player].store.votes.insert(vote)
        return Verified(readBack: vote)
    }

    private mutating func finishCommit(_ blocks: [FinalBlock], of player: Int) {
        players[player].store.commit(blocks)
        for block in blocks { tellFinal(block, at: player) }
        guard let last = blocks.last else { return }
        step(player, .committed(height: last.height, view: last.view))
    }
}
