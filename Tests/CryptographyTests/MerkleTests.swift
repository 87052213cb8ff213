import Cryptography
import Primitives
import Testing

@Suite struct MerkleTests {
    /// The eight leaves and roots of the test data that the certificate-transparency log servers publish.
    static let leaves = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    ]
    static let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    static func leafHashes(_ count: Int) -> [Hash32] { (0..<count).map { Merkle.leafHash([UInt8($0)]) } }

    /// RFC 6962, 2.1, word for word.
    static func naiveRoot(_ leafHashes: ArraySlice<Hash32>) -> Hash32 {
        if leafHashes.isEmpty { return SHA256.hash([]) }
        if leafHashes.count == 1 { return leafHashes[leafHashes.startIndex] }
        var left = 1
        while left * 2 < leafHashes.count { left *= 2 }
        let middle = leafHashes.startIndex + left
        return SHA256.hash([1] + naiveRoot(leafHashes[..<middle]).bytes + naiveRoot(leafHashes[middle...]).bytes)
    }

    @Test func givesThePublishedRoots() throws {
        let hashes = try Self.leaves.map { Merkle.leafHash(try #require(Hex.decode($0))) }
        #expect(Merkle.root(leafHashes: []).hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        for size in 1...8 { #expect(Merkle.root(leafHashes: Array(hashes[..<size])).hex == Self.roots[size - 1]) }
    }

    @Test func hashesLeavesAndNodesApart() {
        let left = Merkle.leafHash([1])
        let right = Merkle.leafHash([2])
        #expect(left == SHA256.hash([0, 1]))
        #expect(Merkle.nodeHash(left, right) == SHA256.hash([1] + left.bytes + right.bytes))
        #expect(Merkle.leafHash(left.bytes + right.bytes) != Merkle.nodeHash(left, right))
    }

    @Test func agreesOnTheRootHoweverItIsComputed() {
        var frontier = LogFrontier()
        var nodes: [LogNode] = []
        for size in 0...130 {
            let hashes = Self.leafHashes(size)
            let root = Self.naiveRoot(hashes[...])
            #expect(Merkle.root(leafHashes: hashes) == root)
            #expect(frontier.root == root)
            #expect(frontier.size == UInt64(size))
            #expect(Merkle.root(size: UInt64(size)) { level, index in Self.find(level, index, in: nodes) } == root)
            frontier.append(leafHash: Merkle.leafHash([UInt8(size)])) { nodes.append($0) }
        }
    }

    static func find(_ level: Int, _ index: UInt64, in nodes: [LogNode]) -> Hash32 {
        nodes.first { $0.level == level && $0.index == index }?.hash ?? .zero
    }

    @Test func reportsEachCompletedSubtreeOnce() {
        var frontier = LogFrontier()
        var nodes: [LogNode] = []
        for leaf in 0..<40 { frontier.append(leafHash: Merkle.leafHash([UInt8(leaf)])) { nodes.append($0) } }
        #expect(nodes.count == Set(nodes).count)
        #expect(nodes.count == (0..<6).reduce(0) { $0 + 40 >> $1 })
        let hashes = Self.leafHashes(40)[...]
        for node in nodes {
            let start = Int(node.index) << node.level
            #expect(node.hash == Self.naiveRoot(hashes[start..<(start + 1 << node.level)]))
        }
    }

    @Test func provesInclusionOfEveryLeafOfEverySize() {
        for size in 1...40 {
            let hashes = Self.leafHashes(size)
            let root = Merkle.root(leafHashes: hashes)
            for index in 0..<size {
                let path = Merkle.inclusionPath(index: UInt64(index), leafHashes: hashes)
                func holds(
                    _ leaf: Hash32? = nil,
                    _ place: Int? = nil,
                    _ other: [Hash32]? = nil
                ) -> Bool {
                    Merkle.includes(
                        leafHash: leaf ?? hashes[index],
                        index: UInt64(place ?? index),
                        size: UInt64(size),
                        path: other ?? path,
                        root: root
                    )
                }
                #expect(holds())
                #expect(!holds(Merkle.leafHash([0xFF])))
                #expect(!holds(nil, index + 1))
                #expect(!holds(nil, size))
                #expect(!holds(nil, nil, path + [root]))
                if !path.isEmpty { #expect(!holds(nil, nil, Array(path.dropLast()))) }
                for place in path.indices {
                    var changed = path
                    changed[place] = .zero
                    #expect(!holds(nil, nil, changed))
                }
            }
        }
    }

    @Test func provesConsistencyOfEveryPairOfSizes() {
        let roots = (0...40).map { Merkle.root(leafHashes: Self.leafHashes($0)) }
        for new in 0...40 {
            for old in 0...new {
                let proof = Merkle.consistencyProof(oldSize: UInt64(old), leafHashes: Self.leafHashes(new))
                func holds(_ oldRoot: Hash32, _ newRoot: Hash32, _ proof: [Hash32]) -> Bool {
                    Merkle.isConsistent(
                        oldSize: UInt64(old),
                        oldRoot: oldRoot,
                        newSize: UInt64(new),
                        newRoot: newRoot,
                        proof: proof
                    )
                }
                #expect(holds(roots[old], roots[new], proof))
                #expect(!holds(roots[old], roots[new], proof + [roots[0]]))
                #expect(!holds(.zero, roots[new], proof))
                if old > 0 { #expect(!holds(roots[old], .zero, proof)) }
                if !proof.isEmpty { #expect(!holds(roots[old], roots[new], Array(proof.dropFirst()))) }
                for place in proof.indices {
                    var changed = proof
                    changed[place] = .zero
                    #expect(!holds(roots[old], roots[new], changed))
                }
            }
        }
        #expect(
            !Merkle.isConsistent(oldSize: 2, oldRoot: roots[2], newSize: 1, newRoot: roots[1], proof: [])
        )
    }

    /// A root doesn't say how many leaves it is over, but each index and size has one length of path.
    @Test func refusesAPathOfTheLengthOfAnotherSize() {
        let lengths = (1...40).map { size in
            (0..<size).map { Merkle.inclusionPath(index: UInt64($0), leafHashes: Self.leafHashes(size)).count }
        }
        for size in 1...40 {
            let hashes = Self.leafHashes(size)
            let root = Merkle.root(leafHashes: hashes)
            for index in 0..<size {
                let path = Merkle.inclusionPath(index: UInt64(index), leafHashes: hashes)
                for other in (index + 1)...40 where lengths[other - 1][index] != path.count {
                    #expect(
                        !Merkle.includes(
                            leafHash: hashes[index],
                            index: UInt64(index),
                            size: UInt64(other),
                            path: path,
                            root: root
                        )
                    )
                }
            }
        }
    }

    @Test func refusesAConsistencyProofOfTheLengthOfAnotherSize() {
        let roots = (0...40).map { Merkle.root(leafHashes: Self.leafHashes($0)) }
        let lengths = (0...40).map { new in
            (0...new).map { Merkle.consistencyProof(oldSize: UInt64($0), leafHashes: Self.leafHashes(new)).count }
        }
        for new in 2...40 {
            for old in 1..<new {
                let proof = Merkle.consistencyProof(oldSize: UInt64(old), leafHashes: Self.leafHashes(new))
                for other in old...40 where lengths[other][old] != proof.count {
                    #expect(
                        !Merkle.isConsistent(
                            oldSize: UInt64(old),
                            oldRoot: roots[old],
                            newSize: UInt64(other),
                            newRoot: roots[new],
                            proof: proof
                        )
                    )
                }
            }
        }
    }

    /// A log too large to hold: the proofs still come from a few nodes.
    @Test func provesFromNodesAloneInALogOfAnySize() {
        var asked = 0
        let node = { (level: Int, index: UInt64) in
            asked += 1
            return SHA256.hash([UInt8(level)] + Height(index).encoded())
        }
        let path = Merkle.inclusionPath(index: 1 << 62, size: .max, node: node)
        #expect(path.count == 64)
        #expect(asked <= 128)
    }
}
