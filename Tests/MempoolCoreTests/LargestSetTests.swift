import LedgerCore
import MempoolCore
import Testing

struct LargestSetTests {
    private static let ample = BlockLimits(sharesMax: 1_000_000, byteCountMax: 1_000_000)

    private func choose(_ ranks: [UInt64], cost: UInt64, floor: UInt64 = 1, cap: UInt64 = 1_000) -> [Int] {
        LargestSet.choose(
            ranks.map { Offer(rank: $0, shares: 2, byteCount: 180) },
            terms: BlockTerms(floor: floor, cost: cost, cap: cap),
            limits: Self.ample
        )
    }

    @Test func everyoneWhoAcceptsThePriceIsIn() {
        // Four singles share 80 at 10 each.
        #expect(choose([10, 10, 10, 10], cost: 80) == [0, 1, 2, 3])
        // Without the last one the others would pay 14.
        #expect(choose([10, 10, 10, 9], cost: 80) == [])
        #expect(choose([14, 9, 14, 14], cost: 80) == [0, 2, 3])
        // More company makes a low offer enough.
        #expect(choose([14, 9, 14, 14, 8], cost: 80) == [0, 2, 3, 1, 4])
    }

    /// The worked example of spec 2.4.
    @Test func aPayerWhoSignsMoreMakesTheBlockPossible() {
        let terms = BlockTerms(floor: 1, cost: 100, cap: 200)
        let alice = Offer(rank: 20, shares: 2, byteCount: 180)
        let bob = Offer(rank: 15, shares: 3, byteCount: 250)
        let erin = Offer(rank: 14, shares: 2, byteCount: 180)
        let carol = { Offer(rank: $0, shares: 2, byteCount: 180) }
        let chosen = { LargestSet.choose($0, terms: terms, limits: Self.ample) }
        #expect(chosen([alice, bob, carol(9)]) == [])
        #expect(chosen([alice, bob, carol(9), erin]) == [])
        #expect(chosen([alice, bob, erin, carol(12)]) == [0, 1, 2, 3])
        #expect(terms.price(shares: 9) == 12)
    }

    @Test func equalRanksComeInTheOrderOfArrival() {
        #expect(choose([5, 9, 5, 9], cost: 0) == [1, 3, 0, 2])
    }

    @Test func nobodyIsInBelowTheFloor() {
        #expect(choose([3, 4, 5], cost: 0, floor: 4) == [2, 1])
        #expect(choose([], cost: 0) == [])
    }

    /// The set of greatest size, of all subsets, in which each member accepts the price of the set; and it is unique.
    @Test(arguments: 1...8)
    func isTheLargestOfAllSubsets(seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        for _ in 0..<150 {
            let offers = (0..<Int.random(in: 0...9, using: &numbers)).map { _ in
                Offer(
                    rank: UInt64.random(in: 0...60, using: &numbers),
                    shares: UInt64.random(in: 2...9, using: &numbers),
                    byteCount: 180
                )
            }
            let terms = BlockTerms(
                floor: UInt64.random(in: 0...5, using: &numbers),
                cost: UInt64.random(in: 0...400, using: &numbers),
                cap: 60
            )
            var best: Set<Int> = []
            var bestCount = 0
            for subset in 0..<(1 << offers.count) {
                let members = offers.indices.filter { subset >> $0 & 1 == 1 }
                let price = terms.price(shares: members.map { offers[$0].shares }.reduce(0, +))
                guard members.allSatisfy({ offers[$0].rank >= price }) else { continue }
                // Compared by size first; the unions of accepting sets accept, so the largest is unique.
                if members.count > best.count { (best, bestCount) = (Set(members), 0) }
                if members.count == best.count { bestCount += 1 }
            }
            #expect(bestCount == 1)
            let chosen = LargestSet.choose(offers, terms: terms, limits: Self.ample)
            #expect(Set(chosen) == best)
            #expect(chosen.map { offers[$0].rank } == chosen.map { offers[$0].rank }.sorted(by: >))
        }
    }

