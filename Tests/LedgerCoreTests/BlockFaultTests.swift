import LedgerCore
import Primitives
import Testing

struct BlockFaultTests {
    struct Case: Sendable {
        let fault: BlockFault?
        let time: UInt64
        let transactions: @Sendable (Genesis) -> [IdentifiedTransaction]

        init(
            _ fault: BlockFault?,
            at time: UInt64 = 250,
            _ transactions: @escaping @Sendable (Genesis) -> [IdentifiedTransaction]
        ) {
            self.fault = fault
            self.time = time
            self.transactions = transactions
        }
    }

    private static let late = start + 300_251

    /// One row for each fault.
    ///
    /// Each row breaks the rules below its own too, so it proves the order as well.
    ///
    /// Blocks of at most 700 bytes and 9 shares, cost 40, cap 200; Alice, Bob and Carol have 1,000,000 each.
    static let cases: [Case] = [
        Case(.tooEarly(time: start + 249, earliest: start + 250), at: 249) { genesis in
            (0..<6).map { _ in genesis.transaction(from: stranger, [(.pool, 0)], validUntil: late, maxPrice: 0) }
        },
        Case(.tooManyBytes(count: 985, limit: 700)) { genesis in
            (0..<6).map { _ in genesis.transaction(from: stranger, [(.pool, 0)], validUntil: late, maxPrice: 0) }
        },
        Case(.tooManyShares(count: 10, limit: 9)) { genesis in
            [genesis.transaction(from: stranger, (0..<9).map { _ in (.pool, 0) }, validUntil: late, maxPrice: 0)]
        },
        Case(.rejected(transaction: 0, .payeeInvalid(payment: 0))) { genesis in
            [genesis.transaction(from: stranger, [(.pool, 1)], validUntil: start, maxPrice: 1)]
        },
        Case(.expired(transaction: 0, validUntil: start + 249)) { genesis in
            [genesis.transaction(from: stranger, [(stranger, 1)], validUntil: start + 249, maxPrice: 1)]
        },
        Case(.notYetValid(transaction: 0, from: start + 251)) { genesis in
            [genesis.transaction(from: stranger, [(stranger, 1)], validUntil: late, maxPrice: 1)]
        },
        Case(.priceAboveMaximum(transaction: 0, price: 20, maxPrice: 19)) { genesis in
            [genesis.transaction(from: stranger, [(stranger, 1)], maxPrice: 19)]
        },
        Case(.payerUnknown(transaction: 0)) { genesis in
            [genesis.transaction(from: stranger, [(stranger, 1)], maxPrice: 20)]
        },
        Case(.nonceUsed(transaction: 1, by: TransactionID(words: .zero))) { genesis in
            [
                genesis.transaction(from: alice, [(bob, 1)]),
                genesis.transaction(from: alice, [(stranger, 1), (bob, 1_000_000)]),
            ]
        },
        Case(
            .insufficientFunds(transaction: 0, balance: Amount(units: 1_000_000), wanted: Amount(units: 1_000_045))
        ) { genesis in
            [genesis.transaction(from: alice, [(stranger, 3), (alice, 1_000_000)])]
        },
        Case(.openingBelowMinimum(transaction: 0, payment: 1, amount: Amount(units: 999))) { genesis in
            [genesis.transaction(from: alice, [(bob, 1), (stranger, 999)])]
        },
        Case(nil) { genesis in
            [genesis.transaction(from: alice, [(bob, 1), (stranger, 1_000), (stranger, 1)])]
        },
    ]

    @Test(arguments: cases)
    func theFirstFaultWins(row: Case) throws {
        let genesis = try makeGenesis {
            $0.maxBlockBytes = 700
            $0.maxBlockShares = 9
            $0.maxPaymentsPerTransaction = 8
            $0.blockCost = 40
        }
        let ledger = Ledger(genesis: genesis)
        let transactions = row.transactions(genesis)
        guard let fault = row.fault else {
            #expect(throws: Never.self) { try ledger.child(transactions, at: start + row.time) }
            return
        }
        let error = #expect(throws: BlockFault.self) { try ledger.child(transactions, at: start + row.time) }
        if case .nonceUsed = fault {
            #expect(error == .nonceUsed(transaction: 1, by: transactions[0].id))
        } else {
            #expect(error == fault)
        }
    }

    /// At its very edges the window of a transaction is closed on both sides.
    @Test func theFirstAndTheLastMomentAreValid() throws {
        let genesis = try makeGenesis()
        let ledger = Ledger(genesis: genesis)
        for validUntil in [start + 250, start + 300_250] {
            #expect(throws: Never.self) {
                try ledger.child([genesis.transaction(from: alice, [(bob, 1)], validUntil: validUntil)])
            }
        }
    }

    /// Spec 3.10: an interval of 0 still keeps blocks a millisecond apart.
    @Test func twoBlocksNeverHaveOneTime() throws {
        let ledger = Ledger(genesis: try makeGenesis { $0.minBlockInterval = .zero })
        #expect(throws: BlockFault.tooEarly(time: start, earliest: start + 1)) { try ledger.child(at: start) }
        #expect(throws: Never.self) { try ledger.child(at: start + 1) }
    }
}
