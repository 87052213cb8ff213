import ChainCore
import ConsensusCore
import CoreMetrics
import JSONRPC
import LedgerCore
import Primitives
import ReplicaCore
import Synchronization

/// What the node counts: from the effects of the replica, from what was committed, and from what it says of itself.
///
/// The cores know nothing of it. All is shell: a metric that is wrong harms nobody but the operator.
final class NodeMetrics: Sendable {
    let registry: PrometheusRegistry
    private let blocks: Counter
    private let transactions: Counter
    private let payments: Counter
    private let fees: Counter
    private let nullified: Counter
    private let votes: [VoteBody.Kind: Counter]
    private let proposals: Counter
    private let refusedProposals: Counter
    private let evidence: Counter
    /// The usual answer, at hand: a look-up by name for each transaction costs as much as its admission.
    private let pendingSubmissions: Counter
    private let disconnections: Counter
    private let misconduct: Counter
    private let finalitySeconds: Timer
    private let steps = Mutex(PaymentSteps())
    private let stepSeconds: [Step: Timer]
    private let settlingSeconds: Timer
    private let blockPrice: Meter
    private let blockPayments: Meter
    private let blockFeePerPayment: Meter
    private let blockSeconds: Timer
    private let lastBlockTime: Meter
    private let gauges: [Gauge: Meter]
    private let reasons: [NodeReason.Name: Meter]
    let cpuSeconds: FloatingPointCounter

    init(version: String) {
        let registry = PrometheusRegistry(alongside: Self.families)
        self.registry = registry
        func counter(_ name: String, _ dimensions: [(String, String)] = []) -> Counter {
            Counter(label: name, dimensions: dimensions, factory: registry)
        }
        func meter(_ name: String, _ dimensions: [(String, String)] = []) -> Meter {
            Meter(label: name, dimensions: dimensions, factory: registry)
        }
        blocks = counter("farthing_blocks_final_total")
        transactions = counter("farthing_transactions_final_total")
        payments = counter("farthing_payments_final_total")
        fees = counter("farthing_fees_collected_units_total")
        nullified = counter("farthing_consensus_nullified_views_total")
        votes = [
            .notarize: counter("farthing_consensus_votes_total", [("kind", "notarize")]),
            .nullify: counter("farthing_consensus_votes_total", [("kind", "nullify")]),
            .finalize: counter("farthing_consensus_votes_total", [("kind", "finalize")]),
        ]
        proposals = counter("farthing_consensus_proposals_total", [("result", "made")])
        refusedProposals = counter("farthing_consensus_proposals_total", [("result", "refused")])
        evidence = counter("farthing_consensus_evidence_total")
        disconnections = counter("farthing_peer_disconnections_total")
        misconduct = counter("farthing_peer_misconduct_total")
        finalitySeconds = Timer(label: "farthing_consensus_finality_seconds", factory: registry)
        stepSeconds = Dictionary(
            uniqueKeysWithValues: Step.allCases.map { step in
                let dimensions = [("step", step.rawValue)]
                return (
                    step,
                    Timer(label: "farthing_payment_step_seconds", dimensions: dimensions, factory: registry)
                )
            }
        )
        settlingSeconds = Timer(label: "farthing_payment_settling_seconds", factory: registry)
        blockPrice = meter("farthing_block_price")
        blockPayments = meter("farthing_block_payments")
        blockFeePerPayment = meter("farthing_block_fee_per_payment_units")
        blockSeconds = Timer(label: "farthing_chain_block_interval_seconds", factory: registry)
        lastBlockTime = meter("farthing_chain_last_block_timestamp_seconds")
        gauges = Dictionary(uniqueKeysWithValues: Gauge.allCases.map { ($0, meter($0.rawValue)) })
        reasons = Dictionary(
            uniqueKeysWithValues: NodeReason.Name.allCases.map {
                ($0, meter("farthing_node_reason", [("reason", $0.rawValue)]))
            }
        )
        cpuSeconds = FloatingPointCounter(label: "farthing_process_cpu_seconds_total", factory: registry)
        pendingSubmissions = counter("farthing_submissions_total", [("status", "pending"), ("reason", "")])
        meter("farthing_build_info", [("version", version)]).set(1)
    }

    // MARK: What happens

    func ordered(_ effect: ReplicaEffect) {
        switch effect {
        case .vote(let body):
            votes[body.kind]?.increment()
            // Who finalizes has seen the notarization.
            if body.kind == .finalize, let block = body.block {
                steps.withLock { $0.notarized(block, at: Self.now) }
            }
        case .propose(let draft):
            proposals.increment()
            votes[draft.body.kind]?.increment()
        case .refused: refusedProposals.increment()
        case .storeEvidence: evidence.increment()
        case .disconnect: misconduct.increment()
        case .answer(.submission(let judgements), _):
            for judgement in judgements { submitted(judgement.otherwise) }
            follow(judgements)
        case .tell(let judgements): steps.withLock { for judgement in judgements { $0.left(judgement.id) } }
        case .storeBlock(let block, let view):
            steps.withLock { $0.proposed(block.hash, view: view, at: Self.now) }
        case .commit(let blocks):
            steps.withLock { for final in blocks { $0.finalized(final.block.block.hash, at: Self.now) } }
        default: break
        }
    }

