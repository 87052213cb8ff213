package import NIOCore
import StrictJSON

/// Carries out calls one after another and collects the responses.
///
/// A batch is answered in its order. One after another costs no time: those that wait, wait to a deadline that counts from
/// the arrival of the batch.
package struct RPCDispatcher<Gateway: NodeGateway>: Sendable {
    private let gateway: Gateway
    private let limits: RPCLimits
    private let load: RPCLoad
    private let waits: ClientWaits
    private let metrics: RPCMetrics
    private let methods: [String: RPCMethod<Gateway>]
    let methodNames: [String]

    init(gateway: Gateway, limits: RPCLimits, load: RPCLoad, waits: ClientWaits, metrics: RPCMetrics) {
        self.gateway = gateway
        self.limits = limits
        self.load = load
        self.waits = waits
        self.metrics = metrics
        let table = RPCMethod<Gateway>.all
        methods = Dictionary(uniqueKeysWithValues: table.map { ($0.name, $0) })
        methodNames = table.map(\.name)
    }

    /// For whoever answers calls without a server around them.
    package init(gateway: Gateway, limits: RPCLimits) {
        let methods = RPCMethod<Gateway>.all.map(\.name)
        self.init(
            gateway: gateway,
            limits: limits,
            load: RPCLoad(limits: limits),
            waits: ClientWaits(),
            metrics: RPCMetrics(registry: PrometheusRegistry(alongside: []), methods: methods)
        )
    }

    /// Answers the body of one request as the server would; nil when there were only notifications.
    package func reply(to body: [UInt8], on connection: any Channel) async -> [UInt8]? {
        let client = ClientAddress.client(of: connection.remoteAddress?.ipAddress)
        guard load.enter(bytes: body.count, by: client) else { return RPCReply.fault(RPCFault(.busy), id: .null) }
        defer { load.leave(bytes: body.count, by: client) }
        return await reply(to: body, on: connection) { _ in }
    }

    /// The body of the response to the body of a request that has entered `load`.
    ///
    /// `charging` hears how many calls there are before any of them is carried out.
    func reply(
        to body: [UInt8],
        on connection: any Channel,
        charging: (_ callCount: Int) -> Void
    ) async -> [UInt8]? {
        let envelope: RPCEnvelope
        do throws(RPCFault) {
            envelope = try RPCEnvelope(body, limits: limits)
        } catch {
            return RPCReply.fault(error, id: .null)
        }
        charging(envelope.callCount)
        return await reply(to: envelope, on: connection)
    }

    private func reply(to envelope: RPCEnvelope, on connection: any Channel) async -> [UInt8]? {
        let context = RPCContext(
            gateway: gateway,
            limits: limits,
            load: load,
            waits: waits,
            connection: connection,
            received: .now
        )
        switch envelope {
        case .single(let item):
            return await reply(to: item, in: context, bytesMax: limits.responseBytesMax)
        case .batch(let items):
            var replies: [UInt8] = [UInt8(ascii: "[")]
            for item in items {
                let bytesMax = limits.responseBytesMax - replies.count
                guard let reply = await reply(to: item, in: context, bytesMax: bytesMax) else { continue }
                if replies.count > 1 { replies.append(UInt8(ascii: ",")) }
                replies.append(contentsOf: reply)
            }
            guard replies.count > 1 else { return nil }
            replies.append(UInt8(ascii: "]"))
            return replies
        }
    }

    private func reply(to item: RPCItem, in context: RPCContext<Gateway>, bytesMax: Int) async -> [UInt8]? {
        switch item {
        case .invalid(let fault, let id):
            return RPCReply.fault(fault, id: id)
        case .call(let call):
            guard let id = call.id else {
                await carryOut(notification: call, in: context)
                return nil
            }
            // Without room there is no use in doing the work, unless it is more than an answer.
            guard bytesMax > 0 || methods[call.method]?.hasEffect == true else { return tooLarge(id: id) }
            do throws(RPCFault) {
                let reply = RPCReply.result(try await result(of: call, in: context), id: id)
                return reply.count <= bytesMax ? reply : tooLarge(id: id)
            } catch {
                return RPCReply.fault(error, id: id)
            }
        }
    }

    private func result(of call: RPCCall, in context: RPCContext<Gateway>) async throws(RPCFault) -> JSON {
        let start = ContinuousClock.now
        do throws(RPCFault) {
            let result = try await answer(to: call, in: context)
            metrics.answered(call.method, nil, in: .now - start)
            return result
        } catch {
            metrics.answered(call.method, error.reason, in: .now - start)
            throw error
        }
    }

    private func answer(to call: RPCCall, in context: RPCContext<Gateway>) async throws(RPCFault) -> JSON {
        guard let method = methods[call.method] else { throw RPCFault(.methodNotFound) }
        let arguments = try RPCFault.reading { () throws(JSONReadError) in
            try RPCArguments(call.params, for: method.parameters)
        }
        return try await method.answer(arguments, context)
    }

    private func carryOut(notification call: RPCCall, in context: RPCContext<Gateway>) async {
        guard methods[call.method]?.hasEffect == true else { return }
        do throws(RPCFault) {
            _ = try await result(of: call, in: context)
        } catch {
            // A notification is never answered, not even with an error (JSON-RPC 2.0, section 4.1).
        }
    }

    private func tooLarge(id: JSON) -> [UInt8] {
        RPCReply.fault(RPCFault(.responseTooLarge, facts: ["limit": .integer(limits.responseBytesMax)]), id: id)
    }
}
