import ChainCore
import ConsensusCore
import Primitives

/// Whose misdeeds the chain has shown so far: at most one for each epoch and validator (spec 3.8).
struct ShownEvidence: Sendable {
    private var accused: Set<Accused> = []

    /// The first reason why a block of the electorate's epoch can't carry this evidence after what was shown already.
    ///
    /// Signatures are not looked at.
    func fault(of evidence: [Evidence], in electorate: Electorate) -> EvidenceFault? {
        let limit = electorate.validators.count
        guard evidence.count <= limit else { return .tooMuch(count: evidence.count, limit: limit) }
        var fresh: Set<Accused> = []
        for (index, item) in evidence.enumerated() {
            // The epoch before counts too, once epochs follow each other; the only one so far is 0.
            guard item.epoch == electorate.epoch else { return .foreignEpoch(index: index, item.epoch) }
            let key = Accused(item)
            guard !accused.contains(key), fresh.insert(key).inserted else {
                return .repeated(index: index, epoch: item.epoch, signer: item.signer)
            }
        }
        return nil
    }

    mutating func insert(_ evidence: [Evidence]) {
        for item in evidence { accused.insert(Accused(item)) }
    }
}
