import ChainCore
import ConsensusCore
import Cryptography
import Foundation
import LedgerCore
import LevelDBStorage
import Primitives
import Testing

/// What lies above the final view: blocks before their votes, certificates, and what becomes of them.
@Suite struct UnfinalTests {
    let home: TemporaryHome
    var path: String { home.path + "/node" }

    init() throws { home = try TemporaryHome() }

    @Test func blocksAndCertificatesComeBackInViewOrder() throws {
        var chain = try TestChain(validators: 4)
        let (first, _) = try chain.block([chain.transaction(from: 0, to: [chain.stranger(1)])])
        let (second, _) = try chain.block([], after: 2_000)
        let notarization = chain.certificate(
            .notarize(epoch: .zero, view: View(2), parentView: .zero, block: first.hash)
        )
        let finalization = chain.certificate(
            .finalize(epoch: .zero, view: View(2), parentView: .zero, block: first.hash)
        )
        let nullification = chain.certificate(.nullify(epoch: .zero, view: View(1)))
        do {
            let store = try ChainStore.create(home: path, genesis: chain.genesis)
            _ = try store.load()
            try store.store(blocks: [(second, View(3)), (first, View(2))])
            try store.store(blocks: [(first, View(2)), (first, View(300))])
            try store.store(certificates: [finalization, nullification, notarization])
            #expect(try store.block(first.hash) == first)
            #expect(try store.block(second.hash) == second)
            #expect(try store.block(.zero) == nil)
        }
        let store = try ChainStore.open(home: path, genesis: chain.genesis)
        let state = try store.load()
        #expect(state.unfinalised.map(\.view) == [View(2), View(3), View(300)])
        #expect(state.unfinalised.map(\.block) == [first, second, first])
        #expect(Set(state.certificates) == [notarization, finalization, nullification])
        #expect(try store.block(second.hash) == second)
    }

    /// Another sync would say nothing of a certificate in an older log, so the synced batch carries it itself (spec 3.5).
    @Test func aBatchBeforeVotesCarriesEveryCertificateThatWasNotSynced() throws {
        let chain = try TestChain(validators: 4)
        let (block, _) = try chain.block([])
        let nullification = chain.certificate(.nullify(epoch: .zero, view: View(1)))
        let notarization = chain.certificate(
            .notarize(epoch: .zero, view: View(2), parentView: .zero, block: block.hash)
        )
        let store = try ChainStore.create(home: path, genesis: chain.genesis)
        _ = try store.load()
        let before = try logBytes()
        try store.store(certificates: [nullification])
        try store.store(certificates: [notarization])
        #expect(try logBytes() > before)
        #expect(try copies(of: nullification) == 1)
        #expect(try copies(of: notarization) == 1)

        try store.store(beforeVotes: true)
        #expect(try copies(of: nullification) == 2)
        #expect(try copies(of: notarization) == 2)

        // Nothing is left to carry.
        let carried = try logBytes()
        try store.store(certificates: [notarization], beforeVotes: true)
        #expect(try logBytes() == carried)
    }

    @Test func aBlocksBatchCarriesTheCertificatesToo() throws {
        let chain = try TestChain(validators: 4)
        let (block, _) = try chain.block([])
        let nullification = chain.certificate(.nullify(epoch: .zero, view: View(1)))
        let store = try ChainStore.create(home: path, genesis: chain.genesis)
        _ = try store.load()
        try store.store(certificates: [nullification])
        try store.store(blocks: [(block, View(2))])
        #expect(try copies(of: nullification) == 2)
        try store.store(beforeVotes: true)
        #expect(try copies(of: nullification) == 2)
    }

    /// How often a certificate stands in the log of the bodies.
    private func copies(of certificate: Certificate) throws -> Int {
        let log = try Data(contentsOf: logFile())
        let wanted = Data(certificate.encoded())
        var (count, from) = (0, log.startIndex)
        while let found = log.range(of: wanted, in: from..<log.endIndex) {
            count += 1
            from = found.upperBound
        }
        return count
    }

    private func logBytes() throws -> Int { try Data(contentsOf: logFile()).count }

    private func logFile() throws -> URL {
        let bodies = URL(filePath: path + "/data/bodies")
        let files = try FileManager.default.contentsOfDirectory(at: bodies, includingPropertiesForKeys: nil)
        return try #require(files.first { $0.pathExtension == "log" })
    }

    @Test func twoCertificatesThatContradictAreBothKept() throws {
        let chain = try TestChain(validators: 4)
        let pair = (UInt64(1)...2).map {
            chain.certificate(
                .notarize(
                    epoch: .zero,
                    view: View(1),
                    parentView: .zero,
                    block: Hash32(words: Words32($0, 0, 0, 0))
                )
            )
        }
        do {
            let store = try ChainStore.create(home: path, genesis: chain.genesis)
            _ = try store.load()
            try store.store(certificates: pair)
            // Whatever is synced next takes them along.
            try store.store(blocks: [(try chain.block([]).block, View(1))])
        }
        let state = try ChainStore.open(home: path, genesis: chain.genesis).load()
        #expect(Set(state.certificates) == Set(pair))
    }