    // MARK: - Limits

    private func cut(_ offers: [Offer], cost: UInt64 = 0, shares: UInt64 = 1_000, bytes: Int = 100_000) -> [Int] {
        LargestSet.choose(
            offers,
            terms: BlockTerms(floor: 1, cost: cost, cap: 1_000),
            limits: BlockLimits(sharesMax: shares, byteCountMax: bytes)
        )
    }

    @Test func nineTenthsGoByRankAndTheRestToTheOldest() {
        // 20 singles, later ones richer; room for 10 of them, 9 by rank.
        let offers = (0..<20).map { Offer(rank: 10 + UInt64($0), shares: 2, byteCount: 10) }
        #expect(cut(offers, shares: 20) == [19, 18, 17, 16, 15, 14, 13, 12, 11, 0])
        // Bytes alike: 101 hold ten of 10 and the count; nine tenths of that are 90, which hold 8.
        #expect(cut(offers, bytes: 101) == [19, 18, 17, 16, 15, 14, 13, 12, 1, 0])
    }

    @Test func whatDoesNotFitIsPassedOver() {
        let offers = [
            Offer(rank: 9, shares: 2, byteCount: 10), Offer(rank: 8, shares: 90, byteCount: 10),
            Offer(rank: 7, shares: 2, byteCount: 10), Offer(rank: 6, shares: 8, byteCount: 10),
            Offer(rank: 5, shares: 5, byteCount: 10),
        ]
        // By rank 0, 2, 3, 4 fit into 18; then nothing else fits into 20.
        #expect(cut(offers, shares: 20) == [0, 2, 3, 4])
        // Exactly at the limit nothing is cut.
        #expect(cut(offers, shares: 107) == [0, 1, 2, 3, 4])
    }

    @Test func theCutIsCheckedAgainstItsPriceOnce() {
        // All ten accept 10; the five that fit would pay 20, and only the first three offer that; those would pay 34.
        let offers = (0..<10).map { Offer(rank: $0 < 3 ? 20 : 10, shares: 2, byteCount: 10) }
        #expect(cut(offers, cost: 200).count == 10)
        #expect(cut(offers, cost: 200, shares: 10) == [])
        // Where those who are left accept their price, they stay.
        let rich = (0..<10).map { Offer(rank: $0 < 3 ? 34 : 10, shares: 2, byteCount: 10) }
        #expect(cut(rich, cost: 200, shares: 10) == [0, 1, 2])
    }

    /// Whatever the limits: within them, everybody accepts, and nobody is in who was not in the largest set.
    @Test func aCutSetIsAlwaysValid() {
        var numbers = SeededNumbers(seed: 77)
        var cuts = 0
        for _ in 0..<2_000 {
            let offers = (0..<Int.random(in: 1...40, using: &numbers)).map { _ in
                Offer(
                    rank: UInt64.random(in: 0...60, using: &numbers),
                    shares: UInt64.random(in: 2...40, using: &numbers),
                    byteCount: Int.random(in: 100...900, using: &numbers)
                )
            }
            let terms = BlockTerms(
                floor: UInt64.random(in: 0...5, using: &numbers),
                cost: UInt64.random(in: 0...900, using: &numbers),
                cap: 60
            )
            let sharesMax = UInt64.random(in: 2...300, using: &numbers)
            let bytesMax = Int.random(in: 200...6_000, using: &numbers)
            let chosen = LargestSet.choose(
                offers,
                terms: terms,
                limits: BlockLimits(sharesMax: sharesMax, byteCountMax: bytesMax)
            )
            let largest = LargestSet.choose(offers, terms: terms, limits: Self.ample)
            let shares = chosen.map { offers[$0].shares }.reduce(0, +)
            let bytes = chosen.map { offers[$0].byteCount }.reduce(0, +)
            #expect(shares <= sharesMax)
            #expect(LedgerHead.transactionBytes(count: chosen.count, byteCount: bytes) <= bytesMax)
            #expect(chosen.allSatisfy { offers[$0].rank >= terms.price(shares: shares) })
            #expect(Set(chosen).isSubset(of: largest))
            #expect(Set(chosen).count == chosen.count)
            if chosen != largest { cuts += 1 }
        }
        #expect(cuts > 200)
    }

