import ConsensusCore
import Primitives

// What goes wrong, and when it stops.
extension World {
    /// One fault, or none, and the moment of the next.
    mutating func makeFault() {
        guard phase == .faulty else { return }
        trace.note(.fault, node: 0, at: now)
        if let kind = chosenFault() { strike(kind) }
        queue.insert(.fault, at: now + generator.within(60_000...1_200_000))
    }

    /// One of this world's kinds by their weights; nil now and then.
    private mutating func chosenFault() -> FaultKind? {
        let kinds = FaultKind.allCases.filter { scenario.faults.contains($0) && $0.weight > 0 }
        var place = generator.below(15 + kinds.reduce(0) { $0 + $1.weight })
        for kind in kinds {
            if place < kind.weight { return kind }
            place -= kind.weight
        }
        return nil
    }

    private mutating func strike(_ kind: FaultKind) {
        switch kind {
        case .crash: crashOne()
        case .powerCut: crashAll()
        case .slowNode: slowDown()
        case .slowDisk: stallDisk()
        case .clock: jumpClock()
        case .lostStore, .lostLog: damageDisk(by: kind)
        case .partition, .oneWay: partition(isOneWay: kind == .oneWay)
        case .ring: closeRing()
        case .link: breakOneLink()
        case .outage, .loss, .delay, .duplicate, .hostile: preconditionFailure("\(kind) does not strike in a moment")
        }
    }

    // MARK: - Nodes

    private mutating func crashOne() {
        guard let node = generator.pick(nodes.indices.filter { nodes[$0].isUp && nodes[$0].role != .scripted }) else {
            return
        }
        crash(node)
        bootLater(node)
    }

    /// Mostly after moments, now and then after many seconds.
    private mutating func bootLater(_ node: Int) {
        let isLong = generator.chance(perMille: 150)
        queue.insert(.boot(node), at: now + generator.within(isLong ? 3_000_000...14_000_000 : 20_000...2_500_000))
    }

    private mutating func crashAll() {
        for node in nodes.indices where nodes[node].isHonest {
            crash(node)
            queue.insert(.boot(node), at: now + generator.within(20_000...2_000_000))
        }
        checker.meet(.allCrashed)
    }

    private mutating func slowDown() {
        guard let node = generator.pick(Array(nodes.indices)) else { return }
        nodes[node].lag = generator.within(20_000...400_000)
        checker.meet(.nodeSlow)
        trace.say("n\(node) becomes slow: \(nodes[node].lag / 1000) ms a message", at: now)
        queue.insert(.quicken(node), at: now + generator.within(500_000...6_000_000))
    }

    private mutating func jumpClock() {
        guard scenario.clockOffsets == nil, let node = generator.pick(Array(nodes.indices)) else { return }
        let isFar = generator.chance(perMille: 500)
        nodes[node].skew = clockError(atMost: isFar ? scenario.clockErrorMax : Scenario.usualClockError)
        if nodes[node].skew.magnitude > 5_000 { checker.meet(.clockFarOff) }
        trace.say("n\(node)'s clock jumps: \(nodes[node].skew) ms off", at: now)
    }

    // MARK: - Disks

    private mutating func stallDisk() {
        guard let node = generator.pick(Array(nodes.indices)) else { return }
        nodes[node].stall = nodes[node].stall > 0 ? 0 : generator.below(UInt64(150_000))
    }

    /// A validator crashes and has lost a part of its disk.
    ///
    /// Without its store it is mute until it has caught up with its vote log, and others may need just the votes that it
    /// has forgotten as final. Without its vote log it is mute for ever. So it counts as one of the f.
    private mutating func damageDisk(by kind: FaultKind) {
        let able = nodes.indices.filter { nodes[$0].isUp && nodes[$0].isHonest && nodes[$0].validator != nil }
        guard damagedCount + scenario.faultyCount < scenario.faultyMax, let node = generator.pick(able) else {
            return
        }
        damagedCount += 1
        crash(node)
        switch kind {
        case .lostStore:
            nodes[node].disk.loseStore()
            nodes[node].reportedHeight = .zero
            checker.meet(.storeLostButNotVotes)
            trace.say("n\(node) loses its store", at: now)
        case .lostLog:
            nodes[node].disk.loseVotes()
            nodes[node].isObserver = true
            checker.meet(.voteLogLost)
            trace.say("n\(node) loses its vote log", at: now)
        default: preconditionFailure("\(kind) damages no disk")
        }
        bootLater(node)
    }

