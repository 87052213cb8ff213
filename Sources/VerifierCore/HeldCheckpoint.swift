package import ChainCore
import Cryptography
import LedgerCore
package import Primitives

/// A checkpoint that the chain must contain; its signatures were checked elsewhere.
package struct HeldCheckpoint: Hashable, Sendable {
    package let checkpoint: Checkpoint
    /// Whether the auditor verified the blocks up to the checkpoint before: then the signatures of their transactions,
    /// which is nearly all of the work, are not checked again.
    package let isTrusted: Bool

    package init(_ checkpoint: Checkpoint, isTrusted: Bool) {
        self.checkpoint = checkpoint
        self.isTrusted = isTrusted
    }

    /// How closely a block's signatures are looked at, in a verification of this depth.
    package func depth(at height: Height, of depth: VerificationDepth) -> VerificationDepth {
        isTrusted && height <= checkpoint.height ? .light : depth
    }

    /// The last block up to `height` whose transactions' signatures were taken on the checkpoint's word; nil if none was.
    func lastTaken(upTo height: Height) -> Height? {
        let last = min(height, checkpoint.height)
        return isTrusted && last > .zero ? last : nil
    }
}

/// A held checkpoint beside the chain that is being recomputed.
struct CheckpointComparison: Sendable {
    let held: HeldCheckpoint
    private let first: Checkpoint
    private var log = LogGrowth()

    /// `first` is where everything begins: block 0.
    init(_ held: HeldCheckpoint, first: Checkpoint) {
        self.held = held
        self.first = first
        if held.checkpoint.height == .zero { log.mark() }
    }

    /// The block at the checkpoint's height has its hash, and the log there its size and root.
    func require(_ block: Block, network: NetworkID) throws(Finding) {
        try require(Checkpoint(block.header, hash: block.hash, network: network))
    }

    /// Says nothing of other heights.
    func require(_ found: Checkpoint) throws(Finding) {
        guard found.height == held.checkpoint.height, found != held.checkpoint else { return }
        throw .checkpoint(held: held.checkpoint, found: found)
    }

    /// Takes a block that holds.
    mutating func add(_ block: Block) {
        for transaction in block.transactions { log.append(leafHash: transaction.leaf) }
        if block.header.height == held.checkpoint.height { log.mark() }
    }

    /// The log of the last block continues the checkpoint's, by a proof that is made and checked.
    func requireGrowth(to last: Checkpoint) throws(Finding) {
        try require(first)
        guard last.height >= held.checkpoint.height else { return }
        let isContinued = Merkle.isConsistent(
            oldSize: held.checkpoint.logSize,
            oldRoot: held.checkpoint.logRoot,
            newSize: last.logSize,
            newRoot: last.logRoot,
            proof: log.proof
        )
        guard isContinued else { throw .checkpoint(held: held.checkpoint, found: last) }
    }
}

extension Checkpoint {
    /// Where log and chain stand, in words.
    package var line: String { "block \(height) \(block), log of \(logSize) with root \(logRoot)" }
}
