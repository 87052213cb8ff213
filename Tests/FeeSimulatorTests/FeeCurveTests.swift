import FeeSimulator
import LedgerCore
import Testing

/// The curves of Docs/Economics.md, held against an earlier simulation of the same rule in another language.
struct FeeCurveTests {
    private func run(
        _ preset: FeePreset,
        _ model: DemandModel,
        rate: Double,
        payments: Int,
        seed: UInt64 = 1,
        _ change: (inout FeeRun.Settings) -> Void = { _ in }
    ) -> FeeRow {
        var settings = FeeRun.Settings(
            parameters: preset.parameters,
            rate: rate,
            model: model,
            seed: seed,
            paymentsMax: payments,
            secondsMax: 1e9
        )
        change(&settings)
        var run = FeeRun(settings)
        return run.run()
    }

    /// Payments a second, and the mean fee of a single payment when everybody signs the cap of 200 per share.
    @Test(
        arguments: [
            (0.5, 400), (10, 400), (50, 400), (100, 371), (200, 201), (500, 81), (1_000, 41), (2_000, 21),
            (5_000, 8.8), (10_000, 5.0), (20_000, 3.0),
        ] as [(Double, Double)]
    )
    func theFeeFallsWithTheCrowd(rate: Double, fee: Double) {
        let row = run(.demo, .cap, rate: rate, payments: 15_000)
        #expect(abs(row.fee - fee) <= 0.04 * fee, "\(row.fee)")
        #expect(row.servedShare == 1)
        // 250 ms between blocks: a quarter second at most, and half of that in the mean where blocks follow one another.
        #expect(row.waitLate <= 0.25)
        if rate >= 50 { #expect(abs(row.wait - 0.125) < 0.015, "\(row.wait)") }
    }

    struct Truthful: Sendable {
        let rate: Double
        let payments: Int
        let served: Double
        let fee: Double
        let wait: Double
    }

    /// Everybody signs what a payment is worth: few are served while nobody shares the cost.
    @Test(arguments: [
        Truthful(rate: 0.5, payments: 2_000, served: 28, fee: 400, wait: 0),
        Truthful(rate: 10, payments: 5_000, served: 81, fee: 195, wait: 9.6),
        Truthful(rate: 100, payments: 20_000, served: 96.5, fee: 156, wait: 2.4),
        Truthful(rate: 1_000, payments: 30_000, served: 99.4, fee: 41, wait: 0.5),
    ])
    func moreAreServedAsTheCrowdGrows(row: Truthful) {
        let found = run(.demo, .truthful, rate: row.rate, payments: row.payments)
        #expect(abs(100 * found.servedShare - row.served) < 3, "\(found.servedShare)")
        #expect(abs(found.fee - row.fee) <= 0.1 * row.fee, "\(found.fee)")
        #expect(abs(found.wait - row.wait) <= 0.05 + 0.25 * row.wait, "\(found.wait)")
    }

    /// With a reserve target the operators take in what they need, and the fee is need over rate.
    @Test(arguments: [1.0, 10, 100, 1_000])
    func aReserveTargetBringsWhatIsNeededAndNoMore(rate: Double) {
        let row = run(.real, .cap, rate: rate, payments: 40_000)
        #expect(abs(row.coverage - 1) < 0.01, "\(row.coverage)")
        #expect(abs(row.paid - 1) < 0.01, "\(row.paid)")
        let needPerPayment = 9_132_420 / 60 / rate
        #expect(abs(row.fee - needPerPayment) < 0.015 * needPerPayment, "\(row.fee)")
    }

    /// Without one, what a busy network takes in beyond the operators' pay stays in the pool for ever.
    @Test func aNetworkWithoutATargetTakesInTooMuch() {
        let row = run(.demo, .cap, rate: 1_000, payments: 40_000)
        #expect(row.coverage > 3.9)
        #expect(abs(row.paid - 1) < 0.01, "\(row.paid)")
    }

    /// Below about one payment a second the cap keeps the operators from being covered, whatever the rule.
    @Test func aQuietNetworkIsSubsidised() {
        let row = run(.real, .cap, rate: 0.1, payments: 3_000)
        #expect(abs(row.coverage - 0.26) < 0.02, "\(row.coverage)")
        #expect(row.fee == 400_000)
    }

    /// Above some thousands a second the lowest price alone brings more than is needed.
    @Test func aCrowdedNetworkPaysTheLowestPrice() {
        let row = run(.real, .cap, rate: 20_000, payments: 20_000)
        #expect(row.feeLow == 20 && row.feeHigh == 20)
        #expect(abs(row.coverage - 2.63) < 0.05, "\(row.coverage)")
    }

    @Test func aNetworkInSmallMeetsTheSamePrices() {
        let whole = run(.demo, .cap, rate: 500, payments: 30_000) { $0.ratePerSecondMax = 500 }
        let small = run(.demo, .cap, rate: 500, payments: 15_000) { $0.ratePerSecondMax = 250 }
        #expect(whole.scale == 1 && small.scale == 2)
        #expect(abs(whole.fee - small.fee) < 0.03 * whole.fee)
        #expect(abs(whole.paymentsPerBlock - small.paymentsPerBlock) < 0.03 * whole.paymentsPerBlock)
    }

    @Test func theSameSeedGivesTheSameNumbers() {
        let rows = [1, 1, 2].map { run(.demo, .truthful, rate: 100, payments: 3_000, seed: $0) }
        #expect(rows[0].fee == rows[1].fee && rows[0].wait == rows[1].wait && rows[0].pool == rows[1].pool)
        #expect(rows[0].fee != rows[2].fee)
    }
}
