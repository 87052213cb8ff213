import Dispatch
import Synchronization

/// A queue between threads: any number put in, one takes out all that waits, in order.
///
/// For threads of our own that may block; never for a task.
final class Mailbox<Element: Sendable>: Sendable {
    private struct State {
        var waiting: [Element] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let capacity: Int
    private let ready = DispatchSemaphore(value: 0)

    init(capacity: Int = .max) { self.capacity = capacity }

    var count: Int { state.withLock { $0.waiting.count } }

    /// Answers false when the mailbox is full or closed; then nothing was put in.
    @discardableResult func put(_ element: Element) -> Bool {
        let outcome = state.withLock { state -> (taken: Bool, first: Bool) in
            guard !state.isClosed, state.waiting.count < capacity else { return (false, false) }
            state.waiting.append(element)
            return (true, state.waiting.count == 1)
        }
        if outcome.first { ready.signal() }
        return outcome.taken
    }

    /// What is in it is still taken out; then `take` answers nil.
    func close() {
        state.withLock { $0.isClosed = true }
        ready.signal()
    }

    /// Waits for something, at most until the deadline: all that waits, empty at the deadline, nil when closed.
    func take(until deadline: DispatchTime = .distantFuture) -> [Element]? {
        while true {
            let (taken, isClosed) = state.withLock { state in
                let taken = state.waiting
                state.waiting = []
                return (taken, state.isClosed)
            }
            if !taken.isEmpty { return taken }
            if isClosed {
                // Whoever else waits is to find it closed too.
                ready.signal()
                return nil
            }
            if ready.wait(timeout: deadline) == .timedOut { return [] }
        }
    }
}
