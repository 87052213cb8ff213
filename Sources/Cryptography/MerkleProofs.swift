package import Primitives

// RFC 6962, section 2.1. Below, `node` answers the hash of a complete subtree: its 2^level leaves begin at
// index × 2^level. Proofs are made from such nodes alone, at most 2 × 64 of them, whatever the size of the log.

extension Merkle {
    /// The root of the log's first `size` leaves.
    package static func root<Failure>(
        size: UInt64,
        node: (_ level: Int, _ index: UInt64) throws(Failure) -> Hash32
    ) throws(Failure) -> Hash32 {
        guard size > 0 else { return emptyRoot }
        return try root(from: 0, count: size, node: node)
    }

    /// The hashes that lead from a leaf to the root, the leaf's neighbour first.
    package static func inclusionPath<Failure>(
        index: UInt64,
        size: UInt64,
        node: (_ level: Int, _ index: UInt64) throws(Failure) -> Hash32
    ) throws(Failure) -> [Hash32] {
        precondition(index < size, "a path leads from a leaf of the log")
        var path: [Hash32] = []
        var start: UInt64 = 0
        var count = size
        // Walks down from the root and notes the sibling of each step.
        while count > 1 {
            let left = leftCount(of: count)
            if index - start < left {
                path.append(try root(from: start + left, count: count - left, node: node))
                count = left
            } else {
                path.append(try root(from: start, count: left, node: node))
                start += left
                count -= left
            }
        }
        return path.reversed()
    }

    package static func inclusionPath(index: UInt64, leafHashes: [Hash32]) -> [Hash32] {
        inclusionPath(index: index, size: UInt64(leafHashes.count), node: subtrees(of: leafHashes))
    }

    /// The hashes that show the log of `newSize` leaves to begin with the log of `oldSize`.
    ///
    /// Nothing to show when the old log is empty or the same.
    package static func consistencyProof<Failure>(
        oldSize: UInt64,
        newSize: UInt64,
        node: (_ level: Int, _ index: UInt64) throws(Failure) -> Hash32
    ) throws(Failure) -> [Hash32] {
        precondition(oldSize <= newSize, "a log only grows")
        guard oldSize > 0, oldSize < newSize else { return [] }
        var proof: [Hash32] = []
        var start: UInt64 = 0
        var count = newSize
        var old = oldSize
        // Walks down to the subtree at which the old log ended; the verifier knows that one only if it is the old root.
        while old < count {
            let left = leftCount(of: count)
            if old <= left {
                proof.append(try root(from: start + left, count: count - left, node: node))
                count = left
            } else {
                proof.append(try root(from: start, count: left, node: node))
                start += left
                count -= left
                old -= left
            }
        }
        if start > 0 { proof.append(try root(from: start, count: count, node: node)) }
        return proof.reversed()
    }

    package static func consistencyProof(oldSize: UInt64, leafHashes: [Hash32]) -> [Hash32] {
        consistencyProof(oldSize: oldSize, newSize: UInt64(leafHashes.count), node: subtrees(of: leafHashes))
    }

    /// True when the path leads from this leaf at this index to the root of a log of this size.
    package static func includes(
        leafHash: Hash32,
        index: UInt64,
        size: UInt64,
        path: [Hash32],
        root: Hash32
    ) -> Bool {
        guard index < size else { return false }
        var hash = leafHash
        var place = index
        var last = size - 1
        for sibling in path {
            guard last > 0 else { return false }
            if place & 1 == 1 || place == last {
                hash = nodeHash(sibling, hash)
                // A last node without a right neighbour has moved up unchanged.
                while place & 1 == 0, place > 0 {
                    place >>= 1
                    last >>= 1
                }
            } else {
                hash = nodeHash(hash, sibling)
            }
            place >>= 1
            last >>= 1
        }
        return last == 0 && hash == root
    }

    /// True when the proof shows that the new log begins with the old one.
    package static func isConsistent(
        oldSize: UInt64,
        oldRoot: Hash32,
        newSize: UInt64,
        newRoot: Hash32,
        proof: [Hash32]
    ) -> Bool {
        guard oldSize <= newSize else { return false }
        if oldSize == newSize { return proof.isEmpty && oldRoot == newRoot }
        if oldSize == 0 { return proof.isEmpty && oldRoot == emptyRoot }
        var place = oldSize - 1
        var last = newSize - 1
        while place & 1 == 1 {
            place >>= 1
            last >>= 1
        }
        // An old log of 2^n leaves is itself the first subtree, so its root need not be sent.
        var rest = proof[...]
        guard let first = place == 0 ? oldRoot : rest.popFirst() else { return false }
        var old = first
        var new = first
        for sibling in rest {
            guard last > 0 else { return false }
            if place & 1 == 1 || place == last {
                old = nodeHash(sibling, old)
                new = nodeHash(sibling, new)
                while place & 1 == 0, place > 0 {
                    place >>= 1
                    last >>= 1
                }
            } else {
                new = nodeHash(new, sibling)
            }
            place >>= 1
            last >>= 1
        }
        return last == 0 && old == oldRoot && new == newRoot
    }

    // MARK: Subtrees

    /// The greatest power of two that leaves something for the right.
    private static func leftCount(of count: UInt64) -> UInt64 {
        1 << UInt64(UInt64.bitWidth - 1 - (count - 1).leadingZeroBitCount)
    }

    /// The root over `count` leaves from `start`, which is a multiple of every complete subtree within.
    private static func root<Failure>(
        from start: UInt64,
        count: UInt64,
        node: (_ level: Int, _ index: UInt64) throws(Failure) -> Hash32
    ) throws(Failure) -> Hash32 {
        if count.nonzeroBitCount == 1 {
            let level = count.trailingZeroBitCount
            return try node(level, start >> UInt64(level))
        }
        let left = leftCount(of: count)
        return nodeHash(
            try root(from: start, count: left, node: node),
            try root(from: start + left, count: count - left, node: node)
        )
    }

    private static func subtrees(of leafHashes: [Hash32]) -> (_ level: Int, _ index: UInt64) -> Hash32 {
        { level, index in
            let start = Int(index) << level
            return root(leafHashes: Array(leafHashes[start..<(start + 1 << level)]))
        }
    }
}
