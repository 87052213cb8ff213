import ChainCore
import LedgerCore
import NIOCore
import Primitives
import TCPGossip

// What comes over a connection: bytes in pieces of any length, cut into frames, each judged by its head before its body.

extension Format {
    /// The first byte says how the rest is cut into pieces.
    static let frame = Format(
        "frame",
        byteCountMax: 1_024,
        check: .pure { bytes throws(BrokenPromise) in
            guard let width = bytes.first else { return .refused }
            let stream = Array(bytes.dropFirst())
            let whole = FrameStream(stream, pieces: max(1, stream.count))
            let cut = FrameStream(stream, pieces: 1 + Int(width))
            try promise(whole == cut, "how a stream is cut into pieces changes its frames")
            let written = whole.frames.flatMap { Array($0.bytes().readableBytesView) }
            try promise(stream.starts(with: written), "frames are written with other bytes than they were read from")
            if whole.refusal == nil {
                try promise(written.count + whole.waiting == stream.count, "bytes are lost between two frames")
            }
            return whole.frames.isEmpty ? .refused : .accepted
        },
        seeds: {
            let frames = Samples.messages.prefix(6).map {
                Frame(typeCode: $0.message.typeCode, body: $0.message.encoded())
            }
            let stream = frames.flatMap { Array($0.bytes().readableBytesView) }
            return [
                Seed("six-messages", [7] + stream),
                Seed("cut-short", [0] + stream.dropLast(3)),
                Seed("too-long", [255, 0xFF, 0xFF, 0xFF, 0xFF, 1]),
                Seed("empty-body", [3, 0, 0, 0, 0, 9]),
            ]
        }
    )

    /// The first byte says who the peer is and on which lane; the rest is what it sends once TLS is up.
    static let connection = Format(
        "connection",
        byteCountMax: 4_096,
        check: .pure { bytes throws(BrokenPromise) in
            guard let who = bytes.first else { return .refused }
            var machine = try Connections.secured(who)
            var reader = FrameReader()
            var arriving = ByteBuffer(bytes: bytes.dropFirst())
            reader.append(&arriving)
            var hellos = 0
            do throws(PeerCloseReason) {
                while let frame = try reader.next(check: { (head) throws(PeerCloseReason) in try machine.check(head) })
                {
                    switch try machine.receive(frame) {
                    case .greeted: hellos += 1
                    case .message(let message):
                        guard hellos == 1, machine.isOpen else { break }
                        guard message.encoded() == frame.body, message.typeCode == frame.typeCode else {
                            throw .helloTwice
                        }
                    }
                }
            } catch {
                _ = "\(error)"
            }
            try promise(hellos <= 1, "a connection was greeted twice")
            try promise(hellos == 1 || !machine.isOpen, "a connection is open without a hello")
            return machine.isOpen ? .accepted : .refused
        },
        seeds: Connections.seeds
    )
}

/// The frames of a stream that arrives in pieces of one length, up to a head that is refused.
private struct FrameStream: Equatable {
    static let bodyByteCountMax = 1 << 16

    private(set) var frames: [Frame] = []
    private(set) var refusal: PeerCloseReason?
    private(set) var waiting = 0

    init(_ stream: [UInt8], pieces width: Int) {
        var reader = FrameReader()
        do throws(PeerCloseReason) {
            for start in stride(from: 0, to: stream.count, by: width) {
                var piece = ByteBuffer(bytes: stream[start..<min(start + width, stream.count)])
                reader.append(&piece)
                while let frame = try reader.next(check: Self.check) { frames.append(frame) }
            }
            waiting = reader.byteCount
        } catch {
            refusal = error
        }
    }

    private static func check(_ head: FrameHead) throws(PeerCloseReason) {
        guard head.bodyByteCount <= bodyByteCountMax else {
            throw .frameTooLong(type: head.typeCode, byteCount: head.bodyByteCount, limit: bodyByteCountMax)
        }
    }
}

/// Connections whose TLS handshake is over.
private enum Connections {
    private static let ownKey = TestNetwork.shared.genesis.validators[0].nodeKey
    private static let follower = PeerAddress(
        nodeKey: TestNetwork.shared.genesis.validators[2].nodeKey,
        consensusKey: nil,
        host: "127.0.0.1",
        port: 8_645,
        name: "follower",
        role: .follower
    )
    private static let directory = PeerDirectory(
        network: Samples.network,
        ownKey: ownKey,
        ownRole: .validator,
        peers: [Samples.peer, follower]
    )

    static func secured(_ who: UInt8) throws(BrokenPromise) -> ConnectionMachine {
        let peer = who & 1 == 0 ? Samples.peer : follower
        let lane: PeerMessage.Lane = who & 2 == 0 ? .consensus : .bulk
        let side: ConnectionMachine.Side = directory.dials(peer) ? .dialed(peer, lane) : .accepted
        var machine = ConnectionMachine(directory: directory, side: side)
        do throws(PeerCloseReason) {
            try machine.authenticate(peer.nodeKey)
            try machine.secured(protocolName: MutualTLS.protocolName)
        } catch {
            throw BrokenPromise("a peer of the list is refused: \(error)")
        }
        return machine
    }

    static func seeds() -> [Seed] {
        func stream(_ who: UInt8, _ hello: Frame, _ lane: PeerMessage.Lane) -> [UInt8] {
            let frames =
                [hello]
                + Samples.messages.filter { $0.message.lane == lane && $0.name != "sync-response" }
                .map { Frame(typeCode: $0.message.typeCode, body: $0.message.encoded()) }
                + [Frame(typeCode: Frame.goodbyeType, body: Array("bye".utf8))]
            return [who] + frames.flatMap { Array($0.bytes().readableBytesView) }
        }
        func greeting(_ role: PeerRole, _ lane: PeerMessage.Lane) -> Frame {
            Frame(typeCode: Frame.helloType, body: Samples.hello(role, lane).encoded())
        }
        return [
            Seed("consensus", stream(0, greeting(.validator, .consensus), .consensus)),
            Seed("bulk", stream(2, greeting(.validator, .bulk), .bulk)),
            Seed("follower", stream(3, greeting(.follower, .bulk), .bulk)),
            Seed("wrong-lane", stream(0, greeting(.validator, .consensus), .bulk)),
        ]
    }
}
