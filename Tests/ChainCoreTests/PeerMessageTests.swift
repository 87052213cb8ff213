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

/// Messages full of numbers, without meaning.
struct Samples {
    static let network = NetworkID(genesisBytes: [1])

    struct Generator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 11 ^ state << 17
        }
    }

    private var generator: Generator

    init(seed: UInt64) { generator = Generator(state: seed) }

    mutating func oneOfEach(listLength count: Int) -> [PeerMessage] {
        let block = block(count)
        return [
            .vote(vote()), .certificate(certificate(count)), .proposal(proposal(count)), .status(status()),
            .certificateRequest(CertificateRequest(epoch: Epoch(number()), view: View(number()))),
            .heldVotes(
                HeldVotes(epoch: Epoch(number()), finalView: View(number()), votes: (0..<count).map { _ in vote() })
            ), .evidence(evidence()), .bodyRequest(BodyRequest(block: hash(), leaves: hashes(count))),
            .bodyResponse(BodyResponse(block: hash(), transactions: transactions(count))),
            .blockRequest(BlockRequest(hash: hash())), .blockResponse(block),
            .syncRequest(
                SyncRequest(
                    fromHeight: Height(number()),
                    blockCountMax: UInt32(truncatingIfNeeded: number()),
                    maxBytes: UInt32(truncatingIfNeeded: number())
                )
            ),
            .syncResponse(
                SyncResponse(
                    blocks: (0..<count).map { _ in JustifiedBlock(block: self.block(1), justification: why(count)) },
                    headers: (0..<count).map { _ in header() },
                    justifications: (0..<count).map { _ in why(1) },
                    finalization: count == 0 ? nil : certificate(count)
                )
            ), .announce(hashes(count)), .transactionRequest(hashes(count)), .transactions(transactions(count)),
        ]
    }

    // MARK: - Values

    private mutating func number() -> UInt64 {
        let next = generator.next()
        return [0, 1, .max, next, next >> 32, next >> 50][Int(next % 6)]
    }

    private mutating func hash() -> Hash32 {
        Hash32(words: Words32(generator.next(), generator.next(), generator.next(), generator.next()))
    }

    private mutating func hashes(_ count: Int) -> [Hash32] { (0..<count).map { _ in hash() } }
    private mutating func signature() -> Signature { Signature(r: hash().words, s: hash().words) }

    private mutating func body() -> VoteBody {
        let (epoch, view) = (Epoch(number()), View(number()))
        switch generator.next() % 3 {
        case 0: return .notarize(epoch: epoch, view: view, parentView: View(number()), block: hash())
        case 1: return .nullify(epoch: epoch, view: view)
        default: return .finalize(epoch: epoch, view: view, parentView: View(number()), block: hash())
        }
    }

    private mutating func vote() -> Vote {
        Vote(body: body(), signer: UInt16(truncatingIfNeeded: number()), signature: signature())
    }

    private mutating func certificate(_ count: Int) -> Certificate {
        Certificate(
            body: body(),
            signers: SignerBitmap(signers: Array(0..<count), of: 31),
            signatures: (0..<count).map { _ in signature() }
        )
    }

    private mutating func why(_ count: Int) -> Justification {
        Justification(certificate: certificate(count), nullifications: (0..<count).map { _ in certificate(count) })
    }

    private mutating func evidence() -> Evidence {
        let (epoch, view, signer) = (Epoch(number()), View(number()), UInt16(truncatingIfNeeded: number()))
        let one = Vote(body: .nullify(epoch: epoch, view: view), signer: signer, signature: signature())
        let target = VoteBody.finalize(epoch: epoch, view: view, parentView: View(number()), block: hash())
        let other = Vote(body: target, signer: signer, signature: signature())
        guard let evidence = Evidence(one, other) else { preconditionFailure("a finalize and a nullify of one view") }
        return evidence
    }

    private mutating func status() -> Status {
        Status(
            epoch: Epoch(number()),
            finalHeight: Height(number()),
            finalView: View(number()),
            finalHash: hash(),
            currentView: View(number()),
            wallClock: Milliseconds(number())
        )
    }

    private mutating func header() -> Header {
        let rest = (2..<Header.minimumByteCount).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        let bytes = [UInt8(Header.version), 0] + rest
        do {
            return try Header(decodingAll: bytes)
        } catch {
            preconditionFailure("behind its version every byte of a header is free: \(error)")
        }
    }

    private mutating func transactions(_ count: Int) -> [IdentifiedTransaction] {
        (0..<count).map { index in
            let payments = (0...index).map { _ in
                Payment(
                    payee: AccountID(PublicKey(words: hash().words)),
                    amount: Amount(units: number()),
                    reference: [UInt8](repeating: 7, count: index)
                )
            }
            let transaction = Transaction(
                payer: AccountID(PublicKey(words: hash().words)),
                nonce: number(),
                validUntil: Milliseconds(number()),
                maxPrice: number(),
                action: .pay(payments)
            )
            return IdentifiedTransaction(
                SignedTransaction(transaction: transaction, authorization: .owner(signature())),
                network: Self.network
            )
        }
    }

    private mutating func block(_ count: Int) -> Block {
        Block(
            header: header(),
            network: Self.network,
            transactions: transactions(count),
            evidence: (0..<count).map { _ in evidence() }
        )
    }

    private mutating func proposal(_ count: Int) -> Proposal {
        Proposal(
            vote: vote(),
            header: header(),
            leaves: hashes(count),
            evidence: (0..<count).map { _ in evidence() },
            change: [],
            parentCertificate: count == 0 ? nil : certificate(count),
            nullifications: (0..<count).map { _ in certificate(count) }
        )
    }
}
