package import Primitives

/// `b/epoch/view/hash`: a whole block, written once, before any vote for it (spec 5.2).
///
/// Sealed like the small values, and besides the key's hash covers the header and the header's root the transactions.
package enum StoredBody {
    package static func sealed(_ block: Block, under key: StoreKey) -> [UInt8] {
        var writer = WireWriter(capacity: block.capacity)
        block.encode(into: &writer)
        writer.write(StoreValue.seal(writer.bytes, under: key.bytes))
        return writer.bytes
    }

    /// Checks that a body is what was written, without decoding it: one hash over its bytes.
    package static func checkSeal(_ bytes: [UInt8], under key: StoreKey) throws(StoreDamage) {
        _ = try StoreValue.unsealed(bytes, under: key)
    }

    /// Decodes a body and checks all of it; time proportional to its transactions, about two hashes each.
    package static func open(
        _ bytes: [UInt8],
        under key: StoreKey,
        hash: Hash32,
        network: NetworkID
    ) throws(StoreDamage) -> Block {
        let payload = try StoreValue.unsealed(bytes, under: key)
        let block: Block
        do {
            block = try Block(decodingAll: payload, network: network)
        } catch {
            throw StoreDamage(key, "not a block: \(error)")
        }
        guard block.hash == hash else { throw StoreDamage(key, "the header has the hash \(block.hash)") }
        guard block.bodyMatchesHeader else { throw StoreDamage(key, "the transactions don't match the header's root") }
        return block
    }
}
