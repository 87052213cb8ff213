import Primitives
import RPCClient
import Synchronization

/// The nodes that a load is spread over: each call goes to the next one that answers.
final class LoadNodes: Sendable {
    fileprivate struct State {
        var next = 0
        /// Until when a node that did not answer is left alone.
        var restsUntil: [LoadBook.Time]
        var lastAnswer: LoadBook.Time = 0
    }

    private let clients: [RPCClient]
    private let state: Mutex<State>

    private static let rest: LoadBook.Time = 1_000
    /// Without any answer for this long the load gives up.
    private static let patience: LoadBook.Time = 60_000

    init(_ clients: [RPCClient]) {
        self.clients = clients
        state = Mutex(State(restsUntil: clients.map { _ in 0 }))
    }

    /// Calls the next node; one that does not answer rests for a second, and the error says whether to go on.
    func call<Answer>(
        at time: LoadBook.Time,
        _ body: (RPCClient) async throws(RPCClientError) -> Answer
    ) async throws(RPCClientError) -> Answer {
        let index = state.withLock { $0.take(at: time) }
        do throws(RPCClientError) {
            let answer = try await body(clients[index])
            state.withLock { $0.lastAnswer = max($0.lastAnswer, time) }
            return answer
        } catch {
            state.withLock { $0.restsUntil[index] = error.meansNoAnswer ? time + Self.rest : 0 }
            throw error
        }
    }

    /// True when no node has answered for so long that waiting on is no use.
    func areSilent(at time: LoadBook.Time) -> Bool { state.withLock { time > $0.lastAnswer + Self.patience } }

    func close() { for client in clients { client.close() } }
}

extension LoadNodes.State {
    /// The next node that does not rest; simply the next one if all do.
    fileprivate mutating func take(at time: LoadBook.Time) -> Int {
        let turn = next
        next += 1
        for offset in 0..<restsUntil.count {
            let index = (turn + offset) % restsUntil.count
            if restsUntil[index] <= time { return index }
        }
        return turn % restsUntil.count
    }
}

extension RPCClientError {
    /// The node itself is gone or does not speak, as opposed to refusing this call.
    fileprivate var meansNoAnswer: Bool {
        switch self {
        case .unreachable, .timedOut, .http: true
        case .addressInvalid, .refused, .malformed: false
        }
    }
}