    func happened(_ event: ReplicaEvent) {
        if case .disconnected = event { disconnections.increment() }
    }

    /// What the loop said before the index of final transactions was read.
    func submitted(_ status: TransactionStatus) {
        if status == .pending { return pendingSubmissions.increment() }
        let (name, reason) =
            switch status {
            case .final: ("final", "")
            case .rejected(let rejection): ("rejected", rejection.text.reason)
            case .expired: ("expired", "")
            case .pending: ("pending", "")
            case .unknown: ("unknown", "")
            case .refused(let refusal): ("refused", refusal.text.reason)
            }
        let dimensions = [("status", name), ("reason", reason)]
        Counter(label: "farthing_submissions_total", dimensions: dimensions, factory: registry).increment()
    }

    /// `before` is the time of the block below the first.
    func committed(_ committed: [FinalBlock], after before: Milliseconds, at wall: Milliseconds) {
        var before = before
        for final in committed {
            let header = final.block.block.header
            blocks.increment()
            nullified.increment(by: final.block.justification.nullifications.count)
            finalitySeconds.recordMilliseconds(Int64(clamping: wall.subtracting(header.time).number))
            if header.height.number > 1 {
                blockSeconds.recordMilliseconds(Int64(clamping: header.time.subtracting(before).number))
            }
            before = header.time
            lastBlockTime.set(Double(header.time.number) / 1_000)
            record(stepsOf: final)
            guard header.transactionCount > 0 else { continue }
            // A transaction has one share more than payments.
            let count = Int(header.shares) - Int(header.transactionCount)
            let fee = Double(header.price) * Double(header.shares)
            transactions.increment(by: Int(header.transactionCount))
            payments.increment(by: count)
            fees.increment(by: header.price * UInt64(header.shares))
            show(price: header.price, payments: count, fee: fee)
        }
    }

    private func follow(_ judgements: [Judgement]) {
        steps.withLock { steps in
            for judgement in judgements where judgement.otherwise == .pending {
                steps.submitted(judgement.id, at: Self.now)
            }
        }
    }

    private func record(stepsOf final: FinalBlock) {
        let block = final.block.block
        let lengths = steps.withLock {
            $0.committed(block.hash, view: final.view, transactions: block.transactions.map(\.id), at: Self.now)
        }
        guard !block.transactions.isEmpty else { return }
        for length in lengths.waiting { stepSeconds[.waiting]?.recordNanoseconds(Int64(clamping: length)) }
        for length in lengths.settling { settlingSeconds.recordNanoseconds(Int64(clamping: length)) }
        for (step, length) in [
            (Step.notarizing, lengths.notarizing), (.finalizing, lengths.finalizing), (.committing, lengths.committing),
        ] {
            if let length { stepSeconds[step]?.recordNanoseconds(Int64(clamping: length)) }
        }
    }

    /// Nanoseconds of the monotonic clock.
    private static var now: PaymentSteps.Time {
        UInt64(max(0, (ContinuousClock.now - epoch) / .nanoseconds(1)))
    }

    private static let epoch = ContinuousClock.now

    /// The block with payments that the chain ended with when the node started.
    func started(with header: Header) {
        lastBlockTime.set(Double(header.time.number) / 1_000)
        guard header.transactionCount > 0 else { return }
        let fee = Double(header.price) * Double(header.shares)
        show(price: header.price, payments: Int(header.shares) - Int(header.transactionCount), fee: fee)
    }

    private func show(price: UInt64, payments count: Int, fee: Double) {
        blockPrice.set(Double(price))
        blockPayments.set(count)
        blockFeePerPayment.set(count > 0 ? fee / Double(count) : 0)
    }

    // MARK: What is, when somebody looks

    func set(_ gauge: Gauge, _ value: Double?) {
        if let value { gauges[gauge]?.set(value) }
    }

    func set(_ gauge: Gauge, _ value: Int?) { set(gauge, value.map { Double($0) }) }
    func set(_ gauge: Gauge, _ value: UInt64?) { set(gauge, value.map { Double($0) }) }
    func set(_ gauge: Gauge, _ value: Bool) { set(gauge, value ? 1.0 : 0) }

    func set(_ present: [NodeReason]) {
        let names = Set(present.map(\.name))
        for (name, meter) in reasons { meter.set(names.contains(name) ? 1 : 0) }
    }
}
