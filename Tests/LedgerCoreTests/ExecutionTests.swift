import Cryptography
import LedgerCore
import Primitives
import Testing

/// Blocks in free mode where fees would only blur the numbers, at the defaults elsewhere.
struct ExecutionTests {
    let genesis: Genesis
    var ledger: Ledger

    init() throws {
        genesis = try makeGenesis {
            $0.blockCost = 0
            $0.priceFloor = 0
            $0.priceCap = 0
        }
        ledger = Ledger(genesis: genesis)
    }

    private func balances(_ ids: AccountID...) -> [UInt64?] { ids.map { ledger.balance($0) } }

    @Test mutating func movesAmountsFromPayerToPayees() throws {
        try ledger.settle([genesis.transaction(from: alice, [(bob, 30), (carol, 7), (bob, 3)])])
        #expect(balances(alice, bob, carol) == [999_960, 1_000_033, 1_000_007])
    }

    @Test mutating func creditsFromEarlierInTheBlockCount() throws {
        let all = genesis.transaction(from: alice, [(bob, 1_000_000)])
        let more = genesis.transaction(from: bob, [(carol, 2_000_000)])
        #expect(throws: BlockFault.self) { try ledger.child([more, all]) }
        try ledger.settle([all, more])
        #expect(balances(alice, bob, carol) == [0, 0, 3_000_000])
    }

    /// The payments of one transaction do not pay for one another: it is debited whole first.
    @Test func ownCreditsDoNotCover() throws {
        #expect(throws: BlockFault.self) {
            try ledger.child([genesis.transaction(from: alice, [(alice, 1_000_000), (alice, 1)])])
        }
        #expect(throws: Never.self) { try ledger.child([genesis.transaction(from: alice, [(alice, 1_000_000)])]) }
    }

    @Test func allPaymentsSettleOrNone() throws {
        let before = ledger.head
        #expect(throws: BlockFault.openingBelowMinimum(transaction: 0, payment: 1, amount: Amount(units: 1))) {
            try ledger.child([genesis.transaction(from: alice, [(bob, 5), (stranger, 1)])])
        }
        #expect(ledger.head == before)
        #expect(ledger.balance(bob) == 1_000_000)
    }

    @Test mutating func opensAccountsInTheOrderOfBlockAndPayments() throws {
        let count = ledger.accountCount()
        let strangers = (50..<56).map { account($0) }
        let delta = try ledger.settle([
            genesis.transaction(from: bob, [(strangers[4], 1_000), (carol, 1), (strangers[1], 1_000)]),
            genesis.transaction(from: alice, [(strangers[3], 1_000), (strangers[4], 1), (strangers[0], 2_000)]),
            // An account opened in this block pays in it.
            genesis.transaction(from: strangers[0], [(strangers[2], 1_500)]),
        ])
        let order = [4, 1, 3, 0, 2].map { strangers[$0] }
        #expect(order.map { ledger.account($0)?.number.value } == (0..<5).map { UInt32(count + $0) })
        #expect(ledger.accountCount() == count + 5)
        #expect(delta.touched.filter(\.isOpened).map(\.id) == order)
        #expect(delta.touched.map(\.number) == delta.touched.map(\.number).sorted())
        #expect(balances(strangers[0], strangers[4], strangers[5]) == [500, 1_001, nil])
    }

    /// An account opened by one transaction takes any amount from the next in the block, and from none before it.
    @Test func anAccountIsOpenFromItsOpeningOn() throws {
        let opens = genesis.transaction(from: alice, [(stranger, 1_000)])
        let adds = genesis.transaction(from: bob, [(stranger, 1)])
        #expect(try ledger.child([opens, adds]).touched.last?.balance == Amount(units: 1_001))
        #expect(throws: BlockFault.openingBelowMinimum(transaction: 0, payment: 0, amount: Amount(units: 1))) {
            try ledger.child([adds, opens])
        }
        // Smaller amounts do not add up to an opening.
        #expect(throws: BlockFault.openingBelowMinimum(transaction: 0, payment: 0, amount: Amount(units: 999))) {
            try ledger.child([genesis.transaction(from: alice, [(stranger, 999), (stranger, 999)])])
        }
    }

    @Test func anOpeningMinimumOfZeroOpensForOneUnit() throws {
        let genesis = try makeGenesis { $0.openingMinimum = .zero }
        let delta = try Ledger(genesis: genesis).child([genesis.transaction(from: alice, [(stranger, 1)])])
        #expect(delta.touched.filter(\.isOpened).map(\.id) == [stranger])
    }

    @Test mutating func anOpenAccountTakesAnyAmount() throws {
        try ledger.settle([genesis.transaction(from: alice, [(stranger, 1_000), (stranger, 1)])])
        try ledger.settle([genesis.transaction(from: stranger, [(alice, 1_001)], nonce: 1)])
        #expect(ledger.balance(stranger) == 0)
        try ledger.settle([genesis.transaction(from: alice, [(stranger, 1)], nonce: 2)])
        #expect(ledger.balance(stranger) == 1)
    }

    @Test mutating func remembersWhereAnAccountWasTouchedBefore() throws {
        try ledger.settle([genesis.transaction(from: alice, [(stranger, 1_000)])])
        try ledger.settle()
        let third = try ledger.settle([genesis.transaction(from: stranger, [(bob, 1)])])
        #expect(third.touched.map(\.id) == [bob, stranger])
        #expect(third.touched.map(\.touchedBefore) == [Height(0), Height(1)])
        #expect(ledger.account(numbered: third.touched[1].number)?.touched == Height(3))
    }

    @Test func anEmptyBlockCostsNothingAndTouchesNobody() throws {
        let ledger = Ledger(genesis: try makeGenesis())
        let delta = try ledger.child()
        #expect(delta.touched.isEmpty)
        #expect(
            delta.head
                == LedgerHead(
                    height: Height(1),
                    time: start + 250,
                    floor: 1,
                    cost: 10_000,
                    price: 0,
                    shares: 0,
                    transactionCount: 0,
                    transactionBytes: 0,
                    transactionsRoot: Merkle.emptyRoot,
                    logSize: 0,
                    logRoot: Merkle.emptyRoot,
                    stateRoot: ledger.head.stateRoot
                )
        )
    }

    @Test func theHeadSaysWhatTheTransactionsWere() throws {
        let ledger = Ledger(genesis: try makeGenesis())
        let transactions = [
            ledger.genesis.transaction(from: alice, [(bob, 1), (carol, 2)]),
            ledger.genesis.transaction(from: bob, [(alice, 1)]),
        ]
        let head = try ledger.child(transactions).head
        #expect(head.shares == 5)
        #expect(head.price == 200)
        #expect(head.transactionCount == 2)
        var body = WireWriter()
        body.write(vector: transactions.map(\.signed))
        #expect(Int(head.transactionBytes) == body.bytes.count)
        #expect(head.transactionsRoot == Merkle.nodeHash(transactions[0].leaf, transactions[1].leaf))
        #expect(head.logRoot == head.transactionsRoot)
        #expect(head.logSize == 2)
    }

    @Test(arguments: [(0, 0), (1, 101), (127, 12_701), (128, 12_802), (16_383, 1_638_302), (16_384, 1_638_403)])
    func countsTheBytesOfTheVector(count: Int, byteCount: Int) {
        #expect(LedgerHead.transactionBytes(count: count, byteCount: 100 * count) == byteCount)
    }
}

