import Foundation
import Primitives
import Simulator
import Testing

/// Every way to split a small network with a twin in it, and samples of larger ones (Docs/TESTING.md, Twins).
@Suite struct TwinsTests {
    private static func fourAndOne(rounds: Int, late: Bool = false) -> TwinsPlan {
        TwinsPlan(validatorCount: 4, twinCount: 1, roundCount: rounds, onlyTwinsLead: true, arrivesLate: late)
    }

    private static func sum(_ plan: TwinsPlan, _ extent: TwinsCampaign.Extent) async -> TwinsSum {
        let campaign = TwinsCampaign(plan, extent)
        var parts = await withTaskGroup(of: (UInt64, TwinsSum).self) { group in
            for batch in 0..<campaign.batchCount { group.addTask { (batch, campaign.run(batch: batch)) } }
            return await group.reduce(into: [UInt64: TwinsSum]()) { $0[$1.0] = $1.1 }
        }
        var sum = TwinsSum()
        for batch in 0..<campaign.batchCount { if let part = parts.removeValue(forKey: batch) { sum.add(part) } }
        return sum
    }

    private static func words(_ sum: TwinsSum) -> Comment {
        Comment(rawValue: sum.violations.map { "\($0.scenario.name): \($0.what)" }.joined(separator: "; "))
    }

    // MARK: - The family

    @Test(arguments: [(4, 1, 16, 64), (7, 2, 256, 1_792), (10, 3, 4_096, 40_960)])
    func countsAsManySettingsAsThePaperDoes(_ row: (Int, Int, Int, Int)) {
        let (validators, twins, splits, settings) = row
        let plan = TwinsPlan(validatorCount: validators, twinCount: twins, roundCount: 1, onlyTwinsLead: false)
        #expect(plan.settingCount == settings)
        #expect(Set((0..<splits).map(plan.words)).count == splits)
    }

    @Test func fourWithATwinInFourRoundsAre65536Scenarios() {
        #expect(Self.fourAndOne(rounds: 4).scenarioCount == 65_536)
    }

    @Test func aScenarioIsNamedByItsSettings() throws {
        let plan = Self.fourAndOne(rounds: 4)
        let scenario = TwinsScenario(number: 0x5_0C3, of: plan)
        #expect(scenario.name == "5.0.12.3")
        #expect(TwinsScenario("5.0.12.3", of: plan) == scenario)
        for wrong in ["", "5.0.12", "5.0.12.3.1", "5.0.12.16", "5.0.12.-1", "5..12.3", "a.b.c.d"] {
            #expect(TwinsScenario(wrong, of: plan) == nil)
        }
    }

    // MARK: - What comes of it

    /// Scenarios that begin alike share their beginning; nobody can tell by the end.
    @Test func sharedBeginningsChangeNothing() async {
        let plan = Self.fourAndOne(rounds: 2)
        let together = await Self.sum(plan, .exhaustive)
        let runner = TwinsRunner(plan)
        var batch = TwinsSum()
        for number in 0..<256 as Range<UInt64> {
            let scenario = TwinsScenario(number: number, of: plan)
            batch.add(runner.run(scenario), of: scenario, faultyMax: 1)
        }
        var alone = TwinsSum()
        alone.add(batch)
        #expect(together.scenarioCount == 256)
        #expect(together.deliveredCount == alone.deliveredCount)
        #expect(together.digest == alone.digest)
    }

    @Test func everySplitOfFourWithATwinKeepsEveryPromise() async {
        let sum = await Self.sum(Self.fourAndOne(rounds: Self.isLong ? 4 : 3), .exhaustive)
        #expect(sum.scenarioCount == (Self.isLong ? 65_536 : 4_096))
        #expect(sum.violationCount == 0, Self.words(sum))
        #expect(sum.forkCount == 0)
        #expect(sum.signedCount * 100 >= sum.scenarioCount)
    }

    @Test(arguments: [
        (4, 1, 600, true), (7, 2, 300, false), (10, 3, 60, false), (4, 0, 200, false), (5, 1, 200, false),
    ])
    func samplesOfLargerFamiliesKeepEveryPromise(_ row: (Int, Int, UInt64, Bool)) async {
        let (validators, twins, count, late) = row
        let plan = TwinsPlan(
            validatorCount: validators,
            twinCount: twins,
            roundCount: 4,
            onlyTwinsLead: false,
            arrivesLate: late
        )
        let sum = await Self.sum(plan, .samples(Self.isLong ? count : count / 10, seed: 1))
        #expect(sum.violationCount == 0, Self.words(sum))
        #expect(sum.forkCount == 0)
    }

    // MARK: - More twins than the protocol bears

    /// A1, directed: two twins of four lead and vote on both sides; each side has its own final chain.
    @Test func twoTwinsOfFourForkTheChainAndAreConvicted() throws {
        let plan = TwinsPlan(validatorCount: 4, twinCount: 2, roundCount: 1, onlyTwinsLead: true)
        let setting = try #require((0..<plan.settingCount).first { plan.words(for: $0) == "v0 v2 v3 | v1 v2' v3'" })
        let result = TwinsRunner(plan).run(TwinsScenario(settings: [setting]))
        #expect(result.violation == nil)
        #expect(result.fork?.named == [2, 3])
        #expect(result.isChainForked)
        #expect(result.convicted == [2, 3])
    }

    @Test(arguments: [(4, 2), (4, 3), (7, 3)]) func everyForkNamesMoreThanFTwinsAndNobodyElse(_ row: (Int, Int)) async {
        let (validators, twins) = row
        let plan = TwinsPlan(validatorCount: validators, twinCount: twins, roundCount: 2, onlyTwinsLead: true)
        let sum = await Self.sum(plan, .samples(validators == 4 ? 400 : 60, seed: 1))
        #expect(sum.violationCount == 0, Self.words(sum))
        #expect(sum.forkCount > 0)
        // It takes two honest nodes to have two final chains.
        #expect(sum.chainForkCount > 0 || validators - twins < 2)
        #expect(sum.provenCount == sum.chainForkCount)
    }

    /// `FARTHING_TWINS=all` runs all 65,536 scenarios and ten times the samples.
    private static let isLong = ProcessInfo.processInfo.environment["FARTHING_TWINS"] == "all"
}
