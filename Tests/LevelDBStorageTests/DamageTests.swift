import ChainCore
import ConsensusCore
import Cryptography
import Foundation
import LedgerCore
import LevelDBStorage
import Primitives
import Testing

/// A changed, misplaced or missing value is noticed on reading, and named.
@Suite struct DamageTests {
    let home: TemporaryHome
    let chain: TestChain
    let blocks: [FinalBlock]
    var path: String { home.path + "/node" }

    init() throws {
        home = try TemporaryHome()
        var chain = try TestChain(validators: 4)
        let evidence = try #require(chain.evidence(view: 3))
        var blocks: [FinalBlock] = []
        for number in 0..<6 {
            let transactions = (0..<4).map { chain.transaction(from: $0 % 3, to: [chain.stranger(number * 4 + $0)]) }
            blocks.append(try chain.extend(transactions, skipping: 1, evidence: number == 2 ? [evidence] : []))
        }
        self.chain = chain
        self.blocks = blocks
        let store = try ChainStore.create(home: path, genesis: chain.genesis)
        _ = try store.load()
        try store.add(blocks)
        try store.store(blocks: [(try chain.block([]).block, View(99))])
        try store.store(certificates: [
            chain.certificate(.nullify(epoch: .zero, view: View(98))),
            chain.certificate(.notarize(epoch: .zero, view: View(99), parentView: View(12), block: chain.hash)),
        ])
    }

    /// Opens, loads, and reads everything that can be read.
    func readAll() throws {
        let store = try ChainStore.open(home: path, genesis: chain.genesis)
        _ = try store.load()
        for height in 0...6 { _ = try store.header(at: Height(UInt64(height))) }
        for block in blocks {
            guard try store.finalBlock(at: block.height) != nil,
                try store.height(of: block.block.block.hash) != nil
            else { throw StorageError.damaged(StoreDamage(.block(block.height), "not found")) }
            _ = try store.touches(at: block.height)
            for transaction in block.block.block.transactions { _ = try store.settlement(of: transaction.id) }
        }
        _ = try store.evidence()
        _ = try store.logNode(level: 4, index: 0)
    }

    func change(_ database: String, _ body: (Database) throws -> Void) throws {
        try body(try Database(path: path + "/data/" + database, isNew: false))
    }

    func entries(_ name: String) throws -> [(key: [UInt8], value: [UInt8])] {
        var entries: [(key: [UInt8], value: [UInt8])] = []
        try change(name) { database in
            try database.forEach(from: [], to: [0xFF]) { key, value in
                entries.append((key, value))
                return true
            }
        }
        return entries
    }

    func put(_ name: String, _ key: [UInt8], _ value: [UInt8]) throws {
        try change(name) { database in
            var batch = WriteBatch()
            batch.put(key, value)
            try database.write(batch, isSynced: true)
        }
    }

    func damageFound() -> StoreDamage? {
        do {
            try readAll()
            return nil
        } catch {
            if case .damaged(let damage)? = error as? StorageError { return damage }
            Issue.record("not damage: \(error)")
            return nil
        }
    }

    /// One value of each group of keys in turn.
    func samples(_ name: String) throws -> [(key: StoreKey, value: [UInt8])] {
        var samples: [(key: StoreKey, value: [UInt8])] = []
        for (key, value) in try entries(name) {
            let key = try #require(StoreKey(bytes: key))
            if key.space == .marks || samples.last?.key.space != key.space { samples.append((key, value)) }
        }
        return samples
    }

    @Test(arguments: ["chain", "bodies"]) func aChangedValueIsNoticedAndNamed(_ database: String) throws {
        try readAll()
        let samples = try samples(database)
        #expect(Set(samples.map(\.key.space)).count == (database == "chain" ? 9 : 3))
        for (key, value) in samples {
            for position in [0, value.count / 3, value.count / 2, value.count - 1] {
                var bad = value
                bad[position] ^= 0x20
                try put(database, key.bytes, bad)
                let damage = damageFound()
                #expect(damage != nil, "byte \(position) of \(key)")
                #expect(damage?.key == key.description)
            }
            try put(database, key.bytes, value)
        }
        try readAll()
    }

    @Test(arguments: ["chain", "bodies"]) func aValueUnderTheWrongKeyIsNoticed(_ database: String) throws {
        let all = try entries(database)
        for (key, value) in try samples(database) {
            guard let other = all.first(where: { $0.key.first == key.bytes.first && $0.key != key.bytes }) else {
                continue
            }
            try put(database, key.bytes, other.value)
            #expect(damageFound()?.key == key.description, "\(key)")
            try put(database, key.bytes, value)
        }
        try readAll()
    }

    @Test func aMissingValueIsNoticed() throws {
        for (key, value) in try samples("chain") where ![.settlements, .replay, .evidence].contains(key.space) {
            try change("chain") { database in
                var batch = WriteBatch()
                batch.delete(key.bytes)
                try database.write(batch, isSynced: true)
            }
            #expect(damageFound() != nil, "\(key)")
            try put("chain", key.bytes, value)
        }
        try readAll()
    }

    @Test func aMissingBodyIsNoticed() throws {
        let key = StoreKey.body(epoch: .zero, view: blocks[3].bodyView, hash: blocks[3].block.block.hash)
        try change("bodies") { database in
            var batch = WriteBatch()
            batch.delete(key.bytes)
            try database.write(batch, isSynced: true)
        }
        #expect(damageFound() == StoreDamage(key, "missing, h/4 points to it"))
    }

    @Test func aBlockAboveTheTipIsNoticed() throws {
        let key = StoreKey.block(Height(6))
        let value = try #require(try entries("chain").first { $0.key == key.bytes }?.value)
        try put("chain", StoreKey.block(Height(9)).bytes, value)
        #expect(damageFound()?.key == "h/9")
    }

    @Test func aSealedLieAboutABalanceIsNoticed() throws {
        let number = try #require(chain.ledger.account(chain.account(0))?.number)
        let account = try #require(chain.ledger.account(numbered: number))
        let rich = StoredAccount(
            id: account.id,
            balance: Amount(units: account.balance.units + 1),
            touched: account.touched
        )
        let key = StoreKey.account(number)
        try put("chain", key.bytes, StoreValue.sealed(rich, under: key))
        #expect(damageFound() != nil)
    }

    @Test func aForeignKeyIsNoticed() throws {
        try put("chain", Array("hello".utf8), [1])
        let store = try ChainStore.open(home: path, genesis: chain.genesis)
        #expect(throws: StorageError.damaged(StoreDamage(key: "0x68656c6c6f", what: "not a key of the store"))) {
            try store.forEachEntry { _, _ in true }
        }
    }

    @Test func aJustificationWithAGapIsNoticed() throws {
        let key = StoreKey.block(Height(5))
        let value = try #require(try entries("chain").first { $0.key == key.bytes }?.value)
        let stored = try StoreValue.open(StoredBlock.self, value, under: key)
        let gap = StoredBlock(
            header: stored.header,
            hash: stored.hash,
            bodyView: stored.bodyView,
            justification: Justification(certificate: stored.justification.certificate, nullifications: []),
            pages: stored.pages
        )
        try put("chain", key.bytes, StoreValue.sealed(gap, under: key))
        #expect(damageFound()?.key == "h/5")
    }
}
