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
    ///
    /// Any set whose members accept the price that it would have is part of the largest set, so the first such set that
    /// the visit comes across answers the question, usually after a few hundred visits. In a pool that is larger than a
    /// block the cut may keep others instead, but they rank no lower, and have at least a quarter of the shares: a share
    /// takes 41 to 115 bytes, and no more than one transaction's room stays empty.
    package func hasSelection(ledger: Ledger, after path: [LedgerDelta], time: Milliseconds) -> Bool {
        guard count > 0 else { return false }
        let terms = ledger.terms(at: time, after: path)
        let fits =
            LedgerHead.transactionBytes(count: count, byteCount: byteCount) <= Int(parameters.maxBlockBytes)
            && pending.shares <= UInt64(parameters.maxBlockShares)
        // Those who would hardly ever accept are left out, or one of them could make this look at the whole pool.
        let leastRank = terms.price(shares: UInt64(parameters.maxBlockShares / 16))
        let sharesMin = fits ? 0 : 8 * (1 + UInt64(parameters.maxPaymentsPerTransaction))
        var room = BlockLimits(parameters).nineTenths
        var shares: UInt64 = 0
        var lowest = UInt64.max
        var isAny = false
        var accepts = false
        forEachCandidate(ledger: ledger, after: path, time: time) { _, offer in
            isAny = true
            guard offer.rank >= leastRank, room.take(offer) else { return true }
            shares += offer.shares
            lowest = min(lowest, offer.rank)
            accepts = shares >= sharesMin && lowest >= terms.price(shares: fits ? shares : shares / 4)
            return !accepts
        }
        if accepts || !isAny { return accepts }
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
