import ChainCore
import JSONRPC
import LedgerCore
import NIOEmbedded
import Primitives
import StrictJSON
import Synchronization

// Request bodies of the interface, answered in full by a node that is a table.

extension Format {
    static let rpc = Format(
        "rpc",
        byteCountMax: 4_096,
        // Discovery's answer is the same whatever was asked, and a batch may ask for it over and over.
        heap: HeapBound(base: 16 << 20, perByte: 8_192),
        check: .waiting { bytes async throws(BrokenPromise) in try await Calls.check(bytes) },
        seeds: Calls.seeds
    )
}

private enum Calls {
    private static let limits: RPCLimits = {
        var limits = RPCLimits()
        limits.waitMillisecondsMax = 1
        limits.batchMax = 8
        limits.responseBytesMax = 2 << 20
        return limits
    }()

    private static let node = MockNode()
    private static let dispatcher = RPCDispatcher(gateway: node, limits: limits)
    // It is not open, so nothing waits on it.
    private static let connection = NIOAsyncTestingChannel()

    static func check(_ body: [UInt8]) async throws(BrokenPromise) -> Format.Verdict {
        // What the node notes down for other tests would grow without end.
        defer { node.submissions.withLock { $0.removeAll(keepingCapacity: true) } }
        let request = try? JSON.parse(body, depthMax: limits.depthMax)
        guard let reply = await dispatcher.reply(to: body, on: connection) else {
            try promise(request != nil, "what is not JSON has no answer")
            return .accepted
        }
        let answer: JSON
        do throws(JSONError) {
            answer = try JSON.parse(reply, depthMax: 64)
        } catch {
            throw BrokenPromise("an answer is not JSON: \(error)")
        }
        guard case .array(let answers) = answer else {
            let id = try id(of: answer)
            if case .object(let call) = request { try promise(isEcho(id, of: call["id"]), "an answer has another id") }
            return answer["result"] == nil ? .refused : .accepted
        }
        guard case .array(let calls) = request else { throw BrokenPromise("one call has many answers") }
        try promise(answers.count <= calls.count, "a batch has more answers than calls")
        for answer in answers { _ = try id(of: answer) }
        return .accepted
    }

    /// An id of a kind that is none is answered with null.
    private static func isEcho(_ id: JSON, of sent: JSON?) -> Bool { id == sent || id == .null }

    /// The id of an answer that is one: with a result or an error, never both.
    private static func id(of answer: JSON) throws(BrokenPromise) -> JSON {
        try promise(answer["jsonrpc"] == "2.0", "an answer doesn't say that it is JSON-RPC 2.0")
        try promise(
            (answer["result"] == nil) != (answer["error"] == nil),
            "an answer has no result and no error, or both"
        )
        guard let id = answer["id"] else { throw BrokenPromise("an answer has no id") }
        return id
    }

    static func seeds() -> [Seed] {
        let account = TestNetwork.shared.text(0)
        let settled = TestNetwork.shared.block.block.transactions[0]
        let pending = TestNetwork.shared.transaction(nonce: 10)
        let hex = Hex.encode(pending.signed.encoded())
        let object = pending.signed.json(prefix: "far").text
        let calls: [(name: String, method: String, params: String)] = [
            ("tx-submit-hex", "tx_submit", #"{"transaction":"\#(hex)"}"#),
            ("tx-submit-object", "tx_submit", #"{"transaction":\#(object)}"#),
            ("tx-submit-batch", "tx_submitBatch", #"{"transactions":["\#(hex)",\#(object)]}"#),
            ("tx-status", "tx_status", #"{"id":"\#(settled.id.hex)","validUntil":"1700000060000"}"#),
            ("tx-wait", "tx_wait", #"{"id":"\#(settled.id.hex)","timeoutMilliseconds":1}"#),
            ("tx-check", "tx_check", #"["\#(hex)"]"#),
            ("tx-encode", "tx_encode", #"[\#(object)]"#),
            ("tx-receipt", "tx_receipt", #"{"id":"\#(settled.id.hex)"}"#),
            ("account-get", "account_get", #"{"account":"\#(account)"}"#),
            ("account-history", "account_history", #"{"account":"\#(account)","limit":10}"#),
            ("block-get", "block_get", #"{"height":"1"}"#),
            ("block-list", "block_list", #"{"order":"oldest","limit":2}"#),
            ("fee-quote", "fee_quote", "{}"),
            ("discover", "rpc.discover", "[]"),
        ]
        let single = calls.map { call in
            Seed(call.name, #"{"jsonrpc":"2.0","id":1,"method":"\#(call.method)","params":\#(call.params)}"#)
        }
        return single + [
            Seed(
                "batch",
                #"[{"jsonrpc":"2.0","id":"a","method":"node_status"},{"jsonrpc":"2.0","method":"node_peers"},1]"#
            ),
            Seed("notification", #"{"jsonrpc":"2.0","method":"tx_submit","params":["\#(hex)"]}"#),
        ]
    }
}
