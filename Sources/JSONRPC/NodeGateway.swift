package import ChainCore
package import LedgerCore
package import Primitives

/// What the interface asks of the node, and all it knows of it.
///
/// The runtime implements it; a test does so with a table. Methods may be called from many tasks at once. Each answers
/// within a second or so, `wait` within its timeout, and a cancelled call returns early: the client is gone. A call throws
/// only when the node makes no statement at all.
package protocol NodeGateway: Sendable {
    /// The network's values, fixed for the life of the process.
    var genesis: Genesis { get }

    /// True while the queue before the loop is full: then calls are refused before they are read.
    var isBusy: Bool { get }

    /// Checks and admits transactions, one answer each, in their order.
    ///
    /// The whole batch comes at once, so that the signature gate can check many in parallel. The same transaction may be
    /// in it twice. `client` is whose work it is: signatures are checked for one client after another.
    func submit(
        _ transactions: [IdentifiedTransaction],
        by client: String
    ) async throws(GatewayError) -> [SubmissionAnswer]

    /// What this node can say of a transaction now.
    func status(of query: TransactionQuery, by client: String) async throws(GatewayError) -> StatusAnswer

    /// Like `status`, but returns only once the answer is a verdict or the time is over, whichever is first.
    func wait(
        for query: TransactionQuery,
        timeout: Milliseconds,
        by client: String
    ) async throws(GatewayError) -> StatusAnswer

    /// The account in the final state; an account nobody has opened has no number.
    func account(_ id: AccountID) async throws(GatewayError) -> AccountAnswer

    /// What would become of a transaction; admits nothing.
    ///
    /// Without a signature it carries one of zeros, and `isSigned` is false.
    func check(_ transaction: IdentifiedTransaction, isSigned: Bool, by client: String) async throws(GatewayError)
        -> CheckAnswer

    /// A final block, block 0 among them; nil when this node holds no such final block.
    func block(_ selector: BlockSelector) async throws(GatewayError) -> BlockAnswer?

    /// Final blocks in a row, from the one at `from` on, each with what makes it final.
    ///
    /// At most `limit`, and fewer when their transactions take more than `byteCountMax`; at least one while there is one.
    func blocks(from height: Height, limit: Int, byteCountMax: Int) async throws(GatewayError) -> BlocksAnswer

    /// Headers of final blocks in a row, from the one after `after` on; without it from the end that comes first.
    func headers(_ order: BlockOrder, after: Height?, limit: Int) async throws(GatewayError) -> HeadersAnswer

    /// What happened to an account, newest first, in parts of bounded work.
    func history(
        of account: AccountID,
        from cursor: HistoryCursor?,
        limit: Int,
        filter: HistoryFilter
    ) async throws(GatewayError) -> HistoryAnswer

    /// Nil when the transaction is not final here, or what proves it so is not here yet.
    func receipt(of id: TransactionID) async throws(GatewayError) -> ReceiptAnswer?

    /// That the log holds a transaction, at a final block or at the latest one.
    func inclusion(of id: TransactionID, at height: Height?) async throws(GatewayError) -> ProofAnswer

    /// That the log at one final block begins with the log at an earlier one; the later is the latest unless given.
    func consistency(from old: Height, to new: Height?) async throws(GatewayError) -> ProofAnswer

    /// That the final state holds an account with its balance.
    func balance(of account: AccountID) async throws(GatewayError) -> ProofAnswer

    /// A checkpoint at a final block or the latest, signed by the node's note key.
    func checkpoint(at height: Height?) async throws(GatewayError) -> CheckpointAnswer

    /// All evidence that this node knows.
    func evidence() async throws(GatewayError) -> EvidenceAnswer

    /// What a fee quote is computed from, see `FeeQuote`.
    func feeFacts() async throws(GatewayError) -> FeeFacts

    func nodeStatus() async throws(GatewayError) -> NodeStatus

    func peers() async throws(GatewayError) -> PeersAnswer

    func mempool() async throws(GatewayError) -> MempoolAnswer

    /// The validators of the current epoch, in the order of their indexes.
    func validators() async throws(GatewayError) -> ValidatorsAnswer

    /// The final block up to which the node answers.
    func head() async throws(GatewayError) -> ChainPoint

    /// Yields after more blocks have become final on disk, the newest news only; ends with the node.
    func finality() -> AsyncStream<Void>

    /// Brings up to date what is measured only when somebody looks; called before each scrape.
    ///
    /// Answers within two seconds also when the loop does not.
    func updateMetrics() async

    /// What keeps the node from being alive, or ready; nothing when it is.
    ///
    /// Must answer when the loop or the disk does not: a node that hangs is one that says so.
    func reasons(against check: HealthCheck) async -> [NodeReason]
}

/// Why the node makes no statement; the client may ask again, here or elsewhere.
package enum GatewayError: Error, Equatable, Sendable {
    /// The node is stopping.
    case stopping
    /// The node's disk is nearly full: it takes no new transactions, and answers everything else.
    case spaceLow
    /// The queue before the loop is full.
    case busy
    /// The node is `lag` blocks behind its peers and cannot answer yet.
    case notReady(lag: UInt64)
    /// The loop gave no answer in time.
    case timedOut
}

package enum HealthCheck: String, Sendable, CaseIterable {
    /// Does the process work, or should it be restarted?
    case live
    /// Should clients be sent to this node?
    case ready
}

/// Which transaction: its bytes, or its name and what was signed as its end.
package enum TransactionQuery: Hashable, Sendable {
    case transaction(IdentifiedTransaction)
    /// Without `validUntil` an unsettled transaction never becomes more than unknown.
    case id(TransactionID, validUntil: Milliseconds?)

    package var id: TransactionID {
        switch self {
        case .transaction(let transaction): transaction.id
        case .id(let id, _): id
        }
    }
}

package enum BlockSelector: Hashable, Sendable {
    case height(Height)
    case hash(Hash32)
    case latest
}

package enum BlockOrder: String, Hashable, Sendable, CaseIterable {
    case newest
    case oldest
}
