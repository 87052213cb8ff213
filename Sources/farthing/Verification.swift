package import ChainCore
package import ConsensusCore
package import Cryptography
package import LedgerCore
package import Primitives
package import VerifierCore

/// Recomputes the chain that a source hands over, from block 1 to its last.
///
/// Opening blocks and checking signatures runs on all processors ahead of the recomputation, which takes one block after
/// another. At most `2 × jobs` blocks are under way or wait, so memory is bounded whatever the chain's length.
package struct Verification: Sendable {
    package let genesis: Genesis
    /// How many processors to keep busy; at least 1, and 1 means one block at a time.
    package let jobs: Int
    package let depth: VerificationDepth
    /// What the chain must contain.
    package let held: HeldCheckpoint?

    package typealias Progress = VerificationStep

    package init(genesis: Genesis, jobs: Int, depth: VerificationDepth = .full, held: HeldCheckpoint? = nil) {
        precondition(jobs >= 1, "the command line refuses fewer jobs than one")
        self.genesis = genesis
        self.jobs = jobs
        self.depth = depth
        self.held = held
    }

    /// Runs to the end or to the first violation; what a source can't read as it was written is a violation too.
    ///
    /// `open` opens the source and answers the certificates that lie beside its chain. `onProgress` hears of each block
    /// that holds, `scheme` decides on signatures. Throws what keeps it from looking: no home, another network, a file that can't be read.
    package func run<Source: ChainSource>(
        by scheme: some SignatureScheme = StrictEd25519(),
        onProgress: (Progress) throws(VerificationFailure) -> Void = { (_) throws(VerificationFailure) in },
        open: (Verifier) async throws(SourceStop) -> (source: Source, loose: [Verified<Certificate>])
    ) async throws(VerificationFailure) -> VerificationReport {
        var verifier = Verifier(genesis: genesis, depth: depth, held: held)
        var source: Source
        let loose: [Verified<Certificate>]
        do throws(SourceStop) {
            (source, loose) = try await open(verifier)
        } catch {
            return verifier.finish(violation: try error.violation(at: .zero))
        }
        // Whatever ends this function early cancels it and waits for it.
        let sideWork = depth == .full && jobs > 1 ? source.sideWork : {}
        async let isSideWorkDone: Void = sideWork()
        do throws(SourceStop) {
            try source.begin(verifier)
        } catch {
            return verifier.finish(violation: try error.violation(at: .zero))
        }
        verifier.hold(loose)
        var violation: Violation?
        var gaps: [Gap] = []
        do throws(SourceStop) {
            try await recompute(&source, &verifier, scheme, onProgress)
        } catch {
            violation = try error.violation(at: verifier.header.height.next)
        }
        if violation == nil, depth == .full {
            await isSideWorkDone
            do throws(SourceStop) {
                gaps = try await source.finish(verifier)
            } catch {
                violation = try error.violation(at: verifier.header.height)
            }
        }
        if violation == nil, let gap = verifier.gapBeforeCheckpoint { gaps.append(gap) }
        let isCompared = depth == .full
        var report = verifier.finish(
            violation: violation,
            gaps: gaps,
            store: isCompared ? source.tally : nil,
            answers: isCompared ? source.answers : nil
        )
        // A block that broke a rule was read as well.
        report.inputs = try source.inputs(through: max(violation?.height ?? .zero, verifier.header.height))
        return report
    }

    private func recompute<Source: ChainSource>(
        _ source: inout Source,
        _ verifier: inout Verifier,
        _ scheme: some SignatureScheme,
        _ onProgress: (Progress) throws(VerificationFailure) -> Void
    ) async throws(SourceStop) {
        let electorate = verifier.electorate
        let stop: SourceStop? = await withTaskGroup(of: ReadBlock.self) { group in
            var next: UInt64 = 1
            var needed: UInt64 = 1
            var isAtEnd = false
            var ready: [UInt64: ReadBlock] = [:]
            while true {
                while !isAtEnd, next < needed + window {
                    do throws(SourceStop) {
                        guard let unopened = try await source.next() else {
                            isAtEnd = true
                            continue
                        }
                        precondition(unopened.height.number == next, "a source hands over its blocks in order")
                        let depth = held?.depth(at: unopened.height, of: depth) ?? depth
                        group.addTask { ReadBlock(unopened, electorate: electorate, scheme: scheme, depth: depth) }
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
                    continue
                }
                do throws(SourceStop) {
                    let taken = try await take(block, of: &source, &verifier)
                    let step = VerificationStep(
                        verifier: verifier,
                        block: taken,
                        last: source.last,
                        inputsSoFar: source.inputsSoFar
                    )
                    do throws(VerificationFailure) { try onProgress(step) } catch { throw .failure(error) }
                } catch {
                    group.cancelAll()
                    return error
                }
                needed += 1
            }
        }
        if let stop { throw stop }
    }

    /// One block at a time is one under way; else enough that no processor waits while the verifier takes its turn.
    ///
    /// Not more: its turn comes after all that wait to be read, and the last of them are left to one processor at the end.
    private var window: UInt64 { jobs == 1 ? 1 : 2 * UInt64(jobs) }

    private func take<Source: ChainSource>(
        _ block: ReadBlock,
        of source: inout Source,
        _ verifier: inout Verifier
    ) async throws(SourceStop) -> Block {
        let (checked, bodyView) = try block.content.get()
        switch depth {
        case .light:
            try judging { () throws(Violation) in try verifier.checkLightly(checked) }
        case .full:
            let delta = try judging { () throws(Violation) in try verifier.check(checked) }
            try await source.compare(FinalBlock(block: checked.item, bodyView: bodyView, delta: delta))
        }
        source.passed(checked.item.block.height)
        return checked.item.block
    }
}

/// Where a verification stands after a block.
package struct VerificationStep: Sendable {
    /// Has taken the block.
    package let verifier: Verifier
    package let block: Block
    /// The last block that the source says it has.
    package let last: Height
    /// Of the source, as `ChainSource` says.
    package let inputsSoFar: [ReportInput]

    package var height: Height { verifier.header.height }
}

/// An opened block whose signatures have been looked at; made on any thread.
private struct ReadBlock: Sendable {
    let height: Height
    let content: Result<(checked: CheckedBlock, bodyView: View), SourceStop>

    init(height: Height, content: Result<(checked: CheckedBlock, bodyView: View), SourceStop>) {
        self.height = height
        self.content = content
    }

    init(
        _ unopened: some UnopenedBlock,
        electorate: Electorate,
        scheme: some SignatureScheme,
        depth: VerificationDepth
    ) {
        height = unopened.height
        do throws(SourceStop) {
            let opened = try unopened.open()
            let checked = CheckedBlock(opened.block, electorate: electorate, scheme: scheme, depth: depth)
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
