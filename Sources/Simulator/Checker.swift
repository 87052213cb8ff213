import ChainCore
import ConsensusCore
import LedgerCore
import Primitives
import ReplicaCore

/// Sees everything that honest nodes promise and remembers it across their crashes (spec 3.12, 5).
struct Checker: Sendable {
    let electorate: Electorate
    var honest: Set<Int> = []
    var twins = 0..<0
    /// More validators are hostile than the protocol bears: a fork is no violation, but must name them (A1).
    var bearsForks = false
    private(set) var violation: String?
    var fork: Fork?
    private(set) var situations: Set<Situation> = []

    /// Who cast which vote, durable or sent: a quorum of them is a certificate, whether anybody joined it or not.
    private(set) var tally: [View: [VoteBody: UInt64]] = [:]
    private var notarized: [View: VoteBody] = [:]
    private var finalized: [View: VoteBody] = [:]
    private var nullified: Set<View> = []

    /// The one final chain, from height 1.
    private(set) var chain: [Hash32] = []
    private var settled: [TransactionID: Height] = [:]
    private var nonces: Set<PayerNonce> = []
    /// What a client was told will never settle.
    private var buried: Set<TransactionID> = []
    private(set) var accused: Set<UInt16> = []
    /// The final height when an honest node last came to hold evidence, by signer.
    private var evidenceSince: [UInt16: Height] = [:]

    var crashCount = 0
    var peaks = Peaks()
    var healedAt: UInt64 = 0
    var healedHeight = Height.zero
    /// Milliseconds from the last fault until the next block was final somewhere.
    var progressAfter: UInt64?
    /// The latest view of an honest node after the last fault, and since when (L3).
    var latestView = View.zero
    var viewSince: UInt64 = 0
    var restingHeight = Height.zero
    var healedAfter: UInt64?
    /// What was sent while nothing was to be done, by type.
    var quietMessages: [UInt8: Int] = [:]

    private struct PayerNonce: Hashable, Sendable {
        let payer: AccountID
        let nonce: UInt64
    }

    init(electorate: Electorate) { self.electorate = electorate }

    var finalHeight: Height { Height(UInt64(chain.count)) }
    var settledCount: Int { settled.count }

    mutating func violate(_ what: String) { if violation == nil { violation = what } }
    /// Whether there is nothing more to find out.
    var isDecided: Bool { violation != nil || fork != nil }

    mutating func meet(_ situation: Situation) { situations.insert(situation) }

    func isFinal(_ id: TransactionID) -> Bool { settled[id] != nil }
    func settledHeight(of id: TransactionID) -> Height? { settled[id] }

    // MARK: - Votes and certificates: S1, S2

    /// A vote that may reach anybody from now on; answers its body when it makes a block notarized.
    @discardableResult mutating func note(_ vote: Vote) -> VoteBody? {
        let view = vote.body.view
        if honest.contains(Int(vote.signer)), tally[view]?[vote.body].map({ $0 >> UInt64(vote.signer) & 1 }) != 1 {
            checkSignedOnce(vote)
        }
        tally[view, default: [:]][vote.body, default: 0] |= 1 << UInt64(vote.signer)
        let count = tally[view]?[vote.body]?.nonzeroBitCount ?? 0
        guard count >= electorate.validators.quorum else { return nil }
        let isNews = vote.body.kind == .notarize && notarized[view] == nil
        certified(vote.body)
        return isNews ? vote.body : nil
    }

    /// In how many views above this one there is a durable vote of this validator.
    func viewsSigned(by signer: Int, above final: View) -> Int {
        tally.count { view, votes in view > final && votes.values.contains { $0 >> UInt64(signer) & 1 == 1 } }
    }

    /// S4: an honest validator never signs two votes that are evidence together, in whatever life.
    private mutating func checkSignedOnce(_ vote: Vote) {
        for (body, signers) in tally[vote.body.view] ?? [:] where signers >> UInt64(vote.signer) & 1 == 1 {
            if body.contradicts(vote.body) {
                violate("S4: honest validator \(vote.signer) signs two votes of view \(vote.body.view) that convict it")
            }
        }
    }

    mutating func note(_ certificate: Certificate) { certified(certificate.body) }

