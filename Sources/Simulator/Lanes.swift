import ChainCore
import ConsensusCore
import LedgerCore
import Primitives
import ReplicaCore

/// What the safety lane does in the order of arrival; all orders of one turn share a sync.
enum SafetyOrder: Sendable {
    case storeBlock(Block, View)
    case storeCertificate(Certificate)
    case storeEvidence(Evidence)
    case vote(VoteBody)
    case propose(ProposalDraft)
    case forgetVotes(View)
}

enum CommitOrder: Sendable {
    case commit([FinalBlock])
    case answer(Answer, Ticket)
    case tell([Judgement])
}

/// The two performers of a node: each first in, first out, at its own pace (design: how the parts meet).
struct Lanes: Sendable {
    private(set) var safety: [[SafetyOrder]] = []
    private(set) var commit: [(order: CommitOrder, after: UInt64)] = []
    /// Turns whose safety orders were ever ordered, and done.
    private var ordered: UInt64 = 0
    private var done: UInt64 = 0
    var safetyIsBusy = false
    var commitIsBusy = false

    mutating func order(_ orders: [SafetyOrder]) {
        guard !orders.isEmpty else { return }
        safety.append(orders)
        ordered += 1
    }

    /// A commit waits until the safety lane has done what was ordered before it.
    mutating func order(_ order: CommitOrder) { commit.append((order, ordered)) }

    /// Takes the batch that has become durable off the safety lane.
    mutating func finishSafety() -> [SafetyOrder] {
        safetyIsBusy = false
        done += 1
        return safety.removeFirst()
    }

    mutating func finishCommit() -> CommitOrder {
        commitIsBusy = false
        return commit.removeFirst().order
    }

    /// What the next commit would write.
    var firstBlocks: [FinalBlock]? {
        guard let first = commit.first, case .commit(let blocks) = first.order else { return nil }
        return blocks
    }

    /// Whether the next order of the commit lane is news for clients that wait.
    var tellsNext: Bool {
        if case .tell? = commit.first?.order { true } else { false }
    }

    var safetyMayStart: Bool { !safetyIsBusy && !safety.isEmpty }
    var commitMayStart: Bool { !commitIsBusy && commit.first.map { $0.after <= done } ?? false }
}
