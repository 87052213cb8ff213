import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// The connections to one node: as many as there are calls at once, kept for the next ones.
final class ConnectionPool: Sendable {
    private let address: NodeAddress
    private let limits: RPCClientLimits
    private let idle = Mutex<[any Channel]>([])

    init(address: NodeAddress, limits: RPCClientLimits) {
        self.address = address
        self.limits = limits
    }

    /// Sends a request and answers with what came back, whatever its status.
    ///
    /// A kept connection may have been closed by the other side meanwhile. Then the request is sent again on a new one:
    /// every call may be repeated, since the same bytes settle at most once.
    func exchange(_ body: ByteBuffer, timeout: TimeAmount) async throws(RPCClientError) -> HTTPExchangeAnswer {
        while let channel = takeIdle() {
            do {
                return try await exchange(body, on: channel, timeout: timeout)
            } catch HTTPExchangeError.closed(afterBytes: false) {
                continue
            } catch {
                throw failure(error, timeout: timeout)
            }
        }
        do {
            return try await exchange(body, on: try await connect(), timeout: timeout)
        } catch {
            throw failure(error, timeout: timeout)
        }
    }

    func close() {
        let channels = idle.withLock { idle in
            defer { idle = [] }
            return idle
        }
        for channel in channels { channel.close(promise: nil) }
    }

    private func takeIdle() -> (any Channel)? {
        idle.withLock { idle in
            while let channel = idle.popLast() {
                if channel.isActive { return channel }
            }
            return nil
        }
    }

    private func exchange(
        _ body: ByteBuffer,
        on channel: any Channel,
        timeout: TimeAmount
    ) async throws -> HTTPExchangeAnswer {
        let promise = channel.eventLoop.makePromise(of: HTTPExchangeAnswer.self)
        let answer = try await withTaskCancellationHandler {
            let written = channel.eventLoop.makePromise(of: Void.self)
            // A connection that has closed no longer has a handler that would say so.
            written.futureResult.whenFailure { _ in promise.fail(HTTPExchangeError.closed(afterBytes: false)) }
            channel.writeAndFlush(HTTPExchange(body: body, timeout: timeout, answer: promise), promise: written)
            return try await promise.futureResult.get()
        } onCancel: {
            // The handler then fails the promise.
            channel.close(promise: nil)
        }
        if answer.keepsAlive, channel.isActive {
            let isKept = idle.withLock { idle in
                guard idle.count < limits.idleConnectionsMax else { return false }
                idle.append(channel)
                return true
            }
            if !isKept { channel.close(promise: nil) }
        }
        return answer
    }

    private func connect() async throws -> any Channel {
        let address = address
        let bodyBytesMax = limits.answerBytesMax
        return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(limits.connectTimeout)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(
                        HTTPExchangeHandler(address: address, bodyBytesMax: bodyBytesMax)
                    )
                }
            }
            .connect(host: address.host, port: address.port)
            .get()
    }

    private func failure(_ error: any Error, timeout: TimeAmount) -> RPCClientError {
        switch error {
        case HTTPExchangeError.timedOut:
            .timedOut(url: address.url, afterMilliseconds: Int(timeout.nanoseconds / 1_000_000))
        case HTTPExchangeError.tooLarge(let limit):
            .malformed("it has more than \(limit) bytes")
        case HTTPExchangeError.closed:
            .unreachable(url: address.url, reason: "the connection ended before the answer")
        case HTTPExchangeError.broken(let what):
            .unreachable(url: address.url, reason: what)
        case let error as NIOConnectionError:
            .unreachable(url: address.url, reason: error.sentence)
        default:
            .unreachable(url: address.url, reason: "\(error)")
        }
    }
}

extension NIOConnectionError {
    /// The reason of the last address that was tried, or of the name that none was found for.
    fileprivate var sentence: String {
        if let last = connectionErrors.last { return "\(last.error)" }
        if dnsAError != nil || dnsAAAAError != nil { return "no address is known for \(host)" }
        return "no connection"
    }
}
