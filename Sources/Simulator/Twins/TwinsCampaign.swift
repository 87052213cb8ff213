import Cryptography
package import Primitives

/// Many scenarios of one family, in batches that can run at once; what comes of them depends on nothing but the plan.
package struct TwinsCampaign: Sendable {
    package enum Extent: Hashable, Sendable {
        /// Every scenario of the family.
        case exhaustive
        /// So many, drawn by a seed.
        case samples(UInt64, seed: UInt64)
    }

    package let plan: TwinsPlan
    package let extent: Extent
    /// One in so many runs a second time, with real signatures, and must come to the same end.
    package static let signedShare: UInt64 = 100

    private let mock: TwinsRunner
    private let signed: TwinsRunner

    package init(_ plan: TwinsPlan, _ extent: Extent) {
        self.plan = plan
        self.extent = extent
        mock = TwinsRunner(plan)
        signed = TwinsRunner(plan, scheme: .ed25519)
    }

    package var scenarioCount: UInt64 {
        switch extent {
        case .exhaustive:
            guard let count = plan.scenarioCount else {
                preconditionFailure("whoever asks for every scenario has asked whether they can be counted")
            }
            return count
        case .samples(let count, _): return count
        }
    }

    /// How many scenarios a batch has at most: of an exhaustive family, all with the same first rounds.
    private var batchSize: UInt64 {
        switch extent {
        case .exhaustive:
            var size: UInt64 = 1
            for _ in 0..<plan.roundCount where size * UInt64(plan.settingCount) <= 1_024 {
                size *= UInt64(plan.settingCount)
            }
            return size
        case .samples: return 64
        }
    }

    package var batchCount: UInt64 { (scenarioCount + batchSize - 1) / batchSize }

    /// Runs a batch; takes a second or less for small networks.
    package func run(batch: UInt64) -> TwinsSum {
        var sum = TwinsSum()
        let first = batch * batchSize
        switch extent {
        case .exhaustive:
            // Scenarios that begin alike share what happens until they part.
            let head = TwinsScenario(number: first, of: plan).settings
            var shared = 0
            var size = scenarioCount
            while size > batchSize {
                size /= UInt64(plan.settingCount)
                shared += 1
            }
            var network = mock.template
            for setting in head.prefix(shared) { network.runRound(setting: setting) }
            descend(network, Array(head.prefix(shared)), number: first, &sum)
        case .samples(let count, let seed):
            for number in first..<min(first + batchSize, count) {
                var seeds = SplitMix64(seed: number)
                var generator = SplitMix64(seed: seed ^ seeds.next())
                let scenario = TwinsScenario(drawnBy: &generator, from: plan)
                take(mock.run(scenario), of: scenario, number: number, &sum)
            }
        }
        return sum
    }

    private func descend(_ network: TwinsNetwork, _ settings: [Int], number: UInt64, _ sum: inout TwinsSum) {
        guard settings.count < plan.roundCount else {
            var network = network
            network.heal()
            return take(network.result, of: TwinsScenario(settings: settings), number: number, &sum)
        }
        var size: UInt64 = 1
        for _ in (settings.count + 1)..<max(settings.count + 1, plan.roundCount) { size *= UInt64(plan.settingCount) }
        for setting in 0..<plan.settingCount {
            var network = network
            network.runRound(setting: setting)
            descend(network, settings + [setting], number: number + UInt64(setting) * size, &sum)
        }
    }

    private func take(_ result: TwinsResult, of scenario: TwinsScenario, number: UInt64, _ sum: inout TwinsSum) {
        sum.add(result, of: scenario, faultyMax: plan.faultyMax)
        guard number.isMultiple(of: Self.signedShare) else { return }
        sum.addSigned(signed.run(scenario), like: result, of: scenario)
    }
}

/// What many scenarios came to.
package struct TwinsSum: Sendable {
    package private(set) var scenarioCount: UInt64 = 0
    package private(set) var signedCount: UInt64 = 0
    package private(set) var deliveredCount: UInt64 = 0
    package private(set) var heightCount: UInt64 = 0
    package private(set) var forkCount: UInt64 = 0
    /// Forks that reached two honest nodes' final chains, and how many of them their disks alone pin on more than f.
    package private(set) var chainForkCount: UInt64 = 0
    package private(set) var provenCount: UInt64 = 0
    /// At most so many, the first ones.
    package private(set) var violations: [(scenario: TwinsScenario, what: String, isSigned: Bool)] = []
    package private(set) var violationCount: UInt64 = 0
    private var hasher = SHA256()

    package init() {}

    package mutating func add(_ result: TwinsResult, of scenario: TwinsScenario, faultyMax: Int) {
        scenarioCount += 1
        deliveredCount += result.deliveredCount
        heightCount += result.heights.map(\.number).max() ?? 0
        if result.fork != nil { forkCount += 1 }
        if result.isChainForked {
            chainForkCount += 1
            if result.convicted.count > faultyMax { provenCount += 1 }
        }
        if let violation = result.violation { violate(violation, in: scenario) }
        hasher.update(result.digest)
    }

    mutating func addSigned(_ result: TwinsResult, like other: TwinsResult, of scenario: TwinsScenario) {
        signedCount += 1
        if let violation = result.violation {
            violate("with real signatures: \(violation)", in: scenario, isSigned: true)
        } else if result.heights != other.heights || result.views != other.views {
            violate("real signatures lead to another end", in: scenario, isSigned: true)
        }
    }

    private mutating func violate(_ what: String, in scenario: TwinsScenario, isSigned: Bool = false) {
        violationCount += 1
        if violations.count < 10 { violations.append((scenario, what, isSigned)) }
    }

    /// Joins the sum of the batch that follows.
    package mutating func add(_ next: TwinsSum) {
        scenarioCount += next.scenarioCount
        signedCount += next.signedCount
        deliveredCount += next.deliveredCount
        heightCount += next.heightCount
        forkCount += next.forkCount
        chainForkCount += next.chainForkCount
        provenCount += next.provenCount
        violationCount += next.violationCount
        violations += next.violations.prefix(10 - violations.count)
        hasher.update(next.digest)
    }

    /// SHA-256 over the ends of all scenarios, in their order.
    package var digest: Hash32 {
        let copy = hasher
        return copy.finish()
    }
}
