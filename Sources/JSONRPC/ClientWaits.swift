import NIOCore
import Synchronization

/// Ends a wait when the client that asked is gone, so that waits are never more than connections.
///
/// A connection has at most one: requests on it are answered one after another.
final class ClientWaits: Sendable {
    private let cancellations = Mutex<[ObjectIdentifier: @Sendable () -> Void]>([:])

    /// Waits as long as the connection is open; after that `wait` finds itself cancelled.
    func whileConnected<Answer: Sendable>(
        _ connection: any Channel,
        _ wait: @escaping @Sendable () async -> Answer
    ) async -> Answer {
        let task = Task { await wait() }
        let name = ObjectIdentifier(connection)
        cancellations.withLock { $0[name] = { task.cancel() } }
        defer { _ = cancellations.withLock { $0.removeValue(forKey: name) } }
        // It may have closed before it stood in the table.
        if !connection.isActive { task.cancel() }
        return await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
    }

    /// Does something when the connection closes, at once when it has; `forget` must follow.
    func whenClosed(_ connection: any Channel, _ action: @escaping @Sendable () -> Void) {
        cancellations.withLock { $0[ObjectIdentifier(connection)] = action }
        if !connection.isActive { action() }
    }

    func forget(_ connection: any Channel) {
        _ = cancellations.withLock { $0.removeValue(forKey: ObjectIdentifier(connection)) }
    }

    /// Called by the connection itself, when either side has closed it.
    func connectionClosed(_ connection: any Channel) {
        let cancel = cancellations.withLock { $0.removeValue(forKey: ObjectIdentifier(connection)) }
        cancel?()
    }
}
