package import NIOCore
package import StrictJSON
import Synchronization

/// What this client takes from a node before it gives up.
package struct RPCClientLimits: Sendable {
    package var connectTimeout = TimeAmount.seconds(5)
    /// From the sending of a call to the end of its answer.
    package var callTimeout = TimeAmount.seconds(30)
    package var answerBytesMax = 64 << 20
    package var depthMax = 32
    package var idleConnectionsMax = 64

    package init() {}
}

/// Calls a node's methods over HTTP; may be used from many tasks at once, each call on a connection of its own.
package final class RPCClient: Sendable {
    package let url: String
    let address: NodeAddress
    private let limits: RPCClientLimits
    private let pool: ConnectionPool
    private let nextID = Atomic<UInt64>(1)

    /// `url` is `http://host[:port][/path]`; nothing is connected yet.
    package init(url: String, limits: RPCClientLimits = RPCClientLimits()) throws(RPCClientError) {
        let address = try NodeAddress(url)
        self.url = url
        self.address = address
        self.limits = limits
        pool = ConnectionPool(address: address, limits: limits)
    }

    /// Closes the connections that no call uses; later calls open new ones.
    package func close() { pool.close() }

    /// Calls a method and answers with its result.
    ///
    /// `params` is an object, an array, or null for none. `timeout` replaces the client's own.
    package func call(
        _ method: String,
        params: JSON = .null,
        timeout: TimeAmount? = nil
    ) async throws(RPCClientError) -> JSON {
        let id = takeID()
        var request: JSONObject = ["jsonrpc": "2.0", "id": id, "method": .string(method)]
        if !params.isNull { request.append("params", params) }
        return try await send(ByteBuffer(bytes: JSON.object(request).bytes), id: id, timeout: timeout)
    }

    /// Calls a method with parameters that are JSON already: no tree is built for a batch of thousands.
    func call(
        _ method: String,
        writing params: (inout ByteBuffer) -> Void
    ) async throws(RPCClientError) -> JSON {
        let id = takeID()
        var request = ByteBuffer()
        request.writeString(#"{"jsonrpc":"2.0","id":\#(id.text),"method":"\#(method)","params":"#)
        params(&request)
        request.writeString("}")
        return try await send(request, id: id, timeout: nil)
    }

    /// Calls a method many times in one request, at most 100; the results in the order of `params`.
    ///
    /// An error of any call is the error of all.
    package func batch(_ method: String, params: [JSON]) async throws(RPCClientError) -> [JSON] {
        guard !params.isEmpty else { return [] }
        var ids: [JSON] = []
        var requests: [JSON] = []
        for params in params {
            let id = takeID()
            ids.append(id)
            requests.append(["jsonrpc": "2.0", "id": id, "method": .string(method), "params": params])
        }
        let answer = try await pool.exchange(
            ByteBuffer(bytes: JSON.array(requests).bytes),
            timeout: limits.callTimeout
        )
        return try RPCResponse.results(of: answer, ids: ids, depthMax: limits.depthMax)
    }

    private func takeID() -> JSON { .integer(nextID.wrappingAdd(1, ordering: .relaxed).oldValue) }

    private func send(_ request: ByteBuffer, id: JSON, timeout: TimeAmount?) async throws(RPCClientError) -> JSON {
        let answer = try await pool.exchange(request, timeout: timeout ?? limits.callTimeout)
        return try RPCResponse.result(of: answer, id: id, depthMax: limits.depthMax)
    }
}

/// Reads a response strictly: it is this call's, and holds a result or an error.
enum RPCResponse {
    static func result(of answer: HTTPExchangeAnswer, id: JSON, depthMax: Int) throws(RPCClientError) -> JSON {
        try result(of: try parsed(answer, depthMax: depthMax), id: id, answer)
    }

    /// The results of a batch, in the order of `ids`, which a node keeps.
    static func results(of answer: HTTPExchangeAnswer, ids: [JSON], depthMax: Int) throws(RPCClientError) -> [JSON] {
        let json = try parsed(answer, depthMax: depthMax)
        guard case .array(let elements) = json else {
            // A batch that is refused as a whole is answered by one error.
            _ = try result(of: json, id: .null, answer)
            throw .malformed("it is not the answer to a batch")
        }
        guard elements.count == ids.count else {
            throw .malformed("it holds \(elements.count) answers to \(ids.count) calls")
        }
        var results: [JSON] = []
        for (element, id) in zip(elements, ids) { results.append(try result(of: element, id: id, answer)) }
        return results
    }

    private static func parsed(_ answer: HTTPExchangeAnswer, depthMax: Int) throws(RPCClientError) -> JSON {
        do throws(JSONError) {
            return try JSON.parse(answer.body, depthMax: depthMax)
        } catch {
            throw answer.status == 200 ? .malformed("\(error)") : other(answer)
        }
    }

    private static func result(of json: JSON, id: JSON, _ answer: HTTPExchangeAnswer) throws(RPCClientError) -> JSON {
        guard case .object(let members) = json, members["jsonrpc"] == "2.0" else {
            throw answer.status == 200 ? .malformed("it is not a JSON-RPC 2.0 response") : other(answer)
        }
        if let error = members["error"] {
            guard members["result"] == nil else { throw .malformed("it holds a result and an error") }
            // Without an id when the request was refused before it was read.
            guard members["id"] == id || members["id"] == .null else { throw .malformed("it answers another call") }
            throw .refused(try errorAnswer(error))
        }
        guard answer.status == 200 else { throw other(answer) }
        guard members["id"] == id else { throw .malformed("it answers another call") }
        guard let result = members["result"] else { throw .malformed("it holds neither a result nor an error") }
        return result
    }

    private static func other(_ answer: HTTPExchangeAnswer) -> RPCClientError {
        .http(status: answer.status, body: String(decoding: answer.body.prefix(200), as: UTF8.self))
    }

    private static func errorAnswer(_ error: JSON) throws(RPCClientError) -> RPCErrorAnswer {
        guard let code = error["code"]?.asNumber.flatMap({ Int($0) }), let message = error["message"]?.asString else {
            throw .malformed("its error has no code or no message")
        }
        let data = error["data"] ?? .null
        return RPCErrorAnswer(
            code: code,
            message: message,
            reason: data["reason"]?.asString ?? "",
            isRetryable: data["retryable"]?.asBool ?? false,
            data: data
        )
    }
}
