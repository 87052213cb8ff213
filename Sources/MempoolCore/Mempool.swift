package import Cryptography
package import LedgerCore
package import Primitives

/// The transactions that wait to be put into a block (spec 2.3, 2.4).
///
/// A transaction leaves by finality, its own or of one that excludes it; by expiry; when the final state no longer covers
/// its payer's reservations; or when the pool is full. It never leaves because an unfinalised block holds it.
///
/// Invariants: for each payer and nonce at most one transaction waits; the final state covers the reservations of each
/// payer together; each payer has at most a tenth of the bytes. Admitting and leaving take time that grows with the
/// logarithm of the pool, shared out over many.
package struct Mempool: Sendable {
    package let parameters: Parameters
    package let limits: MempoolLimits

    var pending = PendingTransactions()
    /// Lowest rank first, and of those the newest: who goes when the pool is full.
    private var cheapest = TicketHeap()
    /// Earliest validUntil first.
    private var soonest = TicketHeap()
    private var allowance = FreeAllowance()

    package init(parameters: Parameters, limits: MempoolLimits) {
        self.parameters = parameters
        self.limits = limits
    }

    package var count: Int { pending.count }
    package var byteCount: Int { pending.byteCount }
    /// The shares of all that wait.
    package var shares: UInt64 { pending.shares }
    /// What a payer's waiting transactions may take together.
    package func reserved(by payer: AccountID) -> Amount { pending.reserved(by: payer) }

    package func contains(leaf: Hash32) -> Bool { pending.byLeaf[leaf] != nil }

    package func transaction(leaf: Hash32) -> Verified<IdentifiedTransaction>? {
        pending.byLeaf[leaf].map { pending[$0].transaction }
    }

    package func transaction(id: TransactionID) -> Verified<IdentifiedTransaction>? {
        pending.byID[id].map { pending[$0].transaction }
    }

    /// Transactions in the order of arrival, from a place in that order on: for announcing them again, part by part.
    ///
    /// Only those that came before the arrival `end`. `next` is where the following part begins, nil after the last.
    package func waiting(
        from arrival: UInt64 = 0,
        before end: UInt64 = .max,
        limit: Int
    ) -> (transactions: [Verified<IdentifiedTransaction>], next: UInt64?) {
        var part: [Verified<IdentifiedTransaction>] = []
        for ticket in pending.tickets(from: arrival) {
            guard ticket.arrival < end else { return (part, nil) }
            guard part.count < limit else { return (part, ticket.arrival) }
            part.append(pending[ticket.place].transaction)
        }
        return (part, nil)
    }

    /// How many have ever arrived; those that come from now on have this arrival or a later one.
    package var arrivalCount: UInt64 { pending.nextArrival }

    /// The earliest validUntil of all that wait: a transaction past it on the clock needs a block to expire (spec 3.6 e).
    package var earliestValidUntil: Milliseconds? {
        // Whoever leaves takes away the tickets of those who left before from the front, so the first one waits.
        soonest.first.map { Milliseconds($0.key) }
    }
}

// MARK: - Admission

extension Mempool {
    /// Takes a transaction in, or says why not; the order of the checks is that of the reasons.
    ///
    /// `ledger` is the final state, `now` the wall clock.
    package mutating func admit(
        _ transaction: Verified<IdentifiedTransaction>,
        ledger: Ledger,
        now: Milliseconds
    ) -> Admission {
        let identified = transaction.value
        if let objection = objection(to: identified, ledger: ledger) { return objection }
        do throws(Refusal) {
            let terms = try reserve(identified, ledger: ledger, now: now)
            let entry = PendingTransaction(
                transaction: transaction,
                rank: identified.transaction.rank(under: parameters),
                reservation: terms.reservation,
                payerNumber: terms.payer,
                admittedAt: now
            )
            return .admitted(dropped: try makeRoom(for: entry, now: now))
        } catch {
            return .refused(error)
        }
    }

