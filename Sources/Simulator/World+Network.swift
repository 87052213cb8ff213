import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives
import ReplicaCore

/// A message under way.
struct Delivery: Sendable {
    let message: GatedMessage
    /// As it came, before the gate.
    let wired: PeerMessage
    let code: UInt8
    let digest: [UInt8]
    let sender: Int
    let receiver: Int
    let generation: UInt64
    /// The network delivers it a second time, as TCP never does.
    var isRepeated = false
}

// Messages and connections.
extension World {
    // MARK: - Messages

    /// Puts a message on its way to each receiver that is connected.
    mutating func send(_ message: PeerMessage, from sender: Int, to receivers: [Int]) {
        let reached = receivers.filter { links.isConnected(sender, $0) }
        guard !reached.isEmpty else { return }
        let message = nodes[sender].blindfold?.spoken(message) ?? message
        let bytes = message.encoded()
        trace.note(.sent, node: sender, at: now, bytes: [message.typeCode] + bytes)
        trace.say("n\(sender) → \(reached): \(message.line)", at: now)
        checkOwnVotes(in: message, of: sender)
        checkQuiet(message, of: sender, to: reached.count)
        checkEgress(bytes.count * reached.count, of: sender)
        nodes[sender].peerGuard.sent(message, to: reached.map { nodeKey(of: $0) })
        // The bytes are read back now and then only: it is the dearest part of a message.
        sentCount += 1
        traffic.messageCount += reached.count
        traffic.byteCount += bytes.count * reached.count
        var wired = message
        if sentCount.isMultiple(of: 8) {
            do {
                wired = try PeerMessage(
                    typeCode: message.typeCode,
                    body: bytes,
                    network: federation.genesis.networkID
                )
            } catch {
                return checker.violate("a message of type \(message.typeCode) can't be read back: \(error)")
            }
        }
        guard let gated = GatedMessage.check(wired, in: electorate, by: MockScheme()) else {
            if nodes[sender].isHonest { checker.violate("honest node \(sender) sends what no gate lets through") }
            return
        }
        noteSituation(message)
        for receiver in reached {
            var delivery = Delivery(
                message: gated,
                wired: wired,
                code: message.typeCode,
                digest: Array(bytes.prefix(16)),
                sender: sender,
                receiver: receiver,
                generation: links.generation(sender, receiver)
            )
            if isLost(message, from: sender, to: receiver) { continue }
            queue.insert(.deliver(delivery), at: now + sampledDelay() + nodes[sender].lag + nodes[receiver].lag)
            if phase == .faulty, generator.chance(perMille: scenario.duplicated) {
                delivery.isRepeated = true
                // A request that arrives twice is answered twice.
                nodes[sender].peerGuard.sent(message, to: [nodeKey(of: receiver)])
                queue.insert(.deliver(delivery), at: now + sampledDelay() * 3)
            }
        }
    }

    private mutating func isLost(_ message: PeerMessage, from sender: Int, to receiver: Int) -> Bool {
        if links.isBlocked(from: sender, to: receiver) { return true }
        // What is said on connecting arrives or the connection ends, as on TCP.
        if case .heldVotes = message { return false }
        return phase == .faulty && generator.chance(perMille: scenario.dropped)
    }

    private mutating func sampledDelay() -> Microseconds {
        let usual = generator.within(scenario.latency)
        guard phase == .faulty, generator.chance(perMille: scenario.delayed) else { return usual }
        // A heavy tail: half of the slow ones take up to a quarter of a second, few the full two.
        let scale = generator.below(UInt64(4))
        return usual + generator.below(2_000_000 >> scale)
    }

    mutating func deliver(_ delivery: Delivery) {
        let (sender, receiver) = (delivery.sender, delivery.receiver)
        guard nodes[receiver].isUp, links.generation(sender, receiver) == delivery.generation else { return }
        trace.note(.delivered, node: receiver, at: now, bytes: [delivery.code, UInt8(sender)] + delivery.digest)
        guard passesGuard(delivery), let message = shown(delivery.message, to: receiver) else { return }
        if adversaries[receiver] != nil {
            watch(delivery.message, as: receiver)
            adversaries[receiver]?.remember(delivery.wired)
        }
        if case .syncResponse = delivery.message { nodes[receiver].isSyncing = true }
        if case .proposal(let proposal) = delivery.message,
            proposal.header.time > nodes[receiver].clock.moment(at: now).wall.adding(Milliseconds(1000))
        {
            checker.meet(.blockAheadOfClock)
        }
        step(receiver, .message(message, from: nodeKey(of: sender)))
        nodes[receiver].isSyncing = false
    }

