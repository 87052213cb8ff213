import ConsensusCore
import Primitives

// What goes wrong, and when it stops.
extension World {
    /// One fault, and the moment of the next.
    mutating func makeFault() {
        guard phase == .faulty else { return }
        trace.note(.fault, node: 0, at: now)
        switch generator.below(100) {
        case ..<30 where scenario.hasCrashes: crashOne()
        case 30..<33 where scenario.hasCrashes: crashAll()
        case 33..<60 where scenario.hasPartitions: partition()
        case 60..<70 where scenario.hasPartitions: breakOneLink()
        case 70..<80: stallDisk()
        case 80..<86 where scenario.hasClockSkew: jumpClock()
        default: break
        }
        queue.insert(.fault, at: now + generator.within(60_000...1_200_000))
    }

    private mutating func crashOne() {
        guard let node = generator.pick(nodes.indices.filter { nodes[$0].isUp && nodes[$0].role != .scripted }) else {
            return
        }
        crash(node)
        if scenario.mayLoseDisk, !hasLostDisk, isHonestValidator(node), generator.chance(perMille: 150) {
            loseDisk(node)
        }
        let isLong = generator.chance(perMille: 150)
        queue.insert(.boot(node), at: now + generator.within(isLong ? 3_000_000...14_000_000 : 20_000...2_500_000))
    }

    private func isHonestValidator(_ node: Int) -> Bool { nodes[node].isHonest && nodes[node].validator != nil }

    /// The store or the vote log of a crashed node is lost; the other is not.
    private mutating func loseDisk(_ node: Int) {
        hasLostDisk = true
        if generator.chance(perMille: 500) {
            nodes[node].disk.loseStore()
            nodes[node].reportedHeight = .zero
            checker.meet(.storeLostButNotVotes)
            trace.say("n\(node) loses its store", at: now)
        } else {
            nodes[node].disk.loseVotes()
            nodes[node].isObserver = true
            checker.meet(.voteLogLost)
            trace.say("n\(node) loses its vote log", at: now)
        }
    }

    private mutating func crashAll() {
        for node in nodes.indices where nodes[node].isHonest {
            crash(node)
            queue.insert(.boot(node), at: now + generator.within(20_000...2_000_000))
        }
        checker.meet(.allCrashed)
    }

    /// Splits the nodes in two, in one direction or both; some connections break, others only fall silent.
    private mutating func partition() {
        let one = generator.part(of: Array(nodes.indices))
        let isOneWay = generator.chance(perMille: 300)
        for node in one {
            for other in nodes.indices where !one.contains(other) {
                links.block(from: node, to: other)
                if !isOneWay { links.block(from: other, to: node) }
                if generator.chance(perMille: 500) {
                    queue.insert(.breakLink(node, other), at: now + generator.within(100_000...2_000_000))
                }
            }
        }
        if scenario.twins.contains(where: { validator in
            Set(nodes(with: federation.nodeKey(of: validator)).map(one.contains)).count == 2
        }) {
            checker.meet(.twinsOnBothSides)
        }
        trace.say("\(one) are cut off\(isOneWay ? ", one way" : "")", at: now)
        queue.insert(.unblock, at: now + generator.within(100_000...4_000_000))
    }

    private mutating func breakOneLink() {
        guard let one = generator.pick(Array(nodes.indices)), let other = generator.pick(Array(nodes.indices)),
            one != other
        else { return }
        cut(one, other)
    }

    private mutating func stallDisk() {
        guard let node = generator.pick(Array(nodes.indices)) else { return }
        nodes[node].stall = nodes[node].stall > 0 ? 0 : generator.below(UInt64(150_000))
    }

    private mutating func jumpClock() {
        guard let node = generator.pick(Array(nodes.indices)) else { return }
        nodes[node].skew = Int64(generator.below(UInt64(1_601))) - 800
    }

    /// All faults end: whoever is down starts, connections are made anew, the network is calm.
    ///
    /// Hostile validators stay hostile.
    mutating func heal() {
        links.unblockAll()
        phase = .healing(deadline: now + scenario.healingTime * 1000)
        checker.healedAt = now
        trace.say("all faults end", at: now)
        for node in nodes.indices {
            nodes[node].stall = 0
            if !nodes[node].isUp { queue.insert(.boot(node), at: now + generator.below(100_000)) }
            for other in nodes.indices where other > node { cut(node, other) }
        }
        submitProbes()
        queue.insert(.check, at: now + 50_000)
    }
}
