import Primitives
import ReplicaCore
import Synchronization

/// Where the loop says how it stands, between two turns and past the lanes.
///
/// So it can be asked while a write is stalled; and whoever asks of a loop that hangs hears nothing, in time.
final class StatusBoard: Sendable {
    private struct State {
        var readers: [UInt64: CheckedContinuation<NodeState?, Never>] = [:]
        var nextReader: UInt64 = 0
    }

    private let state = Mutex(State())
    private let isAsked = Atomic(false)
    /// When the loop last finished a turn (monotonic milliseconds); 0 before the first.
    private let lastTurn = Atomic<UInt64>(0)
    private let wake: @Sendable () -> Void

    /// `wake` lets the loop take a turn, at once.
    init(wake: @escaping @Sendable () -> Void) { self.wake = wake }

    // MARK: For the loop

    /// Ends a turn: answers those who ask, at no cost when nobody does.
    func turnEnded(at moment: Milliseconds, _ look: () -> NodeState) {
        lastTurn.store(max(1, moment.number), ordering: .relaxed)
        guard isAsked.exchange(false, ordering: .acquiring) else { return }
        let readers = state.withLock { state in
            defer { state.readers = [:] }
            return state.readers.values.map { $0 }
        }
        guard !readers.isEmpty else { return }
        let view = look()
        for reader in readers { reader.resume(returning: view) }
    }

    // MARK: For everybody else

    /// Nil before the first turn.
    var lastTurnEnded: Milliseconds? {
        let moment = lastTurn.load(ordering: .relaxed)
        return moment == 0 ? nil : Milliseconds(moment)
    }

    /// Nil when the loop has not answered within the time.
    func read(within time: Milliseconds) async -> NodeState? {
        let number = state.withLock { state in
            state.nextReader += 1
            return state.nextReader
        }
        let deadline = Task {
            do { try await Task.sleep(for: .milliseconds(time.number)) } catch { return }
            giveUp(number)
        }
        defer { deadline.cancel() }
        return await withCheckedContinuation { continuation in
            state.withLock { $0.readers[number] = continuation }
            isAsked.store(true, ordering: .releasing)
            wake()
        }
    }

    private func giveUp(_ number: UInt64) {
        state.withLock { $0.readers.removeValue(forKey: number) }?.resume(returning: nil)
    }
}
