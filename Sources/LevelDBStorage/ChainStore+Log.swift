import ChainCore
import Cryptography
import LedgerCore
package import Primitives

extension ChainStore {
    /// A complete node of the log of all transactions; nil when the final log doesn't fill it.
    ///
    /// From level 4 on it is stored; below, it is made of the leaves in the blocks that hold them, at most eight leaves.
    package func logNode(level: Int, index: UInt64) throws(StorageError) -> Hash32? {
        let size = tip.header.logSize
        guard (0..<64).contains(level), index < size >> UInt64(level) else { return nil }
        guard level < StoreEntries.logLevelMin else {
            let node: StoredLogNode = try requiredValue(under: .logNode(level: UInt8(level), index: index))
            return node.hash
        }
        let first = index << UInt64(level)
        return Merkle.root(leafHashes: try leaves(first..<(first + (1 << UInt64(level)))))
    }

    /// The height of the block that holds a place of the log; a binary search over headers.
    private func height(ofLogIndex index: UInt64) throws(StorageError) -> Height {
        var (low, high) = (UInt64(1), tip.height.number)
        while low < high {
            let middle = (low + high) / 2
            if try storedBlock(at: Height(middle)).header.logSize > index { high = middle } else { low = middle + 1 }
        }
        return Height(low)
    }

    private func leaves(_ range: Range<UInt64>) throws(StorageError) -> [Hash32] {
        var leaves: [Hash32] = []
        var height = try height(ofLogIndex: range.lowerBound)
        while range.lowerBound + UInt64(leaves.count) < range.upperBound {
            guard let block = try finalBlock(at: height)?.block else {
                throw .damaged(StoreDamage(.tip, "the log is shorter than the tip's header says"))
            }
            let start = block.header.logSize - UInt64(block.transactions.count)
            let wanted = Int(range.lowerBound + UInt64(leaves.count) - start)
            for transaction in block.transactions[wanted...].prefix(range.count - leaves.count) {
                leaves.append(transaction.leaf)
            }
            height = height.next
        }
        return leaves
    }
}
