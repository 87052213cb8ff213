import LedgerCore
import NIOCore
import Primitives
import StrictJSON

/// A method: its name, what it takes and answers, and what carries it out.
///
/// Calls are dispatched by a table of these, and `rpc.discover` shows the same table to programs.
struct RPCMethod<Gateway: NodeGateway>: Sendable {
    let name: String
    /// One sentence.
    let summary: String
    /// In the order in which they may also be given by position: required ones first.
    let parameters: [RPCParameter]
    /// The JSON Schema of the result.
    let result: JSON
    /// The errors of this method, beside those that any call may get.
    let faults: [RPCFault.Reason]
    /// Does it change anything? A notification of a method that does not is not carried out: nobody would know.
    let hasEffect: Bool
    /// Arguments that any node of the network answers with a result, changing nothing; nil where there are none such.
    let example: (@Sendable (Genesis) -> JSONObject)?
    let answer: @Sendable (RPCArguments, RPCContext<Gateway>) async throws(RPCFault) -> JSON

    init(
        _ name: String,
        _ summary: String,
        _ parameters: [RPCParameter] = [],
        result: JSON,
        faults: [RPCFault.Reason] = [],
        hasEffect: Bool = false,
        example: (@Sendable (Genesis) -> JSONObject)?,
        answer: @escaping @Sendable (RPCArguments, RPCContext<Gateway>) async throws(RPCFault) -> JSON
    ) {
        self.name = name
        self.summary = summary
        self.parameters = parameters
        self.result = result
        self.faults = faults
        self.hasEffect = hasEffect
        self.example = example
        self.answer = answer
    }
}

struct RPCParameter: Sendable {
    let name: String
    let summary: String
    /// The JSON Schema of the argument.
    let schema: JSON
    let isRequired: Bool

    static func required(_ name: String, _ summary: String, _ schema: JSON) -> RPCParameter {
        RPCParameter(name: name, summary: summary, schema: schema, isRequired: true)
    }

    static func optional(_ name: String, _ summary: String, _ schema: JSON) -> RPCParameter {
        RPCParameter(name: name, summary: summary, schema: schema, isRequired: false)
    }
}

/// The arguments of one call, whichever way they were given.
struct RPCArguments {
    /// In the order of the method's parameters; nil where an optional one is absent or `null`.
    private let readers: [JSONReader?]
    private let parameters: [RPCParameter]

    /// Refuses unknown, surplus and missing arguments.
    init(_ params: JSON?, for parameters: [RPCParameter]) throws(JSONReadError) {
        let root = JSONReader(params ?? .object([:]), root: "params")
        var readers: [JSONReader?]
        if case .array = root.value {
            readers = try root.elements(limit: parameters.count)
            readers += Array(repeating: nil, count: parameters.count - readers.count)
        } else {
            try root.only(parameters.map(\.name))
            readers = []
            for parameter in parameters { readers.append(try root.optionalMember(parameter.name)) }
        }
        for (index, parameter) in parameters.enumerated() {
            if readers[index]?.value.isNull == true { readers[index] = nil }
            if parameter.isRequired, readers[index] == nil { _ = try Self.missing(parameter.name) }
        }
        self.readers = readers
        self.parameters = parameters
    }

    func optional(_ name: String) -> JSONReader? {
        guard let index = parameters.firstIndex(where: { $0.name == name }) else {
            preconditionFailure("a method asks for the parameters it declares, and every method is tested")
        }
        return readers[index]
    }

    func required(_ name: String) throws(JSONReadError) -> JSONReader {
        guard let reader = optional(name) else { return try Self.missing(name) }
        return reader
    }

    /// Throws what the reader of an object without that member does.
    private static func missing(_ name: String) throws(JSONReadError) -> JSONReader {
        try JSONReader(.object([:]), root: "params").member(name)
    }
}

/// What a method has at hand beside its arguments.
struct RPCContext<Gateway: NodeGateway>: Sendable {
    let gateway: Gateway
    let limits: RPCLimits
    let load: RPCLoad
    let waits: ClientWaits
    let connection: any Channel
    /// When the whole request was received: waits of one batch run from here together.
    let received: ContinuousClock.Instant

    /// Who asks, as the limits for each client see it.
    var client: String { ClientAddress.client(of: connection.remoteAddress?.ipAddress) }
    var accountPrefix: String { gateway.genesis.parameters.accountPrefix }

    func ask<Answer>(
        _ question: (Gateway) async throws(GatewayError) -> Answer
    ) async throws(RPCFault) -> Answer {
        do throws(GatewayError) {
            return try await question(gateway)
        } catch {
            throw RPCFault(error)
        }
    }
}
