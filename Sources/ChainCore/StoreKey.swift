package import ConsensusCore
package import LedgerCore
package import Primitives

/// Where a value lies in the store (spec 5.1): one letter, then numbers in big-endian, so that keys ascend with them.
///
/// Keys that begin alike are equally long, so no key is the beginning of another.
package enum StoreKey: Hashable, Sendable {
    /// A block's body, by the view it was stored for; in the bodies database.
    case body(epoch: Epoch, view: View, hash: Hash32)
    /// A notarization or finalization above the final view; in the bodies database.
    case certificate(epoch: Epoch, view: View, kind: VoteBody.Kind, block: Hash32)
    /// A nullification above the final view; in the bodies database.
    case nullification(epoch: Epoch, view: View)
    /// A final block: its header, its justification, where its body lies.
    case block(Height)
    /// Which accounts a final block touched; one page of the record.
    case touches(Height, page: UInt32)
    /// An account as it was after some block at or below the tip.
    case account(AccountNumber)
    /// The height that every account's entry has reached.
    case snapshot
    /// The final tip.
    case tip
    /// Block 0's header.
    case genesis
    /// Where a transaction settled.
    case settlement(TransactionID)
    /// The height of a final block, by its hash.
    case height(Hash32)
    /// What one block adds to the replay window, by the greatest validUntil in it.
    case replay(validUntil: Milliseconds, Height)
    /// A node of the log of all transactions.
    case logNode(level: UInt8, index: UInt64)
    /// Evidence against a validator.
    case evidence(epoch: Epoch, signer: UInt16)

    /// The groups of keys, each under its letter.
    package enum Space: UInt8, CaseIterable, Sendable {
        case bodies = 0x62  // b
        case touches = 0x64  // d
        case evidence = 0x65  // e
        case blocks = 0x68  // h
        case logNodes = 0x6C  // l
        case marks = 0x6D  // m
        case certificates = 0x6E  // n
        case accounts = 0x73  // s
        case settlements = 0x74  // t
        case replay = 0x77  // w
        case heights = 0x78  // x
        case nullifications = 0x7A  // z

        /// The first key of the group and the first one beyond it.
        package var bounds: (lower: [UInt8], upper: [UInt8]) { ([rawValue], [rawValue + 1]) }
    }

    package var space: Space {
        switch self {
        case .body: .bodies
        case .certificate: .certificates
        case .nullification: .nullifications
        case .block: .blocks
        case .touches: .touches
        case .account: .accounts
        case .snapshot, .tip, .genesis: .marks
        case .settlement: .settlements
        case .height: .heights
        case .replay: .replay
        case .logNode: .logNodes
        case .evidence: .evidence
        }
    }
}

extension StoreKey {
    package var bytes: [UInt8] {
        var writer = WireWriter(capacity: 50)
        writer.write(space.rawValue)
        switch self {
        case .body(let epoch, let view, let hash):
            writer.write(epoch.number.byteSwapped)
            writer.write(view.number.byteSwapped)
            writer.write(hash)
        case .certificate(let epoch, let view, let kind, let block):
            writer.write(epoch.number.byteSwapped)
            writer.write(view.number.byteSwapped)
            writer.write(UInt8(kind.rawValue))
            writer.write(block)
        case .nullification(let epoch, let view):
            writer.write(epoch.number.byteSwapped)
            writer.write(view.number.byteSwapped)
        case .block(let height):
            writer.write(height.number.byteSwapped)
        case .touches(let height, let page):
            writer.write(height.number.byteSwapped)
            writer.write(page.byteSwapped)
        case .account(let number):
            writer.write(number.value.byteSwapped)
        case .snapshot:
            writer.write(UInt8(0))
        case .tip:
            writer.write(UInt8(1))
        case .genesis:
            writer.write(UInt8(2))
        case .settlement(let id):
            writer.write(id)
        case .height(let hash):
            writer.write(hash)
        case .replay(let validUntil, let height):
            writer.write(validUntil.number.byteSwapped)
            writer.write(height.number.byteSwapped)
        case .logNode(let level, let index):
            writer.write(level)
            writer.write(index.byteSwapped)
        case .evidence(let epoch, let signer):
            writer.write(epoch.number.byteSwapped)
            writer.write(signer.byteSwapped)
        }
        return writer.bytes
    }

