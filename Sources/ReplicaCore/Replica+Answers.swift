import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import MempoolCore
import Primitives

// What clients are told. Answers go the way of the commits, so that none runs ahead of the disk.
extension Replica {
    /// Admits a client's transactions and says of each what can be said now.
    mutating func submit(_ transactions: [Verified<IdentifiedTransaction>], _ ticket: Ticket) {
        var admitted: [Verified<IdentifiedTransaction>] = []
        var judgements: [Judgement] = []
        for transaction in transactions {
            let admission = mempool.admit(transaction, ledger: ledger, now: now.wall)
            if case .admitted(let dropped) = admission {
                admitted.append(transaction)
                self.dropped += dropped
            }
            judgements.append(judge(admission, transaction.value))
        }
        if !admitted.isEmpty { work.mayHaveChanged = true }
        spread(admitted)
        effects.append(.answer(.submission(judgements), ticket))
    }

    private func judge(_ admission: Admission, _ transaction: IdentifiedTransaction) -> Judgement {
        switch admission {
        case .admitted, .alreadyPending:
            Judgement(id: transaction.id, otherwise: .pending, mayBeFinal: false)
        case .rejected(let rejection):
            Judgement(id: transaction.id, otherwise: .rejected(rejection), mayBeFinal: false)
        case .settledOrExcluded(let other):
            Judgement(id: transaction.id, otherwise: .rejected(.nonceUsed(by: other)), mayBeFinal: true)
        case .expired(let validUntil):
            Judgement(id: transaction.id, otherwise: .expired(validUntil: validUntil), mayBeFinal: true)
        case .refused(let refusal):
            Judgement(id: transaction.id, otherwise: .refused(refusal), mayBeFinal: true)
        }
    }

    /// Orders that those who wait hear of it, behind the commits that this turn ordered: a drop may be a verdict.
    mutating func tellOfDropped() {
        guard !dropped.isEmpty else { return }
        effects.append(.tell(dropped.map { Judgement(id: $0.id, otherwise: $0.status, mayBeFinal: true) }))
        dropped = []
    }

    mutating func answer(_ question: Question, _ ticket: Ticket) {
        let answer: Answer
        switch question {
        case .status(let id, let transaction, let validUntil):
            let status = status(of: id, transaction, validUntil: transaction?.transaction.validUntil ?? validUntil)
            answer = .status(Judgement(id: id, otherwise: status, mayBeFinal: true), at: tipPoint)
        case .account(let id):
            let state = ledger.account(id).map { account in
                AccountState(
                    number: account.number,
                    balance: account.balance,
                    touched: ledger.account(numbered: account.number)?.touched ?? .zero
                )
            }
            answer = .account(state, at: tipPoint)
        case .accountProof(let id):
            let proven = ledger.account(id).flatMap { account in
                ledger.path(of: id).map { ProvenAccount(balance: account.balance, path: $0) }
            }
            answer = .accountProof(proven, at: tipPoint)
        case .check(let transaction):
            let (judgement, terms) = check(transaction)
            answer = .check(judgement, terms, at: tipPoint)
        case .fees:
            // Spec 2.4: admission reckons with the floor at the wall clock, and so does who asks for a price.
            let time = timeOfBlock(after: tip)
            let pool = ledger.account(.pool)?.balance ?? .zero
            let state = FeeState(next: ledger.terms(at: time), pool: pool, pendingCount: mempool.count)
            answer = .fees(state, at: tipPoint)
        }
        effects.append(.answer(answer, ticket))
    }

    /// A dry run: what `submit` would say, and nothing changes.
    private func check(_ transaction: IdentifiedTransaction) -> (Judgement, CheckTerms) {
        let admission = mempool.examine(transaction, ledger: ledger, now: now.wall)
        let wanted = transaction.transaction
        let next = ledger.terms(at: timeOfBlock(after: tip))
        let isAdmissible = if case .admitted = admission { true } else { false }
        let terms = CheckTerms(
            isAdmissible: isAdmissible,
            priceNow: next.price(shares: mempool.shares + wanted.shares),
            priceAtMost: wanted.rank(under: genesis.parameters),
            balance: ledger.account(wanted.payer)?.balance ?? .zero,
            reserved: mempool.reserved(by: wanted.payer)
        )
        return (judge(admission, transaction), terms)
    }

    /// The answer for a transaction that is not final (spec 2.3).
    private func status(
        of id: TransactionID,
        _ transaction: IdentifiedTransaction?,
        validUntil: Milliseconds?
    ) -> TransactionStatus {
        if let transaction {
            if let rejection = transaction.rejection(under: genesis) { return .rejected(rejection) }
            if let other = ledger.finalExclusion(of: transaction.transaction), other != id {
                return .rejected(.nonceUsed(by: other))
            }
        }
        // This node executed every block since genesis, so it holds every final block of any validity window.
        if let validUntil, tip.time > validUntil { return .expired(validUntil: validUntil) }
        if mempool.transaction(id: id) != nil { return .pending }
        if candidates.values.contains(where: { $0.ids.contains(id) }) { return .pending }
        return .unknown(historyFrom: .zero)
    }
}
