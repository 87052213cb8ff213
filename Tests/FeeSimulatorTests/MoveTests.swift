import FeeSimulator
import Testing

/// What departing from the truth, or from a leader's duty, brings (Docs/Economics.md).
struct MoveTests {
    @Test func nobodyGainsByBiddingOtherThanTheTruthWithinABlock() throws {
        let results = PayerSearch.run(.demo, seed: 1, pools: 300)
        let byMove = Dictionary(results.map { ($0.move, $0) }) { first, _ in first }
        for move in [PayerMove.bidLower, .bidHigher] {
            let result = try #require(byMove[move])
            #expect(result.gains == 0, "\(result)")
            #expect(result.losses > 0)
        }
        // Only by crossing a threshold or a rounding step, in a few pools of a hundred.
        for move in [PayerMove.padOne, .padFive, .padFifty, .dummy, .split] {
            let result = try #require(byMove[move])
            #expect(result.gains * 100 <= 6 * result.pools, "\(result)")
            #expect(result.losses > result.gains, "\(result)")
        }
        // Many payments under one signature are meant to be cheaper.
        let merge = try #require(byMove[.merge])
        #expect(merge.gains > merge.losses)
    }

    /// Wait is a currency: who signs a quarter pays less and waits longer.
    @Test func whoSignsLittlePaysLessAndWaits() throws {
        let rows = PayerSearch.patience(.demo, seed: 1, paymentsMax: 4_000).filter { $0.rate == 100 }
        let cap = try #require(rows.first { $0.maxPrice == 200 })
        let low = try #require(rows.first { $0.maxPrice == 20 })
        #expect(cap.served == 1)
        #expect(low.fee < cap.fee / 2)
        #expect(low.wait > cap.wait + 1)
    }

    @Test func noMoveOfLeadersPaysWhereThePayoutIsFull() {
        // 1,000 payments a second bring four times what the operators are paid.
        for result in LeaderSearch.run(.demo, seed: 1, paymentsMax: 12_000) where result.rate == 1_000 {
            #expect(result.gainPerSecond <= 0, "\(result)")
        }
    }
}