    @Test func aCommitDropsWhatIsNotOnTheChain() throws {
        var chain = try TestChain(validators: 4)
        let loser = try chain.block([], after: 5_000).block
        let store = try ChainStore.create(home: path, genesis: chain.genesis)
        _ = try store.load()
        try store.store(blocks: [(loser, View(1))])
        try store.store(certificates: [chain.certificate(.nullify(epoch: .zero, view: View(1)))])
        let winner = try chain.extend(skipping: 1)
        let later = try chain.block([]).block
        try store.store(blocks: [(later, View(5))])
        try store.add(winner)
        #expect(try store.block(loser.hash) == nil)
        #expect(try store.block(later.hash) == later)
        #expect(try store.block(winner.block.block.hash) == winner.block.block)
        // At or below the final view nothing is stored any more.
        try store.store(blocks: [(loser, View(2))])
        try store.store(certificates: [chain.certificate(.nullify(epoch: .zero, view: View(2)))])
        #expect(try store.block(loser.hash) == nil)
    }

    @Test func whatACrashKeptFromBeingDroppedIsDroppedAtTheNextStart() throws {
        var chain = try TestChain(validators: 4)
        let loser = try chain.block([], after: 5_000).block
        let loserKey = StoreKey.body(epoch: .zero, view: View(1), hash: loser.hash)
        let oldKey = StoreKey.nullification(epoch: .zero, view: View(1))
        let old = chain.certificate(.nullify(epoch: .zero, view: View(1)))
        let blocks = try (0..<3).map { _ in try chain.extend(skipping: 1) }
        do {
            let store = try ChainStore.create(home: path, genesis: chain.genesis)
            _ = try store.load()
            for block in blocks { try store.add(block) }
        }
        do {
            let bodies = try Database(path: path + "/data/bodies", isNew: false)
            var batch = WriteBatch()
            batch.put(loserKey.bytes, StoredBody.sealed(loser, under: loserKey))
            batch.put(oldKey.bytes, StoreValue.sealed(old, under: oldKey))
            try bodies.write(batch, isSynced: true)
        }
        do {
            let store = try ChainStore.open(home: path, genesis: chain.genesis)
            let state = try store.load()
            #expect(state.unfinalised.isEmpty)
            #expect(state.certificates.isEmpty)
            for block in blocks { #expect(try store.finalBlock(at: block.height) == block.block) }
        }
        let bodies = try Database(path: path + "/data/bodies", isNew: false)
        #expect(try bodies.value(oldKey.bytes) == nil)
        // Views below those of the last few blocks aren't searched: block 1's view is 2, so view 1 is below them.
        #expect(try bodies.value(loserKey.bytes) != nil)
    }

    // MARK: - Sync

    @Test func aRangeSaysWhatProvesItsLastBlock() throws {
        var chain = try TestChain(validators: 4)
        let store = try ChainStore.create(home: path, genesis: chain.genesis)
        _ = try store.load()
        let kinds: [VoteBody.Kind] = [.finalize, .notarize, .notarize, .finalize, .finalize]
        let blocks = try kinds.map { try chain.extend(certifiedBy: $0) }
        try store.add(blocks)
        let all = blocks.map(\.block)

        let whole = try store.syncRange(from: Height(1), blockCountMax: 100, maxBytes: 1 << 20)
        #expect(whole == SyncResponse(blocks: all, headers: [], finalization: all[4].justification.certificate))
        let cut = try store.syncRange(from: Height(1), blockCountMax: 2, maxBytes: 1 << 20)
        #expect(
            cut
                == SyncResponse(
                    blocks: Array(all[0..<2]),
                    headers: all[2...3].map(\.block.header),
                    justifications: all[2...3].map(\.justification),
                    finalization: all[3].justification.certificate
                )
        )
        let middle = try store.syncRange(from: Height(4), blockCountMax: 1, maxBytes: 1 << 20)
        #expect(
            middle == SyncResponse(blocks: [all[3]], headers: [], finalization: all[3].justification.certificate)
        )
        let tiny = try store.syncRange(from: Height(2), blockCountMax: 100, maxBytes: 1)
        #expect(tiny.blocks == [all[1]])
        let beyond = try store.syncRange(from: Height(6), blockCountMax: 100, maxBytes: 1 << 20)
        #expect(beyond == SyncResponse(blocks: [], headers: [], finalization: nil))
    }

    @Test func blocksThatCameBySyncAreCommittedTogether() throws {
        var chain = try TestChain(validators: 4)
        let blocks = try (0..<5).map { _ in try chain.extend() }
        let store = try ChainStore.create(home: path, genesis: chain.genesis)
        _ = try store.load()
        try store.store(blocks: blocks.map { ($0.block.block, $0.bodyView) })
        try store.commit(Array(blocks[0..<2]))
        #expect(try store.block(blocks[4].block.block.hash) == blocks[4].block.block)
        try store.commit(Array(blocks[2...]))
        #expect(store.tip.height == Height(5))
    }
}
