import ChainCore
import ConsensusCore
import Cryptography
import JSONRPC
import LedgerCore
import Primitives
import Synchronization

/// A node that is a table: it holds one block, checks signatures, and answers a submission by its nonce.
final class MockNode: NodeGateway {
    let network = TestNetwork.shared
    /// The size of each call of `submit`, in order.
    let submissions = Mutex<[Int]>([])
    let failure = Mutex<GatewayError?>(nil)
    let reasons = Mutex<[HealthCheck: [NodeReason]]>([:])
    let busy = Atomic<Bool>(false)
    private let chain: Mutex<[JustifiedBlock]>
    private let followers = Mutex<[AsyncStream<Void>.Continuation]>([])
    /// How many are inside `wait` now, and how many of those that were had been cancelled.
    let waiting = Atomic<Int>(0)

    var genesis: Genesis { network.genesis }
    init(chain: [JustifiedBlock] = [TestNetwork.shared.block]) { self.chain = Mutex(chain) }

    /// More blocks are final, and whoever follows hears of it.
    func append(_ blocks: [JustifiedBlock]) {
        chain.withLock { $0 += blocks }
        for follower in followers.withLock({ $0 }) { follower.yield() }
    }

    func finality() -> AsyncStream<Void> {
        let (stream, follower) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        followers.withLock { $0.append(follower) }
        return stream
    }

    var isBusy: Bool { busy.load(ordering: .relaxed) }

    static let statusByNonce: [UInt64: TransactionStatus] = [
        10: .pending,
        11: .refused(.busy),
        12: .refused(.insufficientFunds(balance: Amount(units: 5), wanted: Amount(units: 401))),
        13: .rejected(.nonceUsed(by: TestNetwork.shared.block.block.transactions[0].id)),
        14: .expired(validUntil: Milliseconds(1_700_000_060_000)),
        15: .unknown(historyFrom: Height(0)),
    ]

    func submit(_ transactions: [IdentifiedTransaction], by client: String) async throws(GatewayError)
        -> [SubmissionAnswer]
    {
        try failIfAsked()
        submissions.withLock { $0.append(transactions.count) }
        return transactions.map { transaction in
            if let rejection = transaction.rejection(under: genesis) {
                return SubmissionAnswer(id: transaction.id, status: .rejected(rejection))
            }
            guard Verified.check(transaction, in: .init(), by: StrictEd25519()) != nil else {
                return SubmissionAnswer(id: nil, status: .rejected(.signatureInvalid))
            }
            return SubmissionAnswer(id: transaction.id, status: self.status(of: transaction))
        }
    }

    private func status(of transaction: IdentifiedTransaction) -> TransactionStatus {
        settled(transaction.id) ?? Self.statusByNonce[transaction.transaction.nonce] ?? .pending
    }

    private func settled(_ id: TransactionID) -> TransactionStatus? {
        let block = network.block.block
        guard let index = block.transactions.firstIndex(where: { $0.id == id }) else { return nil }
        let shares = block.transactions[index].transaction.shares
        return .final(
            height: block.height,
            index: index,
            price: block.header.price,
            fee: Amount(units: block.header.price * shares)
        )
    }

    func status(of query: TransactionQuery, by client: String) async throws(GatewayError) -> StatusAnswer {
        try failIfAsked()
        let status: TransactionStatus
        switch query {
        case .transaction(let transaction):
            status = self.status(of: transaction)
        case .id(let id, let validUntil):
            if let settled = settled(id) {
                status = settled
            } else if let validUntil, validUntil < point.time {
                status = .expired(validUntil: validUntil)
            } else {
                status = .unknown(historyFrom: .zero)
            }
        }
        return StatusAnswer(id: query.id, status: status, at: point)
    }

