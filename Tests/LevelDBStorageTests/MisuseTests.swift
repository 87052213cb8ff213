import LevelDBStorage
import Primitives
import Testing

/// What only a bug of ours can ask of the store ends the process before anything is written.
@Suite struct MisuseTests {
    @Test func aCommitBeforeTheLoad() async {
        await #expect(processExitsWith: .failure) {
            var chain = try TestChain()
            let home = try TemporaryHome()
            let store = try ChainStore.create(home: home.path + "/node", genesis: chain.genesis)
            try store.add(try chain.extend())
        }
    }

    @Test func aGapInTheHeights() async {
        await #expect(processExitsWith: .failure) {
            var chain = try TestChain()
            let home = try TemporaryHome()
            let store = try ChainStore.create(home: home.path + "/node", genesis: chain.genesis)
            _ = try store.load()
            _ = try chain.extend()
            try store.add(try chain.extend())
        }
    }

    @Test func aPointerToABodyThatIsNotStored() async {
        await #expect(processExitsWith: .failure) {
            var chain = try TestChain()
            let home = try TemporaryHome()
            let store = try ChainStore.create(home: home.path + "/node", genesis: chain.genesis)
            _ = try store.load()
            try store.commit([try chain.extend()])
        }
    }

    /// The three above differ from this one in nothing but the misuse.
    @Test func properUseEndsWell() async {
        await #expect(processExitsWith: .success) {
            var chain = try TestChain()
            let home = try TemporaryHome()
            let store = try ChainStore.create(home: home.path + "/node", genesis: chain.genesis)
            _ = try store.load()
            try store.add(try chain.extend(), try chain.extend())
        }
    }
}
