import ChainCore
import ConsensusCore
import Primitives
import ReplicaCore

/// One step of what the safety lane makes durable, in the order of the node's own lane (`SafetyLane`).
///
/// Between two steps a crash finds the first done and the second not begun; during a step it tears that one.
enum SafetyWrite: Sendable {
    /// All blocks and certificates of the turn, one batch; synced, it is all or nothing and takes older certificates along.
    case bodies([(block: Block, view: View)], [Certificate], isSynced: Bool)
    case evidence([Evidence])
    case voteLog(SimulatedVoteLog.Write)
}

extension SimulatedDisk {
    mutating func perform(_ write: SafetyWrite) {
        switch write {
        case .bodies(let blocks, let certificates, let isSynced):
            for certificate in certificates { store(certificate) }
            for (block, view) in blocks { store(block, view: view) }
            if isSynced { syncCertificates() }
        case .evidence(let evidence): for item in evidence { store(item) }
        case .voteLog(let write): voteLog?.perform(write)
        }
    }

    /// The power goes during this step.
    mutating func tear(_ write: SafetyWrite, with generator: inout SplitMix64) {
        switch write {
        // LevelDB takes a batch whose checksum doesn't hold for one that never was.
        case .bodies, .evidence: break
        case .voteLog(let write): voteLog?.tear(write, with: &generator)
        }
    }
}

extension SafetyOrder {
    /// The vote that it asks for.
    var voteBody: VoteBody? {
        switch self {
        case .vote(let body): body
        case .propose(let draft): draft.body
        default: nil
        }
    }
}
