import ArgumentParser
import FeeSimulator
import Primitives
import StrictJSON

struct SimulateFees: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fees",
        abstract: "What payments cost, how long they wait and whether the operators are covered, at each rate",
        discussion: """
            Single payments arrive independently of one another at one chain: real admission, selection and block \
            execution, no signatures and no network, so the delay of consensus comes on top of the waits. At high rates one \
            payment in several is simulated, on a network that is as much smaller. The same seed gives the same numbers.

            --moves also looks for profitable departures: payers who sign other than what a payment is worth to them, \
            leaders who build other blocks than their duty asks for.
            """
    )

    @Option(help: ArgumentHelp("The network's rules: demo (the defaults) or real (400 EUR a month)", valueName: "name"))
    var preset = FeePreset.demo

    @Option(help: ArgumentHelp("What people sign: cap, or truthful; both if left out", valueName: "name"))
    var model: DemandModel?

    @Option(help: ArgumentHelp("Payments a second, separated by commas", valueName: "list"))
    var rates = "0.1,0.5,1,2,5,10,20,50,100,200,500,1000,2000,5000,10000,20000"

    @Option(help: ArgumentHelp("The most to simulate at each rate, in hours of the chain", valueName: "h"))
    var hours = 24.0

    @Option(help: ArgumentHelp("The most to simulate at each rate, in payments", valueName: "n"))
    var payments = 30_000

    @Option(help: ArgumentHelp("Where all luck comes from", valueName: "n"))
    var seed: UInt64 = 1

    @Flag(help: "Look for profitable moves of payers and leaders too")
    var moves = false

    @Flag(help: "Print JSON")
    var json = false

    func validate() throws {
        guard rateList != nil else {
            throw ValidationError("--rates: expected numbers from 0.01 to 100000, separated by commas")
        }
        guard (0.01...10_000).contains(hours) else { throw ValidationError("--hours: expected 0.01 to 10000") }
        guard (100...100_000_000).contains(payments) else {
            throw ValidationError("--payments: expected 100 to 100000000")
        }
    }

    private var rateList: [Double]? {
        let rates = rates.split(separator: ",").map { Double($0) }
        let known = rates.compactMap { $0 }.filter { (0.01...100_000).contains($0) }
        return known.count == rates.count && !known.isEmpty ? known : nil
    }

    func run() throws {
        guard let rateList else { preconditionFailure("validate() has looked at the rates") }
        var curves: [SimulateFeesReport.Curve] = []
        for model in model.map({ [$0] }) ?? DemandModel.allCases {
            var rows: [FeeRow] = []
            for rate in rateList {
                var run = FeeRun(settings(model, rate))
                rows.append(run.run())
                Console.say("\(preset.rawValue), \(model.rawValue): \(rate) payments/s simulated")
            }
            curves.append(SimulateFeesReport.Curve(model: model, rows: rows))
        }
        var report = SimulateFeesReport(preset: preset, seed: seed, curves: curves)
        if moves {
            Console.say("looking for profitable moves")
            report.payers = PayerSearch.run(preset, seed: seed, pools: 1_000)
            report.patience = PayerSearch.patience(preset, seed: seed, paymentsMax: payments / 2)
            report.leaders = LeaderSearch.run(preset, seed: seed, paymentsMax: payments / 2)
        }
        if json {
            try Console.output(report.json)
        } else {
            for line in report.lines { try Console.output(line) }
        }
    }

    private func settings(_ model: DemandModel, _ rate: Double) -> FeeRun.Settings {
        FeeRun.Settings(
            parameters: preset.parameters,
            rate: rate,
            model: model,
            seed: seed,
            paymentsMax: payments,
            secondsMax: hours * 3_600
        )
    }
}

extension FeePreset: ExpressibleByArgument {}
extension DemandModel: ExpressibleByArgument {}