struct FeeTests {
    @Test func everyShareCostsThePriceAndTheFeesGoToThePool() throws {
        var ledger = Ledger(genesis: try makeGenesis { $0.blockCost = 100 })
        let first = ledger.genesis.transaction(from: alice, [(carol, 10)])
        let second = ledger.genesis.transaction(from: bob, [(carol, 1), (carol, 1), (carol, 1)])
        let delta = try ledger.settle([first, second])
        // 6 shares of 100 are 17 each, rounded up.
        #expect(delta.head.price == 17)
        #expect(delta.fee(of: first.transaction) == Amount(units: 34))
        #expect(delta.fee(of: second.transaction) == Amount(units: 68))
        #expect(ledger.balance(alice) == 1_000_000 - 10 - 34)
        #expect(ledger.balance(bob) == 1_000_000 - 3 - 68)
        #expect(ledger.balance(.pool) == 102)
    }

    @Test func theFeeMustBeCoveredToo() throws {
        let ledger = Ledger(genesis: try makeGenesis())
        let exactly = ledger.genesis.transaction(from: alice, [(bob, 999_600)])
        #expect(try ledger.child([exactly]).touched.first { $0.id == alice }?.balance == .zero)
        #expect(throws: BlockFault.self) {
            try ledger.child([ledger.genesis.transaction(from: alice, [(bob, 999_601)])])
        }
    }

    /// The cost of a block follows the pool in its parent's state, so the block that fills the pool pays the old cost.
    @Test func aFullPoolMakesTheNextBlockCheap() throws {
        var ledger = Ledger(
            genesis: try makeGenesis {
                $0.blockCost = 400
                $0.reserveTarget = Amount(units: 400)
                $0.payoutMaximum = .zero
            }
        )
        let prices = try (UInt64(0)..<4).map { nonce in
            try ledger.settle([ledger.genesis.transaction(from: alice, [(bob, 1)], nonce: nonce)]).head
        }
        #expect(prices.map(\.cost) == [400, 0, 0, 0])
        #expect(prices.map(\.price) == [200, 1, 1, 1])
        #expect(ledger.balance(.pool) == 406)
    }

    @Test func fullBlocksRaiseTheFloorAndThePriceFollows() throws {
        var ledger = Ledger(
            genesis: try makeGenesis {
                $0.maxBlockShares = 4
                $0.maxPaymentsPerTransaction = 3
                $0.blockCost = 0
                $0.priceFloor = 4
            }
        )
        let floors = try (UInt64(0)..<6).map { nonce in
            try ledger.settle([ledger.genesis.transaction(from: alice, [(bob, 1), (bob, 1), (bob, 1)], nonce: nonce)])
                .head
        }
        #expect(floors.map(\.floor) == [4, 5, 6, 7, 8, 10])
        #expect(floors.map(\.price) == floors.map(\.floor))
    }
}

