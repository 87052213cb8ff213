import ChainCore
import ConsensusCore
import Cryptography
import JSONRPC
import LedgerCore
import LevelDBStorage
import Primitives
import ReplicaCore
import Synchronization
import TCPGossip

/// What clients ask goes through here: submissions by the gate, questions to the loop, blocks from the disk.
final class Gateway: NodeGateway {
    let genesis: Genesis
    let rules: ChainRules
    private let inbox: Inbox
    let gate: SignatureGate
    private let clients: WaitingClients
    let store: ChainStore
    let space: SpaceWatch
    let peers: PeerNetwork
    private let names: PeerNames
    let board: StatusBoard
    let watch: StoreWatch
    let metrics: NodeMetrics
    let home: String
    /// Signs checkpoints; nil where there is none.
    let noteKey: SigningKey?
    let clock: SystemClock
    let stop: StopSignal
    /// Block 0, which everybody computes from the genesis file.
    let genesisBlock: Block
    /// When the gauges were last brought up to date (monotonic milliseconds).
    let lastLook = Atomic<UInt64>(0)
    let started = SystemClock.wall
    let cpuSeconds = Mutex(0.0)

    init(
        genesis: Genesis,
        rules: ChainRules,
        inbox: Inbox,
        gate: SignatureGate,
        clients: WaitingClients,
        store: ChainStore,
        space: SpaceWatch,
        peers: PeerNetwork,
        names: PeerNames,
        board: StatusBoard,
        watch: StoreWatch,
        metrics: NodeMetrics,
        home: String,
        noteKey: SigningKey?,
        clock: SystemClock,
        stop: StopSignal
    ) {
        self.genesis = genesis
        self.rules = rules
        self.inbox = inbox
        self.gate = gate
        self.clients = clients
        self.store = store
        self.space = space
        self.peers = peers
        self.names = names
        self.board = board
        self.watch = watch
        self.metrics = metrics
        self.home = home
        self.noteKey = noteKey
        self.clock = clock
        self.stop = stop
        genesisBlock = Block(
            header: rules.genesisHeader(Ledger(genesis: genesis).head),
            network: genesis.networkID,
            transactions: [],
            evidence: []
        )
    }

    var isBusy: Bool { inbox.isFull }

    // MARK: - Transactions

    func submit(
        _ transactions: [IdentifiedTransaction],
        by client: String
    ) async throws(GatewayError) -> [SubmissionAnswer] {
        // A full inbox refuses before a signature is checked.
        guard !inbox.isFull else { throw .busy }
        guard space.state == .ample else { throw .spaceLow }
        var answers = transactions.map { transaction in
            // What the bytes alone forbid costs no signature check.
            SubmissionAnswer(
                id: transaction.id,
                status: transaction.rejection(under: genesis).map { .rejected($0) } ?? .pending
            )
        }
        let worthChecking = answers.indices.filter { answers[$0].status == .pending }
        let verdicts = await gate.check(worthChecking.map { transactions[$0] }, of: .client(client))
        var admitted: [(index: Int, transaction: Verified<IdentifiedTransaction>)] = []
        for (index, verdict) in zip(worthChecking, verdicts) {
            if let verdict {
                admitted.append((index, verdict))
            } else {
                // For these bytes only: no id, and only the same transaction may be signed again (spec 2.3).
                answers[index] = SubmissionAnswer(id: nil, status: .rejected(.signatureInvalid))
            }
        }
        guard !admitted.isEmpty else { return answers }
        let offered = admitted.map(\.transaction)
        let resolved = try await clients.ask { [inbox] in inbox.offer(.submitted(offered, $0)) }
        guard case .submission(let judged) = resolved else { throw .timedOut }
        for (place, answer) in zip(admitted, judged) { answers[place.index] = answer }
        return answers
    }

    func status(of query: TransactionQuery, by client: String) async throws(GatewayError) -> StatusAnswer {
        let question: Question
        switch query {
        case .transaction(let transaction):
            guard await gate.check([transaction], of: .client(client))[0] != nil else {
                return StatusAnswer(id: nil, status: .rejected(.signatureInvalid), at: try await head())
            }
            question = .status(transaction.id, transaction: transaction, validUntil: nil)
        case .id(let id, let validUntil):
            question = .status(id, transaction: nil, validUntil: validUntil)
        }
        guard case .status(let answer) = try await ask(question) else { throw .timedOut }
        return answer
    }

    func check(_ transaction: IdentifiedTransaction, isSigned: Bool, by client: String) async throws(GatewayError)
        -> CheckAnswer
    {
        if isSigned, await gate.check([transaction], of: .client(client))[0] == nil {
            return CheckAnswer(id: nil, outcome: .status(.rejected(.signatureInvalid)), at: try await head())
        }
        guard case .check(let terms, let status, let at) = try await ask(.check(transaction)) else { throw .timedOut }
        let outcome: CheckAnswer.Outcome =
            terms.isAdmissible
            ? .admissible(
                AdmissionTerms(
                    transaction.transaction,
                    priceNow: terms.priceNow,
                    priceAtMost: terms.priceAtMost,
                    balance: terms.balance,
                    reserved: terms.reserved
                )
            ) : .status(status)
        return CheckAnswer(id: transaction.id, outcome: outcome, at: at)
    }

