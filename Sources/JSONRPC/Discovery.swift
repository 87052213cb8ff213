import LedgerCore
import Primitives
import StrictJSON

// rpc.discover: the table of methods as an OpenRPC 1.3.2 document.

enum DiscoveredInterface {
    /// Of the methods and their answers, not of the node.
    static let version = "1.0.0"
}

extension RPCMethod {
    /// Each example is carried out as the document is made, so that none shows what this node would not answer.
    @Sendable
    static func discover(_ arguments: RPCArguments, in context: RPCContext<Gateway>) async throws(RPCFault) -> JSON {
        var methods: [JSON] = []
        for method in all { methods.append(await method.described(in: context)) }
        return [
            "openrpc": "1.3.2",
            "info": [
                "title": "Farthing", "version": .string(DiscoveredInterface.version),
                "description": .string(
                    "A node's interface for clients: JSON-RPC 2.0 over HTTP POST. Network "
                        + context.gateway.genesis.networkID.hex
                ),
            ],
            "methods": .array(methods),
            "components": ["schemas": Schema.components],
        ]
    }

    private func described(in context: RPCContext<Gateway>) async -> JSON {
        let faults = RPCFault.Reason.ofEveryCall + self.faults
        var members: JSONObject = [
            "name": .string(name), "summary": .string(summary), "paramStructure": "either",
            "params": .array(parameters.map(\.described)),
            "result": ["name": "result", "schema": result], "errors": .array(faults.map(\.described)),
        ]
        if let example = await exampleCarriedOut(in: context) { members.append("examples", [example]) }
        return .object(members)
    }

    /// Nil when the method has no example, or this node cannot answer it now.
    private func exampleCarriedOut(in context: RPCContext<Gateway>) async -> JSON? {
        guard let given = example?(context.gateway.genesis) else { return nil }
        do throws(RPCFault) {
            let arguments = try RPCFault.reading { () throws(JSONReadError) in
                try RPCArguments(.object(given), for: parameters)
            }
            let answer = try await self.answer(arguments, context)
            return [
                "name": .string(name),
                "params": .array(given.members.map { ["name": .string($0.name), "value": $0.value] }),
                "result": ["name": "result", "value": answer],
            ]
        } catch {
            // A busy node still shows its methods.
            return nil
        }
    }
}

extension RPCParameter {
    fileprivate var described: JSON {
        ["name": .string(name), "summary": .string(summary), "required": .bool(isRequired), "schema": schema]
    }
}

extension RPCFault.Reason {
    /// What any call with an id may get instead of a result.
    fileprivate static var ofEveryCall: [Self] {
        [.invalidParams, .timedOut, .responseTooLarge, .notReady, .stopping, .busy]
    }

    fileprivate var described: JSON {
        [
            "code": .integer(code), "message": .string(message),
            "data": ["reason": .string(rawValue), "retryable": .bool(isRetryable)],
        ]
    }
}
