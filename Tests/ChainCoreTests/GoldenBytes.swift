import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import NIOCore
import Primitives
import TCPGossip
import Testing

/// Every type that travels or is stored, with values drawn from a seed that is its name.
struct GoldenType: Sendable, CustomTestStringConvertible {
    let name: String
    let make: @Sendable (inout Samples) -> Value

    struct Value {
        let shown: Any
        let bytes: [UInt8]
        /// Whether the bytes read back as this value.
        let isReadBack: Bool
    }

    var testDescription: String { name }

    /// A type with an encoding of its own.
    static func wire<Encoded: WireCodable & Equatable & SendableMetatype>(
        _ name: String,
        _ make: @escaping @Sendable (inout Samples) -> Encoded
    ) -> GoldenType {
        GoldenType(name: name) { samples in
            let value = make(&samples)
            let bytes = value.encoded()
            let back = Result { () throws(WireError) in try Encoded(decodingAll: bytes) }
            return Value(shown: value, bytes: bytes, isReadBack: back == .success(value))
        }
    }

    /// A message between peers, which its type code belongs to.
    static func message(
        _ name: String,
        _ make: @escaping @Sendable (inout Samples) -> PeerMessage
    ) -> GoldenType {
        GoldenType(name: name) { samples in
            let value = make(&samples)
            let body = value.encoded()
            let back = Result { () throws(WireError) in
                try PeerMessage(typeCode: value.typeCode, body: body, network: Samples.network)
            }
            return Value(shown: value, bytes: [value.typeCode] + body, isReadBack: back == .success(value))
        }
    }

    static let all: [GoldenType] =
        ledger + consensus
        + (0..<16).map { type in
            let names = [
                "vote", "certificate", "proposal", "status", "certificateRequest", "heldVotes", "evidence",
                "bodyRequest", "bodyResponse", "blockRequest", "blockResponse", "syncRequest", "syncResponse",
                "announce", "transactionRequest", "transactions",
            ]
            return message("message-\(type + 1)-\(names[type])") { samples in
                samples.message(type, listLength: Int(samples.generator.next() % 4))
            }
        } + sessions + store + export

    private static let ledger: [GoldenType] = [
        wire("genesis") { $0.genesis() },
        wire("transaction") { $0.transactions(3)[Int($0.generator.next() % 3)].transaction },
        wire("signed-transaction") { $0.transactions(2)[1].signed },
        wire("header") { $0.header() },
        GoldenType(name: "block") { samples in
            let block = samples.block(Int(samples.generator.next() % 4))
            let bytes = block.encoded()
            let back = Result { () throws(WireError) in try Block(decodingAll: bytes, network: Samples.network) }
            return Value(shown: block, bytes: bytes, isReadBack: back == .success(block))
        },
        wire("validator") { $0.validator() },
        wire("validator-change") { $0.change() },
    ]

    private static let consensus: [GoldenType] = [
        wire("vote-body") { $0.body() },
        wire("justification") { $0.why(Int($0.generator.next() % 3)) },
        wire("vote-log-header") { $0.voteLog().header },
        wire("vote-log-record") { $0.voteLogRecord() },
        GoldenType(name: "vote-log") { samples in
            let image = samples.voteLog()
            return Value(shown: image, bytes: image.encoded(), isReadBack: true)
        },
    ]

    private static let sessions: [GoldenType] = [
        wire("hello") { samples in
            Hello(
                network: NetworkID(words: samples.hash().words),
                lane: samples.generator.next() % 2 == 0 ? .consensus : .bulk,
                role: samples.generator.next() % 2 == 0 ? .validator : .follower,
                head: PeerHead(height: Height(samples.number()), hash: samples.hash()),
                identity: samples.generator.next() % 2 == 0
                    ? nil : ConsensusIdentity(consensusKey: samples.key(), signature: samples.signature())
            )
        },
        GoldenType(name: "frame") { samples in
            let frame = Frame(
                typeCode: UInt8(truncatingIfNeeded: samples.generator.next()),
                body: samples.blockRequest().encoded()
            )
            var (reader, bytes) = (FrameReader(), frame.bytes())
            let written = [UInt8](bytes.readableBytesView)
            reader.append(&bytes)
            let back = Result { () throws(PeerCloseReason) in try reader.next { _ in } }
            return Value(shown: frame, bytes: written, isReadBack: back == .success(frame))
        },
    ]

