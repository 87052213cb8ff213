package import LedgerCore
package import Primitives

/// How long each step of a payment takes at this node, from a client's submission to the disk; times are the caller's.
///
/// Steps are those of a block that this node saw proposed and voted to finalize; others are left out. A submission is
/// remembered until its transaction is on disk or has left the mempool, and a block until one of a later view is on disk:
/// memory is bounded by what the mempool holds.
package struct PaymentSteps: Sendable {
    /// Nanoseconds of a clock that only goes forward.
    package typealias Time = UInt64

    /// What a committed block adds, in nanoseconds.
    package struct Lengths: Equatable {
        /// For each transaction that a client gave to this node: from its admission to a proposed block with it.
        package fileprivate(set) var waiting: [UInt64] = []
        /// From the proposed block to its notarization.
        package fileprivate(set) var notarizing: UInt64?
        /// From the notarization to the finalization.
        package fileprivate(set) var finalizing: UInt64?
        /// From the finalization to the synced batch with the block.
        package fileprivate(set) var committing: UInt64?
        /// For each transaction that a client gave to this node: from its admission to the synced batch.
        package fileprivate(set) var settling: [UInt64] = []

        package init() {}
    }

    private struct Marks {
        let view: View
        let proposed: Time
        var notarized: Time?
        var finalized: Time?
    }

    private var submitted: [TransactionID: Time] = [:]
    private var blocks: [Hash32: Marks] = [:]

    package init() {}

    package var isEmpty: Bool { submitted.isEmpty && blocks.isEmpty }

    /// The first submission counts.
    package mutating func submitted(_ id: TransactionID, at time: Time) {
        if submitted[id] == nil { submitted[id] = time }
    }

    package mutating func left(_ id: TransactionID) { submitted[id] = nil }

    package mutating func proposed(_ block: Hash32, view: View, at time: Time) {
        if blocks[block] == nil { blocks[block] = Marks(view: view, proposed: time) }
    }

    package mutating func notarized(_ block: Hash32, at time: Time) {
        if blocks[block]?.notarized == nil { blocks[block]?.notarized = time }
    }

    package mutating func finalized(_ block: Hash32, at time: Time) { blocks[block]?.finalized = time }

    /// The block of this final view is on disk.
    package mutating func committed(
        _ block: Hash32,
        view: View,
        transactions: [TransactionID],
        at time: Time
    ) -> Lengths {
        let marks = blocks[block]
        blocks = blocks.filter { $0.value.view > view }
        var lengths = Lengths()
        for id in transactions {
            guard let began = submitted.removeValue(forKey: id), let marks else { continue }
            // One that came in after the block is another node's too: it waited for nothing here.
            lengths.waiting.append(marks.proposed - min(began, marks.proposed))
            lengths.settling.append(time - min(began, time))
        }
        guard let marks, let notarized = marks.notarized, let finalized = marks.finalized else { return lengths }
        lengths.notarizing = notarized - min(marks.proposed, notarized)
        lengths.finalizing = finalized - min(notarized, finalized)
        lengths.committing = time - min(finalized, time)
        return lengths
    }
}
