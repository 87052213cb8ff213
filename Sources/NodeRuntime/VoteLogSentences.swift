package import ConsensusCore
package import LevelDBStorage
import Primitives

// What is wrong with a vote log, for operators: in a node's status, and from the command line.

extension VoteLogError {
    /// For an operator, without a full stop.
    package var sentence: String {
        switch self {
        case .missing(let home): "neither votes.a nor votes.b is in \(home)"
        case .alreadyThere(let path): "\(path) is there already"
        case .locked(let path): "another process works on \(path)"
        case .damaged(let damage): damage.sentence
        case .notAValidator(let key): "genesis lists no validator with the key \(key)"
        case .otherEpoch(let found, let wanted): "it was kept for epoch \(found), and this is epoch \(wanted)"
        case .refused(let refusal): refusal.sentence
        case .file(let error): "\(error)"
        case .poisoned: "an earlier write failed"
        }
    }
}

extension VoteLogDamage {
    /// For an operator, without a full stop.
    package var sentence: String {
        switch self {
        case .noWarning: "neither file begins as a vote log does"
        case .noHeader: "neither file has a whole header"
        case .otherNetwork(let found, let wanted): "it belongs to the network \(found), not to \(wanted)"
        case .otherKey(let found, let wanted): "it belongs to the key \(found), not to \(wanted)"
        case .headersDiffer: "the headers of the two files are whole and differ"
        case .staleMirror(let generation, let other):
            "one file is older than the other (\(generation), \(other)): restored from a backup, perhaps"
        case .newerNotWhole: "the newer of the two files is not whole"
        case .voteMissing(let body): "the newer file lacks a vote of the older one, in view \(body.view)"
        case .record(let index): "record \(index) is broken in both files, and was not the last to be written"
        case .recordsDiffer(let index): "record \(index) is whole in both files, and differs"
        case .contradiction(let refusal): refusal.sentence
        }
    }
}

extension VoteRefusal {
    fileprivate var sentence: String {
        switch self {
        case .otherEpoch(let wanted, let epoch): "a vote of epoch \(wanted.epoch) does not belong into epoch \(epoch)"
        case .viewIsFinal(let wanted, let finalView): "a vote in view \(wanted.view), but view \(finalView) is final"
        case .contradicts(let wanted, let held):
            "\(wanted.kind) in view \(wanted.view) contradicts \(held.kind) in view \(held.view), which is signed"
        }
    }
}
