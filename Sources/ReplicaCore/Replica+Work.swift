import ChainCore
import ConsensusCore
import LedgerCore
import MempoolCore
import Primitives

/// When to look whether there is work: looking may cost time in proportion to the pool.
struct WorkWatch: Sendable {
    /// Mempool or chain changed since the last look.
    var mayHaveChanged = true
    /// The block that was looked after.
    fileprivate var parent = Hash32.zero
    /// Prices fall and transactions expire while nothing happens: look again then (monotonic); nil while nothing waits.
    fileprivate(set) var deadline: Milliseconds?
    /// No look before this moment (monotonic), so that a pool that nobody can be taken from costs little.
    fileprivate var notBefore = Milliseconds.zero
}

// Arm (a) and (e) of spec 3.6.
extension Replica {
    /// How often a changing pool is looked at in vain.
    private static var pause: Milliseconds { Milliseconds(20) }
    /// How long the last block may be old while a transaction waits to expire (Arm e).
    private static var overdueAge: Milliseconds { Milliseconds(10_000) }

    /// Wakes consensus when a block of mine would not be empty: an offer that nobody can reach wakes nobody.
    mutating func lookForWork() {
        guard !consensus.isArmed, consensus.mode == .signing, mempool.count > 0 else {
            work.deadline = nil
            return
        }
        guard let parent = consensus.blockToBuildOn else { return }
        let isDue = work.deadline.map { $0 <= now.monotonic } ?? true
        guard work.mayHaveChanged || work.parent != parent || isDue else { return }
        guard now.monotonic >= work.notBefore else {
            work.deadline = work.notBefore
            return
        }
        work.mayHaveChanged = false
        work.parent = parent
        if hasWork(after: parent) {
            work.deadline = nil
            return run(.work)
        }
        work.notBefore = now.monotonic.adding(Self.pause)
        work.deadline = now.monotonic.adding(consensus.pace.retry)
    }

    private func hasWork(after hash: Hash32) -> Bool {
        guard let parent = header(of: hash), let path = path(to: hash) else { return false }
        return hasOverdue(after: parent)
            || mempool.hasSelection(ledger: ledger, after: path, time: timeOfBlock(after: parent))
    }

    /// Arm (e): a waiting transaction has expired on my clock but not on chain, and the last block is old.
    private func hasOverdue(after parent: Header) -> Bool {
        guard let validUntil = mempool.earliestValidUntil else { return false }
        return validUntil < now.wall && validUntil >= parent.time && now.wall > parent.time.adding(Self.overdueAge)
    }
}
