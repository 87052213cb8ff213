import NIOCore
import NIOHTTP1
import Primitives

/// A request on its way through a connection.
struct HTTPExchange: Sendable {
    let body: ByteBuffer
    let timeout: TimeAmount
    let answer: EventLoopPromise<HTTPExchangeAnswer>
}

struct HTTPExchangeAnswer: Sendable {
    let status: Int
    let body: [UInt8]
    /// True when the connection may be used again.
    let keepsAlive: Bool
}

enum HTTPExchangeError: Error {
    case closed(afterBytes: Bool)
    case timedOut
    case tooLarge(limit: Int)
    case broken(String)
}

/// One connection's side of HTTP: one request, then its answer, then perhaps the next.
final class HTTPExchangeHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = HTTPExchange
    typealias OutboundOut = HTTPClientRequestPart

    private let address: NodeAddress
    private let bodyBytesMax: Int
    private var current: HTTPExchange?
    private var deadline: Scheduled<Void>?
    private var head: HTTPResponseHead?
    private var body: [UInt8] = []

    init(address: NodeAddress, bodyBytesMax: Int) {
        self.address = address
        self.bodyBytesMax = bodyBytesMax
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let exchange = unwrapOutboundIn(data)
        precondition(current == nil, "a connection is taken from the pool for one exchange at a time")
        current = exchange
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: exchange.timeout) {
            self.fail(.timedOut, context)
        }
        let fields: HTTPHeaders = [
            "Host": address.authority, "Content-Type": "application/json",
            "Content-Length": String(exchange.body.readableBytes), "Accept": "application/json",
        ]
        let head = HTTPRequestHead(version: .http1_1, method: .POST, uri: address.path, headers: fields)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(exchange.body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            // A lying length must not make us set memory aside for it.
            let length = head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
            body.reserveCapacity(min(max(0, length), bodyBytesMax))
        case .body(let part):
            guard body.count + part.readableBytes <= bodyBytesMax else {
                fail(.tooLarge(limit: bodyBytesMax), context)
                return
            }
            body.append(contentsOf: part.readableBytesView)
        case .end:
            finish(context)
        }
    }

    private func finish(_ context: ChannelHandlerContext) {
        guard let current, let head else { return }
        let answer = HTTPExchangeAnswer(
            status: Int(head.status.code),
            body: body,
            keepsAlive: head.isKeepAlive
        )
        reset()
        if !answer.keepsAlive { context.close(promise: nil) }
        current.answer.succeed(answer)
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(.closed(afterBytes: head != nil), context)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { fail(.broken("\(error)"), context) }

    private func fail(_ error: HTTPExchangeError, _ context: ChannelHandlerContext) {
        // Closing calls back at once, and finds the exchange over.
        let failed = current
        reset()
        context.close(promise: nil)
        failed?.answer.fail(error)
    }

    private func reset() {
        deadline?.cancel()
        deadline = nil
        current = nil
        head = nil
        body = []
    }
}
