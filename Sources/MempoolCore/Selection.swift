package import Cryptography
package import LedgerCore
package import Primitives

// Spec 2.4, the leader's duty: which of the waiting transactions go into a block.

extension Mempool {
    /// The transactions for a block at `time` after the last block of a path: the largest set, cut to the limits.
    ///
    /// All of them are valid together in any order: each payer's are covered by the parent's state, no credit of this block
    /// counted. The highest rank comes first, of equal ranks the oldest. Time n log n over the pool at most.
    package func selection(
        ledger: Ledger,
        after path: [LedgerDelta],
        time: Milliseconds
    ) -> [Verified<IdentifiedTransaction>] {
        let terms = ledger.terms(at: time, after: path)
        var places: [Int] = []
        var offers: [Offer] = []
        forEachCandidate(ledger: ledger, after: path, time: time) { place, offer in
            places.append(place)
            offers.append(offer)
            return true
        }
        return LargestSet.choose(offers, terms: terms, limits: BlockLimits(parameters))
            .map { pending[places[$0]].transaction }
    }

    /// Whether `selection` would be empty or not, cheaper in the usual cases (spec 3.6, Arm a).
    package func hasSelection(ledger: Ledger, after path: [LedgerDelta], time: Milliseconds) -> Bool {
        guard count > 0 else { return false }
        let terms = ledger.terms(at: time, after: path)
        // One who accepts the price alone accepts it in company; only a cut to the limits could leave it out.
        let fits =
            LedgerHead.transactionBytes(count: count, byteCount: byteCount) <= Int(parameters.maxBlockBytes)
            && pending.shares <= UInt64(parameters.maxBlockShares)
        var isAny = false
        var hasOneAlone = false
        forEachCandidate(ledger: ledger, after: path, time: time) { _, offer in
            isAny = true
            hasOneAlone = fits && offer.rank >= terms.price(shares: offer.shares)
            return !hasOneAlone
        }
        if hasOneAlone || !isAny { return hasOneAlone }
        return !selection(ledger: ledger, after: path, time: time).isEmpty
    }

    /// Visits those who could stand in the block, in the order of arrival, until `visit` answers false.
    ///
    /// They are valid at that time, nothing on the path excludes them, and the parent's state covers them jointly with the
    /// earlier ones of their payer: at the first that it does not cover, that payer's turn ends.
    private func forEachCandidate(
        ledger: Ledger,
        after path: [LedgerDelta],
        time: Milliseconds,
        _ visit: (_ place: Int, Offer) -> Bool
    ) {
        let latest = time.adding(parameters.maxLifetime)
        var left = [Amount?](repeating: nil, count: pending.payerPlaceCount)
        for ticket in pending.tickets() {
            let entry = pending[ticket.place]
            let transaction = entry.transaction.value.transaction
            guard time <= transaction.validUntil, transaction.validUntil <= latest,
                !ledger.excludes(transaction, ofPayer: entry.payerNumber, after: path)
            else { continue }
            let balance = left[entry.payerPlace] ?? ledger.balance(of: entry.payerNumber, after: path) ?? .zero
            guard let rest = balance.subtracting(entry.reservation) else {
                left[entry.payerPlace] = .zero
                continue
            }
            left[entry.payerPlace] = rest
            let offer = Offer(
                rank: entry.rank,
                shares: transaction.shares,
                byteCount: entry.transaction.value.byteCount
            )
            guard visit(ticket.place, offer) else { return }
        }
    }
}
