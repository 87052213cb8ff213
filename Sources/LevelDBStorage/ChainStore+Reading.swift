package import ChainCore
package import ConsensusCore
package import LedgerCore
package import Primitives
import Synchronization

/// Where a final transaction stands, and what it paid.
package struct Settlement: Hashable, Sendable {
    package let height: Height
    package let index: Int
    /// The price per share of its block.
    package let price: UInt64
    package let fee: Amount

    package init(height: Height, index: Int, price: UInt64, fee: Amount) {
        self.height = height
        self.index = index
        self.price = price
        self.fee = fee
    }
}

extension ChainStore {
    /// The final block at a height; nil above the tip and for block 0, which has no justification.
    package func finalBlock(at height: Height) throws(StorageError) -> JustifiedBlock? {
        guard height > .zero, height <= tip.height else { return nil }
        return try justifiedBlock(try storedBlock(at: height)).block
    }

    /// The header at a final height, block 0's included; nil above the tip.
    ///
    /// Costs one small read.
    package func header(at height: Height) throws(StorageError) -> Header? {
        guard height <= tip.height else { return nil }
        return height == .zero ? try requiredValue(under: .genesis) : try storedBlock(at: height).header
    }

    /// What makes the last final blocks final, newest first, at most `count`; costs one small read for each.
    package func lastJustifications(_ count: UInt64) throws(StorageError) -> [Justification] {
        var justifications: [Justification] = []
        var height = tip.height.number
        while height > 0, UInt64(justifications.count) < count {
            justifications.append(try storedBlock(at: Height(height)).justification)
            height -= 1
        }
        return justifications
    }

    /// The height of a final block, block 0 excepted; nil when no final block has this hash.
    package func height(of hash: Hash32) throws(StorageError) -> Height? {
        let found: StoredHeight? = try value(under: .height(hash))
        return found?.height
    }

    /// A block that is stored, final or not; nil when there is none, or when it was dropped.
    package func block(_ hash: Hash32) throws(StorageError) -> Block? {
        if let height = try height(of: hash) { return try finalBlock(at: height)?.block }
        guard let key = shared.withLock({ $0.unfinal.body(hash) }) else { return nil }
        if let bytes = try bodies.value(key.bytes) { return try openBody(bytes, under: key, hash: hash) }
        // Between the two a commit may have dropped it, or made it final.
        guard !shared.withLock({ $0.unfinal.contains(key) }) else { throw .damaged(StoreDamage(key, "missing")) }
        return nil
    }

    /// Where a transaction settled; nil when it is not final.
    package func settlement(of id: TransactionID) throws(StorageError) -> Settlement? {
        let key = StoreKey.settlement(id)
        guard let found: StoredSettlement = try value(under: key) else { return nil }
        guard let header = try header(at: found.height), found.index < UInt64(header.transactionCount),
            let index = Int(exactly: found.index), let fee = Amount(units: header.price).multiplied(by: found.shares)
        else { throw .damaged(StoreDamage(key, "names no transaction of a final block")) }
        return Settlement(height: found.height, index: index, price: header.price, fee: fee)
    }

    /// All evidence that is known, in the order of epoch and signer: what stands on the chain, and what waits for a block.
    package func evidence() throws(StorageError) -> [Evidence] {
        let shown = try shownEvidence()
        let accused = Set(shown.map(Accused.init))
        let waiting = try evidence(in: bodies).filter { !accused.contains(Accused($0)) }
        return (shown + waiting).sorted { ($0.epoch, $0.signer) < ($1.epoch, $1.signer) }
    }

    /// The evidence on the final chain, in the order of epoch and signer.
    package func shownEvidence() throws(StorageError) -> [Evidence] { try evidence(in: chain) }

    private func evidence(in database: Database) throws(StorageError) -> [Evidence] {
        var found: [Evidence] = []
        let bounds = StoreKey.Space.evidence.bounds
        try database.forEach(from: bounds.lower, to: bounds.upper) { (bytes, value) throws(StorageError) in
            found.append(try Self.open(value, under: try Self.key(bytes)))
            return true
        }
        return found
    }

    /// Final blocks from a height on, with what proves the last of them final (spec 3.11), as `SyncResponse` says.
    ///
    /// At most `blockCountMax` blocks and about `maxBytes` of them, but at least one when `height` is not above the tip.
    package func syncRange(
        from height: Height,
        blockCountMax: Int,
        maxBytes: Int
    ) throws(StorageError) -> SyncResponse {
        let tip = tip.height
        var blocks: [JustifiedBlock] = []
        var byteCount = 0
        var next = max(height, Height(1))
        while next <= tip, blocks.isEmpty || (blocks.count < blockCountMax && byteCount < maxBytes) {
            let (block, size) = try justifiedBlock(try storedBlock(at: next))
            // A block that would go far beyond what was asked for is left for the next request.
            if !blocks.isEmpty, byteCount + size > maxBytes { break }
            blocks.append(block)
            byteCount += size
            next = next.next
        }
        guard let last = blocks.last else { return SyncResponse(blocks: [], headers: [], finalization: nil) }
        if last.justification.isFinalization {
            return SyncResponse(blocks: blocks, headers: [], finalization: last.justification.certificate)
        }
        var headers: [Header] = []
        var justifications: [Justification] = []
        while next <= tip, headers.count < PeerLimits.syncHeadersMax {
            let stored = try storedBlock(at: next)
            headers.append(stored.header)
            justifications.append(stored.justification)
            if stored.justification.isFinalization {
                return SyncResponse(
                    blocks: blocks,
                    headers: headers,
                    justifications: justifications,
                    finalization: stored.justification.certificate
                )
            }
            next = next.next
        }
        return SyncResponse(blocks: blocks, headers: [], finalization: nil)
    }

