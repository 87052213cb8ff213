import Cryptography
import HTTPTypes
import HummingbirdCore
import LedgerCore
import Logging
import NIOCore
import Primitives
import StrictJSON
import Synchronization

/// The rules of HTTP: who may come in, with what, and what is refused before anything is read.
struct FrontDoor<Gateway: NodeGateway>: Sendable {
    private let configuration: RPCConfiguration
    private let gateway: Gateway
    private let dispatcher: RPCDispatcher<Gateway>
    private let load: RPCLoad
    private let rates: ClientRateTable
    private let events: EventDoor<Gateway>
    private let streams: EventStreams
    private let registry: PrometheusRegistry
    private let metrics: RPCMetrics
    private let logger: Logger

    init(
        configuration: RPCConfiguration,
        gateway: Gateway,
        waits: ClientWaits,
        streams: EventStreams,
        registry: PrometheusRegistry,
        metrics: RPCMetrics,
        logger: Logger
    ) {
        self.configuration = configuration
        self.gateway = gateway
        self.streams = streams
        self.registry = registry
        self.metrics = metrics
        self.logger = logger
        load = RPCLoad(limits: configuration.limits)
        rates = ClientRateTable(limits: configuration.limits)
        events = EventDoor(
            gateway: gateway,
            limits: configuration.limits,
            load: load,
            waits: waits,
            streams: streams,
            metrics: metrics
        )
        dispatcher = RPCDispatcher(
            gateway: gateway,
            limits: configuration.limits,
            load: load,
            waits: waits,
            metrics: metrics
        )
    }

    /// Throws only when the request's body cannot be read to its end.
    func answer(_ request: Request, on connection: any Channel) async throws -> HTTPAnswer {
        let address = connection.remoteAddress?.ipAddress
        let answer = try await answerUnlogged(request, on: connection, from: address)
        if answer.head.status.code >= 400 {
            logger.debug(
                "request refused",
                metadata: ["status": "\(answer.head.status.code)", "client": "\(address ?? "unknown")"]
            )
        }
        return answer
    }

    private func answerUnlogged(
        _ request: Request,
        on connection: any Channel,
        from address: String?
    ) async throws -> HTTPAnswer {
        if let refusal = refusalOfHost(request) {
            metrics.refused(.host)
            return refusal
        }
        switch (request.uri.path, request.method) {
        case ("/", .post):
            return try await call(request, on: connection, by: ClientAddress.client(of: address))
        case ("/", .get), ("/", .head):
            return .json(welcome, status: .ok, to: request)
        case ("/", _):
            return .refusal(
                .methodNotAllowed,
                "Calls are sent with POST.",
                to: request,
                fields: [.allow: "GET, HEAD, POST"]
            )
        case ("/livez", .get), ("/livez", .head):
            return await health(.live, to: request)
        case ("/readyz", .get), ("/readyz", .head):
            return await health(.ready, to: request)
        case ("/metrics", .get), ("/metrics", .head):
            return await scrape(request)
        case ("/checkpoint", .get), ("/checkpoint", .head):
            if let wait = rates.take(1, by: ClientAddress.client(of: address)) {
                return tooOften(request, wait: wait)
            }
            return await checkpoint(for: request)
        case ("/events", .get):
            let client = ClientAddress.client(of: address)
            if let wait = rates.take(1, by: client) { return tooOften(request, wait: wait) }
            return await events.answer(request, on: connection, by: client)
        case ("/events", _):
            return .refusal(.methodNotAllowed, "Ask with GET.", to: request, fields: [.allow: "GET"])
        case ("/livez", _), ("/readyz", _), ("/metrics", _), ("/checkpoint", _):
            return .refusal(.methodNotAllowed, "Ask with GET.", to: request, fields: [.allow: "GET, HEAD"])
        default:
            metrics.refused(.path)
            return .refusal(.notFound, "There is nothing here. Calls are sent to /.", to: request)
        }
    }

    /// A page whose own name was made to point at this address sends that name, and gets no further.
    private func refusalOfHost(_ request: Request) -> HTTPAnswer? {
        // The first host field became the authority; a second one stays among the fields.
        let hasSecond = request.headers.contains { $0.name.canonicalName == "host" }
        guard let authority = request.head.authority, !authority.isEmpty, !hasSecond else {
            return .refusal(.badRequest, "A request names its host, once.", to: request)
        }
        guard HostName.isAllowed(authority, names: configuration.hostNames) else {
            return .refusal(.forbidden, "This host name is not in the node's list.", to: request)
        }
        return nil
    }

    private var welcome: JSON {
        [
            "service": "farthing", "network": .string(gateway.genesis.networkID.hex),
            "methods": .array(dispatcher.methodNames.map { .string($0) }),
        ]
    }

    private func health(_ check: HealthCheck, to request: Request) async -> HTTPAnswer {
        let reasons = await gateway.reasons(against: check)
        let body: JSON = ["ok": .bool(reasons.isEmpty), "reasons": .array(reasons.map(\.json))]
        return .json(body, status: reasons.isEmpty ? .ok : .serviceUnavailable, to: request)
    }

