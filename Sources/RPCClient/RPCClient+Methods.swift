package import LedgerCore
import NIOCore
package import Primitives
package import StrictJSON

// The methods of the interface (spec 4.2), one function each.

extension RPCClient {
    package func submit(_ transaction: SignedTransaction) async throws(RPCClientError) -> TransactionAnswer {
        let result = try await call("tx_submit", params: ["transaction": .string(Hex.encode(transaction.encoded()))])
        return try read(result) { (reader) throws(JSONReadError) in try TransactionAnswer(reader) }
    }

    /// One answer each, in their order; a node takes at most 4,096 transactions and 4 MiB at once.
    ///
    /// Takes canonical bytes, so that what was encoded once can be sent many times.
    package func submitBatch(encoded transactions: [[UInt8]]) async throws(RPCClientError) -> [TransactionAnswer] {
        let result = try await call("tx_submitBatch") { buffer in
            buffer.reserveCapacity(transactions.reduce(128) { $0 + 2 * $1.count + 3 })
            buffer.writeString(#"{"transactions":["#)
            for (index, transaction) in transactions.enumerated() {
                buffer.writeString(index == 0 ? "\"" : ",\"")
                buffer.writeString(Hex.encode(transaction))
                buffer.writeString("\"")
            }
            buffer.writeString("]}")
        }
        let answers = try read(result) { (reader) throws(JSONReadError) in
            var answers: [TransactionAnswer] = []
            for element in try reader.member("results").elements() { answers.append(try TransactionAnswer(element)) }
            return answers
        }
        guard answers.count == transactions.count else {
            throw .malformed("it holds \(answers.count) results for \(transactions.count) transactions")
        }
        return answers
    }

    package func submitBatch(_ transactions: [SignedTransaction]) async throws(RPCClientError) -> [TransactionAnswer] {
        try await submitBatch(encoded: transactions.map { $0.encoded() })
    }

    /// Without `validUntil` an unsettled transaction never becomes more than unknown.
    package func status(
        of id: TransactionID,
        validUntil: Milliseconds? = nil
    ) async throws(RPCClientError) -> TransactionAnswer {
        let result = try await call("tx_status", params: .object(Self.query(id, validUntil)))
        return try read(result) { (reader) throws(JSONReadError) in try TransactionAnswer(reader) }
    }

    package func status(of transaction: SignedTransaction) async throws(RPCClientError) -> TransactionAnswer {
        let result = try await call("tx_status", params: ["transaction": .string(Hex.encode(transaction.encoded()))])
        return try read(result) { (reader) throws(JSONReadError) in try TransactionAnswer(reader) }
    }

    /// Returns with a verdict, or at the end of the timeout with what is known then; a node takes at most 30 s.
    package func wait(
        for id: TransactionID,
        validUntil: Milliseconds? = nil,
        timeoutMilliseconds: Int = 30_000
    ) async throws(RPCClientError) -> TransactionAnswer {
        var params = Self.query(id, validUntil)
        params.append("timeoutMilliseconds", .integer(timeoutMilliseconds))
        let result = try await call(
            "tx_wait",
            params: .object(params),
            timeout: .milliseconds(Int64(timeoutMilliseconds)) + .seconds(10)
        )
        return try read(result) { (reader) throws(JSONReadError) in try TransactionAnswer(reader) }
    }

    /// `account` is the account's text, under the network's prefix.
    package func account(_ account: String) async throws(RPCClientError) -> AccountState {
        let result = try await call("account_get", params: ["account": .string(account)])
        return try read(result) { (reader) throws(JSONReadError) in try AccountState(reader) }
    }

    /// The JSON of a block, the latest one without height and hash.
    ///
    /// `transactions` is one of `none`, `ids`, `full`.
    package func block(
        height: Height? = nil,
        hash: Hash32? = nil,
        transactions: String = "ids"
    ) async throws(RPCClientError) -> JSON {
        var params: JSONObject = ["transactions": .string(transactions)]
        params.append("height", ifPresent: height.map { .decimal($0.number) })
        params.append("hash", ifPresent: hash.map { .string($0.hex) })
        return try await call("block_get", params: .object(params))
    }

    /// The bytes of final blocks with their justifications, from a height on, and the node's head.
    ///
    /// Fewer than `limit` when they are large, none only above the head.
    package func blocks(
        from height: Height,
        limit: Int
    ) async throws(RPCClientError) -> (blocks: [[UInt8]], at: ChainPlace) {
        let result = try await call("block_range", params: ["from": .decimal(height.number), "limit": .integer(limit)])
        return try read(result) { (reader) throws(JSONReadError) in
            var blocks: [[UInt8]] = []
            for element in try reader.member("blocks").elements(limit: limit) {
                blocks.append(try element.string(as: "the hex of a block") { Hex.decode($0) })
            }
            return (blocks, try ChainPlace(try reader.member("at")))
        }
    }

    /// The states of up to 100 accounts in one request, in their order; each says at which block.
    package func accounts(_ accounts: [String]) async throws(RPCClientError) -> [AccountState] {
        let results = try await batch("account_get", params: accounts.map { ["account": .string($0)] })
        var states: [AccountState] = []
        for result in results {
            states.append(try read(result) { (reader) throws(JSONReadError) in try AccountState(reader) })
        }
        return states
    }

    /// What the node says of up to 100 transactions in one request, in their order.
    package func statuses(of ids: [TransactionID]) async throws(RPCClientError) -> [TransactionAnswer] {
        let results = try await batch("tx_status", params: ids.map { .object(Self.query($0, nil)) })
        var answers: [TransactionAnswer] = []
        for result in results {
            answers.append(try read(result) { (reader) throws(JSONReadError) in try TransactionAnswer(reader) })
        }
        return answers
    }

    /// The JSON of headers in a row, oldest first, from the one after a height on.
    package func headers(after height: Height, limit: Int) async throws(RPCClientError) -> [JSON] {
        let params: JSON = ["cursor": .decimal(height.number), "limit": .integer(limit), "order": "oldest"]
        let result = try await call("block_list", params: params)
        guard let blocks = result["blocks"]?.asArray else { throw .malformed("result.blocks: expected an array") }
        return blocks
    }

    package func feeQuote() async throws(RPCClientError) -> FeeOffer {
        try read(try await call("fee_quote")) { (reader) throws(JSONReadError) in try FeeOffer(reader) }
    }

    package func networkInfo() async throws(RPCClientError) -> NetworkFacts {
        try read(try await call("network_info")) { (reader) throws(JSONReadError) in try NetworkFacts(reader) }
    }

    /// All evidence that the node knows, in the order of epoch and signer.
    package func evidence() async throws(RPCClientError) -> (known: [KnownEvidence], at: ChainPlace) {
        try read(try await call("evidence_list")) { (reader) throws(JSONReadError) in
            var known: [KnownEvidence] = []
            for element in try reader.member("evidence").elements() { known.append(try KnownEvidence(element)) }
            return (known, try ChainPlace(try reader.member("at")))
        }
    }

    package func nodeStatus() async throws(RPCClientError) -> JSON { try await call("node_status") }

    package func validators() async throws(RPCClientError) -> JSON { try await call("validator_list") }

    private static func query(_ id: TransactionID, _ validUntil: Milliseconds?) -> JSONObject {
        var params: JSONObject = ["id": .string(id.hex)]
        params.append("validUntil", ifPresent: validUntil.map { .decimal($0.number) })
        return params
    }

    private func read<Answer>(
        _ result: JSON,
        _ read: (JSONReader) throws(JSONReadError) -> Answer
    ) throws(RPCClientError) -> Answer {
        do throws(JSONReadError) {
            return try read(JSONReader(result, root: "result"))
        } catch {
            throw .malformed("\(error)")
        }
    }
}
