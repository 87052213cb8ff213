import FeeSimulator
import LedgerCore
import StrictJSON

/// What `simulate fees` prints.
struct SimulateFeesReport {
    struct Curve {
        let model: DemandModel
        let rows: [FeeRow]
    }

    let preset: FeePreset
    let seed: UInt64
    let curves: [Curve]
    var payers: [PayerResult] = []
    var patience: [PatienceResult] = []
    var leaders: [LeaderResult] = []

    init(preset: FeePreset, seed: UInt64, curves: [Curve]) {
        self.preset = preset
        self.seed = seed
        self.curves = curves
    }

    // MARK: - Text

    var lines: [String] {
        var lines = curves.flatMap { curveLines($0) }
        if !payers.isEmpty { lines += payerLines }
        if !patience.isEmpty { lines += patienceLines }
        if !leaders.isEmpty { lines += leaderLines }
        return lines
    }

    private func curveLines(_ curve: Curve) -> [String] {
        let widths = [9, 9, 9, 11, 11, 11, 8, 8, 9, 9]
        let head = [
            "rate/s", "/block", "served %", "fee", "p10", "p90", "wait s", "p95 s", "income %", "paid %",
        ]
        let rows = curve.rows.map { row in
            [
                text(row.rate, 1), text(row.paymentsPerBlock, 1), text(100 * row.servedShare, 1), text(row.fee, 1),
                "\(row.feeLow)", "\(row.feeHigh)", text(row.wait, 2), text(row.waitLate, 2),
                text(100 * row.coverage, 1), text(100 * row.paid, 1),
            ]
        }
        return [title("\(preset.rawValue), everybody signs: \(curve.model.rawValue)")] + table([head] + rows, widths)
            + [""]
    }

    private var payerLines: [String] {
        let head = ["payer's move", "gains %", "mean", "max", "losses %", "mean"]
        let rows = payers.map { result in
            [
                result.move.rawValue, text(100 * Double(result.gains) / Double(result.pools), 1),
                text(result.gainMean, 0), "\(result.gainMax)",
                text(100 * Double(result.losses) / Double(result.pools), 1), text(result.lossMean, 0),
            ]
        }
        return [title("payers, one block, beside signing the truth in the same pool")]
            + table([head] + rows, [-32, 9, 11, 11, 9, 11]) + [""]
    }

    private var patienceLines: [String] {
        let head = ["rate/s", "signs", "served %", "fee", "wait s", "crowd's fee", "wait s"]
        let rows = patience.map { result in
            [
                text(result.rate, 0), "\(result.maxPrice)", text(100 * result.served, 1), text(result.fee, 1),
                text(result.wait, 1), text(result.crowdFee, 1), text(result.crowdWait, 1),
            ]
        }
        return [title("payers who sign little and wait, in a truthful crowd")]
            + table([head] + rows, [9, 9, 9, 11, 8, 12, 8]) + [""]
    }

    private var leaderLines: [String] {
        let head = ["leaders' move", "rate/s", "bursts", "who", "gain/s", "income %", "honest %", "served %"]
        let rows = leaders.map { result in
            [
                result.move.name, text(result.rate, 0), "\(result.burst)", "\(result.movers) of 4",
                text(result.gainPerSecond, 1), text(100 * result.coverage, 1), text(100 * result.honestCoverage, 1),
                text(100 * result.served, 1),
            ]
        }
        return [title("leaders, what the movers together gain")]
            + table([head] + rows, [-28, 8, 8, 8, 11, 10, 10, 9])
    }

    private func title(_ text: String) -> String { "\(text) (seed \(seed), base units)" }

    /// Columns of these widths; a negative one is flush left.
    private func table(_ rows: [[String]], _ widths: [Int]) -> [String] {
        rows.map { row in
            zip(row, widths).map { cell, width in
                let padding = String(repeating: " ", count: max(0, abs(width) - cell.count))
                return width < 0 ? cell + padding : padding + cell
            }
            .joined()
        }
    }

    // MARK: - JSON

    var json: JSON {
        [
            "preset": .string(preset.rawValue), "seed": .decimal(seed),
            "curves": .array(
                curves.map { ["model": .string($0.model.rawValue), "rows": .array($0.rows.map(json))] }
            ),
            "payers": .array(payers.map(json)), "patience": .array(patience.map(json)),
            "leaders": .array(leaders.map(json)),
        ]
    }

    private func json(_ row: FeeRow) -> JSON {
        [
            "rate": number(row.rate), "scale": .integer(row.scale), "seconds": number(row.seconds),
            "offered": .integer(row.offered), "served": .integer(row.served), "blocks": .integer(row.blocks),
            "paymentsPerBlock": number(row.paymentsPerBlock), "servedShare": number(row.servedShare),
            "fee": number(row.fee), "feeLow": .decimal(row.feeLow), "feeHigh": .decimal(row.feeHigh),
            "waitSeconds": number(row.wait), "waitSeconds95": number(row.waitLate),
            "floorMax": .decimal(row.floorMax), "coverage": number(row.coverage), "paid": number(row.paid),
            "pool": .decimal(row.pool),
        ]
    }

    private func json(_ result: PayerResult) -> JSON {
        [
            "move": .string(result.move.rawValue), "pools": .integer(result.pools), "gains": .integer(result.gains),
            "gainMean": number(result.gainMean), "gainMax": .integer(result.gainMax),
            "losses": .integer(result.losses), "lossMean": number(result.lossMean),
        ]
    }

    private func json(_ result: PatienceResult) -> JSON {
        [
            "rate": number(result.rate), "maxPrice": .decimal(result.maxPrice), "served": number(result.served),
            "fee": number(result.fee), "waitSeconds": number(result.wait), "crowdFee": number(result.crowdFee),
            "crowdWaitSeconds": number(result.crowdWait),
        ]
    }

    private func json(_ result: LeaderResult) -> JSON {
        [
            "move": .string(result.move.name), "rate": number(result.rate), "burst": .integer(result.burst),
            "movers": .integer(result.movers), "gainPerSecond": number(result.gainPerSecond),
            "coverage": number(result.coverage), "honestCoverage": number(result.honestCoverage),
            "served": number(result.served), "honestServed": number(result.honestServed),
        ]
    }

    private func number(_ value: Double) -> JSON { .number(text(value, 6)) }

    /// With so many decimals at most, without noughts at the end.
    private func text(_ value: Double, _ decimals: Int) -> String {
        var factor = 1.0
        for _ in 0..<decimals { factor *= 10 }
        let units = (value.magnitude * factor).rounded()
        guard units < 9e15 else { return "\(value)" }
        let whole = UInt64(units) / UInt64(factor)
        var rest = String(UInt64(units) % UInt64(factor))
        rest = String(repeating: "0", count: max(0, decimals - rest.count)) + rest
        while rest.hasSuffix("0") { rest.removeLast() }
        let sign = value < 0 && units > 0 ? "-" : ""
        return rest.isEmpty || decimals == 0 ? "\(sign)\(whole)" : "\(sign)\(whole).\(rest)"
    }
}
