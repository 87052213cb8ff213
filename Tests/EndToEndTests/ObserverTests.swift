import Foundation
import LedgerCore
import Primitives
import RPCClient
import StrictJSON
import Testing

extension EndToEnd {
    /// Without its vote log a validator follows and serves, and votes no more; only its operator's word changes that.
    @Test func aValidatorWithoutItsVoteLogObservesUntilItsOperatorSwears() async throws {
        let federation = try TestFederation(validators: 4)
        // Nothing was ever signed here and the store is empty; the node can't know that.
        for name in ["votes.a", "votes.b"] {
            try FileManager.default.removeItem(atPath: "\(federation.home(3))/\(name)")
        }
        try await federation.startAll()
        let status = JSONReader(try await federation.clients[3].nodeStatus())
        #expect(try status.member("mode").member("kind").string() == "observer")
        #expect(try status.member("mode").member("why").string().contains("--i-know-this-key-never-signed"))
        #expect(try federation.log(3).contains("this node does not sign"))

        // It takes payments, passes them on, follows and answers.
        try await federation.settle(askedAt: 3)
        federation.kill(2)
        let stuck = try federation.payment()
        _ = try await federation.clients[3].submit(stuck)
        try await Task.sleep(for: .seconds(4))
        #expect(try await federation.clients[0].submit(stuck).status == .pending, "two of four sign, and one looks on")
        #expect(!FileManager.default.fileExists(atPath: federation.home(3) + "/votes.a"))

        federation.kill(3)
        try federation.start(3, "--i-know-this-key-never-signed")
        try await federation.waitUntilLive(3)
        let answer = try await federation.clients[0].wait(for: federation.id(stuck), timeoutMilliseconds: 30_000)
        guard case .final = answer.status else {
            Issue.record("\(answer.status)")
            return
        }
        // With its new vote log it needs no oath any more.
        federation.kill(3)
        try federation.start(3)
        try await federation.waitUntilLive(3)
        try await federation.settle(askedAt: 3)
    }
}