    /// What `admit` would answer, but for the dropped; changes nothing and doesn't look at the signature.
    ///
    /// Takes time proportional to the pool when that is full, else as little as `admit`.
    package func examine(_ transaction: IdentifiedTransaction, ledger: Ledger, now: Milliseconds) -> Admission {
        if let objection = objection(to: transaction, ledger: ledger) { return objection }
        do throws(Refusal) {
            _ = try reserve(transaction, ledger: ledger, now: now)
            var allowance = allowance
            try allowance.check(transaction, under: parameters, limits, at: now)
            try checkQueue(of: transaction)
            let rank = transaction.transaction.rank(under: parameters)
            var room = limits.byteCountMax - pending.byteCount
            if room < transaction.byteCount {
                for ticket in pending.tickets() where pending[ticket.place].rank < rank {
                    room += pending[ticket.place].transaction.value.byteCount
                    if room >= transaction.byteCount { break }
                }
            }
            guard room >= transaction.byteCount else { throw .busy }
            return .admitted(dropped: [])
        } catch {
            return .refused(error)
        }
    }

    /// What the bytes, genesis and the final state say against a transaction, for ever or until it has settled.
    private func objection(to identified: IdentifiedTransaction, ledger: Ledger) -> Admission? {
        // Under another signature it is the same transaction: the one that came first waits for both.
        guard !contains(leaf: identified.leaf), transaction(id: identified.id) == nil else { return .alreadyPending }
        if let rejection = identified.rejection(under: ledger.genesis) { return .rejected(rejection) }
        if let other = ledger.finalExclusion(of: identified.transaction) { return .settledOrExcluded(by: other) }
        guard ledger.head.time <= identified.transaction.validUntil else {
            return .expired(validUntil: identified.transaction.validUntil)
        }
        return nil
    }

    /// Checks what the final state and the clock allow, and what the payer has waiting already.
    private func reserve(
        _ transaction: IdentifiedTransaction,
        ledger: Ledger,
        now: Milliseconds
    ) throws(Refusal) -> (payer: AccountNumber, reservation: Amount) {
        let wanted = transaction.transaction
        guard wanted.validUntil <= now.adding(parameters.maxLifetime) else {
            throw .notYetValid(from: wanted.validUntil.subtracting(parameters.maxLifetime))
        }
        if let place = pending.byNonce[PendingNonce(wanted)] {
            throw .noncePending(other: pending[place].transaction.value.id)
        }
        let floor = ledger.terms(at: now).floor
        guard wanted.maxPrice >= floor else { throw .priceBelowReach(maxPrice: wanted.maxPrice, floor: floor) }
        try checkOpenings(of: wanted, ledger: ledger)
        let payer = ledger.account(wanted.payer)
        let reservation = wanted.reservation(under: parameters)
        let joint = reservation.flatMap { pending.reserved(by: wanted.payer).adding($0) }
        guard let payer, let reservation, let joint, joint <= payer.balance else {
            // A sum beyond 64 bits is more than any balance, whatever it is exactly.
            throw .insufficientFunds(
                balance: payer?.balance ?? .zero,
                wanted: joint ?? Amount(units: .max)
            )
        }
        return (payer.number, reservation)
    }

    /// A payment to an unknown payee must open the account, unless an earlier one of the same transaction does.
    private func checkOpenings(of transaction: Transaction, ledger: Ledger) throws(Refusal) {
        var opened: Set<AccountID> = []
        for (index, payment) in transaction.payments.enumerated() where ledger.account(payment.payee) == nil {
            guard payment.amount >= parameters.openingMinimum || opened.contains(payment.payee) else {
                throw .payeeBelowOpeningMinimum(payment: index, minimum: parameters.openingMinimum)
            }
            opened.insert(payment.payee)
        }
    }

    /// Inserts the transaction after dropping cheaper ones, as many as it takes; drops none when they are too few.
    private mutating func makeRoom(
        for entry: PendingTransaction,
        now: Milliseconds
    ) throws(Refusal) -> [Dropped] {
        let transaction = entry.transaction.value
        try allowance.check(transaction, under: parameters, limits, at: now)
        try checkQueue(of: transaction)
        let victims = try victims(for: entry)
        let dropped = victims.map { remove($0, because: .refused(.busy)) }
        insert(entry)
        if parameters.isFree { allowance.take(transaction.transaction.shares, of: transaction.transaction.payer) }
        return dropped
    }

    private func checkQueue(of transaction: IdentifiedTransaction) throws(Refusal) {
        let ofPayer = pending.byteCount(of: transaction.transaction.payer) + transaction.byteCount
        guard ofPayer <= limits.byteCountMax / 10 else { throw .payerQueueFull }
    }

