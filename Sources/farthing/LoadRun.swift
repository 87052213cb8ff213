import LedgerCore
import NodeRuntime
import Primitives
import RPCClient
import StrictJSON
import Synchronization

/// A load under way: tasks that send, one that reads the blocks, one that reports.
///
/// Every transaction is followed to its verdict: seen in a final block, or else sent again, the same bytes, to the next
/// node, whose answer is one sooner or later.
final class LoadRun: Sendable {
    struct Settings: Sendable {
        let plan: LoadPlan
        let pace: LoadPace
        /// Payments under way at once.
        let window: Int
        let senderCount: Int
        let network: NetworkFacts
        /// How far the nodes' clock is ahead of ours, in milliseconds.
        let clockAhead: Int64
        /// The last final block before the load.
        let height: Height
        let reportInterval: Duration
        /// Every transaction of the plan, where they were signed beforehand; else empty.
        private(set) var signed: [PlannedTransaction] = []

        /// Signs the whole plan, on all processors.
        mutating func sign() async {
            let (plan, validUntil) = (plan, validUntil)
            let part = 4_096
            signed = await withTaskGroup(of: (Int, [PlannedTransaction]).self) { group in
                for start in stride(from: 0, to: plan.transactionCount, by: part) {
                    group.addTask {
                        let indexes = start..<min(start + part, plan.transactionCount)
                        return (start, indexes.map { plan.transaction($0, validUntil: validUntil) })
                    }
                }
                var parts: [(Int, [PlannedTransaction])] = []
                for await part in group { parts.append(part) }
                return parts.sorted { $0.0 < $1.0 }.flatMap(\.1)
            }
        }

        /// Four fifths of what the network allows: time for many a retry, and room for a clock that is wrong.
        var validUntil: Milliseconds {
            let node = Int64(clamping: SystemClock.wall.number) + clockAhead
            return Milliseconds(UInt64(max(0, node)) + network.maxLifetime.number / 5 * 4)
        }

        /// The transactions of these indexes, signed now or before.
        func transactions(_ indexes: Range<Int>) -> [PlannedTransaction] {
            guard signed.isEmpty else { return Array(signed[indexes]) }
            let validUntil = validUntil
            return indexes.map { plan.transaction($0, validUntil: validUntil) }
        }
    }

    private struct State {
        var book = LoadBook()
        var statistics = LoadStatistics()
        /// The transaction that is signed next.
        var nextIndex = 0
        var plannedPayments = 0
    }

    private enum Work {
        case send([PlannedTransaction])
        case sign(Range<Int>)
        case wait
        case done
    }

    private let settings: Settings
    private let nodes: LoadNodes
    private let report: @Sendable (LoadReport) -> Void
    private let state = Mutex(State())
    private let clock = ContinuousClock()
    private let start = ContinuousClock().now

    private static let transactionsPerCall = 256
    /// Payments signed for one call at most, so that a call stays well below a node's limit of 4 MiB.
    private static let paymentsPerCall = 4_096
    private static let pause = Duration.milliseconds(20)

    init(_ settings: Settings, nodes: LoadNodes, report: @escaping @Sendable (LoadReport) -> Void) {
        self.settings = settings
        self.nodes = nodes
        self.report = report
    }

