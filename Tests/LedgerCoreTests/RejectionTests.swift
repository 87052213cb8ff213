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
    /// Each row breaks the rules below its own too, so it proves the order as well.
    ///
    /// At most 3 payments, 600 bytes in a block, lowest price 3, supply 3,000,000.
    static let cases: [Case] = [
        Case(
            rejection: .tooLarge(byteCount: 689, limit: 600),
            payments: (0..<5).map { _ in pay(smallOrder, 0, reference: 72) }
        ),
        Case(rejection: .noPayments, payments: []),
        Case(
            rejection: .tooManyPayments(count: 4, limit: 3),
            payments: [pay(smallOrder, 0, reference: 65)] + (0..<3).map { _ in pay(bob, 1) }
        ),
        Case(rejection: .amountIsZero(payment: 0), payments: [pay(smallOrder, 0, reference: 65)]),
        Case(
            rejection: .referenceTooLong(payment: 0, byteCount: 65, limit: 64),
            payments: [pay(smallOrder, 1, reference: 65), pay(smallOrder, 0)]
        ),
        Case(rejection: .payeeInvalid(payment: 0), payments: [pay(smallOrder, 1), pay(bob, 0)]),
        Case(rejection: .payeeInvalid(payment: 1), payments: [pay(bob, 1), pay(.pool, .max), pay(bob, .max)]),
        Case(rejection: .payeeInvalid(payment: 0), payments: [pay(notCanonical, 1)]),
        Case(rejection: .amountIsZero(payment: 1), payments: [pay(bob, 1), pay(smallOrder, 0)]),
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
}
