import Primitives
import VerifierCore

/// How far a verification has come, on stderr.
struct ProgressLines {
    private var line = ChangingLine()

    mutating func show(_ step: VerificationStep) {
        line.show { milliseconds in
            let tally = step.verifier.tally
            let done = max(1, step.height.number)
            let left = step.last.number - min(step.last.number, step.height.number)
            // By blocks, which is fair when they are alike; a chain that grew fuller takes longer than this says.
            let secondsLeft = UInt128(milliseconds) * UInt128(left) / UInt128(done) / 1_000
            return "block \(step.height) of \(step.last), \(tally.payments) payments, "
                + "\(tally.payments * 1_000 / milliseconds) payments/s, "
                + "\(tally.signatures * 1_000 / milliseconds) signatures/s, about \(secondsLeft) s left"
        }
    }

    /// Leaves the line for what follows.
    mutating func end() { line.end() }
}
