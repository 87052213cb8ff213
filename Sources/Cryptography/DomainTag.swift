package import Primitives

/// What a hash or a signature is for (spec 2.1).
///
/// A tag and a zero byte stand before everything that is hashed or signed, so bytes made for one purpose never pass
/// for another. The only untagged hashes are those of the Merkle trees, which follow RFC 6962.
package enum DomainTag: String, CaseIterable, Sendable {
    /// The network id, over the genesis values.
    case genesis = "farthing/genesis/v1"
    /// A transaction's id.
    case transaction = "farthing/transaction/v1"
    /// What a payer signs, over a transaction's id.
    case signature = "farthing/signature/v1"
    /// A block's hash, over its header.
    case block = "farthing/block/v1"
    /// What a validator signs.
    case vote = "farthing/vote/v1"
    /// A list of validators.
    case validators = "farthing/validators/v1"
    /// The chain's evidence so far.
    case evidence = "farthing/evidence/v1"
    /// A block's change of validators.
    case change = "farthing/change/v1"
    /// What a peer signs when it connects.
    case hello = "farthing/hello/v1"
    /// A receipt.
    case receipt = "farthing/receipt/v1"
    /// What a person signs with a key of theirs, over a file's SHA-256: a statement outside every network.
    case file = "farthing/file/v1"

    /// The bytes that a validator or a peer signs: tag, zero byte, network id, body.
    package func message(network: NetworkID, body: [UInt8]) -> [UInt8] {
        Array(rawValue.utf8) + [0] + network.bytes + body
    }

    /// The bytes that a payer signs: tag, zero byte, hash (spec 2.3).
    ///
    /// The hash already names the network.
    package func message(hash: some ThirtyTwoBytes) -> [UInt8] {
        var writer = WireWriter(capacity: rawValue.utf8.count + 33)
        // SAFETY: the span reads a literal, and is read at once.
        writer.write(raw: unsafe rawValue.utf8.span.bytes)
        writer.write(UInt8(0))
        writer.write(hash)
        return writer.bytes
    }
}

extension Hash32 {
    /// SHA-256 of tag, zero byte, network id, body.
    package init(tag: DomainTag, network: NetworkID, body: [UInt8]) {
        // SAFETY: the span reads `body`, which outlives it.
        self.init(tag: tag, network: network, body: unsafe body.span.bytes)
    }

    /// The same of a body that lies in other bytes.
    package init(tag: DomainTag, network: NetworkID, body: RawSpan) {
        var hasher = SHA256(tag: tag)
        hasher.update(network)
        hasher.update(body)
        self = hasher.finish()
    }
}

extension NetworkID {
    /// SHA-256 of the genesis tag, zero byte, canonical bytes of the genesis values.
    package init(genesisBytes: [UInt8]) {
        var hasher = SHA256(tag: .genesis)
        hasher.update(genesisBytes)
        self.init(words: hasher.finish().words)
    }
}

extension SHA256 {
    fileprivate init(tag: DomainTag) {
        self.init()
        // SAFETY: the span reads a literal, and is read at once.
        update(unsafe tag.rawValue.utf8.span.bytes)
        update(byte: 0)
    }
}
