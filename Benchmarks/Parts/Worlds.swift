import ArgumentParser
import Primitives
import Simulator
import StrictJSON

/// A federation in the simulated network, where nothing goes wrong: what each validator more costs.
///
/// Signatures there cost a hash, so the time is that of everything else: messages, votes, ledger, mempool, and the world
/// itself with its checkers and its auditor.
struct Worlds: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Processor time and messages in a simulated federation")

    @Option(help: "How many validators, 1 to 31")
    var validators = 4

    @Option(help: "How many payments")
    var payments = 500

    func run() throws {
        var scenario = Scenario.calm(seed: 1, validatorCount: validators)
        scenario.paymentCount = payments
        var times = Times()
        let outcome = times.add { World.run(scenario) }
        if let violation = outcome.violation {
            preconditionFailure("a world without faults breaks a promise: \(violation)")
        }
        report([
            "part": "worlds", "validators": .integer(validators), "settled": .integer(outcome.settledCount),
            "height": .integer(outcome.finalHeight.number), "nanoseconds": .integer(times.processor),
            "messages": .integer(outcome.traffic.messageCount), "messageBytes": .integer(outcome.traffic.byteCount),
            "digest": .string(outcome.digest.hex),
        ])
    }
}
