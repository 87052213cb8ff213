import Cryptography
import Primitives
import Testing
import VerifierCore

@Suite struct LogGrowthTests {
    /// Against the proof that is made from all leaves, at every pair of sizes.
    @Test func theProofIsTheOneMadeFromAllLeaves() {
        let leaves = (0..<70).map { Merkle.leafHash([UInt8($0)]) }
        for old in 0...leaves.count {
            var growth = LogGrowth()
            for leaf in leaves.prefix(old) { growth.append(leafHash: leaf) }
            growth.mark()
            for size in old...leaves.count {
                if size > old { growth.append(leafHash: leaves[size - 1]) }
                let wanted = Merkle.consistencyProof(oldSize: UInt64(old), leafHashes: Array(leaves.prefix(size)))
                #expect(growth.proof == wanted, "from \(old) to \(size)")
                #expect(growth.size == UInt64(size))
                #expect(growth.root == Merkle.root(leafHashes: Array(leaves.prefix(size))))
            }
        }
    }
}
