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
    /// What the safety lane works on: all that had piled up when it began, sharing its syncs.
    private(set) var inFlight: [SafetyOrder] = []
    private(set) var waiting: [SafetyOrder] = []
    private(set) var commit: [(order: CommitOrder, after: UInt64)] = []
    /// Turns of the replica whose safety orders were ever ordered, taken up, and done.
    private var ordered: UInt64 = 0
    private var takenUp: UInt64 = 0
    private var done: UInt64 = 0
    private(set) var commitIsBusy = false
    /// How many orders the commit lane works on.
    private var commitCount = 0

    mutating func order(_ orders: [SafetyOrder]) {
        guard !orders.isEmpty else { return }
        waiting += orders
        ordered += 1
    }

    /// A commit waits until the safety lane has done what was ordered before it.
    mutating func order(_ order: CommitOrder) { commit.append((order, ordered)) }

    mutating func startSafety() {
        inFlight = waiting
        waiting = []
        takenUp = ordered
    }

    /// Takes what has become durable off the safety lane.
    mutating func finishSafety() -> [SafetyOrder] {
        defer { inFlight = [] }
        done = takenUp
        return inFlight
    }

    /// What the commit lane takes up next: one order, or all commits that have piled up, which share a batch.
    mutating func startCommit() {
        commitIsBusy = true
        let commits = commit.prefix { item in
            guard case .commit = item.order else { return false }
            return item.after <= done
        }
        commitCount = max(1, commits.count)
    }

    mutating func finishCommit() -> CommitOrder {
        let order = blocksInFlight.map { .commit($0) } ?? commit[0].order
        commit.removeFirst(commitCount)
        commitIsBusy = false
        return order
    }

    /// Everything that the safety lane has not done yet.
    var undone: [SafetyOrder] { inFlight + waiting }

    /// What the present batch writes, or the next one would; nil when it is no batch's turn.
    var blocksInFlight: [FinalBlock]? {
        guard case .commit? = commit.first?.order else { return nil }
        return commit.prefix(commitIsBusy ? commitCount : 1).flatMap { item -> [FinalBlock] in
            guard case .commit(let blocks) = item.order else { return [] }
            return blocks
        }
    }

    var safetyMayStart: Bool { inFlight.isEmpty && !waiting.isEmpty }
    var commitMayStart: Bool { !commitIsBusy && commit.first.map { $0.after <= done } ?? false }
}
