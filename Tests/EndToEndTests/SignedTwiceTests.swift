import CSodium
import Cryptography
import Foundation
import LedgerCore
import Primitives
import RPCClient
import Testing

extension EndToEnd {
    /// Two valid signatures by one key over one transaction: other bytes, the same payment; it settles once, on all nodes.
    @Test func aTransactionUnderTwoSignaturesSettlesOnce() async throws {
        let federation = try TestFederation(validators: 4)
        try await federation.startAll()
        let payee = try federation.payee
        let before = try await federation.balance(of: payee)
        var pairs: [[SignedTransaction]] = []
        for nonce in 1...6 as ClosedRange<UInt64> {
            let one = try federation.payment(amount: 250, nonce: nonce)
            pairs.append([one, try federation.signAgain(one)])
        }
        for pair in pairs {
            let identified = pair.map { IdentifiedTransaction($0, network: federation.genesis.networkID) }
            #expect(identified[0].id == identified[1].id)
            #expect(identified[0].leaf != identified[1].leaf)
        }
        // To each node one of the two, at the same time.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for pair in pairs {
                for (node, client) in federation.clients.enumerated() {
                    group.addTask {
                        let answer = try await client.submit(pair[node % 2])
                        switch answer.status {
                        case .pending, .final: break
                        case .rejected, .expired, .unknown, .refused: Issue.record("\(answer.status)")
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        func expectOneSettlement() async throws {
            for pair in pairs {
                let id = federation.id(pair[0])
                let final = try await federation.clients[0].wait(for: id, timeoutMilliseconds: 30_000).status
                guard case .final = final else {
                    Issue.record("\(final)")
                    continue
                }
                for (node, client) in federation.clients.enumerated() {
                    #expect(try await client.wait(for: id, timeoutMilliseconds: 30_000).status == final)
                    for signed in pair {
                        let answer = try await client.submit(signed)
                        #expect(answer.id == id && answer.status == final, "node \(node)")
                    }
                }
            }
            for node in 0..<4 { #expect(try await federation.balance(of: payee, at: node) == before + 6 * 250) }
        }
        try await expectOneSettlement()
        federation.stopAll()
        try await federation.startAll()
        try await expectOneSettlement()
    }
}

extension TestFederation {
    /// The treasury's other signature: RFC 8032 with a nonce r of our own choice instead of the prescribed one.
    fileprivate func signAgain(_ signed: SignedTransaction) throws -> SignedTransaction {
        let pem = try String(contentsOfFile: folder + "/accounts/treasury.pem", encoding: .utf8)
        let base64 = pem.split(separator: "\n").filter { !$0.hasPrefix("-----") }.joined()
        // A PKCS#8 file of Ed25519 ends with the seed.
        let seed = [UInt8](try #require(Data(base64Encoded: base64)).suffix(32))
        let message = signed.transaction.id(in: genesis.networkID).signingBytes
        var expanded = hash(seed)
        expanded[0] &= 248
        expanded[31] = expanded[31] & 127 | 64
        let secret = reduced(Array(expanded.prefix(32)) + [UInt8](repeating: 0, count: 32))
        let nonce = reduced((0..<64).map { _ in UInt8.random(in: 0...255) })
        var r = [UInt8](repeating: 0, count: 32)
        try #require(crypto_scalarmult_ed25519_base_noclamp(&r, nonce) == 0)
        let challenge = reduced(hash(r + (try treasury.publicKey.bytes) + message))
        var product = [UInt8](repeating: 0, count: 32)
        crypto_core_ed25519_scalar_mul(&product, challenge, secret)
        var s = [UInt8](repeating: 0, count: 32)
        crypto_core_ed25519_scalar_add(&s, product, nonce)
        let signature = try #require(Signature(bytes: r + s))
        return SignedTransaction(transaction: signed.transaction, authorization: .owner(signature))
    }

    private func hash(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 64)
        crypto_hash_sha512(&digest, bytes, UInt64(bytes.count))
        return digest
    }

    private func reduced(_ wide: [UInt8]) -> [UInt8] {
        var scalar = [UInt8](repeating: 0, count: 32)
        crypto_core_ed25519_scalar_reduce(&scalar, wide)
        return scalar
    }
}
