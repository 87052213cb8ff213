import ChainCore
import Foundation
import LedgerCore
import LevelDBStorage
import Primitives
import RPCClient
import StrictJSON
import Testing

extension EndToEnd {
    /// Somebody changes a stopped home through LevelDB itself, so that its own checksums fit.
    @Test func aChangedByteInABodyABalanceOrACertificateIsFoundAndNamed() async throws {
        let federation = try TestFederation(validators: 1)
        try await federation.startAll()
        for _ in 0..<3 {
            let payment = try federation.payment()
            _ = try await federation.clients[0].submit(payment)
            _ = try await federation.clients[0].wait(for: federation.id(payment))
        }
        let height = Height(try await federation.height(of: 0))
        #expect(height.number >= 1)
        federation.stopAll()
        let home = federation.home(0)
        #expect(try verify(federation).status == 0)

        let places: [(what: String, database: String, space: StoreKey.Space, place: String)] = [
            ("a block body", "bodies", .bodies, "b/"), ("a balance", "chain", .accounts, "s/"),
            ("a certificate", "chain", .blocks, "h/"),
        ]
        for row in places {
            let path = "\(home)/data/\(row.database)"
            let honest = try change(path, row.space)
            let outcome = try verify(federation)
            #expect(outcome.status == 3, "\(row.what): \(outcome.output) \(outcome.errors)")
            #expect(outcome.output.contains(row.place), "\(row.what): \(outcome.output)")
            try put(honest.key, honest.value, into: path)
            #expect(try verify(federation).status == 0, "\(row.what), put back")
        }
    }
}

private func verify(_ federation: TestFederation) throws -> Program.Outcome {
    try Program.run("verify", "--genesis", federation.folder + "/genesis.json", "--home", federation.home(0))
}

/// Changes one byte in the middle of the last value of a space; answers what stood there.
private func change(_ path: String, _ space: StoreKey.Space) throws -> (key: [UInt8], value: [UInt8]) {
    var last: (key: [UInt8], value: [UInt8])?
    do {
        let database = try Database(path: path, isNew: false)
        try database.forEach(from: space.bounds.lower, to: space.bounds.upper) { key, value in
            last = (key, value)
            return true
        }
    }
    let entry = try #require(last)
    var changed = entry.value
    changed[changed.count / 2] ^= 0x01
    try put(entry.key, changed, into: path)
    return entry
}

private func put(_ key: [UInt8], _ value: [UInt8], into path: String) throws {
    let database = try Database(path: path, isNew: false)
    var batch = WriteBatch()
    batch.put(key, value)
    try database.write(batch, isSynced: true)
}
