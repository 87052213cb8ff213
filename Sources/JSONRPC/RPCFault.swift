import StrictJSON

/// Why a call has no result: the table of all JSON-RPC errors.
///
/// `reason` is stable and meant for programs; `message` is for people and may change.
package struct RPCFault: Error {
    let reason: Reason
    /// More than the table's sentence, when there is more to say.
    let detail: String?
    /// Members of `data` beside `reason` and `retryable`.
    let facts: JSONObject

    init(_ reason: Reason, detail: String? = nil, facts: JSONObject = [:]) {
        self.reason = reason
        self.detail = detail
        self.facts = facts
    }

    package enum Reason: String, CaseIterable, Sendable {
        case parseError
        case invalidRequest
        case duplicateName
        case batchTooLarge
        case methodNotFound
        case invalidParams
        case timedOut
        case responseTooLarge
        case notReady
        case stopping
        case spaceLow
        case busy
        case rateLimited
        case bodyTooLarge
        case blockUnknown
        case transactionNotFinal
        case accountUnknown
        case noNoteKey

        /// Spec codes, the server's own range, and the domain's from 1000; −32001 is kept for authorization.
        package var code: Int {
            switch self {
            case .parseError: -32_700
            case .invalidRequest, .duplicateName, .batchTooLarge: -32_600
            case .methodNotFound: -32_601
            case .invalidParams: -32_602
            case .timedOut: -32_002
            case .responseTooLarge: -32_003
            case .notReady, .stopping, .spaceLow: -32_004
            case .busy, .rateLimited, .bodyTooLarge: -32_005
            case .blockUnknown: 1_000
            case .transactionNotFinal: 1_001
            case .accountUnknown: 1_002
            case .noNoteKey: 1_003
            }
        }

        /// True when the same request may succeed later.
        package var isRetryable: Bool {
            switch self {
            case .parseError, .invalidRequest, .duplicateName, .batchTooLarge, .methodNotFound, .invalidParams: false
            case .responseTooLarge, .bodyTooLarge: false
            case .timedOut, .notReady, .stopping, .spaceLow, .busy, .rateLimited: true
            case .blockUnknown, .transactionNotFinal, .accountUnknown: true
            case .noNoteKey: false
            }
        }

        var message: String {
            switch self {
            case .parseError: "The request is not JSON."
            case .invalidRequest: "The request is not a JSON-RPC 2.0 request."
            case .duplicateName: "A name stands twice in one object."
            case .batchTooLarge: "The batch holds too many calls."
            case .methodNotFound: "There is no such method."
            case .invalidParams: "The parameters are not what the method takes."
            case .timedOut: "The node gave no answer in time."
            case .responseTooLarge: "The answer would be too large; ask for less."
            case .notReady: "The node is catching up with its peers."
            case .stopping: "The node is stopping."
            case .spaceLow:
                "The node's disk is nearly full, so it takes no new transactions; ask another node, or later."
            case .busy: "The node has too much to do; ask again."
            case .rateLimited: "This client asks too often; ask again later."
            case .bodyTooLarge: "The request is too large."
            case .blockUnknown: "This node holds no such final block, or not yet."
            case .transactionNotFinal: "The transaction is not final here, or what proves it so is not here yet."
            case .accountUnknown: "Nobody has opened this account, and that cannot be proven."
            case .noNoteKey: "This node holds no validator's note key, so it signs no checkpoints; ask a validator's."
            }
        }
    }

    /// The `error` member of a response.
    var json: JSON {
        var data: JSONObject = ["reason": .string(reason.rawValue), "retryable": .bool(reason.isRetryable)]
        for member in facts.members { data.append(member.name, member.value) }
        return [
            "code": .integer(reason.code),
            "message": .string(detail.map { "\(reason.message) \($0)" } ?? reason.message),
            "data": .object(data),
        ]
    }
}

extension RPCFault {
    init(_ error: JSONError) {
        let facts: JSONObject = [
            "line": .integer(error.line), "column": .integer(error.column), "offset": .integer(error.offset),
        ]
        if case .duplicateName = error.problem {
            self.init(.duplicateName, detail: "\(error).", facts: facts)
        } else {
            self.init(.parseError, detail: "\(error).", facts: facts)
        }
    }

    init(_ error: JSONReadError) {
        self.init(.invalidParams, detail: "\(error).", facts: ["path": .string(error.path)])
    }

    init(_ error: GatewayError) {
        switch error {
        case .stopping: self.init(Reason.stopping)
        case .spaceLow: self.init(Reason.spaceLow)
        case .busy: self.init(Reason.busy)
        case .notReady(let lag): self.init(Reason.notReady, facts: ["lag": .decimal(lag)])
        case .timedOut: self.init(Reason.timedOut)
        }
    }

    /// Reads parameters; what is wrong with them becomes `invalidParams`.
    static func reading<Value>(_ read: () throws(JSONReadError) -> Value) throws(RPCFault) -> Value {
        do throws(JSONReadError) {
            return try read()
        } catch {
            throw RPCFault(error)
        }
    }
}
