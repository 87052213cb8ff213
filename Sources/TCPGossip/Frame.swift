package import NIOCore
import Primitives

/// The five bytes before every message: the body's length, little-endian, and its type.
package struct FrameHead: Hashable, Sendable {
    package static let byteCount = 5

    package let bodyByteCount: Int
    package let typeCode: UInt8

    package init(bodyByteCount: Int, typeCode: UInt8) {
        self.bodyByteCount = bodyByteCount
        self.typeCode = typeCode
    }
}

/// One message as it travels: head and body.
package struct Frame: Hashable, Sendable {
    /// The first frame of each direction.
    package static let helloType: UInt8 = 0
    /// The last frame of a side that closes: why, in UTF-8.
    package static let goodbyeType: UInt8 = 255
    package static let helloByteCountMax = 256
    package static let goodbyeByteCountMax = 512

    package let typeCode: UInt8
    package let body: [UInt8]

    package init(typeCode: UInt8, body: [UInt8]) {
        self.typeCode = typeCode
        self.body = body
    }

    /// Head and body, ready to be written to any number of connections.
    package func bytes() -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(FrameHead.byteCount + body.count)
        buffer.writeInteger(UInt32(body.count), endianness: .little)
        buffer.writeInteger(typeCode)
        buffer.writeBytes(body)
        return buffer
    }
}

/// Cuts a stream of bytes into frames.
///
/// It asks about each head before it waits for the body, so a refused length never costs memory; a body's memory grows
/// only as its bytes arrive.
package struct FrameReader: Sendable {
    private var waiting = ByteBuffer()

    package init() {}

    /// Bytes that arrived and aren't part of a frame already taken.
    package var byteCount: Int { waiting.readableBytes }

    package mutating func append(_ bytes: inout ByteBuffer) {
        if waiting.readableBytes == 0 {
            waiting = bytes
        } else {
            waiting.writeBuffer(&bytes)
        }
    }

    /// Takes the next frame, or answers nil until more bytes have arrived.
    ///
    /// `check` throws for a head that is refused; it is called as soon as the head is there, and again with every call
    /// until the body is.
    package mutating func next(
        check: (FrameHead) throws(PeerCloseReason) -> Void
    ) throws(PeerCloseReason) -> Frame? {
        let start = waiting.readerIndex
        guard
            let length = waiting.getInteger(at: start, endianness: .little, as: UInt32.self),
            let typeCode = waiting.getInteger(at: start + 4, as: UInt8.self)
        else { return nil }
        let head = FrameHead(bodyByteCount: Int(length), typeCode: typeCode)
        try check(head)
        guard waiting.readableBytes >= FrameHead.byteCount + head.bodyByteCount else { return nil }
        waiting.moveReaderIndex(forwardBy: FrameHead.byteCount)
        guard let body = waiting.readBytes(length: head.bodyByteCount) else {
            preconditionFailure("the bytes were counted above")
        }
        tidy()
        return Frame(typeCode: typeCode, body: body)
    }

    /// Gives memory back: all of it once everything is read, the read part once it is large.
    private mutating func tidy() {
        if waiting.readableBytes == 0 {
            waiting = ByteBuffer()
        } else if waiting.readerIndex > 1 << 20 {
            waiting.discardReadBytes()
        }
    }
}