    private mutating func certified(_ body: VoteBody) {
        switch body.kind {
        case .notarize:
            if let other = notarized[body.view], other != body {
                contradict("S1: view \(body.view) is notarized twice")
            }
            notarized[body.view] = body
        case .finalize:
            if let other = finalized[body.view], other != body {
                contradict("S1: view \(body.view) is finalized twice")
            }
            finalized[body.view] = body
        case .nullify: nullified.insert(body.view)
        }
        if finalized[body.view] != nil, nullified.contains(body.view) {
            contradict("S2: view \(body.view) is both finalized and nullified")
        }
        if let finalized = finalized[body.view], let notarized = notarized[body.view],
            finalized.block != notarized.block
        {
            contradict("S1: view \(body.view) is notarized and finalized for two blocks")
        }
        if nullified.contains(body.view) {
            meet(.viewNullified)
            if notarized[body.view] != nil { meet(.notarizedAndNullified) }
        }
    }

    // MARK: - Final blocks: S3, S5, S7

    /// A node has moved its final state, on disk or not: from now on this holds for everybody.
    mutating func becameFinal(_ blocks: [FinalBlock], at node: Int) {
        for final in blocks {
            let block = final.block.block
            let index = Int(block.height.number) - 1
            if index < chain.count {
                if chain[index] != block.hash {
                    contradict("S3: node \(node) has another block at height \(block.height)")
                }
                continue
            }
            guard index == chain.count else {
                contradict("S3: node \(node) finalises height \(block.height), \(chain.count) is the highest so far")
                return
            }
            if let parent = chain.last, block.parent != parent {
                contradict("S3: node \(node)'s block at height \(block.height) is on another parent")
            }
            chain.append(block.hash)
            takeIn(block)
        }
    }

    private mutating func takeIn(_ block: Block) {
        for transaction in block.transactions {
            let key = PayerNonce(payer: transaction.transaction.payer, nonce: transaction.transaction.nonce)
            // Lifetimes in these runs are shorter than a nonce's rest, so a nonce settles once.
            if !nonces.insert(key).inserted { violate("S7: a nonce settles twice, the second time at \(block.height)") }
            if buried.contains(transaction.id) {
                violate("S5: a transaction settles at \(block.height) after a client was told that it never does")
            }
            settled[transaction.id] = block.height
        }
        for evidence in block.evidence {
            if honest.contains(Int(evidence.signer)) {
                violate("S4: evidence names honest validator \(evidence.signer)")
            }
            accused.insert(evidence.signer)
            meet(.evidenceOnChain)
        }
    }

    /// An honest node has evidence in hand.
    mutating func note(_ evidence: Evidence) {
        if honest.contains(Int(evidence.signer)) {
            violate("S4: there is evidence against honest validator \(evidence.signer)")
        }
        if twins.contains(Int(evidence.signer)) { meet(.twinAccused) }
        evidenceSince[evidence.signer] = finalHeight
    }

    /// Whoever an honest disk holds evidence against is named on chain once enough leaders have had their turn.
    mutating func checkAccusations(of signers: Set<UInt16>, leadersPassed count: Int) {
        for signer in signers.sorted() where !accused.contains(signer) {
            guard let since = evidenceSince[signer], finalHeight.number >= since.number + UInt64(count)
            else { continue }
            violate("evidence against \(signer), known since height \(since), never came on chain")
        }
    }

    // MARK: - Clients: S5

    mutating func answered(_ judgement: Judgement, finalAt height: Height?) {
        if let height {
            if settled[judgement.id] != height { violate("S5: a client is told of a final height that isn't") }
            return meet(.verdictFinal)
        }
        switch judgement.otherwise {
        case .rejected(let rejection):
            if case .nonceUsed = rejection { meet(.verdictNonceUsed) }
            bury(judgement.id)
        case .expired:
            meet(.verdictExpired)
            bury(judgement.id)
        case .refused(let refusal):
            if case .insufficientFunds = refusal { meet(.refusedForFunds) }
        case .final, .pending, .unknown: break
        }
    }

    private mutating func bury(_ id: TransactionID) {
        if settled[id] != nil { violate("S5: a client is told that a settled transaction never settles") }
        buried.insert(id)
    }
}
