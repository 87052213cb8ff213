import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import MempoolCore
import Primitives
import ReplicaCore
import Simulator

/// The final chain of a network, block by block as the test writes it.
struct FinalChain {
    let federation: Federation
    let rules: ChainRules
    private(set) var ledger: Ledger
    private(set) var tip: Header
    private(set) var blocks: [JustifiedBlock] = []

    init(_ federation: Federation) {
        self.federation = federation
        rules = ChainRules(genesis: federation.genesis)
        ledger = Ledger(genesis: federation.genesis)
        tip = rules.genesisHeader(ledger.head)
    }

    /// Adds a block that follows the rules and is final in the view of its height.
    mutating func append(_ transactions: [Verified<IdentifiedTransaction>], at time: Milliseconds) throws(BlockFault) {
        let body = transactions.map(\.value)
        let delta = try ledger.execute(body, at: time, payoutTo: rules.payoutAccounts)
        let height = delta.head.height.number
        let leader = rules.electorate.validators.leader(of: View(height), in: .zero)
        let header = rules.header(
            after: tip,
            hash: tip.hash(network: rules.network),
            proposer: UInt16(leader),
            ledger: delta.head,
            evidence: []
        )
        let block = Block(header: header, network: rules.network, transactions: body, evidence: [])
        let vote = VoteBody.finalize(
            epoch: .zero,
            view: View(height),
            parentView: View(height - 1),
            block: block.hash
        )
        let votes = (0..<rules.electorate.validators.quorum).map { signer in
            let signature = federation.validatorKeys[signer].sign(vote.message(network: rules.network))
            return Vote(body: vote, signer: UInt16(signer), signature: signature)
        }
        let certificate = Certificate(body: vote, votes: votes, validatorCount: federation.validatorKeys.count)
        ledger.finalize(delta)
        tip = header
        blocks.append(
            JustifiedBlock(
                block: block,
                justification: Justification(certificate: certificate, nullifications: [])
            )
        )
    }
}

/// A node that follows a chain as far as the test lets it come, with a disk that keeps what was committed.
struct FollowingNode {
    private let federation: Federation
    private let limits: MempoolLimits
    private(set) var replica: Replica
    var wall: Milliseconds
    private var monotonic: UInt64 = 5_000
    /// The index of final transactions.
    private(set) var settled: [TransactionID: Height] = [:]
    /// What was told to those who wait, and after which committed height.
    private(set) var told: [(status: TransactionStatus, id: TransactionID, height: Height)] = []
    private var justification: Justification?

    init(_ federation: Federation, wall: Milliseconds = Federation.epochStart, limits: MempoolLimits = MempoolLimits())
    {
        self.federation = federation
        self.limits = limits
        self.wall = wall
        let ledger = Ledger(genesis: federation.genesis)
        let tip = ChainRules(genesis: federation.genesis).genesisHeader(ledger.head)
        replica = Self.replica(federation, ledger, tip, nil, limits, Moment(wall: wall, monotonic: Milliseconds(5_000)))
    }

    var height: Height { replica.tip.height }

    private static func replica(
        _ federation: Federation,
        _ ledger: Ledger,
        _ tip: Header,
        _ justification: Justification?,
        _ limits: MempoolLimits,
        _ now: Moment
    ) -> Replica {
        let start = ReplicaStart(
            genesis: federation.genesis,
            me: nil,
            ledger: ledger,
            tip: tip,
            tipJustification: justification,
            accused: [],
            unfinalised: [],
            certificates: [],
            ownVotes: [],
            signFloor: .zero,
            mode: .follower,
            pace: Pace.lan(blockInterval: federation.genesis.parameters.minBlockInterval),
            mempoolLimits: limits,
            seed: 1
        )
        var replica = Replica(start, at: now)
        _ = replica.start(start, at: now)
        _ = replica.step(.connected(federation.nodeKey(of: 1)), at: now)
        return replica
    }

    // MARK: - What happens to it

    /// Hears of the next final block of the chain.
    mutating func follow(_ chain: FinalChain) {
        let next = chain.blocks[Int(height.number)]
        hear(.certificate(next.justification.certificate))
        hear(.blockResponse(next.block))
        precondition(height == next.block.height, "a certified block that arrived whole is final here")
    }

    /// A block is proposed and executed here, and not final yet.
    mutating func see(_ block: Block) {
        let body = VoteBody.notarize(
            epoch: .zero,
            view: View(block.height.number),
            parentView: View(block.height.number - 1),
            block: block.hash
        )
        let votes = (0..<3).map { signer in
            let signature = federation.validatorKeys[signer].sign(body.message(network: federation.genesis.networkID))
            return Vote(body: body, signer: UInt16(signer), signature: signature)
        }
        hear(.certificate(Certificate(body: body, votes: votes, validatorCount: federation.validatorKeys.count)))
        hear(.blockResponse(block))
    }

