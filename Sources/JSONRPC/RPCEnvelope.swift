import StrictJSON

/// A request body, read as JSON-RPC 2.0: one call, or a batch of them.
enum RPCEnvelope {
    case single(RPCItem)
    case batch([RPCItem])

    /// Throws only what is wrong with the body as a whole; a bad call in a batch is an item.
    init(_ body: [UInt8], limits: RPCLimits) throws(RPCFault) {
        let json: JSON
        do throws(JSONError) {
            json = try JSON.parse(body, depthMax: limits.depthMax)
        } catch {
            throw RPCFault(error)
        }
        guard case .array(let elements) = json else {
            self = .single(RPCItem(json))
            return
        }
        guard !elements.isEmpty else { throw RPCFault(.invalidRequest, detail: "A batch holds at least one call.") }
        guard elements.count <= limits.batchMax else {
            throw RPCFault(.batchTooLarge, facts: ["limit": .integer(limits.batchMax)])
        }
        self = .batch(elements.map { RPCItem($0) })
    }

    var callCount: Int {
        switch self {
        case .single: 1
        case .batch(let items): items.count
        }
    }
}

/// What stands where a call should.
enum RPCItem {
    case call(RPCCall)
    /// Answered even without an id: only a valid request can be a notification.
    case invalid(RPCFault, id: JSON)

    init(_ json: JSON) {
        guard case .object(let members) = json else {
            self = .invalid(RPCFault(.invalidRequest, detail: "A call is an object."), id: .null)
            return
        }
        let id = members["id"]
        switch id {
        case nil, .null, .string, .number: break
        case .bool, .array, .object:
            let fault = RPCFault(.invalidRequest, detail: "An id is a string, a number or null.")
            self = .invalid(fault, id: .null)
            return
        }
        guard case .string("2.0") = members["jsonrpc"] else {
            let fault = RPCFault(.invalidRequest, detail: "The member jsonrpc must be the string 2.0.")
            self = .invalid(fault, id: id ?? .null)
            return
        }
        guard case .string(let method) = members["method"] else {
            self = .invalid(RPCFault(.invalidRequest, detail: "The method must be a string."), id: id ?? .null)
            return
        }
        switch members["params"] {
        case nil, .null: self = .call(RPCCall(id: id, method: method, params: nil))
        case .array, .object: self = .call(RPCCall(id: id, method: method, params: members["params"]))
        case .bool, .number, .string:
            let fault = RPCFault(.invalidRequest, detail: "Params must be an array or an object.")
            self = .invalid(fault, id: id ?? .null)
        }
    }
}

struct RPCCall {
    /// The token as it was sent; nil for a notification, which is never answered.
    let id: JSON?
    let method: String
    /// An array, an object, or nil.
    let params: JSON?
}

/// The bytes of a response: either a result or an error, never both.
enum RPCReply {
    static func result(_ result: JSON, id: JSON) -> [UInt8] {
        JSON.object(["jsonrpc": "2.0", "id": id, "result": result]).bytes
    }

    static func fault(_ fault: RPCFault, id: JSON) -> [UInt8] {
        JSON.object(["jsonrpc": "2.0", "id": id, "error": fault.json]).bytes
    }
}
