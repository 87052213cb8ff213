import Glibc
import Primitives
import StrictJSON

/// Processor time and wall time of one piece of work, in nanoseconds.
struct Times {
    var processor: UInt64 = 0
    var wall: UInt64 = 0

    /// Adds what `work` takes.
    mutating func add<Answer>(_ work: () throws -> Answer) rethrows -> Answer {
        let (processorBefore, wallBefore) = (Self.read(CLOCK_PROCESS_CPUTIME_ID), Self.read(CLOCK_MONOTONIC))
        defer {
            processor += Self.read(CLOCK_PROCESS_CPUTIME_ID) - processorBefore
            wall += Self.read(CLOCK_MONOTONIC) - wallBefore
        }
        return try work()
    }

    /// The same for work that waits.
    mutating func add<Answer>(_ work: () async throws -> Answer) async rethrows -> Answer {
        let (processorBefore, wallBefore) = (Self.read(CLOCK_PROCESS_CPUTIME_ID), Self.read(CLOCK_MONOTONIC))
        defer {
            processor += Self.read(CLOCK_PROCESS_CPUTIME_ID) - processorBefore
            wall += Self.read(CLOCK_MONOTONIC) - wallBefore
        }
        return try await work()
    }

    static func read(_ clock: Int32) -> UInt64 {
        var time = timespec()
        precondition(clock_gettime(clock, &time) == 0, "Linux has both clocks")
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    static var wallNow: UInt64 { read(CLOCK_MONOTONIC) }
}

/// Bytes of memory that this process has in use now.
func residentBytes() -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { preconditionFailure("Linux has /proc/self/statm") }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    precondition(fgets(&line, 256, file) != nil, "statm has a line")
    let words = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(
        separator: " "
    )
    guard words.count > 1, let pages = Int(words[1]) else {
        preconditionFailure("the second word of statm is a number")
    }
    return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
}

var processorCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
