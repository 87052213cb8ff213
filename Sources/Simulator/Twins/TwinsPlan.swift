/// A family of Twins scenarios (Bano et al.: OPODIS 2021, arXiv 2004.10617): so many validators, some of which run twice,
/// and rounds, each with a leader and a split of all copies into parts that can't hear each other.
///
/// A round is a view of the protocol, led by whom the rule of spec 3.1 makes its leader: the next view that the wanted one
/// leads. The views between two rounds are silent, so that nothing comes of them but nullifications.
package struct TwinsPlan: Hashable, Sendable {
    package let validatorCount: Int
    /// How many run twice: the last in the list.
    package let twinCount: Int
    package let roundCount: Int
    /// The most parts that the copies are split into.
    package let partCountMax: Int
    /// Only those who run twice lead rounds, or everybody.
    package let onlyTwinsLead: Bool
    /// What a split holds back arrives when its round is over, instead of never.
    package let arrivesLate: Bool

    /// Of each split, the part of each copy.
    let splits: [[UInt8]]

    package init(
        validatorCount: Int,
        twinCount: Int,
        roundCount: Int,
        partCountMax: Int = 2,
        onlyTwinsLead: Bool,
        arrivesLate: Bool = false
    ) {
        self.validatorCount = validatorCount
        self.twinCount = twinCount
        self.roundCount = roundCount
        self.partCountMax = partCountMax
        self.onlyTwinsLead = onlyTwinsLead
        self.arrivesLate = arrivesLate
        splits = Self.splits(of: validatorCount + twinCount, into: partCountMax)
    }

    /// How many splits there are at most; cheap to ask before a plan is made.
    package static func splitCountBound(copies: Int, parts: Int) -> Int {
        (1..<max(1, copies)).reduce(1) { product, _ in min(1 << 40, product * parts) }
    }

    /// First every validator's first copy, then the second copies.
    package var copyCount: Int { validatorCount + twinCount }
    var twins: Range<Int> { (validatorCount - twinCount)..<validatorCount }
    package var leaders: [Int] { onlyTwinsLead ? Array(twins) : Array(0..<validatorCount) }
    package var faultyMax: Int { (validatorCount - 1) / 3 }
    package var isBeyondBearing: Bool { twinCount > faultyMax }

    /// A setting is a leader and a split; they are numbered leader by leader.
    package var settingCount: Int { splits.count * leaders.count }
    func leader(of setting: Int) -> Int { leaders[setting / splits.count] }
    func split(of setting: Int) -> [UInt8] { splits[setting % splits.count] }

    /// How many scenarios there are; nil when that is no number of 64 bits.
    package var scenarioCount: UInt64? {
        var count: UInt64 = 1
        for _ in 0..<roundCount {
            let (product, overflows) = count.multipliedReportingOverflow(by: UInt64(settingCount))
            if overflows { return nil }
            count = product
        }
        return count
    }

    func validator(of copy: Int) -> Int { copy < validatorCount ? copy : twins.lowerBound + copy - validatorCount }
    func isTwin(_ copy: Int) -> Bool { twins.contains(validator(of: copy)) }

    /// `v3` and, for the second copy, `v3'`.
    func name(of copy: Int) -> String { "v\(validator(of: copy))" + (copy < validatorCount ? "" : "'") }

    /// `v0 v1 v3 | v2 v3'`.
    package func words(for setting: Int) -> String {
        let split = split(of: setting)
        let parts = (0...(split.max() ?? 0)).map { part in
            split.indices.filter { split[$0] == part }.map(name).joined(separator: " ")
        }
        return parts.joined(separator: " | ")
    }

    /// All ways to split so many copies into at most so many parts: the first copy is in part 0, and each new part has the
    /// lowest free number.
    private static func splits(of count: Int, into partCountMax: Int) -> [[UInt8]] {
        var splits: [[UInt8]] = [[]]
        for _ in 0..<count {
            splits = splits.flatMap { split in
                let free = Int((split.max().map { $0 + 1 }) ?? 0)
                return (0...min(free, partCountMax - 1)).map { split + [UInt8($0)] }
            }
        }
        return splits
    }
}

/// One scenario: the setting of each round.
package struct TwinsScenario: Hashable, Sendable {
    package let settings: [Int]

    package init(settings: [Int]) { self.settings = settings }

    /// The scenario with this number, counted with the last round running fastest.
    package init(number: UInt64, of plan: TwinsPlan) {
        var rest = number
        var settings: [Int] = []
        for _ in 0..<plan.roundCount {
            settings.append(Int(rest % UInt64(plan.settingCount)))
            rest /= UInt64(plan.settingCount)
        }
        self.settings = settings.reversed()
    }

    /// One of all, each as likely as any other.
    package init(drawnBy generator: inout SplitMix64, from plan: TwinsPlan) {
        settings = (0..<plan.roundCount).map { _ in generator.below(plan.settingCount) }
    }

    /// Reads a name; nil unless it has a setting of this family for each round.
    package init?(_ name: String, of plan: TwinsPlan) {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
        let settings = parts.compactMap { $0 }.filter { (0..<plan.settingCount).contains($0) }
        guard settings.count == parts.count, settings.count == plan.roundCount else { return nil }
        self.settings = settings
    }

    /// `5.0.12.3`, as the command line takes it.
    package var name: String { settings.map(String.init).joined(separator: ".") }
}
