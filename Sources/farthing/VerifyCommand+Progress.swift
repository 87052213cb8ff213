import Primitives
import VerifierCore

/// How far a verification has come, on stderr: one changing line on a terminal, else a line every ten seconds.
struct ProgressLines {
    private let isTerminal = Console.isErrorTerminal
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private var last: ContinuousClock.Instant
    private var isLineOpen = false

    init() {
        start = clock.now
        last = start
    }

    mutating func show(_ step: VerificationStep) {
        let now = clock.now
        guard now - last >= (isTerminal ? .milliseconds(500) : .seconds(10)) else { return }
        last = now
        let line = text(step, after: now - start)
        Console.sayRaw(isTerminal ? "\r\u{1B}[K" + line : line + "\n")
        isLineOpen = isTerminal
    }

    /// Leaves the line for what follows.
    mutating func end() {
        if isLineOpen { Console.sayRaw("\r\u{1B}[K") }
        isLineOpen = false
    }

    private func text(_ step: VerificationStep, after elapsed: Duration) -> String {
        let milliseconds = max(1, UInt64(elapsed / .milliseconds(1)))
        let tally = step.verifier.tally
        let done = max(1, step.height.number)
        let left = step.last.number - min(step.last.number, step.height.number)
        // By blocks, which is fair when they are alike; a chain that grew fuller takes longer than this says.
        let secondsLeft = UInt128(milliseconds) * UInt128(left) / UInt128(done) / 1_000
        return "block \(step.height) of \(step.last), \(tally.payments) payments, "
            + "\(tally.payments * 1_000 / milliseconds) payments/s, \(tally.signatures * 1_000 / milliseconds) signatures/s, "
            + "about \(secondsLeft) s left"
    }
}
