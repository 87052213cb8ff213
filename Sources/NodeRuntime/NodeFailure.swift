package import LevelDBStorage
package import ReplicaCore
import Synchronization

/// Why a node stopped by itself; the command line makes an exit code and a sentence of it.
package enum NodeFailure: Error, Sendable {
    /// A read or write failed: nothing more may be written through that handle (spec 5, rule 1).
    case storage(StorageError)
    /// Less room than the hard limit is left, in bytes; `ballast` is the file to delete, if it is still there.
    case spaceExhausted(free: UInt64, limit: UInt64, ballast: String?)
    /// The vote log failed, or refused a vote that contradicts an earlier one.
    case voteLog(VoteLogError)
    /// A quorum certified what this node finds invalid; both sides are kept.
    case halted(HaltReason)
    /// A port can't be bound, or a service ended by itself.
    case service(reason: String)
    /// Signing stopped because the quorum's certificates contradict this node or one another.
    case contradicted(reason: String)
}

/// The first failure stops the node; nothing is done after it.
final class StopSignal: Sendable {
    private struct State {
        var failure: NodeFailure?
        var isStopping = false
        var onStop: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())

    var failure: NodeFailure? { state.withLock { $0.failure } }
    var isStopping: Bool { state.withLock { $0.isStopping } }

    /// Runs the closure when the node stops; at once when it has.
    func whenStopping(_ action: @escaping @Sendable () -> Void) {
        let runNow = state.withLock { state in
            if !state.isStopping { state.onStop.append(action) }
            return state.isStopping
        }
        if runNow { action() }
    }

    func stop(_ failure: NodeFailure? = nil) {
        let actions = state.withLock { state -> [@Sendable () -> Void] in
            if state.failure == nil { state.failure = failure }
            guard !state.isStopping else { return [] }
            state.isStopping = true
            defer { state.onStop = [] }
            return state.onStop
        }
        for action in actions { action() }
    }
}