    /// Shares run out for the wide, bytes for the long: each limit has its own nine tenths and its own rest.
    @Test func bothLimitsBindAtOnce() {
        let long = Offer(rank: 9, shares: 2, byteCount: 40)
        let wide = Offer(rank: 8, shares: 20, byteCount: 4)
        let small = Offer(rank: 1, shares: 2, byteCount: 4)
        // Nine tenths: 36 shares and 90 bytes. Two long ones take 80 bytes, one wide one 20 shares more.
        let offers = [small, small, wide, long, wide, long, long, small]
        // The tenth that is left, 16 shares and 15 bytes, goes to the oldest that fit: the small ones at the front.
        #expect(cut(offers, shares: 40, bytes: 101) == [3, 5, 2, 0, 1, 7])
    }

    /// The rule of spec 2.4 (3) once more, in the slow and obvious way, over limits of every size.
    @Test(arguments: 1...4)
    func aCutSetIsTheOneOfTheRule(seed: UInt64) {
        var numbers = SeededNumbers(seed: 900 + seed)
        var reached = (cut: 0, refused: 0)
        for _ in 0..<600 {
            let offers = (0..<Int.random(in: 1...30, using: &numbers)).map { _ in
                Offer(
                    rank: UInt64.random(in: 0...40, using: &numbers),
                    shares: UInt64.random(in: 2...20, using: &numbers),
                    byteCount: Int.random(in: 100...600, using: &numbers)
                )
            }
            let terms = BlockTerms(floor: 1, cost: UInt64.random(in: 0...900, using: &numbers), cap: 40)
            let shares = UInt64.random(in: 2...250, using: &numbers)
            let bytes = Int.random(in: 200...7_000, using: &numbers)
            let chosen = LargestSet.choose(
                offers,
                terms: terms,
                limits: BlockLimits(sharesMax: shares, byteCountMax: bytes)
            )
            #expect(chosen == slowly(offers, terms, shares, bytes))
            let largest = LargestSet.choose(offers, terms: terms, limits: Self.ample)
            if chosen != largest { reached.cut += 1 }
            if chosen.isEmpty, !largest.isEmpty { reached.refused += 1 }
        }
        #expect(reached.cut > 100 && reached.refused > 5, "\(reached)")
    }

    private func slowly(_ offers: [Offer], _ terms: BlockTerms, _ sharesMax: UInt64, _ bytesMax: Int) -> [Int] {
        func fits(_ members: [Int], tenths: Int) -> Bool {
            let bytes = members.map { offers[$0].byteCount }.reduce(0, +)
            let shares = members.map { offers[$0].shares }.reduce(0, +)
            return shares <= sharesMax * UInt64(tenths) / 10
                && LedgerHead.transactionBytes(count: members.count, byteCount: bytes) <= bytesMax * tenths / 10
        }
        func accepting(_ ranked: [Int]) -> [Int] {
            let prefixes = (0...ranked.count).map { Array(ranked.prefix($0)) }
            return prefixes.last { prefix in
                guard let last = prefix.last else { return true }
                return offers[last].rank >= terms.price(shares: prefix.map { offers[$0].shares }.reduce(0, +))
            } ?? []
        }
        let ranked = offers.indices.sorted { (offers[$1].rank, $0) < (offers[$0].rank, $1) }
        let largest = accepting(ranked)
        guard !fits(largest, tenths: 10) else { return largest }
        var kept: [Int] = []
        for index in largest where fits(kept + [index], tenths: 9) { kept.append(index) }
        for index in largest.sorted() where !kept.contains(index) && fits(kept + [index], tenths: 10) {
            kept.append(index)
        }
        return accepting(largest.filter(kept.contains))
    }
}
