import ChainCore
import ConsensusCore
import Cryptography
import Foundation
import LedgerCore
import LevelDBStorage
import Primitives
import Testing
import VerifierCore
import farthing

/// A home in a directory of its own, removed with the test.
final class TestHome {
    let chain: TestChain
    let path: String
    private var opened: ChainStore?
    private var ledger: Ledger

    init(_ chain: TestChain) throws {
        self.chain = chain
        path = FileManager.default.temporaryDirectory.path + "/farthing-verify-\(UUID())"
        ledger = Ledger(genesis: chain.genesis)
        let store = try ChainStore.create(home: path, genesis: chain.genesis)
        _ = try store.load()
        opened = store
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var store: ChainStore {
        get throws { try #require(opened) }
    }

    func commit(_ blocks: [JustifiedBlock]) throws {
        var finals: [FinalBlock] = []
        for item in blocks {
            let delta = try ledger.execute(
                item.block.transactions,
                at: item.block.time,
                payoutTo: chain.rules.payoutAccounts
            )
            ledger.finalize(delta)
            try store.store(blocks: [(item.block, item.justification.view)])
            finals.append(FinalBlock(block: item, bodyView: item.justification.view, delta: delta))
        }
        try store.commit(finals)
    }

    func close() { opened = nil }

    /// Closes the store and opens it again as a starting node does: the log becomes a table.
    func reopen() throws {
        opened = nil
        let store = try ChainStore.open(home: path, genesis: chain.genesis)
        _ = try store.load()
        opened = store
    }

    func verify(
        genesis: Genesis? = nil,
        jobs: Int = 2,
        depth: VerificationDepth = .full,
        onProgress: (VerificationStep) -> Void = { _ in }
    ) async throws -> VerificationReport {
        let verification = Verification(genesis: genesis ?? chain.genesis, jobs: jobs, depth: depth)
        return try await Self.verify(path, by: verification, onProgress: onProgress)
    }

    /// As the command does it.
    static func verify(
        _ path: String,
        by verification: Verification,
        scheme: some SignatureScheme = StrictEd25519(),
        onProgress: (VerificationStep) -> Void = { _ in }
    ) async throws -> VerificationReport {
        try await verification.run(by: scheme, onProgress: onProgress) { (verifier) throws(SourceStop) in
            try HomeSource.open(CopiedHome(path), verifier)
        }
    }

    func isSound() async -> Bool {
        do { return try await verify().verdict == .sound } catch { return false }
    }

    func dataFiles() throws -> [String] {
        let data = path + "/data"
        return try FileManager.default.subpathsOfDirectory(atPath: data).sorted().map { data + "/" + $0 }
            .filter { path in
                var isDirectory: ObjCBool = false
                return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && !isDirectory.boolValue
            }
    }
}
