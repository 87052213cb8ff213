import Cryptography
import Foundation
import LedgerCore
import Primitives
import RPCClient
import StrictJSON
import Testing

extension EndToEnd {
    /// What bad input gets over the interface: an answer that names field and reason, and nothing is lost by it.
    @Test func badInputGetsAClearAnswerAndNothingIsLost() async throws {
        let federation = try TestFederation(validators: 1)
        try await federation.startAll()
        let payee = try federation.payee
        let payer = AccountID(try federation.treasury.publicKey)
        let before = (try await federation.balance(of: payer), try await federation.balance(of: payee))

        try await federation.refusesWhatIsNoTransaction()
        try await federation.rejectsBadSignatures()
        try await federation.rejectsWhatCanNeverSettle()
        try await federation.refusesWhatCanNotSettleNow()
        #expect(try await federation.height(of: 0) == 0, "nothing of all that made a block")
        #expect(try await federation.balance(of: payer) == before.0)
        #expect(try await federation.balance(of: payee) == before.1)

        let good = try federation.payment(amount: 250, nonce: 1)
        _ = try await federation.clients[0].submit(good)
        guard case .final(_, _, _, let fee) = try await federation.clients[0].wait(for: federation.id(good)).status
        else {
            Issue.record("a good payment does not settle")
            return
        }
        #expect(try await federation.balance(of: payer) == before.0 - 250 - fee.units)
        #expect(try await federation.balance(of: payee) == before.1 + 250)
        try await federation.expect(try federation.payment(amount: 1, nonce: 1), .rejected, "nonceUsed")
    }
}

extension TestFederation {
    fileprivate enum Kind { case rejected, refused, expired, pending }

    /// Submits a transaction and compares kind and reason of the answer.
    fileprivate func expect(
        _ transaction: SignedTransaction,
        _ kind: Kind,
        _ reason: String = "",
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let found: (Kind, String)? =
            switch try await clients[0].submit(transaction).status {
            case .rejected(let reason): (.rejected, reason.name)
            case .refused(let reason, _): (.refused, reason.name)
            case .expired: (.expired, "")
            case .pending: (.pending, "")
            case .final, .unknown: nil
            }
        #expect(found?.0 == kind, "\(reason)", sourceLocation: sourceLocation)
        #expect(found?.1 == reason, sourceLocation: sourceLocation)
    }

    // MARK: No transaction at all