    /// The places of those who must go: the lowest rank first, of equal ranks the newest; only ranks below the entry's.
    ///
    /// The entry itself is the newest, so it goes before any of its own rank.
    private mutating func victims(for entry: PendingTransaction) throws(Refusal) -> [Int] {
        var room = limits.byteCountMax - pending.byteCount
        var taken: [RankedTicket] = []
        while room < entry.transaction.value.byteCount {
            guard let lowest = cheapest.first, lowest.key < entry.rank else {
                for ticket in taken { cheapest.insert(ticket) }
                throw .busy
            }
            _ = cheapest.popFirst()
            guard pending.isWaiting(lowest.ticket) else { continue }
            room += pending[lowest.ticket.place].transaction.value.byteCount
            taken.append(lowest)
        }
        return taken.map(\.ticket.place)
    }

    private mutating func insert(_ entry: PendingTransaction) {
        let ticket = pending.insert(entry)
        cheapest.insert(RankedTicket(key: entry.rank, tieBreak: .max - ticket.arrival, ticket: ticket))
        soonest.insert(
            RankedTicket(
                key: entry.transaction.value.transaction.validUntil.number,
                tieBreak: ticket.arrival,
                ticket: ticket
            )
        )
    }

    private mutating func remove(_ place: Int, because reason: Dropped.Reason) -> Dropped {
        let identified = remove(place)
        return Dropped(id: identified.id, leaf: identified.leaf, reason: reason)
    }

    @discardableResult
    private mutating func remove(_ place: Int) -> IdentifiedTransaction {
        let removed = pending.remove(place).transaction.value
        while let first = soonest.first, !pending.isWaiting(first.ticket) { _ = soonest.popFirst() }
        if soonest.count > 2 * pending.count + Self.spareTickets { soonest.keepOnly(pending.isWaiting) }
        if cheapest.count > 2 * pending.count + Self.spareTickets { cheapest.keepOnly(pending.isWaiting) }
        return removed
    }

    private static let spareTickets = 64
}

// MARK: - Finality

extension Mempool {
    /// Removes what a block that became final ends: its own transactions, those they exclude, those that expired, and
    /// the latest of the payers whose reservations the final state no longer covers.
    ///
    /// `ledger` is the final state with the block. Answers those that did not settle, in the order of these steps.
    package mutating func finalized(_ transactions: [IdentifiedTransaction], ledger: Ledger) -> [Dropped] {
        var dropped: [Dropped] = []
        for transaction in transactions {
            guard let place = pending.byNonce[PendingNonce(transaction.transaction)] else { continue }
            let waiting = pending[place].transaction.value
            if waiting.id == transaction.id {
                remove(place)
            } else if let other = ledger.finalExclusion(of: waiting.transaction) {
                dropped.append(remove(place, because: .rejected(.nonceUsed(by: other))))
            }
        }
        while let first = soonest.first, Milliseconds(first.key) < ledger.head.time {
            dropped.append(remove(first.ticket.place, because: .expired(validUntil: Milliseconds(first.key))))
        }
        // Only those who paid have less than before.
        for transaction in transactions {
            dropUncovered(payer: transaction.transaction.payer, ledger: ledger, into: &dropped)
        }
        return dropped
    }

    private mutating func dropUncovered(payer: AccountID, ledger: Ledger, into dropped: inout [Dropped]) {
        guard pending.reserved(by: payer) > .zero else { return }
        let balance = ledger.account(payer)?.balance ?? .zero
        while let latest = pending.latest(of: payer), pending.reserved(by: payer) > balance {
            let refusal = Refusal.insufficientFunds(balance: balance, wanted: pending.reserved(by: payer))
            dropped.append(remove(latest, because: .refused(refusal)))
        }
    }
}

extension FreeAllowance {
    /// Only free networks count shares.
    fileprivate mutating func check(
        _ transaction: IdentifiedTransaction,
        under parameters: Parameters,
        _ limits: MempoolLimits,
        at now: Milliseconds
    ) throws(Refusal) {
        guard parameters.isFree else { return }
        let wanted = transaction.transaction
        try check(wanted.shares, of: wanted.payer, at: now, limit: limits.freeSharesPerMinute)
    }
}