    /// Walks the chain database in the order of its keys until `body` answers false; for `verify`.
    ///
    /// All of it when `space` is nil; a key that is none is damage. The values are as they lie there, not checked.
    package func forEachEntry(
        in space: StoreKey.Space? = nil,
        _ body: (_ key: StoreKey, _ value: [UInt8]) throws(StorageError) -> Bool
    ) throws(StorageError) {
        let bounds = space?.bounds ?? (lower: [], upper: [UInt8](repeating: 0xFF, count: 64))
        try chain.forEach(from: bounds.lower, to: bounds.upper) { (bytes, value) throws(StorageError) in
            try body(try Self.key(bytes), value)
        }
    }
}

// MARK: - Checked reads

extension ChainStore {
    func storedBlock(at height: Height) throws(StorageError) -> StoredBlock {
        let key = StoreKey.block(height)
        let stored: StoredBlock = try requiredValue(under: key)
        guard stored.header.height == height, stored.header.hash(network: genesis.networkID) == stored.hash else {
            throw .damaged(StoreDamage(key, "the header has another height or hash"))
        }
        return stored
    }

    /// The whole of a final block, and how many bytes its body takes.
    func justifiedBlock(_ stored: StoredBlock) throws(StorageError) -> (block: JustifiedBlock, byteCount: Int) {
        let bytes = try body(of: stored)
        let block = try openBody(bytes, under: stored.bodyKey, hash: stored.hash)
        return (JustifiedBlock(block: block, justification: stored.justification), bytes.count)
    }

    func checkBody(of stored: StoredBlock) throws(StorageError) {
        let bytes = try body(of: stored)
        do { try StoredBody.checkSeal(bytes, under: stored.bodyKey) } catch { throw .damaged(error) }
    }

    private func body(of stored: StoredBlock) throws(StorageError) -> [UInt8] {
        guard let bytes = try bodies.value(stored.bodyKey.bytes) else {
            throw .damaged(StoreDamage(stored.bodyKey, "missing, h/\(stored.header.height) points to it"))
        }
        return bytes
    }

    func openBody(_ bytes: [UInt8], under key: StoreKey, hash: Hash32) throws(StorageError) -> Block {
        do {
            return try StoredBody.open(bytes, under: key, hash: hash, network: genesis.networkID)
        } catch {
            throw .damaged(error)
        }
    }

    func value<Value: WireCodable>(under key: StoreKey) throws(StorageError) -> Value? {
        guard let bytes = try chain.value(key.bytes) else { return nil }
        return try Self.open(bytes, under: key)
    }

    func requiredValue<Value: WireCodable>(under key: StoreKey) throws(StorageError) -> Value {
        guard let value: Value = try value(under: key) else { throw .damaged(StoreDamage(key, "missing")) }
        return value
    }

    static func open<Value: WireCodable>(_ bytes: [UInt8], under key: StoreKey) throws(StorageError) -> Value {
        do { return try StoreValue.open(Value.self, bytes, under: key) } catch { throw .damaged(error) }
    }

    static func key(_ bytes: [UInt8]) throws(StorageError) -> StoreKey {
        guard let key = StoreKey(bytes: bytes) else {
            throw .damaged(StoreDamage(key: "0x" + Hex.encode(bytes), what: "not a key of the store"))
        }
        return key
    }

    /// The tip that a chain database names, with the header of its block.
    static func readTip(_ chain: Database, network: NetworkID) throws(StorageError) -> ChainTip {
        func read<Value: WireCodable>(_ key: StoreKey) throws(StorageError) -> Value {
            guard let bytes = try chain.value(key.bytes) else { throw .damaged(StoreDamage(key, "missing")) }
            return try open(bytes, under: key)
        }
        let tip: StoredTip = try read(.tip)
        if tip.height == .zero {
            let header: Header = try read(.genesis)
            guard header.hash(network: network) == tip.hash else {
                throw .damaged(StoreDamage(.tip, "block 0 has another hash"))
            }
            return ChainTip(header: header, hash: tip.hash, view: .zero)
        }
        let stored: StoredBlock = try read(.block(tip.height))
        guard stored.hash == tip.hash, stored.header.height == tip.height,
            stored.header.hash(network: network) == tip.hash
        else { throw .damaged(StoreDamage(.tip, "the block at its height has another hash")) }
        return ChainTip(header: stored.header, hash: tip.hash, view: stored.justification.view)
    }
}