    fileprivate func refusesWhatIsNoTransaction() async throws {
        #expect(try post("{\"jsonrpc\":\"2.0\",").error == -32_700, "malformed JSON")
        #expect(
            try post("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tx_submit\",\"method\":\"x\"}").error == -32_600,
            "a name twice"
        )
        let rows: [(what: String, params: JSON, path: String)] = [
            ("hex of another alphabet", ["transaction": "zz"], "params.transaction"),
            ("capital hex", ["transaction": "AB"], "params.transaction"),
            ("half a byte", ["transaction": "abc"], "params.transaction"),
            ("bytes that are no transaction", ["transaction": "00"], "params.transaction"),
            (
                "left-over bytes", ["transaction": .string(Hex.encode(try payment().encoded() + [0]))],
                "params.transaction"
            ),
            ("nothing", [:], "params.transaction"),
            ("an unknown member", ["transaction": "00", "fast": true], "params.fast"),
            (
                "a number where text should be", ["transaction": ["transaction": 1, "authorization": 2]],
                "params.transaction"
            ),
        ]
        for row in rows {
            let error = await #expect(throws: RPCClientError.self, "\(row.what)") {
                try await self.clients[0].call("tx_submit", params: row.params)
            }
            guard case .refused(let answer) = error else {
                Issue.record("\(row.what): \(String(describing: error))")
                continue
            }
            #expect(answer.code == -32_602, "\(row.what)")
            let path = answer.data["path"]?.asString ?? ""
            #expect(path.hasPrefix(row.path), "\(row.what): \(answer.data.text)")
        }
        // More than the body may have: refused by its length, before it is read.
        #expect(try post(String(repeating: " ", count: (4 << 20) + 1)).http == "413")
        let empty = JSON.array(Array(repeating: "00", count: 4_097))
        await #expect(throws: RPCClientError.self, "4,097 transactions at once") {
            try await self.clients[0].call("tx_submitBatch", params: ["transactions": empty])
        }
    }

    /// Sends a body as it is; answers with the code of the JSON-RPC error and the HTTP status.
    private func post(_ body: String) throws -> (error: Int?, http: String) {
        let file = folder + "/body"
        try body.write(toFile: file, atomically: true, encoding: .utf8)
        let answer = try Program.run(
            [
                "-s", "-w", "\n%{http_code}", "-H", "Content-Type: application/json", "-H", "Expect:", "--data-binary",
                "@\(file)", urls[0],
            ],
            tool: "/usr/bin/curl"
        )
        let lines = answer.output.split(separator: "\n")
        let json = try? JSON.parse(Array((lines.first ?? "").utf8))
        return (json?["error"]?["code"]?.asNumber.flatMap { Int($0) }, String(lines.last ?? ""))
    }

    // MARK: Signatures

    fileprivate func rejectsBadSignatures() async throws {
        let good = try payment()
        guard case .owner(let signature) = good.authorization else { return }
        let stranger = SigningKey.generate().sign(id(good).signingBytes)
        let order = try #require(Hash32(hex: "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010"))
        let rows: [(what: String, signature: Signature)] = [
            ("a changed bit of R", Signature(r: changed(signature.r), s: signature.s)),
            ("a changed bit of S", Signature(r: signature.r, s: changed(signature.s))),
            ("S + L, which verifies under looser rules", Signature(r: signature.r, s: sum(signature.s, order.words))),
            ("R of small order", Signature(r: Words32(1, 0, 0, 0), s: signature.s)),
            ("nothing", .zero), ("another key's", stranger),
        ]
        for row in rows {
            let answer = try await clients[0].submit(
                SignedTransaction(transaction: good.transaction, authorization: .owner(row.signature))
            )
            #expect(answer.id == nil, "\(row.what): only these bytes were judged")
            guard case .rejected(let reason) = answer.status, reason.name == "signatureInvalid" else {
                Issue.record("\(row.what): \(answer.status)")
                continue
            }
        }
        let vectors = try hostileVectors()
        #expect(vectors.count >= 50)
        for vector in vectors {
            let transaction = Transaction(
                payer: AccountID(vector.key),
                nonce: 1,
                validUntil: good.transaction.validUntil,
                maxPrice: 200,
                action: good.transaction.action
            )
            let signed = SignedTransaction(transaction: transaction, authorization: .owner(vector.signature))
            guard case .rejected(let reason) = try await clients[0].submit(signed).status else {
                Issue.record("a payment under \(vector.key) \(Hex.encode(vector.signature.bytes)) is not rejected")
                continue
            }
            #expect(["payerInvalid", "signatureInvalid"].contains(reason.name))
        }
    }

    private func changed(_ words: Words32) -> Words32 {
        Words32(words.first ^ 4, words.second, words.third, words.fourth)
    }

    /// Little-endian addition; what does not fit is dropped.
    private func sum(_ left: Words32, _ right: Words32) -> Words32 {
        var carry: UInt16 = 0
        let bytes = zip(Hash32(words: left).bytes, Hash32(words: right).bytes).map { a, b in
            carry += UInt16(a) + UInt16(b)
            defer { carry >>= 8 }
            return UInt8(truncatingIfNeeded: carry)
        }
        return Hash32(bytes: bytes)?.words ?? left
    }

    /// Keys and signatures made to split verifiers: our own, and the published twelve where their folder is.
    private func hostileVectors() throws -> [(key: PublicKey, signature: Signature)] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let published =
            ProcessInfo.processInfo.environment["FARTHING_VECTORS"]
            ?? root.deletingLastPathComponent().deletingLastPathComponent().path + "/shared/vectors"
        var vectors: [(PublicKey, Signature)] = []
        for (path, name) in [
            (root.path + "/Vectors/ed25519.json", "key"), (published + "/speccheck-cases.json", "pub_key"),
        ] where FileManager.default.fileExists(atPath: path) {
            for row in try JSONReader(JSON.parse(Array(Data(contentsOf: URL(fileURLWithPath: path))))).elements() {
                guard let key = PublicKey(hex: try row.member(name).string()),
                    let signature = Signature(bytes: Hex.decode(try row.member("signature").string()) ?? [])
                else { continue }
                vectors.append((key, signature))
            }
        }
        return vectors
    }

    // MARK: What genesis and the bytes forbid

    fileprivate func rejectsWhatCanNeverSettle() async throws {
        try await expect(try payment(amount: 0), .rejected, "amountIsZero")
        try await expect(try payment(to: .pool), .rejected, "payeeInvalid")
        try await expect(try payment(reference: Array(repeating: 7, count: 65)), .rejected, "referenceTooLong")
        try await expect(try payment(count: 1_025), .rejected, "tooManyPayments")
        try await expect(try payment(count: 0), .rejected, "noPayments")
        try await expect(try payment(amount: 1 << 62, count: 3), .rejected, "totalAboveSupply")
        try await expect(try payment(maxPrice: 0), .rejected, "maxPriceBelowFloor")
        try await expect(try payment(validFor: -3_600_000), .expired)
    }

    // MARK: What may be taken later

    fileprivate func refusesWhatCanNotSettleNow() async throws {
        let stranger = SigningKey.generate()
        try await expect(try payment(by: stranger), .refused, "insufficientFunds")
        try await expect(
            try payment(amount: 2_000_000_000, by: key("accounts/client-2.pem")),
            .refused,
            "insufficientFunds"
        )
        try await expect(try payment(validFor: 900_000), .refused, "notYetValid")
        try await expect(
            try payment(to: AccountID(stranger.publicKey), amount: 999),
            .refused,
            "payeeBelowOpeningMinimum"
        )
        // A maximum that a payment alone can't meet waits for company, and wakes nobody; its nonce is taken meanwhile.
        let client = try key("accounts/client-2.pem")
        try await expect(try payment(nonce: 5, maxPrice: 1, by: client), .pending)
        try await expect(try payment(amount: 251, nonce: 5, by: client), .refused, "noncePending")
    }
}