    func wait(
        for query: TransactionQuery,
        timeout: Milliseconds,
        by client: String
    ) async throws(GatewayError) -> StatusAnswer {
        let answer = try await status(of: query, by: client)
        guard !answer.status.isVerdict else { return answer }
        waiting.add(1, ordering: .relaxed)
        defer { waiting.subtract(1, ordering: .relaxed) }
        do {
            try await Task.sleep(for: .milliseconds(timeout.number))
        } catch {
            throw .stopping
        }
        return answer
    }

    func account(_ id: AccountID) async throws(GatewayError) -> AccountAnswer {
        try failIfAsked()
        let found = network.ledger.account(id)
        return AccountAnswer(number: found.map { UInt64($0.number.value) }, balance: found?.balance ?? .zero, at: point)
    }

    func check(
        _ transaction: IdentifiedTransaction,
        isSigned: Bool,
        by client: String
    ) async throws(GatewayError) -> CheckAnswer {
        try failIfAsked()
        if let rejection = transaction.rejection(under: genesis) {
            return CheckAnswer(id: transaction.id, outcome: .status(.rejected(rejection)), at: point)
        }
        if isSigned, Verified.check(transaction, in: .init(), by: StrictEd25519()) == nil {
            return CheckAnswer(id: nil, outcome: .status(.rejected(.signatureInvalid)), at: point)
        }
        let status = self.status(of: transaction)
        guard status == .pending else { return CheckAnswer(id: transaction.id, outcome: .status(status), at: point) }
        let terms = AdmissionTerms(
            transaction.transaction,
            priceNow: 50,
            priceAtMost: 200,
            balance: Amount(units: 1_401),
            reserved: Amount(units: 1_000)
        )
        return CheckAnswer(id: transaction.id, outcome: .admissible(terms), at: point)
    }

    func block(_ selector: BlockSelector) async throws(GatewayError) -> BlockAnswer? {
        try failIfAsked()
        let genesis = network.genesisBlock
        let isGenesis = selector == .height(.zero) || selector == .hash(genesis.hash)
        if isGenesis { return BlockAnswer(block: genesis, justification: nil, at: point) }
        let chain = chain.withLock { $0 }
        let found =
            switch selector {
            case .latest: chain.last
            case .height(let height): chain.first { $0.block.height == height }
            case .hash(let hash): chain.first { $0.block.hash == hash }
            }
        return found.map { BlockAnswer(block: $0.block, justification: $0.justification, at: point) }
    }

    func blocks(from height: Height, limit: Int, byteCountMax: Int) async throws(GatewayError) -> BlocksAnswer {
        try failIfAsked()
        let blocks = chain.withLock { $0 }.filter { $0.block.height >= height }
        return BlocksAnswer(blocks: Array(blocks.prefix(limit)), at: point)
    }

    func headers(_ order: BlockOrder, after: Height?, limit: Int) async throws(GatewayError) -> HeadersAnswer {
        try failIfAsked()
        let blocks = [network.genesisBlock, network.block.block]
        let ordered = order == .oldest ? blocks : blocks.reversed()
        let rest = ordered.filter { block in
            after.map { order == .oldest ? block.height > $0 : block.height < $0 } ?? true
        }
        let entries = rest.prefix(limit).map { HeadersAnswer.Entry(header: $0.header, hash: $0.hash) }
        return HeadersAnswer(headers: entries, at: point)
    }

    /// The one block's items and what genesis gave; a cursor counts those that are older.
    func history(
        of account: AccountID,
        from cursor: HistoryCursor?,
        limit: Int,
        filter: HistoryFilter
    ) async throws(GatewayError) -> HistoryAnswer {
        try failIfAsked()
        guard let found = network.ledger.account(account) else {
            return HistoryAnswer(page: HistoryPage(items: [], next: nil), at: point)
        }
        let given = AccountHistory.genesisItem(of: account, in: genesis)
        let items = AccountHistory.items(
            of: account,
            in: network.block.block,
            before: given?.balance ?? .zero,
            after: found.balance,
            payoutAccounts: genesis.payoutAccounts
        )
        let all = ([given].compactMap { $0 } + (items ?? [])).filter(filter.takes)
        guard cursor.map({ $0.itemCount < all.count && $0.height == network.head.height }) ?? true else {
            return HistoryAnswer(page: nil, at: point)
        }
        let older = all.prefix(cursor.map { Int($0.itemCount) } ?? all.count)
        let left = older.count - min(limit, older.count)
        let next = left == 0 ? nil : HistoryCursor(height: network.head.height, itemCount: UInt32(left))
        return HistoryAnswer(page: HistoryPage(items: older.suffix(limit).reversed(), next: next), at: point)
    }

