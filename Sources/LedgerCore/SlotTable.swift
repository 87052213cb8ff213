import Primitives

/// Finds small numbers by the hash of a key; the keys themselves lie elsewhere, at those numbers.
///
/// Open addressing with one word for each entry: the upper half is a part of the hash, the lower half the slot plus one.
/// The part of the hash settles almost every comparison without a look at a key, and growing looks at none.
/// Nothing iterates over a table, so the order of its words reaches no result.
struct SlotTable: Sendable {
    private var words: [UInt64] = []
    /// The number of words, a power of two, less one; -1 without any.
    ///
    /// It lies here because the words lie far from any cache: so one access waits for them, not two after each other.
    private var mask = -1
    private(set) var count = 0

    init() {}

    /// A table that takes `count` slots without growing.
    init(capacity count: Int) {
        var size = 8
        while 3 * size < 4 * count { size *= 2 }
        words = [UInt64](repeating: 0, count: size)
        mask = size - 1
    }

    static let slotCountMax = Int(UInt32.max) - 1

    func slot(tag: UInt32, where isMatch: (Int) -> Bool) -> Int? {
        guard count > 0 else { return nil }
        var position = Int(tag) & mask
        while words[position] != 0 {
            let word = words[position]
            if UInt32(truncatingIfNeeded: word >> 32) == tag {
                let slot = Int(UInt32(truncatingIfNeeded: word)) - 1
                if isMatch(slot) { return slot }
            }
            position = (position + 1) & mask
        }
        return nil
    }

    /// The slot that the first look finds, if it may be the one that is wanted; most are.
    func likelySlot(tag: UInt32) -> Int? {
        guard count > 0 else { return nil }
        let word = words[Int(tag) & mask]
        guard word != 0, UInt32(truncatingIfNeeded: word >> 32) == tag else { return nil }
        return Int(UInt32(truncatingIfNeeded: word)) - 1
    }

    /// Adds a slot whose key is not in the table.
    mutating func insert(tag: UInt32, slot: Int) {
        precondition(slot < Self.slotCountMax, "a slot fits 32 bits: that many keys do not fit the machine")
        if 4 * (count + 1) > 3 * (mask + 1) { grow() }
        place(UInt64(tag) << 32 | UInt64(slot + 1))
        count += 1
    }

    /// Removes a slot that is in the table, and closes the gap it leaves.
    mutating func remove(tag: UInt32, slot: Int) {
        let wanted = UInt64(tag) << 32 | UInt64(slot + 1)
        var gap = Int(tag) & mask
        while words[gap] != wanted {
            precondition(words[gap] != 0, "only what was inserted is removed")
            gap = (gap + 1) & mask
        }
        var position = (gap + 1) & mask
        while words[position] != 0 {
            let home = Int(UInt32(truncatingIfNeeded: words[position] >> 32)) & mask
            // An entry may move back into the gap unless that would put it before its home.
            if (position - home) & mask >= (position - gap) & mask {
                words[gap] = words[position]
                gap = position
            }
            position = (position + 1) & mask
        }
        words[gap] = 0
        count -= 1
    }

    /// The same table after its slots moved to other places; all of them are in it.
    func moved(to places: [Int]) -> SlotTable {
        precondition(places.count == count, "every slot has a new place")
        var moved = self
        for position in words.indices where words[position] != 0 {
            let word = words[position]
            let place = places[Int(UInt32(truncatingIfNeeded: word)) - 1]
            moved.words[position] = word & ~UInt64(UInt32.max) | UInt64(place + 1)
        }
        return moved
    }

    private mutating func place(_ word: UInt64) {
        var position = Int(UInt32(truncatingIfNeeded: word >> 32)) & mask
        while words[position] != 0 { position = (position + 1) & mask }
        words[position] = word
    }

    private mutating func grow() {
        let old = words
        words = [UInt64](repeating: 0, count: max(8, 2 * old.count))
        mask = words.count - 1
        for word in old where word != 0 { place(word) }
    }
}

/// Many slot tables that each grow alone, so that no insertion ever moves more than a small part of the whole.
struct ShardedSlotTable: Sendable {
    private var shards = [SlotTable](repeating: SlotTable(), count: 1 << Self.shardBits)

    private static let shardBits = 10

    func slot(hash: TableHash, where isMatch: (Int) -> Bool) -> Int? {
        shards[hash.shard(bits: Self.shardBits)].slot(tag: hash.tag, where: isMatch)
    }

    func likelySlot(hash: TableHash) -> Int? {
        shards[hash.shard(bits: Self.shardBits)].likelySlot(tag: hash.tag)
    }

    mutating func insert(hash: TableHash, slot: Int) {
        shards[hash.shard(bits: Self.shardBits)].insert(tag: hash.tag, slot: slot)
    }

    mutating func remove(hash: TableHash, slot: Int) {
        shards[hash.shard(bits: Self.shardBits)].remove(tag: hash.tag, slot: slot)
    }
}

/// A key's hash for the tables of one process.
///
/// It comes from the standard library's seeded hash: payers choose their keys, and could otherwise choose keys that
/// collide. It differs from run to run, which changes the time of a look-up and never its answer.
struct TableHash: Sendable {
    private let bits: UInt64

    init(_ key: some Hashable) { bits = UInt64(bitPattern: Int64(key.hashValue)) }

    var tag: UInt32 { UInt32(truncatingIfNeeded: bits) }
    func shard(bits count: Int) -> Int { Int(bits >> UInt64(64 - count)) }
}
