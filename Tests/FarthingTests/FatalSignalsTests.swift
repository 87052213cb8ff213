import Glibc
import Primitives
import Testing
import farthing

/// Whatever cannot be ends with exit code 70 and a line that says so, in release builds too.
struct FatalSignalsTests {
    @Test func aBrokenPreconditionSaysItsReasonAndEndsWith70() async throws {
        let result = try await #require(
            processExitsWith: .exitCode(70),
            observing: [\.standardErrorContent]
        ) {
            unsetenv("SWIFT_BACKTRACE")
            FatalSignals.explain()
            precondition(Int(getpid()) < 0, "no process has a negative number")
        }
        let text = String(decoding: result.standardErrorContent, as: UTF8.self)
        #expect(text.contains("no process has a negative number"), "\(text)")
        #expect(text.contains("farthing: a bug"), "\(text)")
    }

    @Test func anOverflowEndsWith70() async {
        await #expect(processExitsWith: .exitCode(70)) {
            unsetenv("SWIFT_BACKTRACE")
            FatalSignals.explain()
            // Used, so that no optimiser leaves it out.
            exit(Int32(truncatingIfNeeded: Int.max - Int(getpid()) + Int(getpid()) + Int(getpid())))
        }
    }

    @Test func anIndexOutOfBoundsEndsWith70() async {
        await #expect(processExitsWith: .exitCode(70)) {
            unsetenv("SWIFT_BACKTRACE")
            FatalSignals.explain()
            _ = Array(repeating: 1, count: 3)[Int(getpid())]
        }
    }

    @Test(arguments: [SIGILL, SIGTRAP, SIGSEGV, SIGFPE, SIGABRT]) func everyFatalSignalEndsWith70(number: Int32) async {
        await #expect(processExitsWith: .exitCode(70)) { [number] in
            unsetenv("SWIFT_BACKTRACE")
            FatalSignals.explain()
            // abort() gets through where the signal is blocked.
            if number == SIGABRT { abort() } else { raise(number) }
        }
    }

    /// LevelDB maps its tables: a page that can't be read is the disk's doing.
    @Test func aMappedFileThatCanNotBeReadEndsWith74() async {
        await #expect(processExitsWith: .exitCode(74)) {
            unsetenv("SWIFT_BACKTRACE")
            FatalSignals.explain()
            raise(SIGBUS)
        }
    }

    @Test func withSwiftsBacktracesTheSignalStays() async {
        await #expect(processExitsWith: .signal(SIGTRAP)) {
            setenv("SWIFT_BACKTRACE", "enable=no", 1)
            FatalSignals.explain()
            signal(SIGTRAP, SIG_DFL)
            raise(SIGTRAP)
        }
    }
}