    func wait(
        for query: TransactionQuery,
        timeout: Milliseconds,
        by client: String
    ) async throws(GatewayError) -> StatusAnswer {
        // Watched before the first look, so that nothing can settle unseen in between.
        let changes = clients.watch(query)
        let end = clock.monotonic.adding(timeout)
        while true {
            let answer = try await status(of: query, by: client)
            let now = clock.monotonic
            guard !answer.status.isVerdict, now < end, !stop.isStopping else { return answer }
            let news = await Self.sleep(end.subtracting(now), orUntil: changes)
            if case .left(let status) = news {
                return StatusAnswer(id: query.id, status: status, at: try await head())
            }
            guard !Task.isCancelled else { return answer }
        }
    }

    /// The first piece of news, or nil at the end of the time.
    private static func sleep(
        _ length: Milliseconds,
        orUntil changes: AsyncStream<WaitingClients.News>
    ) async -> WaitingClients.News? {
        await withTaskGroup(of: WaitingClients.News?.self) { group in
            group.addTask {
                for await news in changes { return news }
                return nil
            }
            group.addTask {
                // Cancelled when news comes first.
                do { try await Task.sleep(for: .milliseconds(length.number)) } catch {}
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }

    // MARK: - State

    func account(_ id: AccountID) async throws(GatewayError) -> AccountAnswer {
        guard case .account(let state, let at) = try await ask(.account(id)) else { throw .timedOut }
        return AccountAnswer(number: state.map { UInt64($0.number.value) }, balance: state?.balance ?? .zero, at: at)
    }

    func feeFacts() async throws(GatewayError) -> FeeFacts {
        guard case .fees(let facts) = try await ask(.fees) else { throw .timedOut }
        return facts
    }

    func head() async throws(GatewayError) -> ChainPoint {
        let tip = store.tip
        return ChainPoint(height: tip.height, hash: tip.hash, time: tip.header.time)
    }

    func finality() -> AsyncStream<Void> { clients.finality() }

    func ask(_ question: Question) async throws(GatewayError) -> WaitingClients.Resolved {
        guard !stop.isStopping else { throw .stopping }
        return try await clients.ask { [inbox] in inbox.offer(.asked(question, $0)) }
    }

    // MARK: - Health

    func nodeStatus() async throws(GatewayError) -> NodeStatus {
        report(on: try await nodeState()).status
    }

    func validators() async throws(GatewayError) -> ValidatorsAnswer {
        let state = try await nodeState()
        let set = rules.electorate.validators
        let standings = set.validators.enumerated().map { index, validator in
            ValidatorsAnswer.Standing(
                validator: validator,
                isConnected: index == state.me || state.isConnected(validator.nodeKey)
            )
        }
        return ValidatorsAnswer(
            epoch: state.epoch,
            quorum: set.quorum,
            validators: standings,
            at: try await head()
        )
    }

    func nodeState() async throws(GatewayError) -> NodeState {
        guard !stop.isStopping else { throw .stopping }
        guard let state = await board.read(within: Self.patience) else { throw .timedOut }
        return state
    }

    func report(on state: NodeState) -> NodeStatusReport {
        NodeStatusReport(
            state,
            tip: store.tip,
            rules: rules,
            names: names,
            space: space.state,
            storeStalled: watch.longestUnderWay.flatMap { $0 >= Self.writeMax ? $0 : nil },
            wall: SystemClock.wall
        )
    }

    func reasons(against check: HealthCheck) async -> [NodeReason] {
        if stop.isStopping { return [.stopping] }
        if let reason = hanging { return [reason] }
        guard check == .ready else { return [] }
        guard let state = await board.read(within: Self.patience) else {
            return [board.lastTurnEnded == nil ? .starting : .loopStalled(sinceLastTurn)]
        }
        return report(on: state).reasons.filter(\.keepsClientsAway)
    }

    /// What a restart might help against.
    private var hanging: NodeReason? {
        if sinceLastTurn > Self.turnMax { return .loopStalled(sinceLastTurn) }
        if let time = watch.longestUnderWay, time > Self.turnMax { return .storeStalled(time) }
        return nil
    }

    var sinceLastTurn: Milliseconds { clock.monotonic.subtracting(board.lastTurnEnded ?? .zero) }

    /// The loop takes a turn at least once in a retry, and a write takes milliseconds; ten seconds are a node that hangs.
    private static var turnMax: Milliseconds { Milliseconds(10_000) }
    /// How long a question may wait for a loop that is busy.
    static var patience: Milliseconds { Milliseconds(1_000) }
    /// A compaction may hold a write up for a second; more is a disk that fails or is too slow.
    static var writeMax: Milliseconds { Milliseconds(2_000) }
}

/// What peers are called.
struct PeerNames: Sendable {
    private let names: [PublicKey: String]

    init(_ settings: NodeSettings) {
        let validators = settings.genesis.validators.map { ($0.nodeKey, $0.name) }
        let others = settings.peers.map { ($0.nodeKey, $0.name) }
        names = Dictionary(validators + others) { first, _ in first }
    }

    subscript(key: PublicKey) -> String { names[key] ?? String(key.hex.prefix(12)) }
}
