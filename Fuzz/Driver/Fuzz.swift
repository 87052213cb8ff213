import CFuzzer
import Dispatch
import Formats
import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// The program that `Scripts/fuzz` runs: one format's check under libFuzzer, whose arguments it takes.
///
///     FARTHING_FUZZ_FORMAT=block Fuzz -runs=1000000 corpus/     # fuzzes one format
///     FARTHING_FUZZ_FORMAT=block Fuzz crash-file                # runs one input again
///     Fuzz                                                      # lists the formats, with their longest inputs
///
/// The format's name comes by the environment, since libFuzzer starts its own program again for some of its work.
@main
enum Fuzz {
    static func main() {
        guard let name = environment("FARTHING_FUZZ_FORMAT") else {
            for format in Format.all { print(format.name, format.byteCountMax) }
            return
        }
        guard let format = Format.all.first(where: { $0.name == name }) else {
            print("there is no format \(name)")
            exit(64)
        }
        Running.format.withLock { $0 = format }
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        exit(
            LLVMFuzzerRunDriver(&count, &arguments) { data, size in
                Running.runOne([UInt8](UnsafeBufferPointer(start: data, count: size)))
                return 0
            }
        )
    }

    private static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}

/// One input after another, on the thread that libFuzzer calls.
enum Running {
    static let format = Mutex<Format?>(nil)

    static func runOne(_ bytes: [UInt8]) {
        guard let format = format.withLock({ $0 }) else { fatalError("a format is chosen before anything runs") }
        farthing_heap_start()
        let broken = result(of: format.check, bytes)
        let peak = farthing_heap_peak()
        let bound = format.heap.byteCount(forInputOf: bytes.count)
        if let broken { fatalError("\(format.name): \(broken)") }
        if peak > bound { fatalError("\(format.name): \(bytes.count) bytes took \(peak) bytes of heap, over \(bound)") }
    }

    private static func result(of check: Format.Check, _ bytes: [UInt8]) -> BrokenPromise? {
        switch check {
        case .pure(let check):
            do throws(BrokenPromise) { _ = try check(bytes) } catch { return error }
            return nil
        case .waiting(let check):
            let done = DispatchSemaphore(value: 0)
            let broken = Answer()
            Task {
                do throws(BrokenPromise) { _ = try await check(bytes) } catch { broken.value.withLock { $0 = error } }
                done.signal()
            }
            done.wait()
            return broken.value.withLock { $0 }
        }
    }

    private final class Answer: Sendable {
        let value = Mutex<BrokenPromise?>(nil)
    }
}
