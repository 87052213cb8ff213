import ChainCore
import Foundation
import LevelDBStorage
import Primitives
import RPCClient
import Testing

extension EndToEnd {
    /// A node whose chain is damaged says what helps; with that it comes back, and its audit is sound again.
    @Test func aDamagedChainIsSetAsideAndFetchedFromThePeers() async throws {
        let federation = try TestFederation(validators: 4)
        try await federation.startAll()
        for node in 0..<4 {
            let payment = try federation.payment()
            _ = try await federation.clients[node].submit(payment)
            _ = try await federation.clients[node].wait(for: federation.id(payment))
        }
        federation.kill(3)
        try damageTip(of: federation.home(3))

        let refused = try Program.run("node", "start", "--home", federation.home(3))
        #expect(refused.status == 3, "\(refused.errors)")
        #expect(refused.errors.contains("farthing node refetch --home"), "\(refused.errors)")

        let refetched = try Program.run("node", "refetch", "--home", federation.home(3))
        #expect(refetched.status == 0, "\(refetched.errors)")
        #expect(refetched.output.contains("data.aside-1"), "\(refetched.output)")
        try federation.start(3)
        try await federation.waitUntilLive(3)
        let height = try await federation.height(of: 0)
        try await waitUntil(seconds: 20, "the node has caught up") { try await federation.height(of: 3) >= height }

        // It votes again: without node 0 the other three are just a quorum.
        federation.kill(0)
        let payment = try federation.payment()
        _ = try await federation.clients[3].submit(payment)
        let answer = try await federation.clients[3].wait(for: federation.id(payment))
        guard case .final = answer.status else {
            Issue.record("\(answer)")
            return
        }
        federation.stopAll()
        let audit = try Program.run(
            "verify",
            "--genesis",
            federation.folder + "/genesis.json",
            "--home",
            federation.home(3)
        )
        #expect(audit.status == 0, "\(audit.output) \(audit.errors)")
    }
}

/// Changes a byte in the record of the highest block.
private func damageTip(of home: String) throws {
    let database = try Database(path: home + "/data/chain", isNew: false)
    var last: (key: [UInt8], value: [UInt8])?
    let bounds = StoreKey.Space.blocks.bounds
    try database.forEach(from: bounds.lower, to: bounds.upper) { key, value in
        last = (key, value)
        return true
    }
    let entry = try #require(last)
    var changed = entry.value
    changed[changed.count / 2] ^= 0x01
    var batch = WriteBatch()
    batch.put(entry.key, changed)
    try database.write(batch, isSynced: true)
}
