package import Primitives

/// A complete subtree of a log: its 2^level leaves begin at index × 2^level.
package struct LogNode: Hashable, Sendable {
    package let level: Int
    package let index: UInt64
    package let hash: Hash32

    package init(level: Int, index: UInt64, hash: Hash32) {
        self.level = level
        self.index = index
        self.hash = hash
    }
}

/// The right edge of an append-only RFC 6962 log: enough to append to it and to know its root.
///
/// Invariant: one hash for each bit set in `size`, the greatest subtree first; at most 64.
package struct LogFrontier: WireCodable, Hashable, Sendable {
    package private(set) var size: UInt64
    private var subtrees: [Hash32]

    package init() {
        size = 0
        subtrees = []
    }

    package mutating func append(leafHash: Hash32) {
        append(leafHash: leafHash) { _ in }
    }

    /// Appends a leaf and reports each node that it completes, the leaf itself first, then upwards.
    package mutating func append(leafHash: Hash32, reporting completed: (LogNode) -> Void) {
        precondition(size < .max, "a log never reaches 2^64 leaves")
        var node = LogNode(level: 0, index: size, hash: leafHash)
        completed(node)
        var rest = size
        // A bit set in the old size is a subtree of that level waiting for its right neighbour.
        while rest & 1 == 1 {
            let left = subtrees.removeLast()
            node = LogNode(level: node.level + 1, index: node.index >> 1, hash: Merkle.nodeHash(left, node.hash))
            completed(node)
            rest >>= 1
        }
        subtrees.append(node.hash)
        size += 1
    }

    /// Joins the subtrees from the right; at most 63 hashes.
    package var root: Hash32 {
        guard var root = subtrees.last else { return Merkle.emptyRoot }
        for subtree in subtrees.dropLast().reversed() { root = Merkle.nodeHash(subtree, root) }
        return root
    }

    package static var minimumByteCount: Int { 9 }

    package init(decoding rest: inout RawSpan) throws(WireError) {
        size = try rest.take()
        subtrees = try rest.takeVector(limit: UInt64.bitWidth)
        guard subtrees.count == size.nonzeroBitCount else {
            throw .outOfRange("a log frontier has one hash for each bit of its size")
        }
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(size)
        writer.write(vector: subtrees)
    }
}
