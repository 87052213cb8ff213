import Cryptography
import Primitives
import Simulator
import StrictJSON

/// What many worlds came to.
struct SimulatedSum: Sendable {
    let seeds: ClosedRange<UInt64>
    private(set) var count = 0
    private(set) var heights: UInt64 = 0
    private(set) var events: UInt64 = 0
    private(set) var settled = 0
    private(set) var crashes = 0
    private(set) var violations: [(seed: UInt64, summary: String)] = []
    /// In how many worlds each situation came up.
    private(set) var met: [Situation: Int] = [:]
    private(set) var byValidators: [Int: Int] = [:]
    private(set) var slowestHealing: UInt64 = 0
    private(set) var slowestProgress: UInt64 = 0
    private(set) var peaks = Peaks()
    var seconds: Int64 = 0

    /// Over the worlds' digests in the order of their seeds; those that ended early wait for their turn.
    private var hasher = SHA256()
    private var waiting: [UInt64: Hash32] = [:]
    private var nextSeed: UInt64

    init(seeds: ClosedRange<UInt64>) {
        self.seeds = seeds
        nextSeed = seeds.lowerBound
    }

    mutating func add(_ outcome: Outcome) {
        count += 1
        heights += outcome.finalHeight.number
        events += UInt64(outcome.eventCount)
        settled += outcome.settledCount
        crashes += outcome.crashCount
        byValidators[outcome.scenario.validatorCount, default: 0] += 1
        peaks.formMaximum(outcome.peaks)
        slowestProgress = max(slowestProgress, outcome.progressAfter ?? 0)
        slowestHealing = max(slowestHealing, outcome.healedAfter ?? 0)
        for situation in outcome.situations { met[situation, default: 0] += 1 }
        if outcome.violation != nil { violations.append((outcome.scenario.seed, outcome.summary)) }
        waiting[outcome.scenario.seed] = outcome.digest
        while let digest = waiting.removeValue(forKey: nextSeed) {
            hasher.update(digest)
            nextSeed += 1
        }
    }

    var digest: Hash32 {
        let copy = hasher
        return copy.finish()
    }

    /// Situations that never came up in a range that should meet each.
    var missed: [Situation] { count < 500 ? [] : Situation.allCases.filter { met[$0] == nil } }

    var progress: String { "\(count) of \(seeds.count) worlds, \(heights) heights, \(violations.count) violations" }

    // MARK: - For people and programs

    var lines: [String] {
        let sizes = byValidators.keys.sorted().map { "n=\($0): \(byValidators[$0] ?? 0)" }
        var lines = violations.sorted { $0.seed < $1.seed }.map(\.summary)
        lines += [
            "worlds      \(count), seeds \(seeds.lowerBound)..\(seeds.upperBound) (\(sizes.joined(separator: ", ")))",
            "heights     \(heights)",
            "events      \(events)",
            "settled     \(settled) transactions",
            "crashes     \(crashes)",
            "progress    at most \(slowestProgress) ms after the last fault, all healed at most \(slowestHealing) ms after it",
            "peaks       a node's \(peaks.openViews) open views, \(peaks.blocks) blocks above the tip, "
                + "\(peaks.undoneOrders) orders for its disk,",
            "            \(peaks.mempoolBytes) bytes of transactions, \(peaks.sentBytes) bytes sent in a second",
            "violations  \(violations.count)",
            "digest      \(digest)",
            "seconds     \(seconds)",
            "situations, and in how many worlds each came up:",
        ]
        for situation in Situation.allCases {
            let count = String(met[situation] ?? 0)
            lines.append("  \(String(repeating: " ", count: max(0, 7 - count.count)))\(count)  \(situation.rawValue)")
        }
        return lines
    }

    var json: JSON {
        [
            "firstSeed": .decimal(seeds.lowerBound), "lastSeed": .decimal(seeds.upperBound), "worlds": .integer(count),
            "heights": .decimal(heights), "events": .decimal(events), "settled": .integer(settled),
            "crashes": .integer(crashes), "healingMillisecondsMax": .decimal(slowestHealing),
            "progressMillisecondsMax": .decimal(slowestProgress), "openViewsMax": .integer(peaks.openViews),
            "blocksAboveTipMax": .integer(peaks.blocks), "undoneOrdersMax": .integer(peaks.undoneOrders),
            "mempoolBytesMax": .integer(peaks.mempoolBytes), "sentBytesASecondMax": .integer(peaks.sentBytes),
            "violations": .array(violations.sorted { $0.seed < $1.seed }.map { .string($0.summary) }),
            "digest": .string("\(digest)"), "seconds": .integer(Int(seconds)),
            "situations": situationsJSON,
        ]
    }

    private var situationsJSON: JSON {
        var object = JSONObject()
        for situation in Situation.allCases { object.append(situation.rawValue, .integer(met[situation] ?? 0)) }
        return .object(object)
    }
}
