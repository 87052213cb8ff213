import ChainCore
import JSONRPC
import LedgerCore
import Primitives
import ReplicaCore
import Synchronization

/// Client calls that wait: for the loop's answer, or for a transaction to settle.
final class WaitingClients: Sendable {
    /// An answer as the interface wants it.
    enum Resolved: Sendable {
        case submission([SubmissionAnswer])
        case status(StatusAnswer)
        case account(AccountState?, at: ChainPoint)
        case accountProof(ProvenAccount?, at: ChainPoint)
        case check(CheckTerms, TransactionStatus, at: ChainPoint)
        case fees(FeeFacts)
    }

    /// Why a call that waits for a transaction is woken.
    enum News: Sendable {
        /// A block may have changed what can be said of it.
        case lookAgain
        /// It has left the mempool without settling; this is the answer.
        case left(TransactionStatus)
    }

    /// A call that waits for a transaction.
    private struct Watch {
        let id: TransactionID
        let validUntil: Milliseconds?
        let nonce: PayerNonce?
        let wake: AsyncStream<News>.Continuation
    }

    private struct PayerNonce: Hashable {
        let payer: AccountID
        let nonce: UInt64
    }

    private struct State {
        var nextTicket: UInt64 = 0
        var calls: [Ticket: CheckedContinuation<Resolved, any Error>] = [:]
        var watches: [UInt64: Watch] = [:]
        var nextWatch: UInt64 = 0
        var followers: [UInt64: AsyncStream<Void>.Continuation] = [:]
        var nextFollower: UInt64 = 0
        var hasEnded = false
    }

    private let state = Mutex(State())

    // MARK: - Calls to the loop

    /// Puts a question to the loop and waits for the answer; the closure offers it and says whether it was taken.
    func ask(_ offer: @escaping @Sendable (Ticket) -> Bool) async throws(GatewayError) -> Resolved {
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return Ticket(state.nextTicket)
        }
        do {
            return try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { continuation in
                    let hasEnded = state.withLock { state in
                        if !state.hasEnded { state.calls[ticket] = continuation }
                        return state.hasEnded
                    }
                    if hasEnded { return continuation.resume(throwing: GatewayError.stopping) }
                    if !offer(ticket) { fail(ticket, .busy) }
                }
            } onCancel: {
                fail(ticket, .timedOut)
            }
        } catch let error as GatewayError {
            throw error
        } catch {
            preconditionFailure("calls fail with gateway errors only: \(error)")
        }
    }

    func isWaiting(_ ticket: Ticket) -> Bool { state.withLock { $0.calls[ticket] != nil } }

    func resolve(_ ticket: Ticket, _ answer: Resolved) {
        state.withLock { $0.calls.removeValue(forKey: ticket) }?.resume(returning: answer)
    }

    func fail(_ ticket: Ticket, _ error: GatewayError) {
        state.withLock { $0.calls.removeValue(forKey: ticket) }?.resume(throwing: error)
    }

    /// The node stops: everybody is told.
    func end() {
        let (calls, watches, followers) = state.withLock { state in
            state.hasEnded = true
            defer {
                state.calls = [:]
                state.watches = [:]
                state.followers = [:]
            }
            return (Array(state.calls.values), Array(state.watches.values), Array(state.followers.values))
        }
        for call in calls { call.resume(throwing: GatewayError.stopping) }
        for watch in watches { watch.wake.finish() }
        for follower in followers { follower.finish() }
    }

    // MARK: - Waiting for a transaction

    /// Yields whenever there is news of a transaction; ends with the node.
    ///
    /// Once a transaction has left, looking again by its id alone can't tell why, so a few pieces of news are kept.
    func watch(_ query: TransactionQuery) -> AsyncStream<News> {
        let (stream, wake) = AsyncStream.makeStream(of: News.self, bufferingPolicy: .bufferingOldest(4))
        let watch: Watch
        switch query {
        case .transaction(let transaction):
            let body = transaction.transaction
            watch = Watch(
                id: transaction.id,
                validUntil: body.validUntil,
                nonce: PayerNonce(payer: body.payer, nonce: body.nonce),
                wake: wake
            )
        case .id(let id, let validUntil):
            watch = Watch(id: id, validUntil: validUntil, nonce: nil, wake: wake)
        }
        let number = state.withLock { state -> UInt64? in
            guard !state.hasEnded else { return nil }
            state.nextWatch += 1
            state.watches[state.nextWatch] = watch
            return state.nextWatch
        }
        guard let number else {
            wake.finish()
            return stream
        }
        wake.onTermination = { [weak self] _ in self?.forget(number) }
        return stream
    }

    private func forget(_ number: UInt64) { state.withLock { $0.watches[number] = nil } }

    /// Wakes whoever waits for something in these blocks, or for their time.
    ///
    /// Called after they are on disk.
    func settled(_ blocks: [Block]) {
        let (watches, followers) = state.withLock { (Array($0.watches.values), Array($0.followers.values)) }
        for follower in followers { follower.yield() }
        guard !watches.isEmpty, let time = blocks.last?.time else { return }
        var ids: Set<TransactionID> = []
        var nonces: Set<PayerNonce> = []
        for transaction in blocks.lazy.flatMap(\.transactions) {
            ids.insert(transaction.id)
            nonces.insert(PayerNonce(payer: transaction.transaction.payer, nonce: transaction.transaction.nonce))
        }
        for watch in watches {
            let isOver = watch.validUntil.map { $0 < time } ?? false
            let isExcluded = watch.nonce.map(nonces.contains) ?? false
            if isOver || isExcluded || ids.contains(watch.id) { watch.wake.yield(.lookAgain) }
        }
    }

    /// Those of the judgements that somebody waits for.
    func watched(among judgements: [Judgement]) -> [Judgement] {
        let ids = state.withLock { Set($0.watches.values.map(\.id)) }
        return ids.isEmpty ? [] : judgements.filter { ids.contains($0.id) }
    }

    /// Tells whoever waits for this transaction that it has left the mempool, and why.
    func left(_ id: TransactionID, _ status: TransactionStatus) {
        let watches = state.withLock { $0.watches.values.filter { $0.id == id } }
        for watch in watches { watch.wake.yield(.left(status)) }
    }

    // MARK: - Following the chain

    /// Yields after each commit, the newest news only; ends with the node.
    func finality() -> AsyncStream<Void> {
        let (stream, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state -> UInt64? in
            guard !state.hasEnded else { return nil }
            state.nextFollower += 1
            state.followers[state.nextFollower] = wake
            return state.nextFollower
        }
        guard let number else {
            wake.finish()
            return stream
        }
        wake.onTermination = { [weak self] _ in
            self?.state.withLock { $0.followers[number] = nil }
        }
        return stream
    }
}
