import Cryptography
import LedgerCore
import MempoolCore
import Primitives
import Testing

struct AdmissionTests {
    /// One row for each answer.
    ///
    /// Each row breaks the rules below its own too, so it proves the order as well. Alice has 1,000,000 and a
    /// transaction of nonce 1 waiting that reserves 500; her nonce 2 is final.
    struct Case: Sendable {
        let admission: @Sendable (Node) -> Admission
        let transaction: @Sendable (Node) -> Verified<IdentifiedTransaction>
    }

    static let pending: @Sendable (Node) -> Verified<IdentifiedTransaction> = {
        $0.transaction(from: alice, [(bob, 100)], nonce: 1)
    }
    static let settled: @Sendable (Node) -> Verified<IdentifiedTransaction> = {
        $0.transaction(from: alice, [(bob, 100)], nonce: 2)
    }
    private static let late = start + 300_001

    static let cases: [Case] = [
        Case(admission: { _ in .alreadyPending }, transaction: pending),
        Case(
            admission: { _ in .rejected(.payeeInvalid(payment: 0)) },
            transaction: {
                $0.transaction(from: alice, [(.pool, 1)], nonce: 2, validUntil: Milliseconds(0), maxPrice: 1)
            }
        ),
        Case(admission: { .settledOrExcluded(by: settled($0).value.id) }, transaction: settled),
        Case(
            admission: { .settledOrExcluded(by: settled($0).value.id) },
            transaction: { $0.transaction(from: alice, [(stranger, 1)], nonce: 2, validUntil: start, maxPrice: 1) }
        ),
        Case(
            admission: { _ in .expired(validUntil: start + 249) },
            transaction: {
                $0.transaction(from: alice, [(stranger, 1)], nonce: 1, validUntil: start + 249, maxPrice: 1)
            }
        ),
        Case(
            admission: { _ in .refused(.notYetValid(from: start + 1)) },
            transaction: { $0.transaction(from: alice, [(stranger, 1)], nonce: 1, validUntil: late, maxPrice: 1) }
        ),
        Case(
            admission: { .refused(.noncePending(other: pending($0).value.id)) },
            transaction: { $0.transaction(from: alice, [(stranger, 1)], nonce: 1, maxPrice: 1) }
        ),
        // The same transaction with another signature has other bytes, and is no other transaction.
        Case(
            admission: { _ in .alreadyPending },
            transaction: { $0.transaction(from: alice, [(bob, 100)], nonce: 1, signature: 1) }
        ),
        Case(
            admission: { _ in .refused(.priceBelowReach(maxPrice: 1, floor: 2)) },
            transaction: { $0.transaction(from: stranger, [(stranger, 1)], nonce: 1, maxPrice: 1) }
        ),
        Case(
            admission: { _ in .refused(.payeeBelowOpeningMinimum(payment: 1, minimum: Amount(units: 1_000))) },
            transaction: { $0.transaction(from: stranger, [(bob, 1), (stranger, 999)], nonce: 1) }
        ),
        Case(
            admission: { _ in .refused(.insufficientFunds(balance: .zero, wanted: Amount(units: 1_800))) },
            transaction: { $0.transaction(from: stranger, [(stranger, 1_000), (stranger, 200)], nonce: 1) }
        ),
        Case(
            admission: {
                .refused(
                    .insufficientFunds(
                        balance: $0.ledger.account(alice)?.balance ?? .zero,
                        wanted: Amount(units: 1_000_000 + 900)
                    )
                )
            },
            transaction: { $0.transaction(from: alice, [(bob, 1_000_000)], nonce: 3) }
        ),
        Case(
            admission: { _ in .admitted(dropped: []) },
            transaction: { $0.transaction(from: alice, [(stranger, 1_000)], nonce: 3) }
        ),
    ]

    @Test(arguments: cases)
    func theFirstReasonWins(row: Case) throws {
        var node = try Node {
            $0.maxBlockShares = 4
            $0.maxPaymentsPerTransaction = 3
        }
        #expect(node.admit(Self.pending(node)) == .admitted(dropped: []))
        // A full block lifts the floor to 2 for the block after it.
        _ = try node.settle([Self.settled(node), node.transaction(from: bob, [(carol, 1)])])
        #expect(node.ledger.terms(at: node.now).floor == 2)
        #expect(node.admit(row.transaction(node)) == row.admission(node))
    }

    /// The last reasons, each transaction breaking those below its own too: a free network with a full pool.
    @Test func theReasonsOfAFullPoolComeInOrder() throws {
        var node = try Node(
            limits: MempoolLimits(byteCountMax: 1_640, freeSharesPerMinute: 2),
            accounts: (1...40).map { (account($0), 100) }
        ) {
            $0.blockCost = 0
            $0.priceFloor = 0
            $0.priceCap = 0
        }
        for number in UInt64(1)...10 {
            #expect(node.admit(node.transaction(from: account(number))) == .admitted(dropped: []))
        }
        let payer = account(20)
        let wide = [(bob, UInt64(1)), (bob, 1)]
        let funds = Refusal.insufficientFunds(balance: Amount(units: 100), wanted: Amount(units: 101))
        #expect(node.admit(node.transaction(from: payer, [(bob, 100), (bob, 1)])) == .refused(funds))
        #expect(node.admit(node.transaction(from: payer, wide)) == .refused(.shareAllowanceUsed(limit: 2)))
        #expect(node.admit(node.transaction(from: payer, reference: 64)) == .refused(.payerQueueFull))
        #expect(node.admit(node.transaction(from: payer)) == .refused(.busy))
        // None of these attempts used up anything of the payer's allowance.
        _ = try node.settle([node.transaction(from: account(1))])
        #expect(node.admit(node.transaction(from: payer)) == .admitted(dropped: []))
    }

