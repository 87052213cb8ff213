import ChainCore
package import ConsensusCore
package import Cryptography
package import LedgerCore
package import Primitives
package import VerifierCore

/// Recomputes the chain that a source hands over, from block 1 to its last.
///
/// Opening blocks and checking signatures runs on several cores ahead of the recomputation, which takes one block after
/// another. At most `jobs` blocks are opened at once and at most `4 × jobs` wait, so memory is bounded whatever the chain's
/// length.
package struct Verification: Sendable {
    package let genesis: Genesis
    /// How many blocks are opened and checked at once; at least 1.
    package let jobs: Int

    package init(genesis: Genesis, jobs: Int) {
        precondition(jobs >= 1, "the command line refuses fewer jobs than one")
        self.genesis = genesis
        self.jobs = jobs
    }

    /// How far a verification has come.
    package struct Progress: Hashable, Sendable {
        package let height: Height
        package let last: Height
        package let signatures: UInt64
        package let payments: UInt64
    }

    /// Runs to the end or to the first violation; what a source can't read as it was written is a violation too.
    ///
    /// `loose` are certificates that lie beside the chain, `open` opens the source. Throws what keeps it from looking: no
    /// home, another network, a file that can't be read.
    package func run<Source: ChainSource>(
        onProgress: (Progress) -> Void = { _ in },
        open: (Verifier) async throws(SourceStop) -> (source: Source, loose: [Verified<Certificate>])
    ) async throws(VerificationFailure) -> VerificationReport {
        var verifier = Verifier(genesis: genesis)
        var source: Source
        do throws(SourceStop) {
            let opened = try await open(verifier)
            source = opened.source
            verifier = Verifier(genesis: genesis, loose: opened.loose)
        } catch {
            return verifier.finish(violation: try error.violation(at: .zero))
        }
        do throws(SourceStop) {
            try await recompute(&source, &verifier, onProgress)
        } catch {
            let violation = try error.violation(at: verifier.header.height.next)
            return verifier.finish(violation: violation, store: source.tally)
        }
        do throws(SourceStop) {
            let gaps = try await source.finish(verifier)
            return verifier.finish(gaps: gaps, store: source.tally)
        } catch {
            let violation = try error.violation(at: verifier.header.height)
            return verifier.finish(violation: violation, store: source.tally)
        }
    }

    private func recompute<Source: ChainSource>(
        _ source: inout Source,
        _ verifier: inout Verifier,
        _ onProgress: (Progress) -> Void
    ) async throws(SourceStop) {
        let electorate = verifier.electorate
        let stop: SourceStop? = await withTaskGroup(of: ReadBlock.self) { group in
            var next: UInt64 = 1
            var needed: UInt64 = 1
            var running = 0
            var isAtEnd = false
            var ready: [UInt64: ReadBlock] = [:]
            while true {
                while !isAtEnd, running < jobs, next < needed + 4 * UInt64(jobs) {
                    do throws(SourceStop) {
                        guard let unopened = try await source.next() else {
                            isAtEnd = true
                            continue
                        }
                        precondition(unopened.height.number == next, "a source hands over its blocks in order")
                        group.addTask { ReadBlock(unopened, electorate: electorate) }
                        running += 1
                    } catch {
                        // The blocks before are looked at first, as their faults come first.
                        isAtEnd = true
                        ready[next] = ReadBlock(height: Height(next), content: .failure(error))
                    }
                    next += 1
                }
                guard let block = ready.removeValue(forKey: needed) else {
                    guard let done = await group.next() else { return nil }
                    ready[done.height.number] = done
                    running -= 1
                    continue
                }
                do throws(SourceStop) {
                    try take(block, of: &source, &verifier)
                } catch {
                    group.cancelAll()
                    return error
                }
                onProgress(
                    Progress(
                        height: block.height,
                        last: source.last,
                        signatures: verifier.tally.signatures,
                        payments: verifier.tally.payments
                    )
                )
                needed += 1
            }
        }
        if let stop { throw stop }
    }

    private func take<Source: ChainSource>(
        _ block: ReadBlock,
        of source: inout Source,
        _ verifier: inout Verifier
    ) throws(SourceStop) {
        let (checked, bodyView) = try block.content.get()
        let delta = try judging { () throws(Violation) in try verifier.check(checked) }
        try source.compare(FinalBlock(block: checked.item, bodyView: bodyView, delta: delta))
    }
}

/// An opened block whose signatures have been looked at; made on any thread.
private struct ReadBlock: Sendable {
    let height: Height
    let content: Result<(checked: CheckedBlock, bodyView: View), SourceStop>

    init(height: Height, content: Result<(checked: CheckedBlock, bodyView: View), SourceStop>) {
        self.height = height
        self.content = content
    }

    init(_ unopened: some UnopenedBlock, electorate: Electorate) {
        height = unopened.height
        do throws(SourceStop) {
            let opened = try unopened.open()
            let checked = CheckedBlock(opened.block, electorate: electorate, scheme: StrictEd25519())
            content = .success((checked, opened.bodyView))
        } catch {
            content = .failure(error)
        }
    }
}

/// Calls what may find a violation.
func judging<Answer>(_ body: () throws(Violation) -> Answer) throws(SourceStop) -> Answer {
    do { return try body() } catch { throw .violation(error) }
}