struct PayoutTests {
    /// Four validators, 60 s, at most 600 for each interval; block 0 lies at 1,000 s: 40 s into its interval.
    private func makeLedger(pool: UInt64) throws -> Ledger {
        var ledger = Ledger(
            genesis: try makeGenesis {
                $0.payoutMaximum = Amount(units: 600)
                $0.priceCap = 1_000_000
                $0.blockCost = pool
            }
        )
        if pool > 0 {
            try ledger.settle([
                ledger.genesis.transaction(from: alice, [(bob, 1)], maxPrice: .max)
            ])
        }
        try #require(ledger.balance(.pool) == pool)
        return ledger
    }

    struct Case: Sendable {
        let why: String
        let pool: UInt64
        let seconds: UInt64
        let part: UInt64
    }

    static let cases = [
        Case(why: "no interval has ended", pool: 10_000, seconds: 19, part: 0),
        Case(why: "one has ended, by a moment", pool: 10_000, seconds: 20, part: 150),
        Case(why: "one has ended, not two", pool: 10_000, seconds: 79, part: 150),
        Case(why: "two have ended: nothing is lost to a silence", pool: 10_000, seconds: 80, part: 300),
        Case(why: "the pool holds less than allowed", pool: 10_000, seconds: 6_000_000, part: 2_500),
        Case(why: "parts are rounded down", pool: 10, seconds: 20, part: 2),
        Case(why: "a part of 0 touches nobody", pool: 2, seconds: 20, part: 0),
        Case(why: "nor does an empty pool", pool: 0, seconds: 20, part: 0),
    ]

    @Test(arguments: cases)
    func paysEachValidatorOnceAnIntervalEnds(row: Case) throws {
        var ledger = try makeLedger(pool: row.pool)
        let delta = try ledger.settle(at: start + row.seconds * 1_000)
        #expect(delta.payout.units == row.part, "\(row.why)")
        for payee in ledger.genesis.payoutAccounts { #expect(ledger.balance(payee) == row.part) }
        #expect(ledger.balance(.pool) == row.pool - 4 * row.part)
        #expect(delta.touched.count == (row.part == 0 ? 0 : 5))
    }

    /// The payout comes after the block's transactions, so their fees are shared out with the rest.
    @Test func sharesOutTheFeesOfItsOwnBlock() throws {
        var ledger = try makeLedger(pool: 0)
        let payee = ledger.genesis.payoutAccounts[0]
        let transaction = ledger.genesis.transaction(from: alice, [(payee, 1)], maxPrice: .max)
        let delta = try ledger.settle([transaction], at: start + 20_000)
        #expect(delta.head.price == 1)
        #expect(delta.payout == .zero)
        let second = ledger.genesis.transaction(
            from: alice,
            [(bob, 1)],
            nonce: 1,
            validUntil: start + 80_000,
            maxPrice: .max
        )
        try ledger.settle([second], at: start + 80_000)
        #expect(ledger.genesis.payoutAccounts.map { ledger.balance($0) } == [2, 1, 1, 1])
        #expect(ledger.balance(.pool) == 0)
    }

    /// Intervals are those of the clock since 1970, not since genesis: 1,000 s lie 40 s into theirs.
    @Test func everyPayoutLeavesTheRestForTheNext() throws {
        var ledger = try makeLedger(pool: 2_402)
        let seconds = [20, 79, 80, 140, 141, 200, 260] as [UInt64]
        let payouts = try seconds.map { try ledger.settle(at: start + $0 * 1_000).payout.units }
        #expect(payouts == [150, 0, 150, 150, 0, 150, 0])
        #expect(ledger.balance(.pool) == 2)
        #expect(ledger.genesis.payoutAccounts.map { ledger.balance($0) } == [600, 600, 600, 600])
    }

    @Test func anAllowanceBeyond64BitsIsThePool() throws {
        var ledger = Ledger(
            genesis: try makeGenesis {
                $0.payoutMaximum = Amount(units: .max)
                $0.payoutInterval = Milliseconds(1)
            }
        )
        try ledger.settle([ledger.genesis.transaction(from: alice, [(bob, 1)])])
        #expect(ledger.genesis.payoutAccounts.map { ledger.balance($0) } == [100, 100, 100, 100])
    }
}
