import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import LevelDBStorage
import Primitives
import Testing

/// Homes are made, opened and refused.
@Suite struct HomeTests {
    let home: TemporaryHome
    let chain: TestChain
    var path: String { home.path + "/node" }

    init() throws {
        home = try TemporaryHome()
        chain = try TestChain()
    }

    @Test func aNewHomeHoldsGenesis() throws {
        let store = try ChainStore.create(home: path, genesis: chain.genesis)
        #expect(store.tip == ChainTip(header: chain.header, hash: chain.hash, view: .zero))
        let state = try store.load()
        #expect(state.ledger.head == chain.ledger.head)
        #expect(state.justification == nil)
        #expect(state.unfinalised.isEmpty)
        #expect(state.certificates.isEmpty)
        #expect(try store.header(at: .zero) == chain.header)
        #expect(try store.finalBlock(at: .zero) == nil)
        #expect(try store.finalBlock(at: Height(1)) == nil)
    }

    @Test func theMarkerSaysForWhomTheHomeIs() throws {
        do { _ = try ChainStore.create(home: path, genesis: chain.genesis) }
        let text = String(decoding: try home.bytes("node/format"), as: UTF8.self)
        #expect(text == "farthing home, format 1, network \(chain.network)\n")
    }

    @Test func refusesAHomeThatIsThereAndOneThatIsNot() throws {
        #expect(throws: StorageError.noHome(path: path)) { try ChainStore.open(home: path, genesis: chain.genesis) }
        #expect(!home.has("node"))
        do { _ = try ChainStore.create(home: path, genesis: chain.genesis) }
        #expect(throws: StorageError.homeExists(path: path)) {
            try ChainStore.create(home: path, genesis: chain.genesis)
        }
    }

    @Test func refusesAnotherNetworksHome() throws {
        do { _ = try ChainStore.create(home: path, genesis: chain.genesis) }
        let other = try TestChain(name: "other").genesis
        #expect(throws: StorageError.otherNetwork(found: chain.network, wanted: other.networkID)) {
            try ChainStore.open(home: path, genesis: other)
        }
    }

    @Test func refusesAnotherFormat() throws {
        do { _ = try ChainStore.create(home: path, genesis: chain.genesis) }
        let wanted = "farthing home, format 1, network \(chain.network)\n"
        let found = "farthing home, format 2, network \(chain.network)\n"
        try home.write(Array(found.utf8), to: "node/format")
        #expect(throws: StorageError.otherFormat(found: found, wanted: wanted)) {
            try ChainStore.open(home: path, genesis: chain.genesis)
        }
        try home.write([], to: "node/format")
        #expect(throws: StorageError.otherFormat(found: "", wanted: wanted)) {
            try ChainStore.open(home: path, genesis: chain.genesis)
        }
    }

    @Test func refusesASecondProcess() throws {
        let store = try ChainStore.create(home: path, genesis: chain.genesis)
        #expect(throws: StorageError.locked(path: path)) { try ChainStore.open(home: path, genesis: chain.genesis) }
        withExtendedLifetime(store) {}
    }

    @Test func refusesAHomeWhoseDataIsGoneOrDamaged() throws {
        do { _ = try ChainStore.create(home: path, genesis: chain.genesis) }
        try home.remove("node/data/chain/CURRENT")
        #expect {
            try ChainStore.open(home: path, genesis: chain.genesis)
        } throws: { error in
            if case .cannotOpen? = error as? StorageError { true } else { false }
        }
        try home.remove("node/data")
        #expect(throws: StorageError.noData(path: path + "/data")) {
            try ChainStore.open(home: path, genesis: chain.genesis)
        }
    }

    @Test func refetchSetsTheDataAsideAndBeginsAgain() throws {
        var chain = chain
        do {
            let store = try ChainStore.create(home: path, genesis: chain.genesis)
            _ = try store.load()
            try store.add(try chain.extend())
        }
        let (store, aside) = try ChainStore.refetch(home: path, genesis: chain.genesis)
        #expect(aside == path + "/data.aside-1")
        #expect(home.has("node/data.aside-1/chain/CURRENT"))
        #expect(store.tip.height == .zero)
        #expect(try store.load().ledger.head.height == .zero)
    }
}

extension ChainStore {
    /// Stores and commits final blocks, as a node does one after another.
    func add(_ blocks: FinalBlock...) throws { for block in blocks { try add([block]) } }

    func add(_ blocks: [FinalBlock]) throws {
        try store(blocks: blocks.map { ($0.block.block, $0.bodyView) })
        try commit(blocks)
    }
}
