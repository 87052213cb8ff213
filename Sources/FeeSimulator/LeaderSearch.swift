import LedgerCore
import Primitives

/// What a departure from the leader's duty brought those who made it, beside the same payments under honest leaders.
package struct LeaderResult: Sendable {
    package let move: LeaderMove
    package let rate: Double
    package let burst: Int
    /// How many of the four made the move.
    package let movers: Int
    /// What the movers together gained in a second, in base units: their payouts more, less the fees of their own payments.
    package let gainPerSecond: Double
    /// The fees of all in a second over what the operators need in one, under honest leaders and under these.
    package let honestCoverage: Double
    package let coverage: Double
    /// Of the crowd's payments, from 0 to 1.
    package let honestServed: Double
    package let served: Double
}

/// Plays every move of leaders at several rates, alone and all together.
///
/// Intervals of payout are twelve times shorter than in the preset, and pay a twelfth: a minute then shows what an hour
/// would. A leader's gain counts what was paid out, since only that is its own.
package enum LeaderSearch {
    package static func run(_ preset: FeePreset, seed: UInt64, paymentsMax: Int) -> [LeaderResult] {
        var results: [LeaderResult] = []
        for (rate, burst) in [(20.0, 1), (100.0, 1), (1_000.0, 1), (100.0, 100)] {
            let honest = play(preset, rate, burst, nil, movers: 0, seed, paymentsMax)
            for move in moves {
                for movers in [1, 4] {
                    let played = play(preset, rate, burst, move, movers: movers, seed, paymentsMax)
                    let payouts = Double(movers) * (played.payout - honest.payout)
                    results.append(
                        LeaderResult(
                            move: move,
                            rate: rate,
                            burst: burst,
                            movers: movers,
                            gainPerSecond: payouts - played.ownFees,
                            honestCoverage: honest.row.coverage,
                            coverage: played.row.coverage,
                            honestServed: honest.row.servedShare,
                            served: played.row.servedShare
                        )
                    )
                }
            }
        }
        return results
    }

    private static let moves: [LeaderMove] = [.thin(shares: 50), .withhold, .stuff(count: 100)]

    /// Base units a second, in the large.
    private struct Played {
        let row: FeeRow
        let payout: Double
        let ownFees: Double
    }

    private static func play(
        _ preset: FeePreset,
        _ rate: Double,
        _ burst: Int,
        _ move: LeaderMove?,
        movers: Int,
        _ seed: UInt64,
        _ paymentsMax: Int
    ) -> Played {
        var parameters = preset.parameters
        parameters.payoutInterval = Milliseconds(parameters.payoutInterval.number / 12)
        parameters.payoutMaximum = Amount(units: parameters.payoutMaximum.units / 12)
        var settings = FeeRun.Settings(
            parameters: parameters,
            rate: rate,
            model: .cap,
            seed: seed,
            paymentsMax: paymentsMax,
            secondsMax: 600
        )
        settings.burst = burst
        settings.warmUp = 0
        // A thin block is thin in shares, and a stuffed one is stuffed with so many: these do not scale.
        settings.ratePerSecondMax = .infinity
        var run = FeeRun(settings)
        run.leaders.move = move
        run.leaders.movers = movers
        let row = run.run()
        return Played(
            row: row,
            payout: Double(run.leaders.payout) / row.seconds,
            ownFees: Double(run.leaders.ownFees) / row.seconds
        )
    }
}
