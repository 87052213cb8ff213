/// How far something has come, on stderr: one changing line on a terminal, else a line every ten seconds.
struct ChangingLine {
    private let isTerminal = Console.isErrorTerminal
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private var last: ContinuousClock.Instant
    private var isOpen = false

    init() {
        start = clock.now
        last = start
    }

    /// `text` gets the milliseconds since the beginning, at least 1.
    mutating func show(_ text: (_ elapsedMilliseconds: UInt64) -> String) {
        let now = clock.now
        guard now - last >= (isTerminal ? .milliseconds(500) : .seconds(10)) else { return }
        last = now
        let line = text(max(1, UInt64((now - start) / .milliseconds(1))))
        Console.sayRaw(isTerminal ? "\r\u{1B}[K" + line : line + "\n")
        isOpen = isTerminal
    }

    /// Leaves the line for what follows.
    mutating func end() {
        if isOpen { Console.sayRaw("\r\u{1B}[K") }
        isOpen = false
    }
}
