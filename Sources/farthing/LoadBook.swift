package import LedgerCore
package import Primitives
package import RPCClient

/// What a load generator knows of each transaction until it has a verdict; a pure value, time comes in.
///
/// Invariant: a transaction is in `open` from its registration to its verdict, and only then are its bytes held; so memory
/// is bounded by what is under way, not by what was sent.
package struct LoadBook: Sendable {
    /// Milliseconds since the load began.
    package typealias Time = UInt64

    private struct Open {
        let planned: PlannedTransaction
        let firstSent: Time
        /// When to send it (again); nil while a call has it.
        var due: Time?
        /// A node has taken it in.
        var wasPending = false
    }

    /// A transaction that has become final.
    package struct Settlement: Equatable {
        package let paymentCount: Int
        /// From the first sending to the news that it is final.
        package let latency: Time
        package let height: UInt64
        package let fee: Amount
    }

    package private(set) var tally = LoadTally()
    private var open: [TransactionID: Open] = [:]
    /// Ids in the order of registration; those that have a verdict are dropped when it is next walked through.
    private var order: [TransactionID] = []
    /// Nothing is due before this: until then `takeDue` costs nothing.
    private var earliestDue = Time.max

    /// Payments that were sent and have no verdict.
    package private(set) var openPaymentCount = 0
    package var isEmpty: Bool { open.isEmpty }

    /// How long after a local answer the same bytes are sent again.
    private static let delayAfterPending: Time = 5_000
    private static let delayAfterRefusal: Time = 500

    package init() {}

    /// Notes transactions that are about to be sent for the first time.
    package mutating func register(_ planned: [PlannedTransaction], at time: Time) {
        for transaction in planned {
            open[transaction.id] = Open(planned: transaction, firstSent: time, due: nil)
            order.append(transaction.id)
            openPaymentCount += transaction.paymentCount
            tally.sent += transaction.paymentCount
        }
    }

    /// Transactions that are due to be sent again, oldest first; they are held by the caller until it says what came of it.
    package mutating func takeDue(at time: Time, limit: Int) -> [PlannedTransaction] {
        guard time >= earliestDue else { return [] }
        var due: [PlannedTransaction] = []
        order.removeAll { open[$0] == nil }
        earliestDue = .max
        for id in order {
            guard let entry = open[id], let moment = entry.due else { continue }
            if moment <= time, due.count < limit {
                open[id]?.due = nil
                due.append(entry.planned)
            } else {
                earliestDue = min(earliestDue, moment)
            }
        }
        return due
    }

    /// The call that held these gave no answer: they are due at once, at the next node.
    package mutating func unanswered(_ ids: [TransactionID], at time: Time) {
        tally.unanswered += ids.count
        for id in ids { setDue(id, at: time) }
    }

    /// A node's answer to one of the transactions that a call held.
    package mutating func answered(_ id: TransactionID, _ status: TransactionAnswer.Status, at time: Time)
        -> Settlement?
    {
        switch status {
        case .final(let height, _, _, let fee):
            return settled(id, height: height.number, fee: fee, at: time)
        case .rejected(let reason):
            if close(id) != nil { tally.rejected += 1 }
            tally.firstProblem = tally.firstProblem ?? reason.message
        case .expired:
            if let entry = close(id) {
                tally.expired += 1
                if entry.wasPending { tally.expiredAfterPending += 1 }
            }
        case .pending:
            open[id]?.wasPending = true
            setDue(id, at: time + Self.delayAfterPending)
        case .unknown:
            setDue(id, at: time + Self.delayAfterPending)
        case .refused(_, let isRetryable):
            tally.refusals += 1
            if !isRetryable { tally.lastingRefusals += 1 }
            setDue(id, at: time + Self.delayAfterRefusal)
        }
        return nil
    }

    /// A final block holds the transaction.
    package mutating func settled(_ id: TransactionID, height: UInt64, price: UInt64, at time: Time) -> Settlement? {
        guard let paymentCount = open[id]?.planned.paymentCount else { return nil }
        return settled(id, height: height, fee: Amount(units: price * UInt64(1 + paymentCount)), at: time)
    }

    private mutating func settled(_ id: TransactionID, height: UInt64, fee: Amount, at time: Time) -> Settlement? {
        guard let entry = close(id) else { return nil }
        tally.final += entry.planned.paymentCount
        return Settlement(
            paymentCount: entry.planned.paymentCount,
            latency: time - min(time, entry.firstSent),
            height: height,
            fee: fee
        )
    }

    private mutating func setDue(_ id: TransactionID, at time: Time) {
        guard open[id] != nil else { return }
        open[id]?.due = time
        earliestDue = min(earliestDue, time)
    }

    private mutating func close(_ id: TransactionID) -> Open? {
        guard let entry = open.removeValue(forKey: id) else { return nil }
        openPaymentCount -= entry.planned.paymentCount
        return entry
    }
}

/// Counts of a load; sent and final in payments, the others in transactions.
package struct LoadTally: Sendable, Equatable {
    package init() {}

    package var sent = 0
    package var final = 0
    package var rejected = 0
    package var expired = 0
    /// Those of the expired that a node had taken in.
    package var expiredAfterPending = 0
    /// How often a node took a transaction not in, and how often it did not say that the same bytes may come again.
    package var refusals = 0
    package var lastingRefusals = 0
    /// How often a transaction was in a call that failed as a whole.
    package var unanswered = 0
    /// Why the first rejected transaction was.
    package var firstProblem: String?
}
