import ChainCore
import NIOCore
import Primitives
import TCPGossip
import Testing

@Suite struct FrameTests {
    @Test func aFrameIsLengthTypeBody() {
        let frame = Frame(typeCode: 7, body: [0xAA, 0xBB, 0xCC])
        #expect(Array(frame.bytes().readableBytesView) == [3, 0, 0, 0, 7, 0xAA, 0xBB, 0xCC])
    }

    @Test(arguments: [1, 2, 3, 5, 8, 1_000])
    func framesComeOutWholeHoweverTheirBytesArrive(portion: Int) throws {
        let frames = (0..<20).map { Frame(typeCode: UInt8($0), body: [UInt8](repeating: UInt8($0), count: $0 * 3)) }
        let bytes = frames.flatMap { Array($0.bytes().readableBytesView) }
        var reader = FrameReader()
        var taken: [Frame] = []
        for start in stride(from: 0, to: bytes.count, by: portion) {
            var buffer = ByteBuffer(bytes: bytes[start..<min(start + portion, bytes.count)])
            reader.append(&buffer)
            while let frame = try reader.next(check: { _ in }) { taken.append(frame) }
        }
        #expect(taken == frames)
        #expect(reader.byteCount == 0)
    }

    @Test func aRefusedHeadIsRefusedBeforeItsBody() {
        var reader = FrameReader()
        var head = ByteBuffer(bytes: [0xFF, 0xFF, 0xFF, 0xFF, 1])
        reader.append(&head)
        var heads: [FrameHead] = []
        let reason = refusal { () throws(PeerCloseReason) in
            _ = try reader.next { head throws(PeerCloseReason) in
                heads.append(head)
                throw .unknownType(head.typeCode)
            }
        }
        #expect(reason == .unknownType(1))
        #expect(heads == [FrameHead(bodyByteCount: Int(UInt32.max), typeCode: 1)])
        #expect(reader.byteCount == 5)
    }

    @Test func aHeadIsJudgedOnlyWhenItIsWhole() throws {
        var reader = FrameReader()
        var part = ByteBuffer(bytes: [0xFF, 0xFF, 0xFF, 0xFF])
        reader.append(&part)
        let frame = try reader.next { _ throws(PeerCloseReason) in throw .helloTwice }
        #expect(frame == nil)
    }

    @Test func aHelloReadsBackAndFitsItsLimit() throws {
        for member in [Member.validator(1), .follower(2)] {
            let hello = Hello(
                network: .test,
                lane: .bulk,
                role: member.role,
                head: PeerHead(height: Height(.max), hash: Hash32(words: Words32(1, 2, 3, 4))),
                identity: member.identity()
            )
            let bytes = hello.encoded()
            #expect(try Hello(decodingAll: bytes) == hello)
            #expect(bytes.count <= Frame.helloByteCountMax)
        }
    }

    @Test func everyMessageTypeHasTheLaneOfItsCode() {
        for message in [PeerMessage.question(1), .standing(1), .pull(1), .leaves(1), .bodies(1)] {
            #expect(PeerMessage.lane(ofTypeCode: message.typeCode) == message.lane)
        }
        #expect(PeerMessage.standing(1).typeCode == PeerMessage.statusTypeCode)
        let ids = (0...UInt8.max).filter { PeerMessage.lane(ofTypeCode: $0) != nil }
        // A code without a message doesn't decode at all; a message without a lane would never arrive.
        for code in UInt8.min...UInt8.max {
            let isKnown: Bool
            do {
                _ = try PeerMessage(typeCode: code, body: [], network: .test)
                isKnown = true
            } catch {
                isKnown = error != .unknownTag(UInt64(code), of: "peer message")
            }
            #expect(isKnown == ids.contains(code))
        }
    }
}
