import JSONRPC
import Logging
import NIOCore
import NIOPosix
import Testing

/// A connection on which a test writes bytes and reads HTTP answers, with no client's help.
struct RawConnection: ~Copyable {
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private var unread: [UInt8] = []

    struct Answer {
        let status: Int
        /// Names in lower case.
        let fields: [(name: String, value: String)]
        let body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }
        func field(_ name: String) -> String? { fields.first { $0.name == name }?.value }
    }

    static func open<Outcome: Sendable>(
        _ port: Int,
        from address: String? = nil,
        receiveBufferBytes: Int? = nil,
        _ use: @Sendable (inout RawConnection) async throws -> Outcome
    ) async throws -> Outcome {
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        if let address { bootstrap = bootstrap.bind(to: try SocketAddress(ipAddress: address, port: 0)) }
        if let receiveBufferBytes {
            bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: receiveBufferBytes)
        }
        let channel =
            try await bootstrap
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var connection = RawConnection(outbound: outbound, inbound: inbound.makeAsyncIterator())
            return try await use(&connection)
        }
    }

    func send(_ text: String) async throws { try await outbound.write(ByteBuffer(string: text)) }
    func send(_ bytes: [UInt8]) async throws { try await outbound.write(ByteBuffer(bytes: bytes)) }

    /// A call as a careful client sends it, with other fields on demand.
    func post(
        _ body: [UInt8],
        path: String = "/",
        method: String = "POST",
        host: String = "localhost:8645",
        type: String = "application/json",
        fields: String = ""
    ) async throws {
        let head =
            "\(method) \(path) HTTP/1.1\r\nHost: \(host)\r\nContent-Type: \(type)\r\n\(fields)"
            + "Content-Length: \(body.count)\r\n\r\n"
        try await send(Array(head.utf8) + body)
    }

    func get(_ path: String, method: String = "GET") async throws {
        try await send("\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    }

    /// The next answer; nil when the server closed the connection instead.
    mutating func answer(hasBody: Bool = true) async throws -> Answer? {
        while true {
            if let end = unread.firstRange(of: Array("\r\n\r\n".utf8)) {
                let lines = String(decoding: unread[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
                let status = Int(lines[0].split(separator: " ")[1]) ?? 0
                let fields = lines.dropFirst()
                    .map { line in
                        let parts = line.split(separator: ":", maxSplits: 1)
                        return (parts[0].lowercased(), String(parts.count > 1 ? parts[1].drop { $0 == " " } : ""))
                    }
                unread.removeSubrange(..<end.upperBound)
                let length = fields.first { $0.0 == "content-length" }.flatMap { Int($0.1) } ?? 0
                let body = try await take(hasBody ? length : 0)
                return Answer(status: status, fields: fields.map { ($0.0, $0.1) }, body: body)
            }
            guard try await readMore() else { return nil }
        }
    }

    /// What comes up to and with a text; nil when the connection is closed before.
    mutating func take(through ending: String) async throws -> String? {
        while true {
            if let end = unread.firstRange(of: Array(ending.utf8)) {
                defer { unread.removeSubrange(..<end.upperBound) }
                return String(decoding: unread[..<end.lowerBound], as: UTF8.self)
            }
            guard try await readMore() else { return nil }
        }
    }

    mutating func take(_ count: Int) async throws -> [UInt8] {
        while unread.count < count, try await readMore() {}
        defer { unread.removeFirst(min(count, unread.count)) }
        return Array(unread.prefix(count))
    }

    private mutating func readMore() async throws -> Bool {
        do {
            guard let part = try await inbound.next(isolation: #isolation) else { return false }
            unread.append(contentsOf: part.readableBytesView)
            return true
        } catch is IOError {
            // Closed by the other side before it had read all that we sent.
            return false
        }
    }
}

/// The tests that talk over sockets, one after another: their deadlines are real.
@Suite(.serialized)
enum OverSockets {}

/// Runs a server on a free port around a test's body.
@discardableResult
func withServer<Outcome: Sendable>(
    _ node: MockNode = MockNode(),
    limits: RPCLimits = RPCLimits(),
    hostNames: [String] = ["localhost"],
    registry: PrometheusRegistry = PrometheusRegistry(alongside: []),
    _ use: @Sendable (Int) async throws -> Outcome
) async throws -> Outcome {
    let (ports, port) = AsyncStream.makeStream(of: Int.self)
    let server = RPCServer(
        configuration: RPCConfiguration(port: 0, hostNames: hostNames, limits: limits),
        gateway: node,
        metrics: registry,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        running: { port.yield($0) }
    )
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.run() }
        var iterator = ports.makeAsyncIterator()
        guard let opened = await iterator.next() else { throw CancellationError() }
        let outcome = try await use(opened)
        try await server.stop()
        try await group.waitForAll()
        return outcome
    }
}
