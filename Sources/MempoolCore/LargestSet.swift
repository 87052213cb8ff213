package import LedgerCore

/// What a waiting transaction offers to a block.
package struct Offer: Hashable, Sendable {
    /// The highest price it can meet: min(maxPrice, priceCap).
    package let rank: UInt64
    package let shares: UInt64
    package let byteCount: Int

    package init(rank: UInt64, shares: UInt64, byteCount: Int) {
        self.rank = rank
        self.shares = shares
        self.byteCount = byteCount
    }
}

/// Which offers a block takes: the largest set in which everybody accepts the price (spec 2.4).
///
/// A price only falls as a set grows, so there is one such set: offers sorted by rank, the longest prefix whose last
/// member accepts the prefix's price.
package enum LargestSet {
    /// Chooses among offers that stand in the order of their arrival; answers positions, highest rank first.
    ///
    /// Time n log n at most; less when ranks come in runs, as they do when all sign the same.
    package static func choose(_ offers: [Offer], terms: BlockTerms, limits: BlockLimits) -> [Int] {
        // Sorting is stable: equal ranks stay in the order of arrival.
        let ranked = offers.indices.sorted { offers[$0].rank > offers[$1].rank }
        let largest = acceptingPrefix(of: ranked, offers, terms)
        var room = limits
        guard !largest.allSatisfy({ room.take(offers[$0]) }) else { return largest }
        return acceptingPrefix(of: cut(largest, offers, to: limits), offers, terms)
    }

    /// The longest prefix whose last member accepts the prefix's price.
    private static func acceptingPrefix(of ranked: [Int], _ offers: [Offer], _ terms: BlockTerms) -> [Int] {
        var shares: UInt64 = 0
        var accepted = 0
        for (position, index) in ranked.enumerated() {
            shares += offers[index].shares
            if offers[index].rank >= terms.price(shares: shares) { accepted = position + 1 }
        }
        return Array(ranked.prefix(accepted))
    }

    /// Fills nine tenths of each limit by rank, then the rest oldest first, passing over what does not fit.
    ///
    /// The last tenth lets old offers of a low rank in when richer ones never end. The order stays that of the ranks.
    private static func cut(_ ranked: [Int], _ offers: [Offer], to limits: BlockLimits) -> [Int] {
        var room = limits.nineTenths
        var isKept = [Bool](repeating: false, count: offers.count)
        for index in ranked where room.take(offers[index]) { isKept[index] = true }
        room.widen(to: limits)
        for index in ranked.filter({ !isKept[$0] }).sorted() where room.take(offers[index]) { isKept[index] = true }
        return ranked.filter { isKept[$0] }
    }
}

/// How much a block may hold, and how much of that is taken.
package struct BlockLimits: Hashable, Sendable {
    private var sharesMax: UInt64
    private var byteCountMax: Int
    private var shares: UInt64 = 0
    private var byteCount = 0
    private var count = 0

    package init(sharesMax: UInt64, byteCountMax: Int) {
        self.sharesMax = sharesMax
        self.byteCountMax = byteCountMax
    }

    package init(_ parameters: Parameters) {
        self.init(sharesMax: UInt64(parameters.maxBlockShares), byteCountMax: Int(parameters.maxBlockBytes))
    }

    var nineTenths: BlockLimits { BlockLimits(sharesMax: sharesMax * 9 / 10, byteCountMax: byteCountMax * 9 / 10) }

    mutating func widen(to other: BlockLimits) {
        sharesMax = other.sharesMax
        byteCountMax = other.byteCountMax
    }

    /// Takes the offer if it fits beside what was taken.
    mutating func take(_ offer: Offer) -> Bool {
        let encoded = LedgerHead.transactionBytes(count: count + 1, byteCount: byteCount + offer.byteCount)
        guard shares + offer.shares <= sharesMax, encoded <= byteCountMax else { return false }
        shares += offer.shares
        byteCount += offer.byteCount
        count += 1
        return true
    }
}
