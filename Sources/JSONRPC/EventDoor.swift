import ChainCore
import HTTPTypes
import HummingbirdCore
import LedgerCore
import NIOCore
import Primitives
import StrictJSON

/// Lets clients in who follow `/events`, or says why not.
struct EventDoor<Gateway: NodeGateway>: Sendable {
    let gateway: Gateway
    let limits: RPCLimits
    let load: RPCLoad
    let waits: ClientWaits
    let streams: EventStreams
    let metrics: RPCMetrics

    func answer(_ request: Request, on connection: any Channel, by client: String) async -> HTTPAnswer {
        let prefix = gateway.genesis.parameters.accountPrefix
        let query: EventQuery
        let start: EventCursor
        do throws(EventQuery.Refusal) {
            query = try EventQuery(request, accountPrefix: prefix)
            start = try await place(query.after)
        } catch {
            let fault = RPCFault(.invalidParams, detail: error.sentence, facts: ["path": .string(error.parameter)])
            return .fault(fault, status: .badRequest, to: request)
        }
        guard let (number, bell) = streams.open(by: client) else {
            metrics.refused(.streams)
            return .fault(RPCFault(.busy), status: .serviceUnavailable, to: request, fields: [.retryAfter: "10"])
        }
        let feed = EventFeed(
            gateway: gateway,
            text: EventText(query: query, accountPrefix: prefix),
            limits: limits,
            load: load,
            client: client,
            bell: bell,
            connection: connection,
            start: start
        )
        return .events { [waits, streams, metrics] writer in
            waits.whenClosed(connection) { bell.end(.client) }
            let reason = await feed.run(&writer)
            waits.forget(connection)
            streams.close(number, by: client)
            metrics.streamEnded(reason)
            // Without an end the client knows that something is missing, and connects again.
            if reason == .failed { throw EventFeedFailed() }
        }
    }

    /// Where to begin; refuses a place that this chain does not have.
    ///
    /// One above the tip is waited for: another node may have been ahead.
    private func place(_ after: EventCursor?) async throws(EventQuery.Refusal) -> EventCursor {
        guard let after else { return try await known(.latest).map(Self.end) ?? .beginning }
        guard let block = try await known(.height(after.height)) else {
            let isAboveTip = after.height > (try await tip)
            guard isAboveTip || after == .beginning else {
                throw EventQuery.Refusal(parameter: "from", sentence: "There is no event \(after).")
            }
            return after
        }
        let last = Self.end(of: block)
        guard after <= last else {
            throw EventQuery.Refusal(
                parameter: "from",
                sentence: "There is no event \(after); the last of its block is \(last)."
            )
        }
        return after
    }

    private static func end(of block: Block) -> EventCursor {
        EventCursor(height: block.height, index: block.transactions.count)
    }

    private var tip: Height {
        get async throws(EventQuery.Refusal) {
            do throws(GatewayError) { return try await gateway.head().height } catch { throw .noAnswer(error) }
        }
    }

    private func known(_ selector: BlockSelector) async throws(EventQuery.Refusal) -> Block? {
        do throws(GatewayError) { return try await gateway.block(selector)?.block } catch {
            throw .noAnswer(error)
        }
    }
}

extension EventQuery.Refusal {
    fileprivate static func noAnswer(_ error: GatewayError) -> EventQuery.Refusal {
        EventQuery.Refusal(parameter: "from", sentence: "The node cannot look it up now: \(error).")
    }
}

/// The stream broke off because the node failed it: the connection is closed without an end.
struct EventFeedFailed: Error {}
