import LedgerCore
import Primitives
import Testing

struct SharedPriceTests {
    /// The table of spec 2.4: cost 10,000, floor 1, cap 200.
    @Test(
        arguments: [
            (1, 200, 400, 9_898), (10, 200, 400, 8_383), (100, 50, 100, 3_434), (1_000, 5, 10, 505),
            (10_000, 1, 2, 101),
        ] as [(UInt64, UInt64, UInt64, UInt64)]
    )
    func fallsAsTheBlockFills(singles: UInt64, price: UInt64, fee: UInt64, feeOfOneHundredBesideThem: UInt64) {
        let found = SharedPrice.price(shares: 2 * singles, cost: 10_000, floor: 1, cap: 200)
        #expect(found == price)
        #expect(2 * found == fee)
        let beside = SharedPrice.price(shares: 2 * singles + 101, cost: 10_000, floor: 1, cap: 200)
        #expect(101 * beside == feeOfOneHundredBesideThem)
    }

    @Test(
        arguments: [
            (0, 10_000, 7, 200, 0),  // an empty block has price 0, whatever the floor
            (1, 0, 0, 0, 0),  // free mode
            (3, 10, 1, 200, 4),  // rounded up
            (5, 10, 1, 200, 2),  // nothing to round
            (1, .max, 1, 200, 200),  // the cap holds
            (2, .max, 1, .max, 1 << 63),  // rounded up without overflow
            (.max, 1, 1, 200, 1),
            (1_000, 10, 9, 200, 9),  // the floor holds
            (1, 10_000, 200, 200, 200),
        ] as [(UInt64, UInt64, UInt64, UInt64, UInt64)]
    )
    func priceIsTheCostSharedWithinItsLimits(shares: UInt64, cost: UInt64, floor: UInt64, cap: UInt64, price: UInt64) {
        #expect(SharedPrice.price(shares: shares, cost: cost, floor: floor, cap: cap) == price)
    }

    @Test func priceNeverRisesWithTheShares() {
        var numbers = SeededNumbers(seed: 1)
        for _ in 0..<2_000 {
            let cost = UInt64.random(in: 0...100_000, using: &numbers)
            let cap = UInt64.random(in: 0...400, using: &numbers)
            let floor = UInt64.random(in: 0...cap, using: &numbers)
            let shares = UInt64.random(in: 1...5_000, using: &numbers)
            let price = SharedPrice.price(shares: shares, cost: cost, floor: floor, cap: cap)
            #expect(SharedPrice.price(shares: shares + 1, cost: cost, floor: floor, cap: cap) <= price)
            #expect((floor...cap).contains(price))
        }
    }

    @Test(
        arguments: [
            (10_000, 0, 0, 10_000),  // no target: the whole cost
            (10_000, .max, 0, 10_000),
            (10_000, 0, 100, 10_000),  // an empty pool lacks everything
            (10_000, 25, 100, 7_500),
            (10_000, 100, 100, 0),  // full
            (10_000, 101, 100, 0),  // more than full
            (10_000, 1, 3, 6_666),  // rounded down
            (.max, 1, .max, .max - 1),  // the product is full-width
            (.max, .max / 2, .max, 1 << 63),
            (0, 0, 100, 0),
        ] as [(UInt64, UInt64, UInt64, UInt64)]
    )
    func costFollowsWhatThePoolLacks(blockCost: UInt64, pool: UInt64, target: UInt64, cost: UInt64) {
        let found = SharedPrice.cost(
            blockCost: blockCost,
            pool: Amount(units: pool),
            reserveTarget: Amount(units: target)
        )
        #expect(found == cost)
    }
}

struct FloorTests {
    /// What a parent did, when its child comes, and the child's floor.
    struct Case: Sendable {
        let why: String
        var floor: UInt64 = 100
        var shares: UInt32 = 0
        var bytes: UInt32 = 0
        var after: UInt64 = 250
        let next: UInt64
    }

    // Limits: 1,000 shares, 8,000 bytes; floor 1 to 200.
    static let cases = [
        Case(why: "quiet lowers by an eighth", next: 88),
        Case(why: "three quarters of the shares are not more than three quarters", shares: 750, next: 88),
        Case(why: "more than three quarters of the shares raise by a quarter", shares: 751, next: 125),
        Case(why: "three quarters of the bytes are not more", bytes: 6_000, next: 88),
        Case(why: "more than three quarters of the bytes raise", bytes: 6_001, next: 125),
        Case(why: "raised by at least 1", floor: 1, shares: 1_000, next: 2),
        Case(why: "a quarter is rounded down", floor: 7, shares: 1_000, next: 8),
        Case(why: "never above the cap", floor: 190, shares: 1_000, next: 200),
        Case(why: "stays at the cap", floor: 200, shares: 1_000, next: 200),
        Case(why: "lowered by at least 1", floor: 5, next: 4),
        Case(why: "never below the lowest", floor: 1, next: 1),
        Case(why: "999 ms are no full second", after: 999, next: 88),
        Case(why: "one full second lowers once more", after: 1_000, next: 77),
        Case(why: "two full seconds lower twice more", after: 2_999, next: 68),
        Case(why: "raised, then lowered for the seconds", shares: 1_000, after: 1_000, next: 110),
        Case(why: "a long silence ends at the lowest", floor: 200, after: 3_600_000, next: 1),
    ]

    @Test(arguments: cases)
    func movesByUseAndTime(row: Case) throws {
        let parameters = try makeGenesis {
            $0.maxBlockShares = 1_000
            $0.maxPaymentsPerTransaction = 100
            $0.maxBlockBytes = 8_000
        }.parameters
        let parent = head(floor: row.floor, shares: row.shares, bytes: row.bytes)
        #expect(
            SharedPrice.nextFloor(after: parent, at: parent.time + row.after, under: parameters) == row.next,
            "\(row.why)"
        )
    }

    /// 161 steps lead from the highest cap to nothing, so 256 are enough for any silence.
    @Test func theLongestSilenceLeadsToTheLowestFloor() throws {
        let parameters = try makeGenesis { $0.priceCap = (1 << 32) - 1 }.parameters
        let parent = head(floor: (1 << 32) - 1, shares: 0, bytes: 0)
        #expect(SharedPrice.nextFloor(after: parent, at: Milliseconds(.max), under: parameters) == 1)
        #expect(SharedPrice.nextFloor(after: parent, at: parent.time + 159_999, under: parameters) == 2)
        #expect(SharedPrice.nextFloor(after: parent, at: parent.time + 160_000, under: parameters) == 1)
    }

    @Test func freeModeStaysFreeAfterAFullBlock() throws {
        let parameters = try makeGenesis {
            $0.blockCost = 0
            $0.priceFloor = 0
            $0.priceCap = 0
        }.parameters
        let parent = head(floor: 0, shares: parameters.maxBlockShares, bytes: 0)
        #expect(SharedPrice.nextFloor(after: parent, at: parent.time + 250, under: parameters) == 0)
    }

    private func head(floor: UInt64, shares: UInt32, bytes: UInt32) -> LedgerHead {
        LedgerHead(
            height: Height(7),
            time: start,
            floor: floor,
            cost: 10_000,
            price: 0,
            shares: shares,
            transactionCount: 0,
            transactionBytes: bytes,
            transactionsRoot: .zero,
            logSize: 0,
            logRoot: .zero,
            stateRoot: .zero
        )
    }
}