    func receipt(of id: TransactionID) async throws(GatewayError) -> ReceiptAnswer? {
        try failIfAsked()
        let block = network.block.block
        guard let index = block.transactions.firstIndex(where: { $0.id == id }) else { return nil }
        let settled = block.transactions[index]
        let receipt = Receipt(
            network: genesis.networkID,
            id: id,
            fee: Amount(units: block.header.price * settled.transaction.shares),
            signed: settled.signed,
            logIndex: UInt64(index),
            inclusionPath: Merkle.inclusionPath(index: UInt64(index), leafHashes: block.transactions.map(\.leaf)),
            headers: [block.header],
            finalization: network.block.justification.certificate
        )
        return ReceiptAnswer(receipt: receipt, at: point)
    }

    /// The one block's own finalization shows it final.
    private var finalHead: FinalHead {
        FinalHead(
            headers: [network.block.block.header],
            finalization: network.block.justification.certificate
        )
    }

    private func prove(_ statement: Proof.Statement) -> Result<Proof, ProofGap> {
        .success(Proof(network: genesis.networkID, statement: statement))
    }

    func inclusion(of id: TransactionID, at height: Height?) async throws(GatewayError) -> ProofAnswer {
        try failIfAsked()
        let block = network.block.block
        guard let index = block.transactions.firstIndex(where: { $0.id == id }) else {
            return ProofAnswer(outcome: .failure(.transaction), at: point)
        }
        guard height ?? block.height == block.height else {
            return ProofAnswer(outcome: .failure(.block), at: point)
        }
        let path = Merkle.inclusionPath(index: UInt64(index), leafHashes: block.transactions.map(\.leaf))
        let claim = Proof.Inclusion(
            signed: block.transactions[index].signed,
            logIndex: UInt64(index),
            path: path,
            head: finalHead
        )
        return ProofAnswer(outcome: prove(.inclusion(claim)), at: point)
    }

    func consistency(from old: Height, to new: Height?) async throws(GatewayError) -> ProofAnswer {
        try failIfAsked()
        let height = network.block.block.height
        guard old == height, new ?? height == height else {
            return ProofAnswer(outcome: .failure(.block), at: point)
        }
        let claim = Proof.Consistency(old: finalHead, new: finalHead, path: [])
        return ProofAnswer(outcome: prove(.consistency(claim)), at: point)
    }

    func balance(of account: AccountID) async throws(GatewayError) -> ProofAnswer {
        try failIfAsked()
        guard let found = network.ledger.account(account), let path = network.ledger.path(of: account) else {
            return ProofAnswer(outcome: .failure(.account), at: point)
        }
        let claim = Proof.Balance(account: account, balance: found.balance, path: path, head: finalHead)
        return ProofAnswer(outcome: prove(.balance(claim)), at: point)
    }

    /// A node without a note key, when it is so.
    let hasNoteKey = Atomic<Bool>(true)

    func checkpoint(at height: Height?) async throws(GatewayError) -> CheckpointAnswer {
        try failIfAsked()
        guard hasNoteKey.load(ordering: .relaxed) else {
            return CheckpointAnswer(outcome: .failure(.noNoteKey), at: point)
        }
        guard height ?? network.head.height == network.head.height else {
            return CheckpointAnswer(outcome: .failure(.block), at: point)
        }
        let checkpoint = Checkpoint(network.block.block.header, hash: network.head.hash, network: genesis.networkID)
        var note = SignedNote(text: checkpoint.text)
        note.sign(by: network.noteKey, as: Checkpoint.origin(of: genesis.networkID))
        return CheckpointAnswer(outcome: .success(.init(checkpoint: checkpoint, note: note)), at: point)
    }

