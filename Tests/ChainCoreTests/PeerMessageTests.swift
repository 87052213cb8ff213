import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives
import Testing

/// Spec 4.1: every message's bytes, taken back, cut short, prolonged and changed.
@Suite struct PeerMessageTests {
    /// Five of each type, no two alike, with lists of every length from none on.
    static let messages: [PeerMessage] = {
        var samples = Samples(seed: 11)
        return (0..<5).flatMap { samples.oneOfEach(listLength: $0) }
    }()

    private func decoded(_ type: UInt8, _ body: [UInt8]) -> Result<PeerMessage, WireError> {
        Result { () throws(WireError) in try PeerMessage(typeCode: type, body: body, network: Samples.network) }
    }

    @Test func theSamplesAreOfEveryType() {
        #expect(Set(Self.messages.map(\.typeCode)) == Set(1...16))
    }

    @Test func everyMessageReadsBackAsItself() {
        for message in Self.messages {
            #expect(decoded(message.typeCode, message.encoded()) == .success(message))
        }
    }

    @Test func noMessageDecodesWhenCutShortAnywhere() {
        for message in Self.messages {
            let bytes = message.encoded()
            for count in bytes.indices {
                guard case .failure = decoded(message.typeCode, Array(bytes.prefix(count))) else {
                    Issue.record("type \(message.typeCode) decodes from \(count) of \(bytes.count) bytes")
                    return
                }
            }
        }
    }

    @Test func noMessageDecodesWithAByteBehindIt() {
        for message in Self.messages {
            for byte in [0, 1, 0x80, 0xFF] as [UInt8] {
                #expect(decoded(message.typeCode, message.encoded() + [byte]) == .failure(.leftOver(byteCount: 1)))
            }
        }
    }

    /// What decodes after a change has exactly those bytes: there is one encoding of everything.
    @Test func aChangedMessageIsRefusedOrHasItsNewBytes() {
        var generator = Samples.Generator(state: 5)
        var kept = 0
        for message in Self.messages {
            let bytes = message.encoded()
            for _ in 0..<300 {
                var changed = bytes
                for _ in 0...(generator.next() % 3) {
                    guard !changed.isEmpty else { break }
                    let place = Int(generator.next() % UInt64(changed.count))
                    switch generator.next() % 4 {
                    case 0: changed[place] ^= 1 << UInt8(generator.next() % 8)
                    case 1: changed[place] = [0, 1, 0x7F, 0x80, 0xFF][Int(generator.next() % 5)]
                    case 2: changed.remove(at: place)
                    default: changed.insert(UInt8(truncatingIfNeeded: generator.next()), at: place)
                    }
                }
                guard case .success(let other) = decoded(message.typeCode, changed) else { continue }
                kept += 1
                #expect(other.encoded() == changed, "type \(message.typeCode)")
            }
        }
        #expect(kept > 1_000, "else nothing was compared")
    }

    /// A minimum that is too large would refuse lists that are whole.
    @Test func noValueIsShorterThanItsMinimum() {
        func holds<Value: WireCodable>(_ values: [Value]) {
            for value in values { #expect(value.encoded().count >= Value.minimumByteCount, "\(Value.self)") }
        }
        for message in Self.messages {
            switch message {
            case .vote(let vote): holds([vote])
            case .certificate(let certificate): holds([certificate])
            case .proposal(let proposal):
                holds([proposal])
                holds(proposal.evidence)
                // A header is as long as any other.
                #expect(proposal.header.encoded().count == Header.minimumByteCount)
            case .status(let status): holds([status])
            case .certificateRequest(let request): holds([request])
            case .heldVotes(let held): holds([held])
            case .evidence(let evidence): holds([evidence])
            case .bodyRequest(let request): holds([request])
            case .blockRequest(let request): holds([request])
            case .syncRequest(let request): holds([request])
            case .syncResponse(let response): holds(response.justifications)
            case .transactions(let transactions): holds(transactions.map(\.signed))
            case .bodyResponse, .blockResponse, .announce, .transactionRequest: break
            }
        }
    }

    /// Bytes that never were a message, under every type.
    @Test func noiseNeverTraps() {
        var generator = Samples.Generator(state: 6)
        for type in UInt8.min...UInt8.max {
            for length in [0, 1, 2, 33, 100, 500] {
                let noise = (0..<length).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
                guard case .success(let message) = decoded(type, noise) else { continue }
                #expect(message.encoded() == noise)
            }
        }
    }

    /// A list that claims more than there is, or more than a message may hold, is refused before anything is allocated.
    @Test func aListThatLiesAboutItsLengthIsRefused() {
        let largest: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0x0F]
        let beyond: [UInt8] = [0x81, 0x80, 0x04]
        for type in [14, 15, 16] as [UInt8] {
            guard case .failure(.lengthTooLarge) = decoded(type, largest),
                case .failure(.lengthTooLarge(65_537, limit: 65_536)) = decoded(type, beyond),
                case .failure(.truncated) = decoded(type, [0x80, 0x80, 0x04])
            else {
                Issue.record("type \(type)")
                continue
            }
        }
        let header = [UInt8](repeating: 0, count: 32)
        for type in [8, 9] as [UInt8] {
            guard case .failure(.lengthTooLarge) = decoded(type, header + largest),
                case .failure(.truncated) = decoded(type, header + [0x80, 0x80, 0x04])
            else {
                Issue.record("type \(type)")
                continue
            }
        }
        guard case .failure(.lengthTooLarge(257, limit: 256)) = decoded(13, [0x81, 0x02]) else {
            Issue.record("a sync response of 257 blocks")
            return
        }
    }
}
