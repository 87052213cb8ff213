import ChainCore
import Cryptography
import NIOCore
import NIOPosix
import NIOSSL
import Primitives
import Synchronization
import TCPGossip

/// A connection driven by hand: any bytes at any time, with TLS as any member or without.
final class RawPeer: Sendable {
    private let channel: any Channel
    private let state: Collector

    private init(channel: any Channel, state: Collector) {
        self.channel = channel
        self.state = state
    }

    /// Connects; with a member, makes the TLS handshake with its node key.
    static func connect(to port: Int, as member: Member?) async throws -> RawPeer {
        let tls = try member.map { try MutualTLS(nodeKey: $0.nodeKey) }
        let state = Collector()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(tls.clientHandler { _ in true })
                    }
                    try channel.pipeline.syncOperations.addHandler(CollectingHandler(state))
                }
            }
            .connect(host: "127.0.0.1", port: port)
            .get()
        return RawPeer(channel: channel, state: state)
    }

    /// Connects as a member and exchanges hellos on a lane.
    static func greet(_ port: Int, as member: Member, on lane: PeerMessage.Lane) async throws -> RawPeer {
        let peer = try await connect(to: port, as: member)
        peer.send(member.hello(on: lane))
        try await eventually("\(member.name) gets a hello on \(lane)") {
            peer.frames.first?.typeCode == Frame.helloType
        }
        return peer
    }

    func send(_ frame: Frame) { send(Array(frame.bytes().readableBytesView)) }

    func send(_ bytes: [UInt8]) { channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }

    func close() { channel.close(promise: nil) }

    var isClosed: Bool { !channel.isActive }

    /// The bytes that arrived, as frames.
    var frames: [Frame] {
        var reader = FrameReader()
        var bytes = state.bytes.withLock { $0 }
        reader.append(&bytes)
        var frames: [Frame] = []
        do {
            while let frame = try reader.next(check: { _ in }) { frames.append(frame) }
        } catch {
            preconditionFailure("no head is refused here")
        }
        return frames
    }

    /// Why the other side says that it closed.
    var goodbye: String? {
        frames.last { $0.typeCode == Frame.goodbyeType }.map { String(decoding: $0.body, as: UTF8.self) }
    }

    final class Collector: Sendable {
        let bytes = Mutex(ByteBuffer())
    }

    private final class CollectingHandler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let state: Collector

        init(_ state: Collector) { self.state = state }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var buffer = unwrapInboundIn(data)
            state.bytes.withLock { _ = $0.writeBuffer(&buffer) }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
