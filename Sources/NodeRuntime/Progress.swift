import Dispatch
import Synchronization

/// How far a lane has come, for one other lane that waits for it.
final class Progress: Sendable {
    private struct State {
        var reached: UInt64 = 0
        var hasEnded = false
    }

    private let state = Mutex(State())
    private let moved = DispatchSemaphore(value: 0)

    func reach(_ number: UInt64) {
        state.withLock { $0.reached = number }
        moved.signal()
    }

    func end() {
        state.withLock { $0.hasEnded = true }
        moved.signal()
    }

    /// Answers false when the lane has ended before it came that far.
    func wait(for number: UInt64) -> Bool {
        while true {
            let (reached, hasEnded) = state.withLock { ($0.reached, $0.hasEnded) }
            if reached >= number { return true }
            if hasEnded { return false }
            moved.wait()
        }
    }
}
