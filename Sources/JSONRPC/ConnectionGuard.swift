import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Keeps one connection to its deadlines and to the form of HTTP.
///
/// Idle connections are closed by the server's own timer; this handler adds what it lacks: a deadline for the first
/// header, for a whole body and for a whole answer, so that a client that trickles holds nothing for long; an answer to
/// broken headers; `100 Continue`; and the end of a connection whose request was refused unread.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limits: RPCLimits
    private let clients: ClientConnections
    private let waits: ClientWaits
    private let metrics: RPCMetrics
    /// Set while this connection counts among its client's.
    private var place: (client: String, number: UInt64)?
    /// Requests whose answer is not written yet; more than one only when a client does not wait for answers.
    private var unanswered = 0
    private var isReading = false
    private var closesAfterAnswer = false
    /// A stream of events was cut off: nothing more may follow its last words.
    private var hasOverflowed = false
    private var readDeadline: Scheduled<Void>?
    private var writeDeadline: Scheduled<Void>?

    init(limits: RPCLimits, clients: ClientConnections, waits: ClientWaits, metrics: RPCMetrics) {
        self.limits = limits
        self.clients = clients
        self.waits = waits
        self.metrics = metrics
    }

    func channelActive(context: ChannelHandlerContext) {
        let client = ClientAddress.client(of: context.channel.remoteAddress?.ipAddress)
        guard let number = clients.open(context.channel, by: client) else {
            metrics.refused(.connections)
            context.close(promise: nil)
            return
        }
        place = (client, number)
        metrics.connectionOpened()
        readDeadline = close(context, in: limits.headTimeout)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        readDeadline?.cancel()
        writeDeadline?.cancel()
        if let place {
            clients.close(place.number, of: place.client)
            metrics.connectionClosed()
        }
        place = nil
        waits.connectionClosed(context.channel)
        context.fireChannelInactive()
    }

    /// The client has closed its side: it is gone, or asks for nothing more and can do without waiting.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { waits.connectionClosed(context.channel) }
        context.fireUserInboundEventTriggered(event)
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            unanswered += 1
            if let place { clients.set(place.number, of: place.client, isBusy: true) }
            isReading = true
            armReadDeadline(context)
            if unanswered == 1 { sendContinue(if: head, context) }
        case .body:
            break
        case .end:
            isReading = false
            if !closesAfterAnswer { readDeadline?.cancel() }
        }
        context.fireChannelRead(data)
    }

    /// The time of a body runs only while nothing else keeps it from being read.
    private func armReadDeadline(_ context: ChannelHandlerContext) {
        guard !closesAfterAnswer else { return }
        readDeadline?.cancel()
        guard isReading, unanswered <= 1 else { return }
        readDeadline = close(context, in: limits.bodyTimeout)
    }

    private func sendContinue(if head: HTTPRequest, _ context: ChannelHandlerContext) {
        guard head.headerFields[.expect]?.lowercased() == "100-continue" else { return }
        guard head.headerFields[.contentLength].flatMap({ Int($0) }) ?? 0 <= limits.bodyBytesMax else { return }
        context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
    }

    /// Headers that do not parse end the connection, with a word if none is being written.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError, unanswered == 0 else {
            context.close(promise: nil)
            return
        }
        // A client that leaves in the middle of a request has sent nothing wrong.
        if error != .invalidEOFState { metrics.refused(.header) }
        let isTooMuch = error == .headerOverflow
        let status: HTTPResponse.Status = isTooMuch ? .requestHeaderFieldsTooLarge : .badRequest
        let head = HTTPResponse(status: status, headerFields: [.connection: "close", .contentLength: "0"])
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.close(promise: nil)
    }

    // MARK: Answers

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !hasOverflowed else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(let head):
            closesAfterAnswer = head.headerFields[.connection] == "close"
            // A stream of events has no last byte; it watches its own pace.
            if head.headerFields[.contentType] != EventText.contentType {
                writeDeadline = close(context, in: limits.responseTimeout)
            }
            context.write(data, promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end:
            let written = promise ?? context.eventLoop.makePromise()
            // The promise succeeds once the last byte has left for the client.
            written.futureResult.assumeIsolated().whenComplete { _ in self.answerIsWritten(context) }
            context.write(data, promise: written)
        }
    }

    /// Ends a stream whose client takes nothing: its last words wait behind what it has not taken, and not for long.
    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is EventOverflow else { return context.triggerUserOutboundEvent(event, promise: promise) }
        context.write(wrapOutboundOut(.body(ByteBuffer(bytes: EventText.overflow))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        hasOverflowed = true
        writeDeadline = close(context, in: limits.eventLinger)
        promise?.succeed()
    }

    private func answerIsWritten(_ context: ChannelHandlerContext) {
        writeDeadline?.cancel()
        unanswered -= 1
        if let place, unanswered == 0 { clients.set(place.number, of: place.client, isBusy: false) }
        armReadDeadline(context)
        guard closesAfterAnswer else { return }
        // Not at once: closing with unread bytes would take the answer back from the client.
        readDeadline?.cancel()
        readDeadline = close(context, in: Self.lingering)
    }

    private static let lingering = TimeAmount.seconds(1)

    private func close(_ context: ChannelHandlerContext, in time: TimeAmount) -> Scheduled<Void> {
        context.eventLoop.assumeIsolated().scheduleTask(in: time) { context.close(promise: nil) }
    }
}
