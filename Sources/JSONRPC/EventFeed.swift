import ChainCore
import HummingbirdCore
import NIOCore
import Primitives
import Synchronization

/// One client's stream of events, read off the chain at the client's own pace.
///
/// Replay and live are one loop: whatever is final on disk and not sent yet is read from the store, a piece at a time, and
/// when nothing is left it waits for the next commit. So every later event comes exactly once, none before its block is on
/// disk, and a slow client costs one block and one piece. One that takes nothing for `eventStallTimeout` is told
/// `overflow` and cut off.
struct EventFeed<Gateway: NodeGateway>: Sendable {
    let gateway: Gateway
    let text: EventText
    let limits: RPCLimits
    let load: RPCLoad
    /// Whose share of the memory for answers it uses.
    let client: String
    let bell: EventBell
    let connection: any Channel
    /// Behind this place the stream begins.
    let start: EventCursor

    /// Returns when the stream has ended, and why it did.
    @concurrent
    func run(_ writer: inout any ResponseBodyWriter) async -> RPCMetrics.StreamEnd {
        let pace = WritePace()
        let helpers = Task {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await hearCommits() }
                group.addTask { await watch(pace) }
            }
        }
        defer { helpers.cancel() }
        do {
            try await follow(&writer, pace)
        } catch {
            // The client is gone, or was cut off: then the reason stands already.
            bell.end(error is GatewayError ? .failed : .client)
        }
        return bell.ended ?? .failed
    }

    private func hearCommits() async {
        for await _ in gateway.finality() { bell.ring() }
        if !Task.isCancelled { bell.end(.stopping) }
    }

    /// Rings for a heartbeat, and ends a stream whose client takes nothing.
    private func watch(_ pace: WritePace) async {
        let step = min(limits.eventHeartbeat / 4, limits.eventStallTimeout / 4, .seconds(1))
        while true {
            do { try await Task.sleep(for: step) } catch { return }
            if pace.stalledFor >= limits.eventStallTimeout {
                bell.end(.overflow)
                connection.triggerUserOutboundEvent(EventOverflow(), promise: nil)
                return
            }
            if pace.idleFor >= limits.eventHeartbeat { bell.ring() }
        }
    }

    @concurrent
    private func follow(_ writer: inout any ResponseBodyWriter, _ pace: WritePace) async throws {
        var place = start
        // Whether a block has events left only the block tells.
        var isBlockDone = place.height == .zero
        var rings = bell.rings.makeAsyncIterator()
        try await write(EventText.greeting(place), &writer, pace)
        while bell.ended == nil {
            let tip = try await gateway.head().height
            while bell.ended == nil, place.height < tip || (place.height == tip && !isBlockDone) {
                let isNext = isBlockDone
                let height = isNext ? place.height.next : place.height
                place = try await send(height, from: isNext ? 0 : place.index + 1, &writer, pace)
                isBlockDone = true
            }
            guard await rings.next() != nil else { break }
            if pace.idleFor >= limits.eventHeartbeat { try await write(EventText.heartbeat(place), &writer, pace) }
        }
        if bell.ended == .stopping { try await writer.finish(nil) }
    }

    /// Sends what a block has from an index on; answers the place behind its last event.
    @concurrent
    private func send(
        _ height: Height,
        from first: Int,
        _ writer: inout any ResponseBodyWriter,
        _ pace: WritePace
    ) async throws -> EventCursor {
        guard let block = try await gateway.block(.height(height))?.block else {
            throw GatewayError.notReady(lag: 1)
        }
        let last = EventCursor(height: height, index: block.transactions.count)
        let byteCount = Int(block.header.transactionBytes) + limits.eventPieceBytes
        while !load.hold(bytes: byteCount, for: client) {
            // Others hold all the memory there is for answers.
            try await Task.sleep(for: .milliseconds(100))
            if bell.ended != nil { return last }
        }
        defer { load.release(bytes: byteCount, for: client) }
        var index: Int? = first <= last.index ? first : nil
        while let from = index, bell.ended == nil {
            let piece = text.piece(of: block, from: from, byteCountMax: limits.eventPieceBytes)
            if !piece.bytes.isEmpty { try await write(piece.bytes, &writer, pace) }
            index = piece.next
        }
        return last
    }

    @concurrent
    private func write(
        _ bytes: [UInt8],
        _ writer: inout any ResponseBodyWriter,
        _ pace: WritePace
    ) async throws {
        pace.begin()
        try await writer.write(ByteBuffer(bytes: bytes))
        pace.end()
    }
}

/// How long the present write has taken, and how long ago the last one ended.
private final class WritePace: Sendable {
    private struct State {
        var began: ContinuousClock.Instant?
        var ended = ContinuousClock.now
    }

    private let state = Mutex(State())

    func begin() { state.withLock { $0.began = .now } }

    func end() {
        state.withLock { state in
            state.began = nil
            state.ended = .now
        }
    }

    var stalledFor: Duration { state.withLock { state in state.began.map { .now - $0 } ?? .zero } }
    var idleFor: Duration { state.withLock { state in state.began == nil ? .now - state.ended : .zero } }
}

/// Tells the connection to say `overflow` and close, past whatever the client does not take.
struct EventOverflow: Sendable {}
