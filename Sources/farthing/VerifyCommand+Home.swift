import ChainCore
import ConsensusCore
import Cryptography
package import LedgerCore
package import LevelDBStorage
package import Primitives
package import VerifierCore

/// Verifies a home: a copy of its store is read once, from block 1 to the tip.
///
/// Reading and checking signatures runs on several cores ahead of the recomputation, which takes one block after another.
/// At most `jobs` blocks are read at once and at most `4 × jobs` wait, so memory is bounded whatever the chain's length.
package struct HomeVerification: Sendable {
    package let home: String
    package let genesis: Genesis
    /// How many blocks are read and checked at once; at least 1.
    package let jobs: Int

    package init(home: String, genesis: Genesis, jobs: Int) {
        precondition(jobs >= 1, "the command line refuses fewer jobs than one")
        self.home = home
        self.genesis = genesis
        self.jobs = jobs
    }

    /// How far a verification has come.
    package struct Progress: Hashable, Sendable {
        package let height: Height
        package let last: Height
        package let signatures: UInt64
    }

    /// Runs to the end or to the first violation; what the disk says wrong is a violation too.
    ///
    /// Throws what keeps it from looking: no home, another network, a file that can't be read.
    package func run(
        onProgress: (Progress) -> Void = { _ in }
    ) async throws(VerificationFailure) -> VerificationReport {
        // The vote log first: a running node moves on, and the copy must not be older than the log.
        let votes = try VoteLogFacts(home: home, genesis: genesis)
        let store: ChainStore
        do {
            store = try ChainStore.openCopy(of: home, genesis: genesis)
        } catch {
            guard let damage = error.damage else { throw .storage(error) }
            let verifier = Verifier(genesis: genesis)
            return verifier.finish(violation: Violation(height: .zero, finding: .entry(.damaged(damage))))
        }
        do {
            return try await verify(store, votes, onProgress)
        } catch {
            throw .storage(error)
        }
    }

    private func verify(
        _ store: ChainStore,
        _ votes: VoteLogFacts?,
        _ onProgress: (Progress) -> Void
    ) async throws(StorageError) -> VerificationReport {
        let waiting: WaitingFacts
        var recomputation: Recomputation
        do {
            waiting = try WaitingFacts(store, electorate: Verifier(genesis: genesis).electorate)
            recomputation = try Recomputation(store, genesis: genesis, loose: waiting.certificates)
        } catch {
            let violation = try error.violation(at: .zero)
            return Verifier(genesis: genesis).finish(violation: violation)
        }
        do {
            try await recompute(store, &recomputation, onProgress)
            try recomputation.finish(store)
        } catch {
            let violation = try error.violation(at: recomputation.verifier.header.height.next)
            return recomputation.verifier.finish(violation: violation, store: recomputation.audit.tally)
        }
        let gaps = try votes?.gaps(tip: store.tip, store: store) ?? []
        return recomputation.verifier.finish(gaps: gaps, store: recomputation.audit.tally)
    }

    private func recompute(
        _ store: ChainStore,
        _ recomputation: inout Recomputation,
        _ onProgress: (Progress) -> Void
    ) async throws(AuditStop) {
        let electorate = recomputation.verifier.electorate
        let last = store.tip.height.number
        let jobs = UInt64(jobs)
        let stop: AuditStop? = await withTaskGroup(of: ReadBlock.self) { group in
            var next: UInt64 = 1
            var needed: UInt64 = 1
            var running: UInt64 = 0
            var ready: [UInt64: ReadBlock] = [:]
            while needed <= last {
                while running < jobs, next <= last, next < needed + 4 * jobs {
                    let height = Height(next)
                    group.addTask { ReadBlock(height, of: store, electorate: electorate) }
                    next += 1
                    running += 1
                }
                guard let block = ready.removeValue(forKey: needed) else {
                    guard let done = await group.next() else {
                        preconditionFailure("the block that is needed next has been asked for")
                    }
                    ready[done.height.number] = done
                    running -= 1
                    continue
                }
                do throws(AuditStop) {
                    try recomputation.take(block, store)
                } catch {
                    return error
                }
                let signatures = recomputation.verifier.tally.signatures
                onProgress(Progress(height: block.height, last: Height(last), signatures: signatures))
                needed += 1
            }
            return nil
        }
        if let stop { throw stop }
    }
}

/// What keeps a verification from looking at the chain at all.
package enum VerificationFailure: Error, Hashable, Sendable {
    case storage(StorageError)
    case voteLog(VoteLogError)
}
