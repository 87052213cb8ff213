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
    private let space: SpaceWatch
    private let names: PeerNames
    private let clock: SystemClock
    let stop: StopSignal
    /// Block 0, which everybody computes from the genesis file.
    let genesisBlock: Block
    /// When the loop last finished a turn (monotonic milliseconds).
    private let lastTurn = Atomic<UInt64>(0)

    init(
        genesis: Genesis,
        rules: ChainRules,
        inbox: Inbox,
        gate: SignatureGate,
        clients: WaitingClients,
        store: ChainStore,
        space: SpaceWatch,
        names: PeerNames,
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
        self.names = names
        self.clock = clock
        self.stop = stop
        genesisBlock = Block(
            header: rules.genesisHeader(Ledger(genesis: genesis).head),
            network: genesis.networkID,
            transactions: [],
            evidence: []
        )
    }

    func loopIsAlive(at moment: Milliseconds) { lastTurn.store(moment.number, ordering: .relaxed) }

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

    func ask(_ question: Question) async throws(GatewayError) -> WaitingClients.Resolved {
        guard !stop.isStopping else { throw .stopping }
        return try await clients.ask { [inbox] in inbox.offer(.asked(question, $0)) }
    }

    // MARK: - Health

    func nodeStatus() async throws(GatewayError) -> NodeStatus {
        NodeStatusReport(
            try await nodeState(),
            rules: rules,
            names: names,
            space: space.state,
            wall: SystemClock.wall
        ).status
    }

    func validators() async throws(GatewayError) -> ValidatorsAnswer {
        let state = try await nodeState()
        let set = rules.electorate.validators
        let standings = set.validators.enumerated().map { index, validator in
            ValidatorsAnswer.Standing(
                validator: validator,
                isConnected: index == state.me || state.connected.contains(validator.nodeKey)
            )
        }
        return ValidatorsAnswer(
            epoch: state.epoch,
            quorum: set.quorum,
            validators: standings,
            at: state.tip.point
        )
    }

    private func nodeState() async throws(GatewayError) -> NodeState {
        guard case .node(let state) = try await ask(.node) else { throw .timedOut }
        return state
    }

    /// The loop takes a turn at least once in a retry; ten seconds without one is a node that hangs.
    private static var turnMax: Milliseconds { Milliseconds(10_000) }

    func problems(for check: HealthCheck) async -> [String] {
        if stop.isStopping { return ["the node is stopping"] }
        let last = Milliseconds(lastTurn.load(ordering: .relaxed))
        let silence = clock.monotonic.subtracting(last)
        if silence > Self.turnMax { return ["the loop has not finished a turn for \(silence) ms"] }
        guard check == .ready else { return [] }
        do {
            let state = try await nodeState()
            return NodeStatusReport(
                state,
                rules: rules,
                names: names,
                space: space.state,
                wall: SystemClock.wall
            ).readinessProblems
        } catch {
            return ["the loop does not answer: \(error)"]
        }
    }
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
