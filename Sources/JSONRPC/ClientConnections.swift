import NIOCore
import Synchronization

/// The connections of all clients, by the rules of `ConnectionTable`.
final class ClientConnections: Sendable {
    private struct State {
        var table: ConnectionTable
        var channels: [UInt64: any Channel] = [:]
        var next: UInt64 = 0
    }

    private let state: Mutex<State>

    init(limits: RPCLimits) {
        state = Mutex(
            State(table: ConnectionTable(totalMax: limits.connectionsMax, perClientMax: limits.connectionsPerClientMax))
        )
    }

    /// The connection's number, when the client may have one more; then `close` must follow.
    ///
    /// Somebody else's connection may end for it.
    func open(_ channel: any Channel, by client: String) -> UInt64? {
        let (number, evicted): (UInt64?, (any Channel)?) = state.withLock { state in
            let number = state.next
            state.next += 1
            var evicted: (any Channel)?
            switch state.table.open(number, by: client) {
            case .refused: return (nil, nil)
            case .admitted: break
            case .insteadOf(let other): evicted = state.channels.removeValue(forKey: other)
            }
            state.channels[number] = channel
            return (number, evicted)
        }
        evicted?.close(promise: nil)
        return number
    }

    func set(_ connection: UInt64, of client: String, isBusy: Bool) {
        state.withLock { $0.table.set(connection, of: client, isBusy: isBusy) }
    }

    func close(_ connection: UInt64, of client: String) {
        state.withLock { state in
            state.table.close(connection, of: client)
            state.channels[connection] = nil
        }
    }
}