    private func scrape(_ request: Request) async -> HTTPAnswer {
        await gateway.updateMetrics()
        metrics.set(requestsInFlight: load.requestsInFlight, streams: streams.count)
        return .bytes(
            Array(registry.text.utf8),
            type: PrometheusRegistry.contentType,
            status: .ok,
            to: request
        )
    }

    /// The latest checkpoint as tools of transparency logs read it.
    private func checkpoint(for request: Request) async -> HTTPAnswer {
        do throws(GatewayError) {
            switch try await gateway.checkpoint(at: nil).outcome {
            case .success(let signed):
                let type = "text/plain; charset=utf-8"
                return .bytes(signed.note.bytes, type: type, status: .ok, to: request)
            case .failure(.noNoteKey):
                return .refusal(.notFound, RPCFault.Reason.noNoteKey.message, to: request)
            case .failure(.block): return .refusal(.notFound, RPCFault.Reason.blockUnknown.message, to: request)
            }
        } catch {
            return .fault(RPCFault(error), status: .serviceUnavailable, to: request, fields: [.retryAfter: "1"])
        }
    }

    // MARK: Calls

    private func call(
        _ request: Request,
        on connection: any Channel,
        by client: String
    ) async throws -> HTTPAnswer {
        // On whichever of the shared threads this runs: they serve clients only.
        stepBack()
        if let wait = rates.take(1, by: client) { return tooOften(request, wait: wait) }
        guard HTTPAnswer.isJSON(request.headers[.contentType]) else {
            metrics.refused(.type)
            return .refusal(.unsupportedMediaType, "The content type must be application/json.", to: request)
        }
        guard request.headers[.contentEncoding] == nil else {
            metrics.refused(.type)
            return .refusal(.unsupportedMediaType, "The body must not be compressed.", to: request)
        }
        let length = request.headers[.contentLength].flatMap { Int($0) }
        guard length != nil || request.headers[.transferEncoding] != nil else {
            metrics.refused(.length)
            return .refusal(.lengthRequired, "A call has a body, and its length.", to: request)
        }
        let bodyBytesMax = configuration.limits.bodyBytesMax
        guard length ?? 0 <= bodyBytesMax else { return tooLarge(request) }
        let reserved = length ?? bodyBytesMax
        guard !gateway.isBusy, load.enter(bytes: reserved, by: client) else { return busy(request) }
        defer { load.leave(bytes: reserved, by: client) }
        guard let body = try await read(request, bytesMax: bodyBytesMax, expected: length) else {
            return tooLarge(request)
        }
        return await reply(to: body, of: request, on: connection, by: client)
    }

    /// Nil when there is more than may be; never holds more than that.
    private func read(_ request: Request, bytesMax: Int, expected: Int?) async throws -> [UInt8]? {
        var body: [UInt8] = []
        body.reserveCapacity(expected ?? 0)
        for try await part in request.body {
            guard body.count + part.readableBytes <= bytesMax else { return nil }
            body.append(contentsOf: part.readableBytesView)
        }
        return body
    }

    private func reply(
        to body: [UInt8],
        of request: Request,
        on connection: any Channel,
        by client: String
    ) async -> HTTPAnswer {
        let reply = await dispatcher.reply(to: body, on: connection) { rates.charge($0 - 1, to: client) }
        guard let reply else { return .noContent }
        guard load.hold(bytes: reply.count, for: client) else { return busy(request) }
        var answer = HTTPAnswer.bytes(reply, status: .ok, to: request)
        answer.held = (reply.count, client)
        return answer
    }

    private func tooOften(_ request: Request, wait: UInt64) -> HTTPAnswer {
        metrics.refused(.rate)
        let seconds = wait / 1_000_000_000 + 1
        let fault = RPCFault(.rateLimited, facts: ["retryAfterMilliseconds": .decimal(wait / 1_000_000 + 1)])
        return .fault(fault, status: .tooManyRequests, to: request, fields: [.retryAfter: "\(seconds)"])
    }

    private func tooLarge(_ request: Request) -> HTTPAnswer {
        metrics.refused(.body)
        let fault = RPCFault(.bodyTooLarge, facts: ["limit": .integer(configuration.limits.bodyBytesMax)])
        return .fault(fault, status: .contentTooLarge, to: request)
    }

    private func busy(_ request: Request) -> HTTPAnswer {
        metrics.refused(.busy)
        return .fault(RPCFault(.busy), status: .serviceUnavailable, to: request, fields: [.retryAfter: "1"])
    }

    /// Must follow every answer, once it is written or cannot be.
    func isDone(with answer: HTTPAnswer) {
        if let held = answer.held { load.release(bytes: held.bytes, for: held.client) }
    }
}

/// The buckets of `ClientRates`, shared by all connections, with a clock.
private final class ClientRateTable: Sendable {
    private let rates: Mutex<ClientRates>
    private let start = ContinuousClock.now

    init(limits: RPCLimits) {
        rates = Mutex(ClientRates(callsPerSecond: limits.callsPerSecond, callsBurst: limits.callsBurst))
    }

    func take(_ calls: Int, by client: String) -> UInt64? { rates.withLock { $0.take(calls, by: client, at: now) } }
    func charge(_ calls: Int, to client: String) { rates.withLock { $0.charge(calls, to: client, at: now) } }

    private var now: UInt64 { UInt64(max(0, (ContinuousClock.now - start) / .nanoseconds(1))) }
}
