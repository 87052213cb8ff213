import Synchronization

/// How much the server works on at once, counted so that it can say "busy" before it reads a body.
final class RPCLoad: Sendable {
    private let requestsMax: Int
    private let bytesMax: Int
    private let state = Mutex(State())

    private struct State {
        var requests = 0
        var bytes = 0
    }

    init(limits: RPCLimits) {
        requestsMax = limits.requestsInFlightMax
        bytesMax = limits.bytesInFlightMax
    }

    var requestsInFlight: Int { state.withLock { $0.requests } }

    /// True when a request with a body of this length may begin; then `leave` must follow.
    func enter(bytes: Int) -> Bool {
        state.withLock { state in
            guard state.requests < requestsMax, state.bytes + bytes <= bytesMax else { return false }
            state.requests += 1
            state.bytes += bytes
            return true
        }
    }

    func leave(bytes: Int) {
        state.withLock { state in
            state.requests -= 1
            state.bytes -= bytes
        }
    }

    /// True when an answer of this length may wait for its client to take it; then `release` must follow.
    func hold(bytes: Int) -> Bool {
        state.withLock { state in
            guard state.bytes + bytes <= bytesMax else { return false }
            state.bytes += bytes
            return true
        }
    }

    func release(bytes: Int) { state.withLock { $0.bytes -= bytes } }

    /// While a request only waits, others may be worked on in its place; it holds on to its bytes.
    func waiting<Answer>(_ wait: () async -> Answer) async -> Answer {
        state.withLock { $0.requests -= 1 }
        defer { state.withLock { $0.requests += 1 } }
        return await wait()
    }
}
