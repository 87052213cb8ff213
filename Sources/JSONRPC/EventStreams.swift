import Synchronization

/// Who follows `/events`: how many in all and from each client, and how to end them.
final class EventStreams: Sendable {
    private struct State {
        var streams: [UInt64: EventBell] = [:]
        var perClient: [String: Int] = [:]
        var nextStream: UInt64 = 0
        var isEnding = false
    }

    private let streamsMax: Int
    private let perClientMax: Int
    private let state = Mutex(State())

    init(limits: RPCLimits) {
        streamsMax = limits.eventStreamsMax
        perClientMax = limits.eventStreamsPerClientMax
    }

    var count: Int { state.withLock { $0.streams.count } }

    /// Nil when there are too many; else `close` must follow.
    func open(by client: String) -> (number: UInt64, bell: EventBell)? {
        state.withLock { state in
            guard !state.isEnding, state.streams.count < streamsMax, state.perClient[client, default: 0] < perClientMax
            else { return nil }
            state.perClient[client, default: 0] += 1
            state.nextStream += 1
            let bell = EventBell()
            state.streams[state.nextStream] = bell
            return (state.nextStream, bell)
        }
    }

    func close(_ number: UInt64, by client: String) {
        state.withLock { state in
            guard state.streams.removeValue(forKey: number) != nil, let count = state.perClient[client] else { return }
            state.perClient[client] = count > 1 ? count - 1 : nil
        }
    }

    /// The server stops: all are ended, and no more taken.
    func endAll() {
        let streams = state.withLock { state in
            state.isEnding = true
            return state.streams.values.map { $0 }
        }
        for bell in streams { bell.end(.stopping) }
    }
}

/// Wakes one stream, and tells it why it ends.
final class EventBell: Sendable {
    let rings: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    private let reason = Mutex<RPCMetrics.StreamEnd?>(nil)

    init() { (rings, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1)) }

    var ended: RPCMetrics.StreamEnd? { reason.withLock { $0 } }

    func ring() { continuation.yield() }

    /// The first reason counts.
    func end(_ why: RPCMetrics.StreamEnd) {
        reason.withLock { if $0 == nil { $0 = why } }
        continuation.finish()
    }
}