    /// The floor falls with the clock: what is refused now is taken after a while without blocks.
    @Test func reckonsWithTheFloorAtTheWallClock() throws {
        var node = try Node {
            $0.maxBlockShares = 2
            $0.maxPaymentsPerTransaction = 1
        }
        _ = try node.settle([node.transaction(from: bob)])
        let low = node.transaction(from: alice, maxPrice: 1)
        #expect(node.admit(low) == .refused(.priceBelowReach(maxPrice: 1, floor: 2)))
        node.now = start + 1_250
        #expect(node.admit(low) == .admitted(dropped: []))
    }

    @Test func reservationsOfOnePayerAddUp() throws {
        var node = try Node(accounts: [(alice, 1_000), (bob, 0)])
        // Each reserves 1 + 2 × 200 at the cap, whatever above it was signed.
        #expect(node.admit(node.transaction(from: alice, nonce: 0, maxPrice: .max)) == .admitted(dropped: []))
        #expect(node.admit(node.transaction(from: alice, nonce: 1)) == .admitted(dropped: []))
        let third = node.transaction(from: alice, nonce: 2)
        let refusal = Refusal.insufficientFunds(balance: Amount(units: 1_000), wanted: Amount(units: 1_203))
        #expect(node.admit(third) == .refused(refusal))
        // What a lower maximum leaves is still free.
        #expect(node.admit(node.transaction(from: alice, nonce: 2, maxPrice: 98)) == .admitted(dropped: []))
    }

    @Test func findsByLeafAndByID() throws {
        var node = try Node()
        let transaction = node.transaction(from: alice)
        _ = node.admit(transaction)
        #expect(node.mempool.contains(leaf: transaction.value.leaf))
        #expect(node.mempool.transaction(leaf: transaction.value.leaf) == transaction)
        #expect(node.mempool.transaction(id: transaction.value.id) == transaction)
        let resigned = node.transaction(from: alice, signature: 1)
        #expect(!node.mempool.contains(leaf: resigned.value.leaf))
        #expect(node.mempool.count == 1)
        #expect(node.mempool.byteCount == transaction.value.byteCount)
    }

    @Test func listsThoseWhoWaitPartByPart() throws {
        var node = try Node()
        let all = (0..<10).map { node.transaction(from: alice, nonce: $0) }
        for transaction in all { _ = node.admit(transaction) }
        _ = try node.settle([all[3], all[9]])
        var found: [Verified<IdentifiedTransaction>] = []
        var next: UInt64? = 0
        while let from = next {
            let part = node.mempool.waiting(from: from, limit: 3)
            #expect(part.transactions.count <= 3)
            found += part.transactions
            next = part.next
        }
        #expect(found == [0, 1, 2, 4, 5, 6, 7, 8].map { all[$0] })
    }

    // MARK: - Free mode

    @Test func freeModeLimitsTheSharesOfEachPayerAndMinute() throws {
        var node = try Node(limits: MempoolLimits(freeSharesPerMinute: 5)) {
            $0.blockCost = 0
            $0.priceFloor = 0
            $0.priceCap = 0
        }
        node.now = Milliseconds(1_020_000)
        #expect(node.admit(node.transaction(from: alice, nonce: 0, maxPrice: 0)) == .admitted(dropped: []))
        #expect(node.admit(node.transaction(from: alice, nonce: 1)) == .admitted(dropped: []))
        #expect(node.admit(node.transaction(from: alice, nonce: 2)) == .refused(.shareAllowanceUsed(limit: 5)))
        #expect(node.admit(node.transaction(from: bob, [(alice, 1)])) == .admitted(dropped: []))
        // What settles is not given back; a new minute is.
        _ = try node.settle([node.transaction(from: alice, nonce: 0, maxPrice: 0)])
        #expect(node.admit(node.transaction(from: alice, nonce: 2)) == .refused(.shareAllowanceUsed(limit: 5)))
        node.now = Milliseconds(1_080_000)
        #expect(
            node.admit(node.transaction(from: alice, nonce: 2, validUntil: start + 90_000)) == .admitted(dropped: [])
        )
    }

    /// Where nobody pays, all rank alike: a full pool takes nobody, and a full block lifts no floor.
    @Test func freeModeStaysFreeHoweverFullItIs() throws {
        var node = try Node(limits: MempoolLimits(byteCountMax: 3_280)) {
            $0.blockCost = 0
            $0.priceFloor = 0
            $0.priceCap = 0
            $0.maxBlockShares = 4
            $0.maxPaymentsPerTransaction = 3
        }
        for nonce in UInt64(0)..<2 {
            #expect(node.admit(node.transaction(from: alice, nonce: nonce)) == .admitted(dropped: []))
        }
        let block = node.selection()
        #expect(block.count == 2)
        #expect(try node.settle(block) == [])
        #expect(node.ledger.head.shares == 4)
        #expect(node.ledger.terms(at: node.ledger.head.time + 250).floor == 0)
        #expect(node.ledger.account(alice)?.balance == Amount(units: 999_998))
        #expect(node.admit(node.transaction(from: alice, nonce: 5, maxPrice: 0)) == .admitted(dropped: []))
    }
}
