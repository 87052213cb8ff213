import JSONRPC
import LedgerCore
import Primitives
import Testing

struct FeeQuoteTests {
    private static let at = ChainPoint(height: Height(9), hash: .zero, time: Milliseconds(1_000_000))

    private static func quote(
        _ blocks: [(second: UInt64, price: UInt64, count: UInt32)],
        floor: UInt64 = 1,
        cap: UInt64 = 200,
        cost: UInt64 = 10_000
    ) -> FeeQuote {
        FeeQuote(
            FeeFacts(
                next: BlockTerms(floor: floor, cost: cost, cap: cap),
                pool: Amount(units: 7),
                pendingTransactions: 2,
                recent: blocks.map {
                    .init(time: Milliseconds($0.second * 1_000), price: $0.price, transactionCount: $0.count)
                },
                at: at
            )
        )
    }

    @Test
    func offersThePriceOfASinglePaymentBeforeThereWasAny() {
        let quote = Self.quote([])
        #expect(quote.price == 200 && quote.median == nil && quote.percentile90 == nil && quote.blockCount == 0)
        #expect(quote.suggestions.map(\.maxPrice) == [200, 200, 200])
        #expect(quote.suggestions.allSatisfy { $0.observed == 0 && $0.madeIt == 0 })
        // Two shares of a cost of 90.
        #expect(Self.quote([], cost: 90).price == 45)
    }

    @Test
    func takesMedianAndNinetiethPercentileOfTheLastHundredBlocks() {
        // The first fifty are too old to be looked at.
        let old = (0..<50).map { (second: UInt64($0), price: UInt64(9_999), count: UInt32(1)) }
        let recent = (1...100).map { (second: UInt64(100 + $0), price: UInt64($0), count: UInt32(1)) }
        let quote = Self.quote(old + recent, cap: 20_000)
        #expect(quote.blockCount == 100)
        #expect(quote.price == 100)
        #expect(quote.median == 50)
        #expect(quote.percentile90 == 90)
        #expect(Self.quote([(1, 8, 1)]).median == 8)
    }

    @Test
    func suggestsForTheNextBlockWhatNinetyFiveInAHundredWouldHaveMet() {
        // 95 transactions met a price of 10 or less, five met 50.
        let quote = Self.quote([(0, 10, 50), (100, 50, 5), (200, 5, 45)])
        // The blocks are further apart than any horizon.
        #expect(quote.suggestions.map(\.maxPrice) == [10, 10, 10])
        #expect(quote.suggestions[0].maxPrice == 10)
        #expect(quote.suggestions[0].madeIt == 95 && quote.suggestions[0].observed == 100)
        // One transaction less below, and the next higher price is needed.
        let fewer = Self.quote([(0, 10, 49), (100, 50, 6), (200, 5, 45)])
        #expect(fewer.suggestions[0].maxPrice == 50 && fewer.suggestions[0].madeIt == 100)
    }

    @Test
    func suggestsLessToThoseWhoCanWait() {
        // Every thin block is followed by a full one 8 s later; the last one has nothing after it.
        let quote = Self.quote([(0, 100, 10), (8, 4, 100), (60, 90, 10), (68, 3, 100), (110, 2, 100)])
        #expect(quote.suggestions.map(\.maxPrice) == [90, 4, 3])
        #expect(quote.suggestions.map(\.madeIt) == [310, 320, 310])
        #expect(quote.suggestions.map(\.observed) == [320, 320, 320])
    }

    @Test
    func neverSuggestsLessThanTheFloorNorMoreThanTheCap() {
        #expect(Self.quote([(0, 5, 10)], floor: 20).suggestions.map(\.maxPrice) == [20, 20, 20])
        #expect(Self.quote([(0, 5, 10)], floor: 20).suggestions[0].madeIt == 10)
        #expect(Self.quote([(0, 500, 10)], cap: 200).suggestions.map(\.maxPrice) == [200, 200, 200])
        #expect(Self.quote([(0, 500, 10)], cap: 200).suggestions[0].madeIt == 0)
    }
}
