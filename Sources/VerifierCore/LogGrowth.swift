import Cryptography
package import Primitives

/// What is kept of a log while it is read, so that its end can be proved to continue an earlier state of it.
///
/// A proof consists of the newest nodes of either log and of the right neighbours of the earlier one's edge: at most
/// three nodes for each level, whatever the log's length.
package struct LogGrowth: Sendable {
    private var log = LogFrontier()
    /// The last complete node of each level, the leaves' first.
    private var newest: [LogNode] = []
    private var marked: (size: UInt64, newest: [LogNode])?
    /// By level: the node that follows the last one, complete or not, of the earlier log, where it is a right child.
    private var neighbours: [Int: LogNode] = [:]

    package init() {}

    package var size: UInt64 { log.size }
    package var root: Hash32 { log.root }

    package mutating func append(leafHash: Hash32) {
        var completed: [LogNode] = []
        log.append(leafHash: leafHash) { completed.append($0) }
        for node in completed {
            if node.level < newest.count {
                newest[node.level] = node
            } else {
                newest.append(node)
            }
            guard let marked, marked.size > 0 else { continue }
            let edge = (marked.size - 1) >> UInt64(node.level)
            if edge & 1 == 0, node.index == edge + 1 { neighbours[node.level] = node }
        }
    }

    /// Says that a proof will begin with the log as it is now.
    package mutating func mark() {
        marked = (log.size, newest)
        neighbours = [:]
    }

    /// That the log as it is now begins with the one that was marked (RFC 6962, 2.1.2).
    package var proof: [Hash32] {
        guard let marked else { preconditionFailure("a proof begins with the log at its mark") }
        return Merkle.consistencyProof(oldSize: marked.size, newSize: log.size) { level, index in
            let kept = [newest, marked.newest].compactMap { level < $0.count ? $0[level] : nil } + [neighbours[level]]
            guard let node = kept.compactMap({ $0 }).first(where: { $0.index == index }) else {
                preconditionFailure("a proof needs nothing but the edges of both logs and the neighbours of the first")
            }
            return node.hash
        }
    }
}
