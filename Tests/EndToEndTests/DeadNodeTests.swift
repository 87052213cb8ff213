import LedgerCore
import Primitives
import RPCClient
import StrictJSON
import Testing

extension EndToEnd {
    @Test func oneOfFourMayDieAndTwoMayNotAndSettlingResumesByItself() async throws {
        let federation = try TestFederation(validators: 4)
        try await federation.startAll()
        let first = try federation.payment()
        #expect(try await federation.settles(first, askedAt: 0, within: 20))

        federation.kill(3)
        for _ in 0..<3 {
            let payment = try federation.payment()
            #expect(try await federation.settles(payment, askedAt: 1, within: 20), "one of four is dead")
        }

        federation.kill(2)
        let stuck = try federation.payment()
        _ = try await federation.clients[0].submit(stuck)
        let height = try await federation.height(of: 0)
        try await Task.sleep(for: .seconds(4))
        #expect(try await federation.clients[1].submit(stuck).status == .pending)
        #expect(try await federation.height(of: 0) == height)
        #expect(try await federation.height(of: 1) == height)
        let status = JSONReader(try await federation.clients[0].nodeStatus())
        let missing = try status.member("missing").elements().map { try $0.string() }
        #expect(missing.contains(federation.name(2)) && missing.contains(federation.name(3)), "\(missing)")
        #expect(try !status.member("why").elements().isEmpty)

        try federation.start(2)
        try await federation.waitUntilLive(2)
        let back = ContinuousClock.now
        #expect(try await federation.settles(stuck, askedAt: 0, within: 5))
        #expect(ContinuousClock.now - back < .seconds(5))
    }
}

extension TestFederation {
    fileprivate func settles(_ payment: SignedTransaction, askedAt node: Int, within seconds: Int) async throws -> Bool
    {
        _ = try await clients[node].submit(payment)
        let answer = try await clients[node].wait(for: id(payment), timeoutMilliseconds: seconds * 1_000)
        if case .final = answer.status { return true }
        return false
    }
}