    /// Answers nil for bytes that are no key.
    package init?(bytes: [UInt8]) {
        guard let first = bytes.first, let space = Space(rawValue: first) else { return nil }
        do {
            // SAFETY: the span reads `bytes`, which outlives it; every bit pattern is a valid byte.
            var rest = unsafe bytes.span.bytes
            _ = try rest.take(UInt8.self)
            try self.init(space, decoding: &rest)
            try rest.expectEnd()
        } catch {
            return nil
        }
    }

    private init(_ space: Space, decoding rest: inout RawSpan) throws(WireError) {
        switch space {
        case .bodies:
            let (epoch, view) = try Self.takeEpochAndView(&rest)
            self = .body(epoch: epoch, view: view, hash: try Hash32(decoding: &rest))
        case .certificates:
            let (epoch, view) = try Self.takeEpochAndView(&rest)
            let tag = try rest.take(UInt8.self)
            guard let kind = VoteBody.Kind(rawValue: Int(tag)), kind != .nullify else {
                throw .unknownTag(UInt64(tag), of: "certificate key")
            }
            self = .certificate(epoch: epoch, view: view, kind: kind, block: try Hash32(decoding: &rest))
        case .nullifications:
            let (epoch, view) = try Self.takeEpochAndView(&rest)
            self = .nullification(epoch: epoch, view: view)
        case .blocks: self = .block(Height(try Self.take(&rest)))
        case .touches: self = .touches(Height(try Self.take(&rest)), page: try Self.take(&rest))
        case .accounts: self = .account(AccountNumber(try Self.take(&rest)))
        case .marks:
            switch try rest.take(UInt8.self) {
            case 0: self = .snapshot
            case 1: self = .tip
            case 2: self = .genesis
            case let other: throw .unknownTag(UInt64(other), of: "mark")
            }
        case .settlements: self = .settlement(try TransactionID(decoding: &rest))
        case .heights: self = .height(try Hash32(decoding: &rest))
        case .replay: self = .replay(validUntil: Milliseconds(try Self.take(&rest)), Height(try Self.take(&rest)))
        case .logNodes: self = .logNode(level: try rest.take(), index: try Self.take(&rest))
        case .evidence: self = .evidence(epoch: Epoch(try Self.take(&rest)), signer: try Self.take(&rest))
        }
    }

    private static func takeEpochAndView(_ rest: inout RawSpan) throws(WireError) -> (Epoch, View) {
        (Epoch(try take(&rest)), View(try take(&rest)))
    }

    private static func take<Value: FixedWidthInteger & BitwiseCopyable>(
        _ rest: inout RawSpan
    ) throws(WireError) -> Value {
        try rest.take(Value.self).byteSwapped
    }
}

extension StoreKey: CustomStringConvertible {
    /// The key as messages name it: `d/48211/0`.
    package var description: String {
        let parts: [String] =
            switch self {
            case .body(let epoch, let view, let hash): [epoch.description, view.description, hash.hex]
            case .certificate(let epoch, let view, let kind, let block):
                [epoch.description, view.description, String(kind.rawValue), block.hex]
            case .nullification(let epoch, let view): [epoch.description, view.description]
            case .block(let height): [height.description]
            case .touches(let height, let page): [height.description, String(page)]
            case .account(let number): [number.description]
            case .snapshot: ["snapshot"]
            case .tip: ["tip"]
            case .genesis: ["genesis"]
            case .settlement(let id): [id.hex]
            case .height(let hash): [hash.hex]
            case .replay(let validUntil, let height): [validUntil.description, height.description]
            case .logNode(let level, let index): [String(level), String(index)]
            case .evidence(let epoch, let signer): [epoch.description, String(signer)]
            }
        return ([String(UnicodeScalar(space.rawValue))] + parts).joined(separator: "/")
    }
}