    /// What stands before the gate never turns an honest node's message away.
    private mutating func passesGuard(_ delivery: Delivery) -> Bool {
        let (sender, receiver) = (delivery.sender, delivery.receiver)
        // What one copy of a twin asked, both hear answered.
        guard !delivery.isRepeated, nodes[receiver].role != .twin else { return true }
        let verdict = nodes[receiver].peerGuard.judge(
            delivery.wired,
            from: nodeKey(of: sender),
            at: nodes[receiver].clock.moment(at: now).monotonic
        )
        guard verdict != .take else { return true }
        trace.say("n\(receiver) turns a message of n\(sender) away: \(verdict)", at: now)
        // A hostile validator repeats requests until its own account of them overflows.
        if nodes[sender].isHonest, nodes[receiver].isHonest {
            checker.violate("node \(receiver) turns away a message of honest node \(sender): \(verdict)")
        }
        if case .drop(.unasked) = verdict { checker.meet(.unaskedAnswerDropped) }
        if case .disconnect = verdict { cut(receiver, sender) }
        return false
    }

    // MARK: - Connections

    /// Dials, again and again while the way is blocked.
    mutating func connect(_ one: Int, _ other: Int) {
        guard nodes[one].isUp, nodes[other].isUp, !links.isConnected(one, other), nodeKey(of: one) != nodeKey(of: other)
        else { return }
        guard !links.isBlocked(from: one, to: other), !links.isBlocked(from: other, to: one) else {
            return redial(one, other)
        }
        notice(one, theLossOf: other)
        notice(other, theLossOf: one)
        links.connect(one, other)
        trace.note(.connected, node: one, at: now, bytes: [UInt8(other)])
        trace.say("n\(one) and n\(other) connect", at: now)
        for (node, peer) in [(one, other), (other, one)] {
            nodes[node].peerGuard.connected(nodeKey(of: peer), at: nodes[node].clock.moment(at: now).monotonic)
            if believesInCopy(of: peer, node) { step(node, .disconnected(nodeKey(of: peer))) }
        }
        step(one, .connected(nodeKey(of: other)))
        step(other, .connected(nodeKey(of: one)))
    }

    /// Whether a node is in session with another copy under this peer's key.
    ///
    /// The copies of a twin share one session with each peer, as if one hostile host stood before both: what is said to
    /// their key reaches each copy that is connected. When another copy joins in, the session starts anew.
    private func believesInCopy(of peer: Int, _ node: Int) -> Bool {
        nodes(with: nodeKey(of: peer)).contains { $0 != peer && links.believes(node, in: $0) }
    }

    /// What a copy of a twin is let see; everything for anybody else.
    private mutating func shown(_ message: GatedMessage, to node: Int) -> GatedMessage? {
        let votes = nodes[node].disk.votes
        guard nodes[node].blindfold != nil else { return message }
        return nodes[node].blindfold?.shown(message, signed: votes)
    }

    mutating func redial(_ one: Int, _ other: Int) {
        queue.insert(.connect(one, other), at: now + generator.within(300_000...1_000_000))
    }

    /// Ends a connection; both sides notice.
    mutating func cut(_ one: Int, _ other: Int) {
        guard links.isConnected(one, other) else { return }
        links.disconnect(one, other)
        trace.note(.disconnected, node: one, at: now, bytes: [UInt8(other)])
        for (node, peer) in [(one, other), (other, one)] {
            queue.insert(.notice(node, theLossOf: peer), at: now + generator.below(50_000))
        }
        redial(one, other)
    }

    /// A node that still believes in a connection learns that it is gone.
    mutating func notice(_ node: Int, theLossOf other: Int) {
        guard links.notice(node, theLossOf: other), !believesInCopy(of: other, node) else { return }
        step(node, .disconnected(nodeKey(of: other)))
    }
}
