import Dispatch
import Primitives
import Synchronization

/// Does two things at once, on two threads where there are two processors, and answers when both are done.
///
/// Of two errors it throws the first one's.
func together<First: Sendable, Second: Sendable, Failure: Error>(
    _ first: @Sendable () throws(Failure) -> First,
    _ second: @Sendable () throws(Failure) -> Second
) throws(Failure) -> (First, Second) {
    let one = Mutex<Result<First, Failure>?>(nil)
    let other = Mutex<Result<Second, Failure>?>(nil)
    DispatchQueue.concurrentPerform(iterations: 2) { index in
        if index == 0 {
            let result = Result { () throws(Failure) in try first() }
            one.withLock { $0 = result }
        } else {
            let result = Result { () throws(Failure) in try second() }
            other.withLock { $0 = result }
        }
    }
    guard let one = one.withLock({ $0 }), let other = other.withLock({ $0 }) else {
        preconditionFailure("concurrentPerform returns once both have run")
    }
    return (try one.get(), try other.get())
}
