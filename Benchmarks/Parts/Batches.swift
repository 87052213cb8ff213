import ArgumentParser
import CSodium
import Cryptography
import JSONRPC
import LedgerCore
import NIOEmbedded
import Primitives
import StrictJSON

/// `tx_submitBatch` from the bytes of a request to those of its answer, beside the bare cost of its signatures.
///
/// The node behind the interface is the tests' table: it checks every signature, one after another, and takes everything in.
struct Batches: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "tx_submitBatch in both forms, and its signatures alone, alternating"
    )

    @Option(help: "Transactions in the batch")
    var transactions = 1_000

    @Option(help: "How often to measure each")
    var repetitions = 5

    func run() async throws {
        precondition(sodium_init() >= 0, "libsodium starts wherever the kernel gives random bytes")
        let node = MockNode()
        var limits = RPCLimits()
        limits.transactionsMax = max(limits.transactionsMax, transactions)
        let dispatcher = RPCDispatcher(gateway: node, limits: limits)
        let connection = NIOAsyncTestingChannel()
        // Nonces from 100 on mean nothing special to the table.
        let batch = (0..<transactions).map { node.network.transaction(nonce: 100 + UInt64($0)) }
        let claims = batch.flatMap { $0.signatureClaims(in: .init()) ?? [] }.map { BareClaim($0) }
        let hex = Self.body(batch.map { "\"\(Hex.encode($0.signed.encoded()))\"" })
        let object = Self.body(batch.map { $0.signed.json(prefix: "far").text })
        var (bare, hexTimes, objectTimes) = (Times(), Times(), Times())
        var answers = SHA256()
        for _ in 0..<repetitions {
            let good = bare.add { claims.count { $0.verifies() } }
            precondition(good == transactions, "every signature holds")
            for isHex in [true, false] {
                var times = Times()
                let reply = await times.add { await dispatcher.reply(to: isHex ? hex : object, on: connection) }
                guard let reply else { preconditionFailure("a call with an id is answered") }
                let pending = try JSON.parse(reply, depthMax: 64)["result"]?["results"]?.asArray?
                    .count { $0["status"] == "pending" }
                precondition(pending == transactions, "the table takes everything in")
                answers.update(reply)
                if isHex {
                    hexTimes.processor += times.processor
                } else {
                    objectTimes.processor += times.processor
                }
            }
        }
        let count = UInt64(repetitions)
        report([
            "part": "batches", "transactions": .integer(transactions),
            "bareNanoseconds": .integer(bare.processor / count), "hexNanoseconds": .integer(hexTimes.processor / count),
            "objectNanoseconds": .integer(objectTimes.processor / count), "digest": .string(answers.finish().hex),
        ])
    }

    private static func body(_ transactions: [String]) -> [UInt8] {
        let list = transactions.joined(separator: ",")
        return Array(#"{"jsonrpc":"2.0","id":1,"method":"tx_submitBatch","params":{"transactions":[\#(list)]}}"#.utf8)
    }
}

/// One claim in the arrays that libsodium takes.
private struct BareClaim {
    let signature: [UInt8]
    let message: [UInt8]
    let key: [UInt8]

    init(_ claim: SignatureClaim) {
        (signature, message, key) = (claim.signature.bytes, claim.message, claim.key.bytes)
    }

    func verifies() -> Bool { crypto_sign_verify_detached(signature, message, UInt64(message.count), key) == 0 }
}
