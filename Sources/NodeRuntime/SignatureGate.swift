package import ChainCore
package import ConsensusCore
package import Cryptography
import Dispatch
import JSONRPC
package import LedgerCore
package import Primitives
package import ReplicaCore
import Synchronization

/// Checks every signature before the loop sees it, on threads of its own, votes before transactions.
///
/// Transactions are checked for one source after another, 16 at a time: whoever sends a flood delays itself, and everybody
/// else by a turn. The only maker of `Verified` values in a node. One check for each signature and node: what held lately is
/// remembered, whatever message brings it again, a transaction, a body, a block or a range of them.
package final class SignatureGate: Sendable {
    private typealias Job = @Sendable () -> Void

    /// Whose transactions they are.
    package enum Source: Hashable, Sendable {
        case peer(PublicKey)
        case client(String)
        /// Final blocks that this node asked for, of whichever peers: checked in the order in which they came, because what
        /// was asked for first is executed first.
        case ranges
    }

    private struct Queues {
        var consensus: [Job] = []
        var transactions = FairQueue<Source, Job>()
        var isClosed = false
    }

    private let electorate: Electorate
    private let scheme = RememberingScheme(StrictEd25519())
    private let queues = Mutex(Queues())
    private let transactionsReady = DispatchSemaphore(value: 0)
    private let consensusReady = DispatchSemaphore(value: 0)

    package init(electorate: Electorate) { self.electorate = electorate }

    /// Transactions in one job: large enough to be worth a hand-over, small enough to spread over the cores.
    private static var chunk: Int { 16 }

    // MARK: - What comes in

    /// Checks a peer's message; hands on nil when a signature doesn't hold.
    ///
    /// What nobody signs goes on at once, and so does a certificate of votes that held here before, as most are: every node
    /// echoes it. What is no longer wanted when its turn comes isn't checked, and is handed on as nil too.
    package func check(
        _ message: PeerMessage,
        from peer: PublicKey,
        isWanted: @escaping @Sendable () -> Bool,
        then deliver: @escaping @Sendable (GatedMessage?) -> Void
    ) {
        if let unsigned = GatedMessage(unsigned: message) { return deliver(isWanted() ? unsigned : nil) }
        switch message {
        case .transactions(let transactions):
            check(transactions, of: .peer(peer), isWanted: isWanted) { verdicts in
                let verified = verdicts.compactMap(\.self)
                deliver(verified.count == verdicts.count ? .transactions(verified) : nil)
            }
        case .bodyResponse(let response):
            check(response.transactions, of: nil, isWanted: isWanted) { verdicts in
                let verified = verdicts.compactMap(\.self)
                deliver(verified.count == verdicts.count ? .bodyResponse(block: response.block, verified) : nil)
            }
        case .blockResponse(let block): checkFirst(block.transactions, of: .peer(peer), message, isWanted, deliver)
        case .syncResponse(let response):
            checkFirst(response.blocks.flatMap(\.block.transactions), of: .ranges, message, isWanted, deliver)
        default:
            if case .certificate = message,
                let known = GatedMessage.check(message, in: electorate, by: scheme.memory)
            {
                return deliver(isWanted() ? known : nil)
            }
            submit(for: message.lane == .consensus ? nil : .peer(peer)) { [electorate, scheme] in
                deliver(isWanted() ? GatedMessage.check(message, in: electorate, by: scheme) : nil)
            }
        }
    }

    /// Checks a message's transactions side by side, then the message, which finds them remembered: so no block keeps one
    /// thread busy while the others have nothing to do.
    private func checkFirst(
        _ transactions: [IdentifiedTransaction],
        of source: Source,
        _ message: PeerMessage,
        _ isWanted: @escaping @Sendable () -> Bool,
        _ deliver: @escaping @Sendable (GatedMessage?) -> Void
    ) {
        let checkAll: Job = { [electorate, scheme] in
            deliver(isWanted() ? GatedMessage.check(message, in: electorate, by: scheme) : nil)
        }
        guard !transactions.isEmpty else { return submit(for: source, checkAll) }
        check(transactions, of: source, isWanted: isWanted) { verdicts in
            // On the thread that checked the last of them: in the queue it would wait for all that came since.
            if verdicts.contains(where: { $0 == nil }) { deliver(nil) } else { checkAll() }
        }
    }

    /// Checks a vote of this node's own, on the caller's thread; it comes back in every certificate, and is known then.
    package func check(own vote: Vote) -> Verified<Vote>? { Verified.check(vote, in: electorate, by: scheme) }

    /// Checks a client's transactions; a verdict for each, in their order.
    package func check(
        _ transactions: [IdentifiedTransaction],
        of source: Source
    ) async -> [Verified<IdentifiedTransaction>?] {
        await withCheckedContinuation { continuation in
            check(transactions, of: source) { continuation.resume(returning: $0) }
        }
    }

    /// Without a source they come before everybody's: a vote waits for them.
    ///
    /// With `isWanted`, one bad signature condemns all: what hasn't been checked by then isn't any more.
    private func check(
        _ transactions: [IdentifiedTransaction],
        of source: Source?,
        isWanted: (@Sendable () -> Bool)? = nil,
        then deliver: @escaping @Sendable ([Verified<IdentifiedTransaction>?]) -> Void
    ) {
        let starts = Array(stride(from: 0, to: transactions.count, by: Self.chunk))
        guard !starts.isEmpty else { return deliver([]) }
        let collector = Collector(parts: starts.count)
        for (index, start) in starts.enumerated() {
            let part = Array(transactions[start..<min(start + Self.chunk, transactions.count)])
            submit(for: source) { [self] in
                let isHopeless = isWanted.map { collector.hasFailed || !$0() } ?? false
                let verdicts = isHopeless ? part.map { _ in nil } : Verified.check(part, in: .init(), by: scheme)
                if let all = collector.collect(verdicts, at: index) { deliver(all) }
            }
        }
    }

    // MARK: - Workers

    private func submit(for source: Source?, _ job: @escaping Job) {
        queues.withLock { queues in
            if let source { queues.transactions.add(job, of: source) } else { queues.consensus.append(job) }
        }
        if source == nil { consensusReady.signal() } else { transactionsReady.signal() }
    }

    /// Checks what consensus waits for until the gate is closed; called on threads of its own, one for each core.
    ///
    /// No transaction of a client or from gossip ever holds them up.
    package func workOnConsensus() {
        work(until: consensusReady) { $0.consensus.isEmpty ? nil : $0.consensus.removeFirst() }
    }

    /// Checks everything else until the gate is closed; called on threads of its own, one for each core.
    package func workOnTransactions() {
        stepBack()
        work(until: transactionsReady) { $0.transactions.take() }
    }

    private func work(until ready: DispatchSemaphore, take: (inout Queues) -> Job?) {
        while true {
            ready.wait()
            let (job, isClosed) = queues.withLock { queues in (take(&queues), queues.isClosed) }
            if let job { job() } else if isClosed { return }
        }
    }

    /// What was submitted is still checked.
    package func close(workers: Int) {
        queues.withLock { $0.isClosed = true }
        for _ in 0..<workers {
            consensusReady.signal()
            transactionsReady.signal()
        }
    }
}

/// Joins the verdicts of one bundle's parts, which come in any order.
private final class Collector: Sendable {
    private struct State {
        var open: Int
        var hasFailed = false
        var parts: [[Verified<IdentifiedTransaction>?]]
    }

    private let state: Mutex<State>

    init(parts: Int) { state = Mutex(State(open: parts, parts: Array(repeating: [], count: parts))) }

    /// True once a signature in any part didn't hold.
    var hasFailed: Bool { state.withLock { $0.hasFailed } }

    /// Answers everything with the last part.
    func collect(
        _ verdicts: [Verified<IdentifiedTransaction>?],
        at index: Int
    ) -> [Verified<IdentifiedTransaction>?]? {
        state.withLock { state in
            state.parts[index] = verdicts
            if verdicts.contains(where: { $0 == nil }) { state.hasFailed = true }
            state.open -= 1
            return state.open == 0 ? state.parts.flatMap(\.self) : nil
        }
    }
}
