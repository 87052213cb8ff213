import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives

/// A disk that never fails and is never read back: the vote log, and what the promises and the peers need of the store.
struct TwinsStore: Sendable {
    var votes = VoteBook(epoch: .zero, finalView: .zero)
    private(set) var chain: [FinalBlock] = []
    private(set) var evidence: [Evidence] = []
    private(set) var certificates: [Certificate] = []
    /// The parent of each stored block above the final one.
    private var parents: [Hash32: Hash32] = [:]
    private(set) var tipHash: Hash32

    init(genesisHash: Hash32) { tipHash = genesisHash }

    mutating func store(_ block: Block) { parents[block.hash] = block.parent }
    mutating func store(_ certificate: Certificate) { certificates.append(certificate) }
    mutating func store(_ item: Evidence) { evidence.append(item) }

    mutating func commit(_ blocks: [FinalBlock]) {
        chain += blocks
        for final in blocks {
            tipHash = final.block.block.hash
            parents[tipHash] = nil
        }
    }

    /// Whether a block that a vote is for is here with all its ancestors down to the final chain.
    func holds(_ hash: Hash32) -> Bool {
        var next = hash
        while let parent = parents[next] { next = parent }
        return next == tipHash || chain.contains { $0.block.block.hash == next }
    }

    func block(_ hash: Hash32) -> Block? { chain.last { $0.block.block.hash == hash }?.block.block }
}
