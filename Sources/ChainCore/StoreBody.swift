import Cryptography
package import Primitives

/// `b/epoch/view/hash`: a whole block, written once, before any vote for it (spec 5.2).
///
/// The key's hash covers the header, the header's root the transactions. Evidence and a change are under hashes that
/// take the parent to check, so a seal over key and both follows the block.
package enum StoredBody {
    package static func sealed(_ block: Block, under key: StoreKey) -> [UInt8] {
        var writer = WireWriter(capacity: 1_024 + Int(block.header.transactionBytes))
        block.encode(into: &writer)
        writer.write(seal(of: block, under: key))
        return writer.bytes
    }

    /// Decodes a body and checks all of it; time proportional to its transactions, about two hashes each.
    package static func open(
        _ bytes: [UInt8],
        under key: StoreKey,
        hash: Hash32,
        network: NetworkID
    ) throws(StoreDamage) -> Block {
        let block: Block
        let seal: UInt64
        do {
            // SAFETY: the span reads `bytes`, which outlives it; every bit pattern is a valid byte.
            var rest = unsafe bytes.span.bytes
            block = try Block(decoding: &rest, network: network)
            seal = try rest.take()
            try rest.expectEnd()
        } catch {
            throw StoreDamage(key, "not a block: \(error)")
        }
        guard block.hash == hash else { throw StoreDamage(key, "the header has the hash \(block.hash)") }
        guard block.bodyMatchesHeader else { throw StoreDamage(key, "the transactions don't match the header's root") }
        guard seal == Self.seal(of: block, under: key) else {
            throw StoreDamage(key, "evidence or change doesn't match its seal")
        }
        return block
    }

    private static func seal(of block: Block, under key: StoreKey) -> UInt64 {
        var writer = WireWriter()
        writer.write(vector: block.evidence)
        writer.write(vector: block.change)
        return StoreValue.seal(writer.bytes, under: key.bytes)
    }
}
