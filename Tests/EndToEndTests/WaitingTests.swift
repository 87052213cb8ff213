import Cryptography
import Foundation
import LedgerCore
import Primitives
import RPCClient
import Testing

/// Clients in `tx_wait` whose transaction leaves the pool hear it at once, not at the end of their time.
extension EndToEnd {
    /// Ten payers fill a pool of 1 MiB; an eleventh offers more, and the newest of the cheapest goes.
    @Test func aWaitingClientHearsThatAFullPoolDroppedItsTransaction() async throws {
        let federation = try TestFederation(validators: 1)
        try federation.setPool("1MiB", of: 0)
        try await federation.startAll()
        let client = federation.clients[0]
        let payers = try (0..<11).map { number in
            try #require(SigningKey(seed: [UInt8](repeating: UInt8(10 + number), count: 32)))
        }
        for payer in payers {
            let opening = try federation.payment(to: AccountID(payer.publicKey), amount: 10_000_000)
            #expect(try await client.submit(opening).status == .pending)
            guard case .final = try await client.wait(for: federation.id(opening)).status else {
                Issue.record("an account is not opened")
                return
            }
        }
        // 980 payments are 981 shares: ten such would pay 2 for each share, and offer 1.
        let reference = [UInt8](repeating: 7, count: 64)
        let cheap = try payers.prefix(10).map {
            try federation.payment(amount: 1, nonce: 1, maxPrice: 1, by: $0, reference: reference, count: 980)
        }
        for transaction in cheap { #expect(try await client.submit(transaction).status == .pending) }
        let newest = federation.id(cheap[9])
        let begin = ContinuousClock.now
        async let waiting = client.wait(for: newest, timeoutMilliseconds: 30_000)
        try await Task.sleep(for: .milliseconds(300))
        let richer = try federation.payment(
            amount: 1,
            nonce: 1,
            maxPrice: 2,
            by: payers[10],
            reference: reference,
            count: 290
        )
        #expect(try await client.submit(richer).status == .pending)
        let answer = try await waiting
        #expect(answer.id == newest)
        guard case .refused(let reason, let isRetryable) = answer.status else {
            Issue.record("\(answer.status)")
            return
        }
        #expect(reason.name == "busy")
        #expect(isRetryable)
        #expect(ContinuousClock.now - begin < .seconds(20))
    }

    /// By its id alone nobody can tell later why it is gone; who waits is told in time.
    @Test func aWaitingClientHearsOfExpiryThoughItKnowsOnlyTheID() async throws {
        let federation = try TestFederation(validators: 1)
        try await federation.startAll()
        let client = federation.clients[0]
        let short = try federation.payment(maxPrice: 1, validFor: 2_000)
        #expect(try await client.submit(short).status == .pending)
        let id = federation.id(short)
        async let waiting = client.wait(for: id, timeoutMilliseconds: 30_000)
        try await Task.sleep(for: .milliseconds(2_500))
        // Only a block's time ends it.
        _ = try await client.submit(federation.payment())
        #expect(try await waiting.status == .expired(validUntil: short.transaction.validUntil))
    }
}

extension TestFederation {
    fileprivate func setPool(_ size: String, of node: Int) throws {
        let file = home(node) + "/config.yaml"
        let text = try String(contentsOfFile: file, encoding: .utf8)
        try #require(text.contains("bytes: 64MiB"))
        try text.replacingOccurrences(of: "bytes: 64MiB", with: "bytes: \(size)")
            .write(toFile: file, atomically: false, encoding: .utf8)
    }
}