    // MARK: - Network

    /// Splits the nodes in two, in one direction or both; some connections break, others only fall silent.
    private mutating func partition(isOneWay: Bool) {
        let one = generator.part(of: Array(nodes.indices))
        for node in one {
            for other in nodes.indices where !one.contains(other) { block(node, other, isOneWay: isOneWay) }
        }
        if scenario.twins.contains(where: { validator in
            Set(nodes(with: federation.nodeKey(of: validator)).map(one.contains)).count == 2
        }) {
            checker.meet(.twinsOnBothSides)
        }
        checker.meet(isOneWay ? .partitionedOneWay : .partitioned)
        trace.say("\(one) are cut off\(isOneWay ? ", one way" : "")", at: now)
        queue.insert(.unblock, at: now + generator.within(100_000...4_000_000))
    }

    /// Everybody reaches two neighbours and nobody else; with four or more that is no quorum's clique.
    private mutating func closeRing() {
        let count = nodes.count
        guard count >= 4 else { return }
        for node in nodes.indices {
            for other in nodes.indices where other > node && other - node != 1 && other - node != count - 1 {
                block(node, other, isOneWay: false)
            }
        }
        checker.meet(.ringed)
        trace.say("only neighbours in a ring reach one another", at: now)
        queue.insert(.unblock, at: now + generator.within(500_000...6_000_000))
    }

    private mutating func block(_ node: Int, _ other: Int, isOneWay: Bool) {
        links.block(from: node, to: other)
        if !isOneWay { links.block(from: other, to: node) }
        if generator.chance(perMille: 500) {
            queue.insert(.breakLink(node, other), at: now + generator.within(100_000...2_000_000))
        }
    }

    private mutating func breakOneLink() {
        guard let one = generator.pick(Array(nodes.indices)), let other = generator.pick(Array(nodes.indices)),
            one != other
        else { return }
        cut(one, other)
    }

    // MARK: - The end

    /// The planned time is over: on with it until the wanted height is reached, then the outage, if there is one.
    mutating func endFaults() {
        guard checker.finalHeight >= scenario.wantedHeight else {
            planPayments()
            return queue.insert(.faultsEnd, at: now + scenario.faultTime * 1000)
        }
        guard scenario.faults.contains(.outage) else { return heal() }
        let count = scenario.validatorCount - electorate.validators.quorum + 1
        let leaving = nodes.indices.filter { nodes[$0].isHonest && nodes[$0].validator != nil }.prefix(count)
        // What crashes now comes back with `heal`; nothing else starts meanwhile.
        phase = .outage
        for node in leaving { crash(node) }
        absent = Set(leaving)
        trace.say("\(Array(leaving)) are gone, and the quorum with them", at: now)
        let isLong = generator.chance(perMille: 100)
        queue.insert(.heal, at: now + generator.within(isLong ? 300_000_000...900_000_000 : 20_000_000...90_000_000))
    }

    /// All faults end: whoever is down starts, connections are made anew, clocks are set right, the network is calm.
    ///
    /// Hostile validators stay hostile.
    mutating func heal() {
        links.unblockAll()
        phase = .healing(deadline: now + scenario.healingTime * 1000)
        checker.healedAt = now
        checker.healedHeight = checker.finalHeight
        trace.say("all faults end", at: now)
        for node in nodes.indices {
            nodes[node].stall = 0
            nodes[node].lag = 0
            if scenario.clockOffsets == nil { nodes[node].skew = clockError(atMost: Scenario.usualClockError) }
            if !nodes[node].isUp { queue.insert(.boot(node), at: now + generator.below(100_000)) }
            for other in nodes.indices where other > node { cut(node, other) }
        }
        submitProbes()
        queue.insert(.check, at: now + 50_000)
    }
}
