import ChainCore
package import LedgerCore
package import LevelDBStorage
package import Primitives
package import VerifierCore

/// Makes a home's chain from an export: verified block by block into a store of its own, which takes the place of the
/// home's once all of it holds.
package struct ChainImport: Sendable {
    private let home: String
    private let verification: Verification

    package init(home: String, genesis: Genesis, jobs: Int) {
        self.home = home
        verification = Verification(genesis: genesis, jobs: jobs)
    }

    package struct Outcome: Hashable, Sendable {
        package let height: Height
        package let hash: Hash32
        /// Where the chain lies that was there before.
        package let setAside: String?
    }

    /// Changes nothing in the home unless it returns.
    package func run(
        _ paths: [String],
        onProgress: (Verification.Progress) -> Void = { _ in }
    ) async throws(ImportFailure) -> Outcome {
        let staged: StagedData
        do throws(StorageError) {
            staged = try StagedData(home: home, genesis: verification.genesis)
        } catch {
            throw .storage(error)
        }
        let report: VerificationReport
        do throws(VerificationFailure) {
            report = try await verification.run(onProgress: onProgress) { (verifier) throws(SourceStop) in
                let (source, loose) = try ExportSource.open(paths, verifier)
                if let tip = staged.tip, tip.height > .zero, tip.height >= source.last {
                    throw .failure(.stored(.nothingNewer(tip: tip.height, last: source.last)))
                }
                do throws(StorageError) {
                    return (StoringSource(source, into: try staged.makeStore(), own: staged.tip), loose)
                } catch {
                    throw .failure(.stored(.storage(error)))
                }
            }
        } catch .stored(let failure) {
            throw failure
        } catch {
            throw .verification(error)
        }
        guard case .sound = report.verdict else { throw .notSound(report) }
        do throws(StorageError) {
            return Outcome(height: report.height, hash: report.hash, setAside: try staged.adopt())
        } catch {
            throw .storage(error)
        }
    }
}

/// Why nothing was imported.
package enum ImportFailure: Error, Hashable, Sendable {
    case verification(VerificationFailure)
    case storage(StorageError)
    case notSound(VerificationReport)
    /// The home's chain goes as far as the export's, or further.
    case nothingNewer(tip: Height, last: Height)
    /// The home's last block is not the export's of that height.
    case otherChain(height: Height, own: Hash32, exported: Hash32)
}

/// An export whose blocks are stored as soon as they hold.
private struct StoringSource: ChainSource {
    private var source: ExportSource
    private let store: ChainStore
    /// Where the chain ends that the home has.
    private let own: ChainTip?
    private var waiting: [FinalBlock] = []
    private var byteCount = 0

    /// How much is written in one synced batch.
    private static let batchByteCount = 8 << 20
    private static let batchBlocks = 256

    init(_ source: ExportSource, into store: ChainStore, own: ChainTip?) {
        self.source = source
        self.store = store
        self.own = own
    }

    var last: Height { source.last }
    var tally: StoreTally? { nil }

    mutating func next() throws(SourceStop) -> ExportSource.Unopened? { try source.next() }

    mutating func compare(_ block: FinalBlock) throws(SourceStop) {
        try source.compare(block)
        if let own, own.height == block.height, own.hash != block.block.block.hash {
            throw .failure(
                .stored(.otherChain(height: own.height, own: own.hash, exported: block.block.block.hash))
            )
        }
        waiting.append(block)
        byteCount += Int(block.block.block.header.transactionBytes)
        // A store ends with a finalization: what none covers yet goes with the block that has one.
        guard block.block.justification.isFinalization else { return }
        if byteCount >= Self.batchByteCount || waiting.count >= Self.batchBlocks { try write() }
    }

    mutating func finish(_ verifier: Verifier) throws(SourceStop) -> [Gap] {
        let gaps = try source.finish(verifier)
        // Otherwise nothing is imported.
        if gaps.isEmpty, verifier.tally.certifiedHeight == verifier.header.height { try write() }
        return gaps
    }

    private mutating func write() throws(SourceStop) {
        do throws(StorageError) {
            try store.store(blocks: waiting.map { ($0.block.block, $0.view) })
            try store.commit(waiting)
        } catch {
            throw .failure(.stored(.storage(error)))
        }
        waiting.removeAll()
        byteCount = 0
    }
}
