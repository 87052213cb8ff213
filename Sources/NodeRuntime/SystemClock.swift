import ConsensusCore
import Dispatch
import Glibc
package import Primitives

/// The machine's two clocks; the only place that reads them.
package struct SystemClock: Sendable {
    private let start = DispatchTime.now()

    package init() {}

    var now: Moment { Moment(wall: Self.wall, monotonic: monotonic) }

    /// Milliseconds since 1970 in UTC.
    package static var wall: Milliseconds {
        var time = timespec()
        // SAFETY: the call fills the struct that it is given.
        let answer = unsafe clock_gettime(CLOCK_REALTIME, &time)
        precondition(answer == 0, "CLOCK_REALTIME exists on every system this runs on")
        return Milliseconds(UInt64(time.tv_sec) * 1000 + UInt64(time.tv_nsec) / 1_000_000)
    }

    var monotonic: Milliseconds {
        Milliseconds((DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds) / 1_000_000)
    }

    /// The moment at which `monotonic` has reached a value.
    ///
    /// The one after it, since `monotonic` rounds down: a timer must not find that it woke too early.
    func deadline(_ moment: Milliseconds) -> DispatchTime {
        start + .nanoseconds(Int(clamping: moment.number.multipliedReportingOverflow(by: 1_000_000).partialValue))
    }
}
