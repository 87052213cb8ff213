import Cryptography
import LedgerCore
import Primitives
import Testing

struct RejectionTests {
    static let smallOrder = AccountID(words: Words32(1, 0, 0, 0))
    static let notCanonical = AccountID(words: Words32(.max, .max, .max, .max))

    struct Case: Sendable {
        let rejection: Rejection?
        var payer = smallOrder
        var payments: [Payment]
        var maxPrice: UInt64 = 2
    }

    static func pay(_ payee: AccountID, _ amount: UInt64, reference count: Int = 0) -> Payment {
        Payment(payee: payee, amount: Amount(units: amount), reference: [UInt8](repeating: 7, count: count))
    }

    /// One row for each reason.
    ///
    /// Each row breaks every rule below its own too, so it proves the order as well; those of a payment are broken by that
    /// payment or by the next.
    ///
    /// At most 3 payments, 600 bytes in a block, lowest price 3, supply 3,000,000.
    static let cases: [Case] = [
        Case(
            rejection: .tooLarge(byteCount: 689, limit: 600),
            payments: [pay(smallOrder, 0, reference: 72)] + (0..<4).map { _ in pay(smallOrder, .max, reference: 72) }
        ),
        Case(rejection: .noPayments, payments: []),
        Case(
            rejection: .tooManyPayments(count: 4, limit: 3),
            payments: [pay(smallOrder, 0, reference: 65), pay(bob, .max), pay(bob, .max), pay(bob, 1)]
        ),
        Case(
            rejection: .amountIsZero(payment: 0),
            payments: [pay(smallOrder, 0, reference: 65), pay(bob, .max), pay(bob, .max)]
        ),
        Case(
            rejection: .referenceTooLong(payment: 0, byteCount: 65, limit: 64),
            payments: [pay(smallOrder, 1, reference: 65), pay(smallOrder, 0), pay(bob, .max)]
        ),
        Case(rejection: .payeeInvalid(payment: 0), payments: [pay(smallOrder, .max), pay(bob, 0), pay(bob, .max)]),
        Case(rejection: .payeeInvalid(payment: 0), payments: [pay(notCanonical, .max), pay(bob, .max)]),
        // All rules of the first payment come before any of the second.
        Case(rejection: .amountIsZero(payment: 1), payments: [pay(bob, .max), pay(smallOrder, 0), pay(bob, .max)]),
        Case(
            rejection: .referenceTooLong(payment: 1, byteCount: 65, limit: 64),
            payments: [pay(bob, .max), pay(.pool, .max, reference: 65)]
        ),
        Case(rejection: .payeeInvalid(payment: 1), payments: [pay(bob, 1), pay(.pool, .max), pay(bob, .max)]),
        Case(rejection: .payerInvalid, payments: [pay(bob, .max), pay(bob, .max)]),
        Case(rejection: .payerInvalid, payer: notCanonical, payments: [pay(bob, .max)]),
        Case(rejection: .payerInvalid, payer: .pool, payments: [pay(bob, .max)]),
        Case(
            rejection: .totalAboveSupply(supply: Amount(units: 3_000_000)),
            payer: alice,
            payments: [pay(bob, .max), pay(bob, .max)]
        ),
        Case(
            rejection: .totalAboveSupply(supply: Amount(units: 3_000_000)),
            payer: alice,
            payments: [pay(bob, 3_000_000), pay(bob, 1)]
        ),
        Case(
            rejection: .maxPriceBelowFloor(maxPrice: 2, priceFloor: 3),
            payer: alice,
            payments: [pay(bob, 3_000_000)]
        ),
        Case(rejection: nil, payer: alice, payments: [pay(alice, 2_999_999), pay(stranger, 1)], maxPrice: 3),
        Case(rejection: nil, payer: stranger, payments: [pay(bob, 1, reference: 64)], maxPrice: .max),
    ]

    private static func genesis() throws -> Genesis {
        try makeGenesis {
            $0.maxPaymentsPerTransaction = 3
            $0.maxBlockBytes = 600
            $0.priceFloor = 3
        }
    }

    private static func identified(_ row: Case, in genesis: Genesis) -> IdentifiedTransaction {
        let transaction = Transaction(
            payer: row.payer,
            nonce: 0,
            validUntil: Milliseconds(0),
            maxPrice: row.maxPrice,
            action: .pay(row.payments)
        )
        return IdentifiedTransaction(
            SignedTransaction(transaction: transaction, authorization: .owner(.zero)),
            network: genesis.networkID
        )
    }

    @Test(arguments: cases)
    func theFirstReasonWins(row: Case) throws {
        let genesis = try Self.genesis()
        #expect(Self.identified(row, in: genesis).rejection(under: genesis) == row.rejection)
    }

