import ArgumentParser
import LedgerCore
import Primitives

/// The rules of fees that a new network chooses.
struct ParameterOptions: ParsableArguments {
    enum Preset: String, CaseIterable, ExpressibleByArgument {
        case demo
        case real
        case bench
    }

    @Option(
        help: ArgumentHelp(
            """
            demo: fees that can be seen falling, 6 decimals; real: fees that cover --monthly-cost, 9 decimals; bench: as demo, \
            with blocks of 131,072 shares and 8 MiB every 100 ms
            """,
            valueName: "name"
        )
    )
    var preset: Preset?

    @Option(
        help: ArgumentHelp(
            "What one operator's node costs in a month of 730 hours, in units; implies --preset real",
            valueName: "amount"
        )
    )
    var monthlyCost: String?

    @Option(help: ArgumentHelp("The currency's unit, for people", valueName: "name"))
    var unit = Parameters.defaults.unit

    func validate() throws {
        guard preset != .real || monthlyCost != nil else { throw ValidationError("--preset real needs --monthly-cost") }
        if let preset, preset != .real, monthlyCost != nil {
            throw ValidationError("--preset \(preset) has no --monthly-cost")
        }
    }

    func parameters(validators: Int, prefix: String) throws(CommandFailure) -> Parameters {
        guard let monthlyCost else {
            var parameters = preset == .bench ? Parameters.bench : .defaults
            parameters.unit = unit
            parameters.accountPrefix = prefix
            return parameters
        }
        let each: Amount
        do throws(DecimalAmount.Failure) {
            each = try DecimalAmount.parse(monthlyCost, decimals: 9)
        } catch {
            throw CommandFailure(error, text: monthlyCost, unit: unit)
        }
        let (total, overflow) = each.units.multipliedReportingOverflow(by: UInt64(validators))
        guard !overflow,
            let parameters = Parameters.covering(
                monthlyCost: Amount(units: total),
                unit: unit,
                accountPrefix: prefix
            )
        else {
            throw CommandFailure(.badInput, "--monthly-cost \(monthlyCost) is nothing a minute, or too much to count")
        }
        return parameters
    }
}

extension Parameters {
    /// What its founders should know about the fees, a sentence each.
    var remarks: [String] {
        var remarks: [String] = []
        let decimals = Int(decimals)
        if let rate = breakEvenPerThousandSeconds, reserveTarget.units > 0 {
            let fee = DecimalAmount.text(Amount(units: 2 * priceCap), decimals: decimals)
            remarks.append(
                "Fees cover the payouts from about \(DecimalAmount.text(Amount(units: rate), decimals: 3)) payments a second on, "
                    + "if their payers accept up to \(fee) \(unit) for one."
            )
        }
        if steadyBlockCost > blockCostCoveredByFloor {
            remarks.append(
                "Warning: even a full block can have a price above the floor, since a block costs \(steadyBlockCost) and the floor "
                    + "brings in \(blockCostCoveredByFloor) for sure. Raise priceFloor or the limits, or lower the cost."
            )
        }
        if isFree {
            remarks.append("Fees are off: nodes limit what a payer may use instead (mempool.freeSharesPerMinute).")
        }
        return remarks
    }
}