    func evidence() async throws(GatewayError) -> EvidenceAnswer {
        try failIfAsked()
        return EvidenceAnswer(
            items: [EvidenceAnswer.Item(evidence: network.evidence, isOnChain: false)],
            at: point
        )
    }

    func feeFacts() async throws(GatewayError) -> FeeFacts {
        try failIfAsked()
        return FeeFacts(
            next: network.ledger.terms(at: point.time),
            pool: Amount(units: 1_000),
            pendingTransactions: 3,
            recent: [FeeFacts.RecentBlock(network.block.block.header)].compactMap { $0 },
            at: point
        )
    }

    func nodeStatus() async throws(GatewayError) -> NodeStatus {
        try failIfAsked()
        return NodeStatus(
            version: "1.2.3",
            role: .validator(name: "dohle"),
            mode: .signing,
            head: point,
            epoch: .zero,
            view: View(2),
            leader: "dohle",
            isArmed: true,
            quorum: 3,
            votes: [
                .init(name: "amsel", kinds: [.notarize]), .init(name: "buchfink", kinds: []),
                .init(name: "dohle", kinds: [.notarize, .nullify]), .init(name: "elster", kinds: []),
            ],
            peers: ["amsel"],
            finalityAge: Milliseconds(1_500),
            pendingTransactions: 3,
            pendingBytes: 495,
            sync: .behind(target: Height(4)),
            why: [.noQuorum(connected: 2, validators: 4, needed: 3, missing: ["buchfink", "elster"])]
        )
    }

    func peers() async throws(GatewayError) -> PeersAnswer {
        try failIfAsked()
        let session = PeersAnswer.Session(
            connections: ["consensus", "bulk"],
            age: Milliseconds(60_000),
            sentBytes: 1_000,
            receivedBytes: 2_000,
            queuedBytes: 3,
            droppedMessages: 4
        )
        let list = genesis.validators.filter { $0.name != "dohle" }
            .map { validator in
                PeersAnswer.Peer(
                    name: validator.name,
                    key: validator.nodeKey,
                    isValidator: true,
                    address: "\(validator.name).example:8644",
                    session: validator.name == "amsel" ? session : nil,
                    said: validator.name == "amsel" ? .init(height: .zero, view: View(2), clockOffset: -12) : nil,
                    lastProblem: validator.name == "elster" ? "connection refused" : nil
                )
            }
        return PeersAnswer(peers: list, at: point)
    }

    func mempool() async throws(GatewayError) -> MempoolAnswer {
        try failIfAsked()
        return MempoolAnswer(
            transactions: 3,
            bytes: 495,
            bytesMax: 64 << 20,
            shares: 7,
            oldest: Milliseconds(250),
            levels: [
                .init(from: 256, transactions: 1, bytes: 165, shares: 2),
                .init(from: 64, transactions: 2, bytes: 330, shares: 5),
            ],
            at: point
        )
    }

    func validators() async throws(GatewayError) -> ValidatorsAnswer {
        try failIfAsked()
        return ValidatorsAnswer(
            epoch: .zero,
            quorum: 3,
            validators: genesis.validators.map { .init(validator: $0, isConnected: $0.name != "elster") },
            at: point
        )
    }

    func head() async throws(GatewayError) -> ChainPoint {
        try failIfAsked()
        return point
    }

    func updateMetrics() async {}

    func reasons(against check: HealthCheck) async -> [NodeReason] { reasons.withLock { $0[check] ?? [] } }

    private var point: ChainPoint {
        let tip = chain.withLock { $0[$0.count - 1].block }
        return ChainPoint(height: tip.height, hash: tip.hash, time: tip.time)
    }

    private func failIfAsked() throws(GatewayError) {
        if let failure = failure.withLock({ $0 }) { throw failure }
    }
}
