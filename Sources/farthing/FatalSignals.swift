import Glibc

/// What a process that can't go on says last, and the exit code it ends with (Docs/OPERATING.md).
///
/// A broken precondition, an overflow and an index out of bounds end a Swift program by a signal. A service manager sees a
/// number in place of a reason then, so each such signal gets one line and one of our exit codes.
package enum FatalSignals {
    /// From here on a fatal signal ends the process with exit code 70, or 74 for a mapped file that can't be read.
    ///
    /// Does nothing when `SWIFT_BACKTRACE` is set: then Swift shows where it happened, and the process ends by the signal,
    /// with a core dump where the system writes them.
    package static func explain() {
        // SAFETY: getenv is called before any other thread may change the environment; only its being null is looked at.
        guard unsafe getenv("SWIFT_BACKTRACE") == nil else { return }
        var action = sigaction()
        // SAFETY: the closure captures nothing and calls only what may be called in a handler: write and _exit.
        unsafe action.__sigaction_handler.sa_handler = { number in FatalSignals.end(number) }
        // Once: what goes wrong in the handler ends by its own signal.
        action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND)) | SA_ONSTACK
        for number in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGSYS] {
            // SAFETY: the call copies the struct.
            unsafe sigaction(number, &action, nil)
        }
    }

    /// Runs in a signal handler: no allocation, no lock, nothing lazy.
    private static func end(_ number: Int32) -> Never {
        // LevelDB maps its tables: where such a page can't be read, the disk has failed or a table was cut off.
        if number == SIGBUS {
            say(
                "farthing: a mapped file could not be read: the disk fails, or a table in data was cut off. Run: farthing verify\n"
            )
            _exit(74)
        }
        say(
            """
            farthing: a bug: something that cannot be has happened; the reason stands above where it is known. What was \
            reported final is on disk. Run it again with SWIFT_BACKTRACE=enable=yes to see where, and report it.

            """
        )
        _exit(70)
    }

    private static func say(_ line: StaticString) {
        // SAFETY: a static string's bytes are constant and live for ever. Whether anybody can read them changes nothing.
        _ = unsafe write(STDERR_FILENO, line.utf8Start, line.utf8CodeUnitCount)
    }
}