    /// What genesis forbids, no block holds; the block is also too late for the transaction, which comes second.
    @Test(arguments: cases)
    func noBlockHoldsWhatIsRejected(row: Case) throws {
        let genesis = try Self.genesis()
        let ledger = Ledger(genesis: genesis)
        let error = #expect(throws: BlockFault.self) { try ledger.child([Self.identified(row, in: genesis)]) }
        switch row.rejection {
        case .tooLarge(let count, let limit): #expect(error == .tooManyBytes(count: count, limit: limit))
        case .some(let rejection): #expect(error == .rejected(transaction: 0, rejection))
        case nil: #expect(error == .expired(transaction: 0, validUntil: Milliseconds(0)))
        }
    }

    /// A transaction that breaks all rules at once is told of them one after another, in the order of the enum.
    @Test func repairedRuleByRuleTheReasonsComeInOrder() throws {
        let genesis = try Self.genesis()
        var row = Self.cases[0]
        var told: [Rejection] = []
        while let rejection = Self.identified(row, in: genesis).rejection(under: genesis) {
            told.append(rejection)
            try #require(told.count < 30)
            Self.repair(&row, rejection)
        }
        #expect(
            told == [
                .tooLarge(byteCount: 689, limit: 600), .tooManyPayments(count: 5, limit: 3),
                .amountIsZero(payment: 0), .referenceTooLong(payment: 0, byteCount: 72, limit: 64),
                .payeeInvalid(payment: 0), .payeeInvalid(payment: 1), .payeeInvalid(payment: 2), .payerInvalid,
                .totalAboveSupply(supply: Amount(units: 3_000_000)),
                .maxPriceBelowFloor(maxPrice: 2, priceFloor: 3),
            ]
        )
    }

    /// Puts one rule right and leaves the others as they are.
    private static func repair(_ row: inout Case, _ rejection: Rejection) {
        func change(_ index: Int, payee: AccountID? = nil, amount: UInt64? = nil, reference: Int? = nil) {
            let old = row.payments[index]
            row.payments[index] = pay(
                payee ?? old.payee,
                amount ?? old.amount.units,
                reference: reference ?? old.reference.count
            )
        }
        switch rejection {
        case .tooLarge: for index in row.payments.indices.dropFirst() { change(index, reference: 0) }
        case .tooManyPayments(_, let limit): row.payments.removeLast(row.payments.count - limit)
        case .amountIsZero(let index): change(index, amount: .max)
        case .referenceTooLong(let index, _, _): change(index, reference: 0)
        case .payeeInvalid(let index): change(index, payee: bob)
        case .payerInvalid: row.payer = alice
        case .totalAboveSupply: for index in row.payments.indices { change(index, amount: 1) }
        case .maxPriceBelowFloor(_, let floor): row.maxPrice = floor
        case .noPayments: row.payments = [pay(bob, 1)]
        case .wrongNetwork, .signatureInvalid, .nonceUsed: Issue.record("not told by bytes and genesis: \(rejection)")
        }
    }

    /// Spec 2.2: y ≥ p, and the 14 small-order encodings, each with either sign where that makes another.
    @Test(arguments: KeyTable.refused)
    func aKeyThatNobodyCanSignForNeitherPaysNorIsPaid(hex: String) throws {
        let genesis = try Self.genesis()
        let id = try #require(AccountID(bytes: Hex.decode(hex) ?? []))
        let paid = Case(rejection: .payeeInvalid(payment: 0), payer: alice, payments: [Self.pay(id, 1)], maxPrice: 3)
        let paying = Case(rejection: .payerInvalid, payer: id, payments: [Self.pay(bob, 1)], maxPrice: 3)
        for row in [paid, paying] {
            #expect(Self.identified(row, in: genesis).rejection(under: genesis) == row.rejection)
        }
    }

    @Test(arguments: KeyTable.taken)
    func theNeighboursOfTheseKeysAreTaken(hex: String) throws {
        let genesis = try Self.genesis()
        let id = try #require(AccountID(bytes: Hex.decode(hex) ?? []))
        let row = Case(rejection: nil, payer: id, payments: [Self.pay(id, 1)], maxPrice: 3)
        #expect(Self.identified(row, in: genesis).rejection(under: genesis) == nil)
    }
}

/// Keys at the edge of what an account may be, as little-endian hex.
enum KeyTable {
    private static func hex(_ first: String, _ middle: String, _ last: String) -> String {
        first + String(repeating: middle, count: 30) + last
    }

    static let refused = [
        // y = 0, 1, −1, and the two of order 8, with both signs.
        hex("00", "00", "00"), hex("00", "00", "80"), hex("01", "00", "00"), hex("01", "00", "80"),
        hex("ec", "ff", "7f"), hex("ec", "ff", "ff"),
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        // p and p + 1 stand for 0 and 1 again.
        hex("ed", "ff", "7f"), hex("ed", "ff", "ff"), hex("ee", "ff", "7f"), hex("ee", "ff", "ff"),
        // Beyond p, of no small order.
        hex("ef", "ff", "7f"), hex("ff", "ff", "7f"), hex("ff", "ff", "ff"),
    ]

    /// No rule looks whether they are points of the curve.
    static let taken = [
        hex("02", "00", "00"), hex("02", "00", "80"), hex("eb", "ff", "7f"), hex("eb", "ff", "ff"),
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc04",
        "c8176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    ]
}
