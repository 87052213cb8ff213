import ChainCore
import LevelDBStorage
import Primitives
import Synchronization
import VerifierCore

/// One walk through all entries of a store that nobody writes to: how many there are, and what no block names.
///
/// It asks nothing of the recomputation, so it goes on beside it, on another thread; `contents` is for the end.
final class StoreSurvey: Sendable {
    struct Contents: Sendable {
        var marks: [StoreEntry] = []
        var counts: [StoreKey.Space: UInt64] = [:]
        var settlements: EntryFingerprint
    }

    private let store: ChainStore
    private let secret: Hash32
    private let found = Mutex<Result<Contents, StorageError>?>(nil)

    /// `secret` is drawn after the store was copied, so that nothing in it was chosen by it.
    init(of store: ChainStore, secret: Hash32) {
        self.store = store
        self.secret = secret
    }

    /// Walks, unless that has been done; gives up when its task is cancelled.
    func work() { walk { Task.isCancelled } }

    private func walk(givingUpIf isUnwanted: () -> Bool) {
        guard found.withLock({ $0 == nil }) else { return }
        var walked = 0
        var isGivenUp = false
        let result = Result { () throws(StorageError) in
            var contents = Contents(settlements: EntryFingerprint(secret: secret))
            try store.forEachEntry { (key, value) throws(StorageError) in
                contents.counts[key.space, default: 0] += 1
                switch key.space {
                case .marks: contents.marks.append(StoreEntry(key: key, value: value))
                case .settlements: contents.settlements.add(key: key.bytes, value: value)
                default: break
                }
                walked += 1
                isGivenUp = walked.isMultiple(of: 1_024) && isUnwanted()
                return !isGivenUp
            }
            return contents
        }
        if !isGivenUp { found.withLock { $0 = result } }
    }

    /// What the walk found; walks first, to the end, if nobody has.
    func contents() throws(StorageError) -> Contents {
        walk { false }
        guard let result = found.withLock({ $0 }) else { preconditionFailure("a walk to the end has a result") }
        return try result.get()
    }
}
