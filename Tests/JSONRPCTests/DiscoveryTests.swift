import JSONRPC
import StrictJSON
import Testing

extension OverSockets {
    /// The document that `rpc.discover` answers, against the node that answers it.
    struct DiscoveryTests {
        @Test
        func showsEveryMethodOfTheTable() async throws {
            try await withServer { port in
                try await RawConnection.open(port) { connection in
                    let document = try await Self.document(on: &connection)
                    let shown = try #require(document["methods"]?.asArray).compactMap { $0["name"]?.asString }
                    try await connection.get("/")
                    let welcome = try JSON.parse(try #require(try await connection.answer()).body)
                    #expect(shown == welcome["methods"]?.asArray?.compactMap(\.asString))
                    #expect(Set(shown).count == shown.count)
                }
            }
        }

        @Test
        func listsRequiredParametersFirstAndNamesEachOnce() async throws {
            try await withServer { port in
                try await RawConnection.open(port) { connection in
                    let document = try await Self.document(on: &connection)
                    for method in try #require(document["methods"]?.asArray) {
                        let parameters = try #require(method["params"]?.asArray)
                        let required = parameters.compactMap { $0["required"]?.asBool }
                        #expect(required.count == parameters.count)
                        #expect(required == required.sorted { $0 && !$1 }, "\(method["name"]?.text ?? "")")
                        #expect(Set(parameters.compactMap { $0["name"]?.asString }).count == parameters.count)
                        for parameter in parameters {
                            #expect(parameter["summary"]?.asString?.hasSuffix(".") == true, "\(parameter.text)")
                        }
                    }
                }
            }
        }

        /// By name and by position; all examples must be there, since nothing keeps the mock node from answering.
        @Test
        func carriesOutEachExampleAsItIsShown() async throws {
            try await withServer { port in
                try await RawConnection.open(port) { connection in
                    let document = try await Self.document(on: &connection)
                    let schemas = Schemas(document)
                    for method in try #require(document["methods"]?.asArray) {
                        let name = try #require(method["name"]?.asString)
                        guard let example = method["examples"]?.asArray?.first else {
                            #expect(Self.withoutExample.contains(name), "\(name) has no example")
                            continue
                        }
                        let schema = try #require(method["result"]?["schema"])
                        let shown = try #require(example["result"]?["value"])
                        #expect(schemas.problems(with: shown, under: schema) == [], "\(name)")
                        var byName = JSONObject()
                        var byPosition: [JSON] = []
                        let arguments = try #require(example["params"]?.asArray)
                        for parameter in try #require(method["params"]?.asArray) {
                            let argument = arguments.first { $0["name"] == parameter["name"] }?["value"]
                            byPosition.append(argument ?? .null)
                            guard let argument, let name = parameter["name"]?.asString else { continue }
                            byName.append(name, argument)
                            let schema = try #require(parameter["schema"])
                            #expect(schemas.problems(with: argument, under: schema) == [], "\(name)")
                        }
                        for params in [JSON.object(byName), .array(byPosition)] {
                            let reply = try await Self.call(name, params, on: &connection)
                            #expect(reply["result"] == shown, "\(name) \(params.text): \(reply.text)")
                        }
                    }
                }
            }
        }

        private static let withoutExample = [
            "tx_receipt", "proof_inclusion", "proof_consistency", "proof_balance", "checkpoint_get", "rpc.discover",
        ]

        /// Whatever the conformance files provoke: results fit their schema, errors are among those listed.
        @Test
        func describesEveryAnswerOfTheConformanceFiles() async throws {
            let exchanges = try ConformanceFile.all().flatMap(\.exchanges)
            try await withServer { port in
                try await RawConnection.open(port) { connection in
                    let document = try await Self.document(on: &connection)
                    let schemas = Schemas(document)
                    let methods = try #require(document["methods"]?.asArray)
                    for exchange in exchanges {
                        guard case .object(let call)? = try? JSON.parse(exchange.request), call["jsonrpc"] == "2.0",
                            let method = methods.first(where: { $0["name"] == call["method"] })
                        else { continue }
                        try await connection.post(exchange.request)
                        let answer = try #require(try await connection.answer())
                        guard !answer.body.isEmpty else { continue }
                        let reply = try JSON.parse(answer.body, depthMax: 64)
                        if let result = reply["result"] {
                            let schema = try #require(method["result"]?["schema"])
                            #expect(schemas.problems(with: result, under: schema) == [], "\(answer.text)")
                        } else if let reason = reply["error"]?["data"]?["reason"], reply["error"]?["code"] != -32_600 {
                            let listed = try #require(method["errors"]?.asArray).compactMap { $0["data"]?["reason"] }
                            #expect(listed.contains(reason), "\(answer.text)")
                        }
                    }
                }
            }
        }

        @Test
        func resolvesEveryReference() async throws {
            try await withServer { port in
                try await RawConnection.open(port) { connection in
                    let document = try await Self.document(on: &connection)
                    let schemas = Schemas(document)
                    let references = Self.references(in: document)
                    #expect(references.count > 20)
                    for reference in references { #expect(schemas.resolve(reference) != nil, "\(reference)") }
                }
            }
        }

        private static func references(in json: JSON) -> [String] {
            switch json {
            case .object(let object):
                object.members.flatMap { member in
                    if member.name == "$ref", let reference = member.value.asString { return [reference] }
                    return references(in: member.value)
                }
            case .array(let elements): elements.flatMap { references(in: $0) }
            default: []
            }
        }

        private static func document(on connection: inout RawConnection) async throws -> JSON {
            let reply = try await call("rpc.discover", [:], on: &connection)
            return try #require(reply["result"], "\(reply.text)")
        }

        private static func call(_ method: String, _ params: JSON, on connection: inout RawConnection) async throws
            -> JSON
        {
            let call: JSON = ["jsonrpc": "2.0", "id": 1, "method": .string(method), "params": params]
            try await connection.post(call.bytes)
            return try JSON.parse(try #require(try await connection.answer()).body, depthMax: 64)
        }
    }
}

