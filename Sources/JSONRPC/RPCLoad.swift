import Synchronization

/// How much the server works on at once, counted so that it can say "busy" before it reads a body.
///
/// Shared by the rule of `SharedLimit`: a client with many slow requests makes itself wait.
final class RPCLoad: Sendable {
    private struct State {
        var requests: SharedLimit
        var bytes: SharedLimit
    }

    private let state: Mutex<State>

    init(limits: RPCLimits) {
        state = Mutex(
            State(requests: SharedLimit(limits.requestsInFlightMax), bytes: SharedLimit(limits.bytesInFlightMax))
        )
    }

    var requestsInFlight: Int { state.withLock { $0.requests.total } }

    /// True when a request with a body of this length may begin; then `leave` must follow.
    func enter(bytes: Int, by client: String) -> Bool {
        state.withLock { state in
            guard state.requests.take(1, by: client) else { return false }
            guard state.bytes.take(bytes, by: client) else {
                state.requests.give(1, of: client)
                return false
            }
            return true
        }
    }

    func leave(bytes: Int, by client: String) {
        state.withLock { state in
            state.requests.give(1, of: client)
            state.bytes.give(bytes, of: client)
        }
    }

    /// True when an answer of this length may wait for its client to take it; then `release` must follow.
    func hold(bytes: Int, for client: String) -> Bool { state.withLock { $0.bytes.take(bytes, by: client) } }

    func release(bytes: Int, for client: String) { state.withLock { $0.bytes.give(bytes, of: client) } }

    /// While a request only waits, others may be worked on in its place; it holds on to its bytes.
    func waiting<Answer>(by client: String, _ wait: () async -> Answer) async -> Answer {
        state.withLock { $0.requests.give(1, of: client) }
        defer { state.withLock { $0.requests.add(1, to: client) } }
        return await wait()
    }
}
