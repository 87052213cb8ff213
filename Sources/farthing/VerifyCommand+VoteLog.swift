import ChainCore
import ConsensusCore
import LedgerCore
import LevelDBStorage
import Primitives
import VerifierCore

/// What a validator's vote log knows of the chain beside it: it is never rolled back, so a chain that lacks any of this was
/// cut off (spec 7).
struct VoteLogFacts: Sendable {
    let finalView: View
    /// The blocks that it voted for above that view; each was stored before its vote left.
    let voted: [(epoch: Epoch, view: View, block: Hash32)]

    /// Nil in the home of a node that does not vote.
    ///
    /// Changes nothing and locks nothing.
    init?(home: String, genesis: Genesis) throws(VerificationFailure) {
        try self.init(Result { () throws(VoteLogError) in try VoteLogFiles(home: home) }, genesis: genesis)
    }

    /// Of files that were read before, or couldn't be.
    init?(_ files: Result<VoteLogFiles, VoteLogError>, genesis: Genesis) throws(VerificationFailure) {
        do throws(VoteLogError) {
            guard let book = try Self.book(try files.get(), genesis: genesis) else { return nil }
            finalView = book.finalView
            voted = book.votes.compactMap { vote in vote.body.block.map { (vote.body.epoch, vote.body.view, $0) } }
        } catch {
            throw .voteLog(error)
        }
    }

    /// The log names its own key; it is one of the validators'.
    private static func book(_ files: VoteLogFiles, genesis: Genesis) throws(VoteLogError) -> VoteBook? {
        for (number, validator) in genesis.validators.enumerated() {
            do throws(VoteLogError) {
                return try files.book(network: genesis.networkID, key: validator.consensusKey)
            } catch .damaged(.otherKey) where number < genesis.validators.count - 1 {
                continue
            }
        }
        return nil
    }

    /// What the log knows and the chain lacks.
    func gaps(tip: ChainTip, store: ChainStore) throws(StorageError) -> [Gap] {
        var gaps: [Gap] = []
        if finalView > tip.view { gaps.append(.voteLogAhead(finalView: finalView, lastView: tip.view)) }
        for (epoch, view, block) in voted where view > tip.view {
            let key = StoreKey.body(epoch: epoch, view: view, hash: block)
            let gap = Gap.votedBlockMissing(view: view, block: block)
            // A validator votes for one block twice: notarize, then finalize.
            if try store.storedValue(under: key) == nil, gaps.last != gap { gaps.append(gap) }
        }
        return gaps
    }
}
