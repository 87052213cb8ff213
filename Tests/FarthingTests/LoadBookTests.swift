import Cryptography
import LedgerCore
import Primitives
import RPCClient
import Testing
import farthing

struct LoadBookTests {
    @Test func followsATransactionFromSendingToTheBlock() {
        var book = LoadBook()
        book.register([transaction(0, payments: 100)], at: 10)
        #expect(book.openPaymentCount == 100)
        #expect(book.answered(id(0), .pending, at: 20) == nil)
        let settlement = book.settled(id(0), height: 7, price: 5, at: 260)
        #expect(settlement?.paymentCount == 100)
        #expect(settlement?.latency == 250)
        #expect(settlement?.height == 7)
        #expect(settlement?.fee == Amount(units: 505))
        #expect(book.isEmpty)
        #expect(book.openPaymentCount == 0)
        #expect(book.tally == tally(sent: 100, final: 100))
    }

    @Test func countsATransactionOnceHoweverOftenItIsReported() {
        var book = LoadBook()
        book.register([transaction(0)], at: 0)
        let final = TransactionAnswer.Status.final(height: Height(3), index: 0, price: 200, fee: Amount(units: 400))
        #expect(book.answered(id(0), final, at: 5) != nil)
        #expect(book.answered(id(0), final, at: 6) == nil)
        #expect(book.settled(id(0), height: 3, price: 200, at: 7) == nil)
        #expect(book.answered(id(0), .expired(validUntil: Milliseconds(1)), at: 8) == nil)
        #expect(book.tally == tally(sent: 1, final: 1))
    }

    @Test func sendsTheSameBytesAgainUntilThereIsAVerdict() {
        var book = LoadBook()
        let planned = transaction(0)
        book.register([planned], at: 0)
        #expect(book.takeDue(at: 100_000, limit: 10).isEmpty, "the first call still has it")

        _ = book.answered(id(0), .pending, at: 0)
        #expect(book.takeDue(at: 4_999, limit: 10).isEmpty)
        #expect(book.takeDue(at: 5_000, limit: 10).map(\.bytes) == [planned.bytes])
        #expect(book.takeDue(at: 5_000, limit: 10).isEmpty, "this call has it now")

        book.unanswered([id(0)], at: 6_000)
        #expect(book.takeDue(at: 6_000, limit: 10).map(\.bytes) == [planned.bytes], "another node, at once")

        _ = book.answered(id(0), .refused(.init(name: "busy", message: "busy"), isRetryable: true), at: 7_000)
        #expect(book.takeDue(at: 7_499, limit: 10).isEmpty)
        #expect(book.takeDue(at: 7_500, limit: 10).map(\.bytes) == [planned.bytes])

        _ = book.answered(id(0), .expired(validUntil: Milliseconds(1)), at: 8_000)
        #expect(book.takeDue(at: 100_000, limit: 10).isEmpty)
        var expected = tally(sent: 1, expired: 1)
        (expected.expiredAfterPending, expected.refusals, expected.unanswered) = (1, 1, 1)
        #expect(book.tally == expected)
    }

    @Test func saysWhatExpiredThoughANodeHadTakenItIn() {
        var book = LoadBook()
        book.register([transaction(0), transaction(1)], at: 0)
        _ = book.answered(id(0), .pending, at: 0)
        _ = book.answered(id(1), .refused(.init(name: "mempoolFull", message: "full"), isRetryable: false), at: 0)
        for number in 0...1 { _ = book.answered(id(number), .expired(validUntil: Milliseconds(1)), at: 9) }
        var expected = tally(sent: 2, expired: 2)
        (expected.expiredAfterPending, expected.refusals, expected.lastingRefusals) = (1, 1, 1)
        #expect(book.tally == expected)
    }

    @Test func takesTheOldestFirstAndNoMoreThanAsked() {
        var book = LoadBook()
        let all = (0..<5).map { transaction($0) }
        book.register(all, at: 0)
        book.unanswered(all.map(\.id).reversed(), at: 0)
        #expect(book.takeDue(at: 0, limit: 2).map(\.index) == [0, 1])
        _ = book.settled(id(2), height: 1, price: 1, at: 0)
        #expect(book.takeDue(at: 0, limit: 9).map(\.index) == [3, 4])
    }

    @Test func remembersWhyTheFirstOneWasRejected() {
        var book = LoadBook()
        book.register([transaction(0), transaction(1)], at: 0)
        _ = book.answered(id(0), .rejected(.init(name: "nonceUsed", message: "one")), at: 0)
        _ = book.answered(id(1), .rejected(.init(name: "nonceUsed", message: "two")), at: 0)
        #expect(book.tally == tally(sent: 2, rejected: 2, problem: "one"))
        #expect(book.isEmpty)
    }

    // MARK: -

    private func id(_ number: Int) -> TransactionID {
        TransactionID(words: SHA256.hash([UInt8(number)]).words)
    }

    private func transaction(_ number: Int, payments: Int = 1) -> PlannedTransaction {
        PlannedTransaction(index: number, id: id(number), paymentCount: payments, bytes: [UInt8(number)])
    }

    private func tally(
        sent: Int = 0,
        final: Int = 0,
        rejected: Int = 0,
        expired: Int = 0,
        problem: String? = nil
    ) -> LoadTally {
        var tally = LoadTally()
        tally.sent = sent
        tally.final = final
        tally.rejected = rejected
        tally.expired = expired
        tally.firstProblem = problem
        return tally
    }
}