    /// Loses its memory and starts from its disk.
    mutating func restart() throws(SnapshotError) {
        let ledger = try Ledger(genesis: federation.genesis, restoring: replica.ledger.snapshot)
        replica = Self.replica(federation, ledger, replica.tip, justification, limits, now)
    }

    private mutating func hear(_ message: PeerMessage) {
        let electorate = ChainRules(genesis: federation.genesis).electorate
        guard let gated = GatedMessage.check(message, in: electorate, by: MockScheme()) else { return }
        perform(step(.message(gated, from: federation.nodeKey(of: 1))))
    }

    /// A peer sends it a transaction.
    mutating func gossip(_ transaction: Verified<IdentifiedTransaction>) {
        perform(step(.message(.transactions([transaction]), from: federation.nodeKey(of: 1))))
    }

    // MARK: - What it says

    mutating func submit(_ transaction: Verified<IdentifiedTransaction>) -> TransactionStatus? {
        answer(to: .submitted([transaction], Ticket(1)))
    }

    mutating func status(of transaction: Verified<IdentifiedTransaction>) -> TransactionStatus? {
        answer(
            to: .asked(.status(transaction.id, transaction: transaction.value, validUntil: nil), Ticket(1))
        )
    }

    mutating func status(of id: TransactionID, validUntil: Milliseconds? = nil) -> TransactionStatus? {
        answer(to: .asked(.status(id, transaction: nil, validUntil: validUntil), Ticket(1)))
    }

    private mutating func answer(to event: ReplicaEvent) -> TransactionStatus? {
        let effects = step(event)
        perform(effects)
        for effect in effects {
            switch effect {
            case .answer(.submission(let judgements), _): return judgements.first.map(status)
            case .answer(.status(let judgement, _), _): return status(judgement)
            default: continue
            }
        }
        return nil
    }

    /// `final` is looked up first, by id, as the commit lane does.
    private func status(_ judgement: Judgement) -> TransactionStatus {
        guard judgement.mayBeFinal, let height = settled[judgement.id] else { return judgement.otherwise }
        return .final(height: height, index: 0, price: 0, fee: .zero)
    }

    // MARK: -

    private var now: Moment { Moment(wall: wall, monotonic: Milliseconds(monotonic)) }

    private mutating func step(_ event: ReplicaEvent) -> [ReplicaEffect] {
        monotonic += 1
        return replica.step(event, at: now)
    }

    /// In the order of the commit lane.
    private mutating func perform(_ effects: [ReplicaEffect]) {
        var committed = Height(UInt64(0))
        for effect in effects {
            switch effect {
            case .commit(let blocks):
                for final in blocks {
                    for transaction in final.block.block.transactions { settled[transaction.id] = final.height }
                    justification = final.block.justification
                    committed = final.height
                }
            case .tell(let judgements):
                for judgement in judgements { told.append((status(judgement), judgement.id, committed)) }
            default: continue
            }
        }
    }
}

extension Federation {
    /// Spec 2.3 with short lives: L is four seconds, blocks cost nothing.
    static func quick(balances: [UInt64] = [1_000_000, 1_000_000, 1_000_000]) -> Federation {
        var parameters = Parameters.defaults
        parameters.maxLifetime = Milliseconds(4_000)
        parameters.blockCost = 0
        return Federation(validatorCount: 4, parameters: parameters, balances: balances)
    }

    func account(_ payer: Int) -> AccountID { AccountID(payers[payer].publicKey) }

    /// A signed payment; times count from the start of the chain.
    func pay(
        _ amount: UInt64,
        from payer: Int = 0,
        to payee: Int = 1,
        nonce: UInt64,
        until validUntil: UInt64,
        maxPrice: UInt64 = 200,
        reference: Int = 0
    ) -> Verified<IdentifiedTransaction> {
        let payment = Payment(
            payee: account(payee),
            amount: Amount(units: amount),
            reference: [UInt8](repeating: 1, count: reference)
        )
        let transaction = Transaction(
            payer: account(payer),
            nonce: nonce,
            validUntil: at(validUntil),
            maxPrice: maxPrice,
            action: .pay([payment])
        )
        return sign(transaction, by: payers[payer])
    }

    func at(_ milliseconds: UInt64) -> Milliseconds { Self.epochStart.adding(Milliseconds(milliseconds)) }
}
