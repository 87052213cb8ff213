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
        case .bitFlip: flipBit()
        case .failedSync, .fullDisk: spoilWriting(by: kind)
        case .backup: backUpOrRestore()
        case .lostStore, .lostLog: loseHalf(kind)
        case .partition, .oneWay: partition(isOneWay: kind == .oneWay)
        case .ring: closeRing()
        case .link: breakOneLink()
        case .outage, .tornWrite, .loss, .delay, .duplicate, .hostile:
            preconditionFailure("\(kind) does not strike in a moment")
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
        nodes[node].clock.skew = clockError(atMost: isFar ? scenario.clockErrorMax : Scenario.usualClockError)
        if nodes[node].clock.skew.magnitude > 5_000 { checker.meet(.clockFarOff) }
        trace.say("n\(node)'s clock jumps: \(nodes[node].clock.skew) ms off", at: now)
    }

    // MARK: - Disks

    private mutating func stallDisk() {
        guard let node = generator.pick(Array(nodes.indices)) else { return }
        nodes[node].stall = nodes[node].stall > 0 ? 0 : generator.below(UInt64(150_000))
    }

    /// A validator that may lose a part of its disk, by crashing; nil when the f that may fail have failed.
    ///
    /// Without its store it is mute until it has caught up with its vote log, and others may need just the votes that it
    /// has forgotten as final. Without its vote log it is mute for ever. So it counts as one of the f.
    private mutating func victim() -> Int? {
        guard damagedCount + scenario.faultyCount < scenario.faultyMax else { return nil }
        let able = nodes.indices.filter { nodes[$0].isUp && nodes[$0].isHonest && nodes[$0].validator != nil }
        guard let node = generator.pick(able) else { return nil }
        damagedCount += 1
        crash(node)
        bootLater(node)
        return node
    }

    private mutating func loseHalf(_ kind: FaultKind) {
        guard let node = victim() else { return }
        if kind == .lostStore {
            nodes[node].disk.loseStore()
            nodes[node].reportedHeight = .zero
            checker.meet(.storeLostButNotVotes)
            trace.say("n\(node) loses its store", at: now)
        } else {
            loseVotes(node)
            nodes[node].isObserver = true
            checker.meet(.voteLogLost)
            trace.say("n\(node) loses its vote log", at: now)
        }
    }

    /// The first time somebody's database is copied, later the copy is restored beside a newer vote log (spec 3.7(4)).
    private mutating func backUpOrRestore() {
        if let owner = nodes.indices.first(where: { nodes[$0].backup != nil }) {
            guard damagedCount + scenario.faultyCount < scenario.faultyMax, nodes[owner].isUp,
                let copy = nodes[owner].backup, copy.finalHeight < nodes[owner].disk.finalHeight
            else { return }
            damagedCount += 1
            crash(owner)
            nodes[owner].disk.restoreStore(from: copy)
            nodes[owner].backup = nil
            nodes[owner].reportedHeight = copy.finalHeight
            checker.meet(.backupRestored)
            trace.say("n\(owner)'s database is restored from a backup of height \(copy.finalHeight)", at: now)
            return bootLater(owner)
        }
        let able = nodes.indices.filter { nodes[$0].isHonest && nodes[$0].validator != nil && !nodes[$0].isObserver }
        guard damagedCount == 0, let node = generator.pick(able) else { return }
        nodes[node].backup = nodes[node].disk
        trace.say("n\(node)'s database is copied at height \(nodes[node].disk.finalHeight)", at: now)
    }

    /// A bit flips while a node is down: in one file of the vote log, which the other heals; or, for one of the f that may
    /// fail, at one place in both, or in the store.
    private mutating func flipBit() {
        if generator.chance(perMille: 400), let node = victim() {
            if generator.chance(perMille: 500) {
                nodes[node].disk.damageStore()
                return trace.say("n\(node)'s store is damaged", at: now)
            }
            if nodes[node].disk.voteLog?.spoilRecord(with: &generator) == true {
                nodes[node].flippedFiles = 2
                return trace.say("n\(node)'s vote log is damaged in both files", at: now)
            }
        }
        let able = nodes.indices.filter {
            nodes[$0].isUp && nodes[$0].isHonest && nodes[$0].disk.voteLog != nil && !nodes[$0].isObserver
        }
        guard let node = generator.pick(able) else { return }
        crash(node)
        bootLater(node)
        // While a compaction has replaced one file only, the new one is the only one: that is not promised to heal.
        guard nodes[node].disk.voteLog?.isBetweenGenerations == false else { return }
        nodes[node].flippedFiles = 1
        nodes[node].disk.voteLog?.flip(generator.chance(perMille: 500) ? .a : .b, with: &generator)
        trace.say("a bit of n\(node)'s vote log flips", at: now)
    }

    private mutating func spoilWriting(by kind: FaultKind) {
        guard let node = generator.pick(nodes.indices.filter { nodes[$0].isUp && adversaries[$0] == nil }) else {
            return
        }
        if kind == .failedSync {
            nodes[node].failsNextSync = true
        } else {
            nodes[node].isDiskFull = true
            queue.insert(.makeRoom(node), at: now + generator.within(300_000...6_000_000))
        }
        trace.say("n\(node)'s disk \(kind == .failedSync ? "fails its next sync" : "is full")", at: now)
    }

    mutating func makeRoom(_ node: Int) {
        nodes[node].isDiskFull = false
        trace.say("there is room again on n\(node)'s disk", at: now)
        if !nodes[node].isUp { queue.insert(.boot(node), at: now + generator.below(100_000)) }
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
        checker.latestView = .zero
        checker.viewSince = now
        trace.say("all faults end", at: now)
        for node in nodes.indices {
            nodes[node].stall = 0
            nodes[node].lag = 0
            nodes[node].isDiskFull = false
            nodes[node].failsNextSync = false
            if scenario.clockOffsets == nil { nodes[node].clock.skew = clockError(atMost: Scenario.usualClockError) }
            if !nodes[node].isUp { queue.insert(.boot(node), at: now + generator.below(100_000)) }
            for other in nodes.indices where other > node { cut(node, other) }
        }
        submitProbes()
        queue.insert(.check, at: now + 50_000)
    }
}