/// As much of JSON Schema as the document uses; stricter in that an object with properties has no others.
struct Schemas {
    private let components: JSON?

    init(_ document: JSON) { components = document["components"]?["schemas"] }

    func resolve(_ reference: String) -> JSON? {
        let prefix = "#/components/schemas/"
        guard reference.hasPrefix(prefix) else { return nil }
        return components?[String(reference.dropFirst(prefix.count))]
    }

    func problems(with value: JSON, under schema: JSON, at path: String = "$") -> [String] {
        if let reference = schema["$ref"]?.asString {
            guard let resolved = resolve(reference) else { return ["\(path): \(reference) leads nowhere"] }
            return problems(with: value, under: resolved, at: path)
        }
        if let choices = schema["oneOf"]?.asArray {
            let fitting = choices.filter { problems(with: value, under: $0, at: path).isEmpty }
            return fitting.count == 1 ? [] : ["\(path): fits \(fitting.count) of \(choices.count) choices"]
        }
        switch (schema["type"]?.asString, value) {
        case ("string", .string(let text)):
            if let choices = schema["enum"]?.asArray, !choices.contains(value) { return ["\(path): \(text)"] }
            guard let pattern = schema["pattern"]?.asString else { return [] }
            guard let expression = try? Regex(pattern) else { return ["\(path): \(pattern) is no pattern"] }
            return text.wholeMatch(of: expression) == nil ? ["\(path): \(text) is not \(pattern)"] : []
        case ("integer", .number(let token)):
            guard let number = Int(token) else { return ["\(path): \(token)"] }
            let maximum = schema["maximum"]?.asNumber.flatMap { Int($0) } ?? .max
            let minimum = schema["minimum"]?.asNumber.flatMap { Int($0) } ?? .min
            return (minimum...maximum).contains(number) ? [] : ["\(path): \(token)"]
        case ("boolean", .bool), ("null", .null):
            return []
        case ("array", .array(let elements)):
            guard let items = schema["items"] else { return ["\(path): an array of what?"] }
            return elements.enumerated().flatMap { problems(with: $1, under: items, at: "\(path)[\($0)]") }
        case ("object", .object(let object)):
            guard let properties = schema["properties"]?.asObject else { return [] }
            let missing = (schema["required"]?.asArray ?? []).compactMap(\.asString).filter { object[$0] == nil }
            return missing.map { "\(path).\($0) is missing" }
                + object.members.flatMap { member in
                    properties[member.name].map {
                        problems(with: member.value, under: $0, at: "\(path).\(member.name)")
                    }
                        ?? ["\(path).\(member.name) is in no schema"]
                }
        default:
            return ["\(path): \(value.text) under \(schema.text)"]
        }
    }
}