    private static let store: [GoldenType] = [
        GoldenType(name: "store-key") { samples in
            let key = samples.storeKey()
            return Value(shown: key, bytes: key.bytes, isReadBack: StoreKey(bytes: key.bytes) == key)
        },
        wire("stored-block") { $0.storedBlock() },
        wire("stored-account") {
            StoredAccount(id: $0.accountID(), balance: Amount(units: $0.number()), touched: Height($0.number()))
        },
        wire("stored-height") { StoredHeight(Height($0.number())) },
        wire("stored-tip") { StoredTip(height: Height($0.number()), hash: $0.hash(), frontier: $0.frontier()) },
        wire("stored-settlement") {
            StoredSettlement(height: Height($0.number()), index: $0.number(), shares: $0.number())
        },
        wire("stored-replay") { $0.storedReplay() },
        wire("stored-log-node") { StoredLogNode($0.hash()) },
        GoldenType(name: "stored-touches") { samples in
            let (height, touches) = samples.touches()
            let pages = StoredTouchPage.pages(of: touches, at: height)
            let back = pages.map { page in
                Result { () throws(StoreDamage) in
                    try StoredTouchPage.open(page.value, under: page.key, at: height, mark: page.mark)
                }
            }
            return Value(
                shown: (height: height, touches: touches, mark: pages[0].mark),
                bytes: pages[0].value,
                isReadBack: back == [.success(touches)]
            )
        },
        GoldenType(name: "sealed-value") { samples in
            let (key, value) = (samples.storeKey(), StoredHeight(Height(samples.number())))
            let bytes = StoreValue.sealed(value, under: key)
            let back = Result { () throws(StoreDamage) in try StoreValue.open(StoredHeight.self, bytes, under: key) }
            return Value(shown: (key: key, value: value), bytes: bytes, isReadBack: back == .success(value))
        },
    ]

    private static let export: [GoldenType] = [
        wire("export-header") { samples in
            let first = max(1, samples.number() >> 1)
            return ExportHeader(
                genesis: samples.genesis(),
                first: Height(first),
                last: Height(first - 1 + samples.generator.next() % 100_000),
                parent: samples.hash(),
                segmentBlocks: 1 + UInt32(samples.generator.next() % 10_000)
            )
        },
        wire("export-segment") { samples in
            ExportSegment(
                first: Height(samples.number()),
                last: Height(samples.number()),
                transactions: samples.number(),
                payments: samples.number(),
                byteCount: samples.number(),
                root: samples.hash()
            )
        },
        wire("export-manifest") { samples in
            ExportManifest(
                blocks: samples.number(),
                transactions: samples.number(),
                payments: samples.number(),
                certificates: samples.number(),
                evidence: samples.number(),
                segments: samples.number(),
                tip: samples.hash(),
                root: samples.hash()
            )
        },
    ]
}

extension Samples {
    /// One message of the type with this code less one.
    mutating func message(_ type: Int, listLength count: Int) -> PeerMessage {
        switch type {
        case 0: .vote(vote())
        case 1: .certificate(certificate(count))
        case 2: .proposal(proposal(count))
        case 3: .status(status())
        case 4: .certificateRequest(CertificateRequest(epoch: Epoch(number()), view: View(number())))
        case 5: .heldVotes(heldVotes(count))
        case 6: .evidence(evidence())
        case 7: .bodyRequest(BodyRequest(block: hash(), leaves: hashes(count)))
        case 8: .bodyResponse(BodyResponse(block: hash(), transactions: transactions(count)))
        case 9: .blockRequest(blockRequest())
        case 10: .blockResponse(block(count))
        case 11: .syncRequest(syncRequest())
        case 12: .syncResponse(syncResponse(count))
        case 13: .announce(hashes(count))
        case 14: .transactionRequest(hashes(count))
        case 15: .transactions(transactions(count))
        default: preconditionFailure("there are sixteen types of messages")
        }
    }
}
