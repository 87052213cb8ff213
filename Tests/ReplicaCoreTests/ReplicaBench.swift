import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import MempoolCore
import Primitives
import ReplicaCore
import Simulator

/// One replica with everything around it played by the test.
struct ReplicaBench {
    let federation: Federation
    let rules: ChainRules
    let me: Int?
    var replica: Replica
    var wall = Federation.epochStart.number + 60_000
    var monotonic: UInt64 = 5_000
    /// What the start itself asked for.
    private(set) var atStart: [ReplicaEffect] = []

    init(
        _ count: Int,
        me: Int?,
        connected: Bool = true,
        evidence: [Evidence] = [],
        unfinalised: [(block: Block, view: View)] = []
    ) {
        let federation = Self.federation(count)
        self.federation = federation
        self.me = me
        rules = ChainRules(genesis: federation.genesis)
        var pace = Pace.lan(blockInterval: federation.genesis.parameters.minBlockInterval)
        pace.heartbeat = .zero
        let ledger = Ledger(genesis: federation.genesis)
        let start = ReplicaStart(
            genesis: federation.genesis,
            me: me,
            ledger: ledger,
            tip: rules.genesisHeader(ledger.head),
            tipJustification: nil,
            accused: [],
            unfinalised: unfinalised,
            certificates: [],
            ownVotes: [],
            signFloor: .zero,
            mode: .signing,
            pace: pace,
            mempoolLimits: MempoolLimits(),
            seed: 1,
            evidence: evidence
        )
        let now = Moment(wall: Milliseconds(wall), monotonic: Milliseconds(monotonic))
        replica = Replica(start, at: now)
        atStart = replica.start(start, at: now)
        guard connected else { return }
        for peer in 0..<count where peer != me { connect(peer) }
    }

    static func federation(_ count: Int) -> Federation {
        Federation(validatorCount: count, parameters: .defaults, balances: [1_000_000_000, 1_000_000_000, 2_000])
    }

    // MARK: - Events

    @discardableResult
    mutating func step(_ event: ReplicaEvent) -> [ReplicaEffect] {
        replica.step(event, at: Moment(wall: Milliseconds(wall), monotonic: Milliseconds(monotonic)))
    }

    @discardableResult
    mutating func pass(_ milliseconds: UInt64) -> [ReplicaEffect] {
        wall += milliseconds
        monotonic += milliseconds
        return step(.tick)
    }

    mutating func connect(_ peer: Int) {
        step(.connected(key(peer)))
        hear(.heldVotes(HeldVotes(epoch: .zero, finalView: .zero, votes: [])), from: peer)
    }

    /// A peer's message, through the gate.
    @discardableResult
    mutating func hear(_ message: PeerMessage, from peer: Int) -> [ReplicaEffect] {
        guard let gated = GatedMessage.check(message, in: rules.electorate, by: MockScheme()) else { return [] }
        return step(.message(gated, from: key(peer)))
    }

    /// The vote log's answer: this vote is durable.
    @discardableResult
    mutating func voted(_ body: VoteBody) -> [ReplicaEffect] {
        guard let me, let vote = Verified.check(vote(body, by: me), in: rules.electorate, by: MockScheme()) else {
            return []
        }
        return step(.voted(vote))
    }

    // MARK: - Values

    func key(_ peer: Int) -> PublicKey { federation.nodeKey(of: peer) }

    func payment(
        _ nonce: UInt64,
        amount: UInt64 = 5,
        from payer: Int = 0,
        maxPrice: UInt64 = 300,
        payeeCount: Int = 1
    ) -> Verified<IdentifiedTransaction> {
        let payees =
            [AccountID(federation.payers[1].publicKey)]
            + (1..<payeeCount).map { AccountID(PublicKey(words: Words32(UInt64($0), 0, 0, 1))) }
        let transaction = Transaction(
            payer: AccountID(federation.payers[payer].publicKey),
            nonce: nonce,
            validUntil: Milliseconds(wall + 200_000),
            maxPrice: maxPrice,
            action: .pay(payees.map { Payment(payee: $0, amount: Amount(units: amount)) })
        )
        return federation.sign(transaction, by: federation.payers[payer])
    }

    func vote(_ body: VoteBody, by signer: Int) -> Vote {
        let signature = federation.validatorKeys[signer].sign(body.message(network: rules.network))
        return Vote(body: body, signer: UInt16(signer), signature: signature)
    }

    func certificate(_ body: VoteBody, by signers: [Int]) -> Certificate {
        Certificate(
            body: body,
            votes: signers.map { vote(body, by: $0) },
            validatorCount: federation.validatorKeys.count
        )
    }

    /// Evidence that this validator said two things in one view.
    func evidence(against signer: Int, view: UInt64 = 1) -> Evidence? {
        Evidence(
            vote(.nullify(epoch: .zero, view: View(view)), by: signer),
            vote(.finalize(epoch: .zero, view: View(view), parentView: .zero, block: .zero), by: signer)
        )
    }

