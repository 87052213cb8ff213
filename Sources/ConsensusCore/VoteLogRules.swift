package import Primitives

/// Why a validator must not sign a vote, given what it has signed before.
///
/// A caller that asks for such a vote has a bug, or another instance has used the key: it stops.
package enum VoteRefusal: Error, Hashable, Sendable {
    /// The vote's epoch is not the log's.
    case otherEpoch(wanted: VoteBody, epoch: Epoch)
    /// The view is final already: nothing is signed at or below it (spec 3.6).
    case viewIsFinal(wanted: VoteBody, finalView: View)
    /// A vote that is held forbids the wanted one.
    case contradicts(wanted: VoteBody, held: VoteBody)
}

/// A validator's own votes above its final view, and the rules of what it may add (spec 3.6, 3.8).
///
/// Invariant: no two votes of it contradict each other, none is at or below `finalView`, none is of another epoch.
package struct VoteBook: Hashable, Sendable {
    package let epoch: Epoch
    package private(set) var finalView: View
    private var votesByView: [View: [Vote]] = [:]

    package init(epoch: Epoch, finalView: View) {
        self.epoch = epoch
        self.finalView = finalView
    }

    /// How many views hold a vote.
    package var viewCount: Int { votesByView.count }

    /// In the order of view, then kind.
    package var votes: [Vote] {
        votesByView.values.joined().sorted { ($0.body.view, $0.body.kind) < ($1.body.view, $1.body.kind) }
    }

    /// The vote with exactly this body, if it was signed before.
    package func vote(for body: VoteBody) -> Vote? { votesByView[body.view]?.first { $0.body == body } }

    /// What forbids signing `body`; nil when nothing does.
    package func refusal(of body: VoteBody) -> VoteRefusal? {
        guard body.epoch == epoch else { return .otherEpoch(wanted: body, epoch: epoch) }
        guard body.view > finalView else { return .viewIsFinal(wanted: body, finalView: finalView) }
        let held = votesByView[body.view, default: []].map(\.body)
        return held.first { Self.forbids($0, body) }.map { .contradicts(wanted: body, held: $0) }
    }

    /// Adds a vote that nothing forbids.
    package mutating func insert(_ vote: Vote) {
        precondition(refusal(of: vote.body) == nil, "whoever adds a vote has asked whether anything forbids it")
        if self.vote(for: vote.body) != nil { return }
        votesByView[vote.body.view, default: []].append(vote)
    }

    /// Raises the final view and drops the votes at or below it; a lower view changes nothing.
    package mutating func raise(finalView view: View) {
        guard view > finalView else { return }
        finalView = view
        votesByView = votesByView.filter { $0.key > view }
    }

    /// A nullify may follow a notarize; nothing else of one view may stand beside its like.
    private static func forbids(_ held: VoteBody, _ wanted: VoteBody) -> Bool {
        switch (held.kind, wanted.kind) {
        case (.notarize, .notarize), (.finalize, .finalize), (.nullify, .nullify): held != wanted
        // Spec 3.6: no finalize after a nullify. Without it one view could be both final and skipped.
        case (.nullify, .finalize), (.finalize, .nullify): true
        // Spec 3.6, Notarize: no nullify of mine in the view. No evidence, but no honest validator does it.
        case (.nullify, .notarize): true
        case (.notarize, .nullify), (.notarize, .finalize), (.finalize, .notarize): false
        }
    }
}
