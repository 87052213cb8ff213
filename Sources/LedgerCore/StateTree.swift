import Cryptography
import Primitives

/// The RFC 6962 tree over all accounts by number (spec 2.5), every level in memory.
///
/// Level 0 holds the leaves; a node is the hash of its two children, or its only child itself. Joining neighbours and
/// carrying an odd last node up gives RFC 6962's tree, so a changed leaf changes one node on each level.
struct StateTree: Sendable {
    private var levels: [ChunkedArray<Hash32>] = []

    var leafCount: Int { levels.first?.count ?? 0 }

    func node(level: Int, index: Int) -> Hash32 { levels[level][index] }

    var root: Hash32 {
        guard let top = levels.last else { return Merkle.emptyRoot }
        return top[0]
    }

    init(_ accounts: AccountTable) {
        var level = ChunkedArray<Hash32>()
        for index in 0..<accounts.count {
            let account = accounts[AccountNumber(index: index)]
            level.append(Self.leafHash(id: account.id, balance: account.balance))
        }
        levels = [level]
        while level.count > 1 {
            var above = ChunkedArray<Hash32>()
            for index in stride(from: 0, to: level.count - 1, by: 2) {
                above.append(Merkle.nodeHash(level[index], level[index + 1]))
            }
            if !level.count.isMultiple(of: 2) { above.append(level[level.count - 1]) }
            levels.append(above)
            level = above
        }
    }

    /// Writes what a block changed; time proportional to that.
    mutating func apply(_ patch: StateTreePatch) {
        for (level, changes) in patch.levels.enumerated() {
            if level == levels.count { levels.append(ChunkedArray()) }
            for (index, hash) in zip(changes.indices, changes.hashes) {
                if index == levels[level].count {
                    levels[level].append(hash)
                } else {
                    levels[level][index] = hash
                }
            }
        }
    }

    static func leafHash(id: AccountID, balance: Amount) -> Hash32 {
        Merkle.leafHash(id, balance.units)
    }
}

/// The nodes of the state tree that a block changed, on every level, in the order of their indices.
struct StateTreePatch: Sendable {
    struct Level: Sendable {
        var indices: [Int] = []
        var hashes: [Hash32] = []

        func hash(at index: Int) -> Hash32? {
            var low = 0
            var high = indices.count
            while low < high {
                let middle = (low + high) / 2
                if indices[middle] < index { low = middle + 1 } else { high = middle }
            }
            return low < indices.count && indices[low] == index ? hashes[low] : nil
        }
    }

    let levels: [Level]
    /// The number of leaves after the block.
    let leafCount: Int

    /// The root after the block; nil when the block changed nothing.
    var root: Hash32? { levels.last?.hashes.last }

    func node(level: Int, index: Int) -> Hash32? {
        level < levels.count ? levels[level].hash(at: index) : nil
    }

    /// What a block changes that touches no account.
    init(unchangedLeafCount leafCount: Int) {
        levels = []
        self.leafCount = leafCount
    }

    /// Hashes upwards from the changed leaves, which must not be none.
    ///
    /// `leaves` is in the order of the indices; `unchanged` gives the nodes that the block leaves alone.
    init(leaves: Level, leafCount: Int, unchanged: (_ level: Int, _ index: Int) -> Hash32) {
        var levels = [leaves]
        var width = leafCount
        while width > 1 {
            let below = levels[levels.count - 1]
            levels.append(Self.parents(of: below, level: levels.count - 1, width: width, unchanged: unchanged))
            width = (width + 1) / 2
        }
        self.levels = levels
        self.leafCount = leafCount
    }

    private static func parents(
        of below: Level,
        level: Int,
        width: Int,
        unchanged: (_ level: Int, _ index: Int) -> Hash32
    ) -> Level {
        var parents = Level()
        parents.indices.reserveCapacity(below.indices.count)
        var children: [(left: Hash32, right: Hash32?)] = []
        children.reserveCapacity(below.indices.count)
        var position = 0
        while position < below.indices.count {
            let index = below.indices[position]
            let hash = below.hashes[position]
            position += 1
            if index & 1 == 1 {
                children.append((unchanged(level, index - 1), hash))
            } else if index + 1 == width {
                children.append((hash, nil))
            } else if position < below.indices.count, below.indices[position] == index + 1 {
                children.append((hash, below.hashes[position]))
                position += 1
            } else {
                children.append((hash, unchanged(level, index + 1)))
            }
            parents.indices.append(index >> 1)
        }
        // In a large tree most unchanged nodes lie far from any cache: fetched without a hash between two, they come together.
        parents.hashes = children.map { pair in pair.right.map { Merkle.nodeHash(pair.left, $0) } ?? pair.left }
        return parents
    }
}
