import Dispatch
import Glibc
import LevelDBStorage
import Synchronization

/// What a command leaves behind when it is told to end before it is done: nothing.
///
/// Not the copy of a home, whose links keep tables on the disk that the node has long given up, and not a terminal that
/// shows nothing of what is typed.
enum Interruption {
    private static let hasBegun = Atomic(false)

    /// From here on SIGINT, SIGTERM and SIGHUP put things in order, and then end the process as they always do.
    ///
    /// One that whoever started the process wants ignored stays ignored.
    static func cleanUp() {
        for number in [SIGINT, SIGTERM, SIGHUP] {
            let before = signal(number, SIG_IGN)
            // SAFETY: a function pointer is as wide as an Int; SIG_IGN is the number 1, and no function lies there.
            let isIgnored = before.map { unsafe unsafeBitCast($0, to: Int.self) == 1 } ?? false
            guard !isIgnored else { continue }
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            // The handler holds its own source, which lives as long as the process so.
            source.setEventHandler { withExtendedLifetime(source) { end(by: number) } }
            source.resume()
        }
    }

    /// Waits for the end once it has begun: what is read from directories that are being removed must not be told.
    static func hold() {
        while hasBegun.load(ordering: .acquiring) { pause() }
    }

    private static func end(by number: Int32) {
        guard !hasBegun.exchange(true, ordering: .acquiringAndReleasing) else { return }
        Terminal.showAgain()
        TemporaryDirectory.removeCopies()
        _ = signal(number, SIG_DFL)
        var signals = sigset_t()
        // SAFETY: each call fills or reads a set that lives on the stack.
        unsafe sigemptyset(&signals)
        unsafe sigaddset(&signals, number)
        unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        raise(number)
        _exit(128 + number)
    }
}
