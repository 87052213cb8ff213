import HummingbirdCore
package import Logging
import NIOCore
import NIOPosix
import Synchronization

/// JSON-RPC over HTTP/1.1 on one port: `POST /`, and `GET /livez` and `/readyz` for whoever watches the node.
package struct RPCServer<Gateway: NodeGateway>: Sendable {
    private let server: Server<HTTP1Channel>

    /// `running` is called once the port is open, with its number.
    package init(
        configuration: RPCConfiguration,
        gateway: Gateway,
        logger: Logger,
        running: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        let limits = configuration.limits
        let waits = ClientWaits()
        let frontDoor = FrontDoor(configuration: configuration, gateway: gateway, waits: waits, logger: logger)
        let clients = ClientConnections(perClientMax: limits.connectionsPerClientMax)
        let channel = HTTP1Channel(
            responder: { request, writer, channel in
                let answer = try await frontDoor.answer(request, on: channel)
                defer { frontDoor.isDone(with: answer) }
                try await writer.write(response: answer.head, body: answer.body)
            },
            configuration: .init(
                additionalChannelHandlers: [ConnectionGuard(limits: limits, clients: clients, waits: waits)],
                idleTimeout: limits.idleTimeout,
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: limits.headerBytesMax,
                    maxHeaderListSize: limits.headerBytesMax,
                    maxHeaderFieldCount: limits.headerFieldsMax
                )
            )
        )
        server = Server(
            childChannelSetup: channel,
            configuration: .init(
                address: .hostname(configuration.host, port: configuration.port),
                availableConnectionsDelegate: .maximum(limits.connectionsMax, logger: logger)
            ),
            onServerRunning: { channel in
                guard let port = channel.localAddress?.port else { return }
                await running(port)
            },
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: logger
        )
    }

    /// Serves until `stop` is called, the surrounding service group shuts down gracefully, or the task is cancelled.
    ///
    /// Throws when the port cannot be opened. May be called once.
    package func run() async throws { try await server.run() }

    /// Takes no more connections and returns once those under way are answered.
    ///
    /// A client that waits for finality is answered when the gateway answers; cancel `run` not to wait for that.
    package func stop() async throws { try await server.shutdownGracefully() }
}

/// How many connections each client has open.
final class ClientConnections: Sendable {
    private let perClientMax: Int
    private let counts = Mutex<[String: Int]>([:])

    init(perClientMax: Int) { self.perClientMax = perClientMax }

    /// True when the client may have one more; then `close` must follow.
    func open(by client: String) -> Bool {
        counts.withLock { counts in
            let count = counts[client, default: 0]
            guard count < perClientMax else { return false }
            counts[client] = count + 1
            return true
        }
    }

    func close(by client: String) {
        counts.withLock { counts in
            guard let count = counts[client] else { return }
            counts[client] = count > 1 ? count - 1 : nil
        }
    }
}
