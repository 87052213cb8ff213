import ChainCore
import Foundation
import LedgerCore
import LevelDBStorage
import Primitives
import Testing

/// `verify` works on a copy, while the node runs or when it doesn't, and leaves the home as it found it.
@Suite struct HomeCopyTests {
    let home: TemporaryHome
    var path: String { home.path + "/node" }

    init() throws { home = try TemporaryHome() }

    @Test func aRunningNodesHomeCanBeRead() throws {
        var chain = try TestChain()
        let store = try ChainStore.create(home: path, genesis: chain.genesis)
        _ = try store.load()
        let blocks = try (0..<5).map { _ in try chain.extend() }
        try store.add(blocks)
        do {
            let copy = try ChainStore.openCopy(of: path, genesis: chain.genesis)
            #expect(copy.tip == store.tip)
            for block in blocks { #expect(try copy.finalBlock(at: block.height) == block.block) }
            #expect(try copy.load().ledger.head == chain.ledger.head)
            // The node goes on; the copy doesn't see it.
            try store.add(try chain.extend())
            #expect(copy.tip.height == Height(5))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasPrefix("copy") } == [])
        #expect(try store.finalBlock(at: Height(6)) != nil)
    }

    @Test func aStoppedNodesHomeIsLeftByteForByte() throws {
        var chain = try TestChain()
        do {
            let store = try ChainStore.create(home: path, genesis: chain.genesis)
            _ = try store.load()
            try store.add(try (0..<3).map { _ in try chain.extend() })
        }
        let before = try contents()
        do {
            let copy = try ChainStore.openCopy(of: path, genesis: chain.genesis)
            #expect(try copy.load().tip.height == Height(3))
        }
        #expect(try contents() == before)
        // And the copy of a copied home's tables doesn't share what is written to it.
        let copy = try ChainStore.openCopy(of: path, genesis: chain.genesis)
        withExtendedLifetime(copy) {}
    }

    @Test func aCopyThatNobodyTakesIsRemoved() throws {
        let chain = try TestChain()
        do { _ = try ChainStore.create(home: path, genesis: chain.genesis) }
        let before = try contents()
        do {
            let copied = CopiedHome(path)
            #expect(try copied.inventory.fileCount > 0)
            #expect(try contents() != before)
        }
        #expect(try contents() == before)
    }

    @Test func aCopyThatIsNoLongerWantedIsGivenUpAndRemoved() throws {
        let chain = try TestChain()
        do { _ = try ChainStore.create(home: path, genesis: chain.genesis) }
        let before = try contents()
        let copied = CopiedHome(path) { true }
        #expect(throws: StorageError.self) { try copied.store(of: chain.genesis) }
        #expect(try contents() == before)
    }

    /// What the genesis file says of a home comes before what its disk did to it.
    @Test func aDamagedHomeOfAnotherNetworkIsSaidToBeOfAnotherNetwork() throws {
        let (mine, other) = (try TestChain(), try TestChain(payers: 4))
        do { _ = try ChainStore.create(home: path, genesis: mine.genesis) }
        try FileManager.default.removeItem(atPath: path + "/data/chain/CURRENT")
        let copied = CopiedHome(path)
        #expect {
            try copied.store(of: other.genesis)
        } throws: {
            if case .otherNetwork = $0 as? StorageError { true } else { false }
        }
        #expect {
            try copied.store(of: mine.genesis)
        } throws: {
            if case .cannotOpen = $0 as? StorageError { true } else { false }
        }
    }

    @Test func theCopyOfABusyHomeIsConsistent() async throws {
        var chain = try TestChain(payers: 30)
        let store = try ChainStore.create(home: path, genesis: chain.genesis)
        _ = try store.load()
        var blocks: [FinalBlock] = []
        for _ in 0..<60 {
            let payments = (0..<20).map { chain.transaction(from: $0, to: [chain.account($0 + 1)]) }
            blocks.append(try chain.extend(payments))
        }
        async let writing: Void = Self.add(blocks, to: store)
        var heights: [Height] = []
        while store.tip.height < Height(60) {
            let copy = try ChainStore.openCopy(of: path, genesis: chain.genesis)
            let state = try copy.load()
            if state.tip.height > .zero { #expect(try copy.finalBlock(at: state.tip.height) != nil) }
            heights.append(state.tip.height)
        }
        try await writing
        #expect(heights == heights.sorted())
        #expect(!heights.isEmpty)
    }

    @concurrent private static func add(_ blocks: [FinalBlock], to store: ChainStore) async throws {
        for block in blocks { try store.add(block) }
    }

    private func contents() throws -> [String: Data] {
        var contents: [String: Data] = [:]
        let files = try #require(FileManager.default.enumerator(atPath: path))
        while let name = files.nextObject() as? String {
            var isDirectory: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path + "/" + name, isDirectory: &isDirectory),
                !isDirectory.boolValue
            else { continue }
            contents[name] = try Data(contentsOf: URL(fileURLWithPath: path + "/" + name))
        }
        return contents
    }
}