    /// Valid blocks on top of genesis, each with its own transactions; block i is led by the leader of view i + 1.
    func chain(
        _ bodies: [[Verified<IdentifiedTransaction>]],
        evidence: [[Evidence]] = [],
        interval: UInt64 = 30_000
    ) throws -> [Block] {
        var ledger = Ledger(genesis: federation.genesis)
        var parent = rules.genesisHeader(ledger.head)
        var blocks: [Block] = []
        for (index, body) in bodies.enumerated() {
            let transactions = body.map(\.value)
            let time = parent.time.adding(Milliseconds(interval))
            let delta = try ledger.execute(transactions, at: time, payoutTo: rules.payoutAccounts)
            let leader = rules.electorate.validators.leader(of: View(UInt64(index + 1)), in: .zero)
            let own = index < evidence.count ? evidence[index] : []
            let header = rules.header(
                after: parent,
                hash: parent.hash(network: rules.network),
                proposer: UInt16(leader),
                ledger: delta.head,
                evidence: own
            )
            ledger.finalize(delta)
            parent = header
            blocks.append(Block(header: header, network: rules.network, transactions: transactions, evidence: own))
        }
        return blocks
    }

    func notarize(_ block: Block, in view: UInt64, on parentView: UInt64 = 0) -> VoteBody {
        .notarize(epoch: .zero, view: View(view), parentView: View(parentView), block: block.hash)
    }

    func finalize(_ block: Block, in view: UInt64, on parentView: UInt64 = 0) -> VoteBody {
        .finalize(epoch: .zero, view: View(view), parentView: View(parentView), block: block.hash)
    }

    func proposal(
        _ block: Block,
        in view: UInt64,
        on parentView: UInt64 = 0,
        parentCertificate: Certificate? = nil,
        nullifications: [Certificate] = [],
        evidence: [Evidence]? = nil
    ) -> Proposal {
        Proposal(
            vote: vote(notarize(block, in: view, on: parentView), by: Int(block.header.proposer)),
            header: block.header,
            leaves: block.transactions.map(\.leaf),
            evidence: evidence ?? block.evidence,
            change: [],
            parentCertificate: parentCertificate,
            nullifications: nullifications
        )
    }

    /// Blocks 1… as they are synced, each final in the view of its height.
    func range(_ blocks: [Block], by signers: [Int]) -> SyncResponse {
        let items = blocks.map { block in
            let height = block.height.number
            return JustifiedBlock(
                block: block,
                justification: Justification(
                    certificate: certificate(finalize(block, in: height, on: height - 1), by: signers),
                    nullifications: []
                )
            )
        }
        return SyncResponse(blocks: items, headers: [], finalization: items.last?.justification.certificate)
    }

    func status(height: UInt64, view: UInt64 = 0) -> PeerMessage {
        .status(
            Status(
                epoch: .zero,
                finalHeight: Height(height),
                finalView: View(view),
                finalHash: .zero,
                currentView: View(view + 1),
                wallClock: Milliseconds(wall)
            )
        )
    }
}

extension [ReplicaEffect] {
    var votes: [VoteBody] {
        compactMap { effect in
            switch effect {
            case .vote(let body): body
            case .propose(let draft): draft.body
            default: nil
            }
        }
    }

    var stored: [Hash32] { compactMap { if case .storeBlock(let block, _) = $0 { block.hash } else { nil } } }
    var storedViews: [View] { compactMap { if case .storeBlock(_, let view) = $0 { view } else { nil } } }
    var committed: [Height] {
        flatMap { if case .commit(let blocks) = $0 { blocks.map(\.height) } else { [Height]() } }
    }
    var disconnected: [PublicKey] { compactMap { if case .disconnect(let peer, _) = $0 { peer } else { nil } } }
    var wakes: [Milliseconds] { compactMap { if case .wake(let at) = $0 { at } else { nil } } }

    var refused: [Hash32] { compactMap { if case .refused(let block, _, _) = $0 { block } else { nil } } }
    var halts: [HaltReason] { compactMap { if case .halt(let reason) = $0 { reason } else { nil } } }

    var sent: [(message: PeerMessage, peers: [PublicKey])] {
        compactMap { if case .send(let message, let peers) = $0 { (message, peers) } else { nil } }
    }

    var broadcasts: [PeerMessage] { compactMap { if case .broadcast(let message) = $0 { message } else { nil } } }

    var blockRequests: [(hash: Hash32, peers: [PublicKey])] {
        sent.compactMap { item in
            if case .blockRequest(let request) = item.message { (request.hash, item.peers) } else { nil }
        }
    }

    var bodyRequests: [(leaves: [Hash32], peers: [PublicKey])] {
        sent.compactMap { item in
            if case .bodyRequest(let request) = item.message { (request.leaves, item.peers) } else { nil }
        }
    }

    var syncRequests: [(from: Height, count: UInt32, peers: [PublicKey])] {
        sent.compactMap { item in
            guard case .syncRequest(let request) = item.message else { return nil }
            return (request.fromHeight, request.blockCountMax, item.peers)
        }
    }

    /// The place of the first effect that fits.
    func place(_ fits: (ReplicaEffect) -> Bool) -> Int? { firstIndex(where: fits) }
}
