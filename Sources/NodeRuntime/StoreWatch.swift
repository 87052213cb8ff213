package import CoreMetrics
import Primitives
import Synchronization

/// How long writes take, and how long the present one has been under way.
package final class StoreWatch: Sendable {
    enum Write: CaseIterable {
        /// Blocks, certificates and votes before anything is sent.
        case safety
        /// The synced batch of final blocks.
        case commit
    }

    private let clock: SystemClock
    /// When the write under way began (monotonic milliseconds, at least 1); 0 when there is none.
    private let safetyBegan = Atomic<UInt64>(0)
    private let commitBegan = Atomic<UInt64>(0)
    private let safetySeconds: Timer
    private let commitSeconds: Timer

    package init(clock: SystemClock, registry: any MetricsFactory) {
        self.clock = clock
        safetySeconds = Timer(label: "farthing_storage_safety_seconds", factory: registry)
        commitSeconds = Timer(label: "farthing_storage_commit_seconds", factory: registry)
    }

    /// Does a write; its lane does one at a time.
    func timing<Failure: Error>(_ write: Write, _ body: () throws(Failure) -> Void) throws(Failure) {
        let began = ContinuousClock.now
        mark(write, max(1, clock.monotonic.number))
        defer {
            mark(write, 0)
            let timer = write == .commit ? commitSeconds : safetySeconds
            timer.recordNanoseconds(Int64((ContinuousClock.now - began) / .nanoseconds(1)))
        }
        try body()
    }

    private func mark(_ write: Write, _ moment: UInt64) {
        switch write {
        case .safety: safetyBegan.store(moment, ordering: .relaxed)
        case .commit: commitBegan.store(moment, ordering: .relaxed)
        }
    }

    /// How long the longest write that is under way has taken so far; nil when there is none.
    var longestUnderWay: Milliseconds? {
        let began = [safetyBegan.load(ordering: .relaxed), commitBegan.load(ordering: .relaxed)].filter { $0 > 0 }
        return began.min().map { clock.monotonic.subtracting(Milliseconds($0)) }
    }
}