    /// Returns when every transaction has its verdict; throws when no node answers any more, or one answers nonsense.
    func run() async throws -> LoadReport {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<settings.senderCount { group.addTask { try await self.sendAll() } }
            group.addTask { try await self.followBlocks() }
            let reporter = Task { await self.reportUntilCancelled() }
            // The load ends with its last verdict, not with the next row of the table.
            defer { reporter.cancel() }
            try await group.waitForAll()
        }
        let last = snapshot
        report(last)
        return last
    }

    private var now: LoadBook.Time {
        let (seconds, attoseconds) = start.duration(to: clock.now).components
        return UInt64(seconds) * 1_000 + UInt64(attoseconds / 1_000_000_000_000_000)
    }

    private var isDone: Bool {
        state.withLock { $0.nextIndex == settings.plan.transactionCount && $0.book.isEmpty }
    }

    private var snapshot: LoadReport {
        let time = now
        return state.withLock { state in
            LoadReport(
                tally: state.book.tally,
                statistics: state.statistics,
                planned: settings.plan.paymentCount,
                time: time,
                decimals: settings.network.decimals,
                unit: settings.network.unit
            )
        }
    }

    // MARK: Sending

    private func sendAll() async throws {
        while true {
            try Task.checkCancellation()
            switch nextWork() {
            case .done: return
            case .wait: try await Task.sleep(for: Self.pause)
            case .send(let transactions): try await send(transactions)
            case .sign(let range):
                let signed = settings.transactions(range)
                let time = now
                state.withLock { $0.book.register(signed, at: time) }
                try await send(signed)
            }
        }
    }

    /// What is due again goes before what is new.
    private func nextWork() -> Work {
        let time = now
        return state.withLock { state in
            let due = state.book.takeDue(at: time, limit: Self.transactionsPerCall)
            if !due.isEmpty { return .send(due) }
            guard state.nextIndex < settings.plan.transactionCount else { return state.book.isEmpty ? .done : .wait }
            let allowed = settings.pace.allowed(at: time)
            let first = state.nextIndex
            var payments = 0
            while state.nextIndex < settings.plan.transactionCount,
                state.nextIndex - first < Self.transactionsPerCall, payments < Self.paymentsPerCall,
                state.plannedPayments < allowed, state.book.openPaymentCount + payments < settings.window
            {
                let count = settings.plan.paymentCount(of: state.nextIndex)
                state.plannedPayments += count
                payments += count
                state.nextIndex += 1
            }
            return payments == 0 ? .wait : .sign(first..<state.nextIndex)
        }
    }

    private func send(_ transactions: [PlannedTransaction]) async throws {
        let bytes = transactions.map(\.bytes)
        do throws(RPCClientError) {
            let answers = try await nodes.call(at: now) { (client) throws(RPCClientError) in
                try await client.submitBatch(encoded: bytes)
            }
            let time = now
            state.withLock { state in
                for (transaction, answer) in zip(transactions, answers) {
                    let settlement = state.book.answered(transaction.id, answer.status, at: time)
                    if let settlement { state.statistics.note(settlement) }
                }
            }
        } catch {
            let time = now
            state.withLock { $0.book.unanswered(transactions.map(\.id), at: time) }
            try await carryOn(after: error)
        }
    }

    /// Throws when it is no use to go on; else waits a moment.
    private func carryOn(after error: RPCClientError) async throws {
        guard error.isRetryable, !nodes.areSilent(at: now) else { throw CommandFailure(error) }
        try await Task.sleep(for: Self.pause)
    }

    // MARK: Reading blocks

    private func followBlocks() async throws {
        var height = settings.height.next
        while !isDone {
            try Task.checkCancellation()
            do throws(RPCClientError) {
                let wanted = height
                let block = try await nodes.call(at: now) { (client) throws(RPCClientError) in
                    try await client.block(height: wanted, transactions: "ids")
                }
                try note(block)
                height = height.next
            } catch {
                // The block isn't there yet, or not at this node.
                if case .refused(let answer) = error, answer.reason == "blockUnknown" {
                    try await Task.sleep(for: .milliseconds(10))
                } else {
                    try await carryOn(after: error)
                }
            }
        }
    }

    private func note(_ json: JSON) throws(RPCClientError) {
        let block: FinalBlockIDs
        do throws(JSONReadError) {
            block = try FinalBlockIDs(JSONReader(json, root: "result"))
        } catch {
            throw .malformed("\(error)")
        }
        let time = now
        state.withLock { state in
            state.statistics.note(
                .init(
                    height: block.summary.height,
                    price: block.summary.price,
                    paymentCount: block.summary.paymentCount
                )
            )
            for id in block.ids {
                let settlement = state.book.settled(
                    id,
                    height: block.summary.height,
                    price: block.summary.price,
                    at: time
                )
                if let settlement { state.statistics.note(settlement) }
            }
        }
    }

    // MARK: Reporting

    private func reportUntilCancelled() async {
        while true {
            // Only a cancelled task wakes early.
            do { try await Task.sleep(for: settings.reportInterval) } catch { return }
            report(snapshot)
        }
    }
}

/// A block with the ids of its transactions.
private struct FinalBlockIDs {
    let summary: BlockSummary
    let ids: [TransactionID]

    init(_ reader: JSONReader) throws(JSONReadError) {
        summary = try BlockSummary(reader)
        var ids: [TransactionID] = []
        for element in try reader.member("transactions").elements() {
            ids.append(try element.string(as: "a transaction id") { TransactionID(hex: $0) })
        }
        self.ids = ids
    }
}
