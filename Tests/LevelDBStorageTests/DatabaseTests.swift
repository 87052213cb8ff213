import Foundation
import LevelDBStorage
import Testing

@Suite struct DatabaseTests {
    let home: TemporaryHome
    var path: String { home.path + "/db" }

    init() throws { home = try TemporaryHome() }

    func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    func write(_ database: Database, _ pairs: [(String, String)], isSynced: Bool = true) throws {
        var batch = WriteBatch()
        for (key, value) in pairs { batch.put(bytes(key), bytes(value)) }
        try database.write(batch, isSynced: isSynced)
    }

    func keys(_ database: Database, _ lower: String, _ upper: String) throws -> [String] {
        var keys: [String] = []
        try database.forEach(from: bytes(lower), to: bytes(upper)) { key, _ in
            keys.append(String(decoding: key, as: UTF8.self))
            return true
        }
        return keys
    }

    @Test func keepsWhatWasWrittenAcrossReopening() throws {
        do {
            let database = try Database(path: path, isNew: true)
            try write(database, [("a", "1"), ("b", ""), ("c", "3")])
            var batch = WriteBatch()
            batch.delete(bytes("c"))
            batch.put(bytes("d"), bytes("4"))
            #expect(batch.count == 2)
            try database.write(batch, isSynced: true)
        }
        let database = try Database(path: path, isNew: false)
        #expect(try database.value(bytes("a")) == bytes("1"))
        #expect(try database.value(bytes("b")) == [])
        #expect(try database.value(bytes("c")) == nil)
        #expect(try database.value(bytes("d")) == bytes("4"))
    }

    @Test func walksARangeInOrderAndStopsWhenTold() throws {
        let database = try Database(path: path, isNew: true)
        try write(database, [("b2", ""), ("a1", ""), ("b1", ""), ("c", "")])
        #expect(try keys(database, "b", "c") == ["b1", "b2"])
        #expect(try keys(database, "", "zz") == ["a1", "b1", "b2", "c"])
        var seen = 0
        try database.forEach(from: [], to: bytes("z")) { _, _ in
            seen += 1
            return seen < 2
        }
        #expect(seen == 2)
    }

    @Test func neverMakesADatabaseWhereOneIsExpected() throws {
        #expect {
            try Database(path: path, isNew: false)
        } throws: { error in
            if case .cannotOpen(path, _)? = error as? StorageError { true } else { false }
        }
        do { _ = try Database(path: path, isNew: true) }
        #expect(throws: (any Error).self) { try Database(path: path, isNew: true) }
        try FileManager.default.removeItem(atPath: path + "/CURRENT")
        #expect(throws: (any Error).self) { try Database(path: path, isNew: false) }
    }

    @Test func refusesASecondOpener() throws {
        let database = try Database(path: path, isNew: true)
        #expect(throws: StorageError.locked(path: path)) { try Database(path: path, isNew: false) }
        withExtendedLifetime(database) {}
    }

    @Test func writesNothingAfterAFailedWrite() throws {
        var tuning = Database.Tuning()
        tuning.writeBufferByteCount = 64 << 10
        let database = try Database(path: path, isNew: true, tuning: tuning)
        try write(database, [("a", "1")])
        // The next log and the next table can't be made.
        try FileManager.default.moveItem(atPath: path, toPath: path + "-moved")
        let long = String(repeating: "x", count: 10_000)
        var failure: StorageError?
        for number in 0..<100 where failure == nil {
            do { try write(database, [("k\(number)", long)]) } catch { failure = error as? StorageError }
        }
        guard case .cannotWrite(path, _)? = failure else {
            Issue.record("the write failed with \(String(describing: failure))")
            return
        }
        try FileManager.default.moveItem(atPath: path + "-moved", toPath: path)
        #expect(throws: StorageError.poisoned(path: path)) { try write(database, [("b", "2")]) }
        #expect(throws: StorageError.poisoned(path: path)) { try write(database, [("b", "2")], isSynced: false) }
        #expect(try database.value(bytes("a")) == bytes("1"))
    }

    @Test func aFailedWriteStopsTheDatabaseBesideItToo() throws {
        var tuning = Database.Tuning()
        tuning.writeBufferByteCount = 64 << 10
        let latch = WriteLatch()
        let failing = try Database(path: path, isNew: true, tuning: tuning, latch: latch)
        let other = try Database(path: path + "-other", isNew: true, latch: latch)
        try write(other, [("a", "1")])
        try FileManager.default.removeItem(atPath: path)
        let long = String(repeating: "x", count: 10_000)
        #expect(throws: StorageError.self) {
            for number in 0..<100 { try write(failing, [("k\(number)", long)]) }
        }
        #expect(throws: StorageError.poisoned(path: path + "-other")) { try write(other, [("b", "2")]) }
    }

    @Test func noticesAChangedTable() throws {
        do {
            let database = try Database(path: path, isNew: true)
            try write(database, (0..<500).map { ("key \($0)", "value \($0 * 7)") })
        }
        // Opening writes the log into a table.
        do { _ = try Database(path: path, isNew: false) }
        let tables = try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".ldb") }
        let table = path + "/" + (try #require(tables.first))
        var data = try Data(contentsOf: URL(fileURLWithPath: table))
        data[100] ^= 1
        try data.write(to: URL(fileURLWithPath: table))
        #expect(throws: (any Error).self) {
            let database = try Database(path: path, isNew: false)
            for number in 0..<500 { _ = try database.value(bytes("key \(number)")) }
        }
    }
}
