import HummingbirdCore
package import Logging
import NIOCore
import NIOPosix

/// JSON-RPC over HTTP/1.1 on one port: `POST /`, and `GET /livez`, `/readyz` and `/metrics` for
/// whoever watches the node, `GET /events` for whoever follows the chain.
package struct RPCServer<Gateway: NodeGateway>: Sendable {
    private let server: Server<HTTP1Channel>
    private let streams: EventStreams

    /// `running` is called once the port is open, with its number.
    package init(
        configuration: RPCConfiguration,
        gateway: Gateway,
        metrics registry: PrometheusRegistry,
        logger: Logger,
        running: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        let limits = configuration.limits
        let waits = ClientWaits()
        let metrics = RPCMetrics(registry: registry, methods: RPCMethod<Gateway>.all.map(\.name))
        let streams = EventStreams(limits: limits)
        self.streams = streams
        let frontDoor = FrontDoor(
            configuration: configuration,
            gateway: gateway,
            waits: waits,
            streams: streams,
            registry: registry,
            metrics: metrics,
            logger: logger
        )
        let clients = ClientConnections(limits: limits)
        let channel = HTTP1Channel(
            responder: { request, writer, channel in
                let answer = try await frontDoor.answer(request, on: channel)
                defer { frontDoor.isDone(with: answer) }
                try await writer.write(response: answer.head, body: answer.body)
            },
            configuration: .init(
                additionalChannelHandlers: [
                    ConnectionGuard(limits: limits, clients: clients, waits: waits, metrics: metrics)
                ],
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
                // Above the table's own limit: who has too many is closed, and nobody waits to be accepted meanwhile.
                availableConnectionsDelegate: .maximum(limits.connectionsMax + 256, logger: logger)
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
    package func stop() async throws {
        endStreams()
        try await server.shutdownGracefully()
    }

    /// Ends those who follow events, since they never end by themselves; called first when the server is to stop.
    package func endStreams() { streams.endAll() }
}
