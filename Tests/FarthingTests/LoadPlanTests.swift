import Cryptography
import LedgerCore
import Primitives
import Testing
import farthing

struct LoadPlanTests {
    @Test(arguments: [
        (20_000, 50, 100), (2_000, 50, 100), (1, 100, 100), (99, 100, 100), (100, 100, 100), (101, 50, 100),
        (7, 0, 100),
        (12_345, 33, 100), (12_345, 33, 2), (1_000, 100, 149),
    ])
    func makesExactlyAsManyPaymentsAsAsked(payments: Int, percent: Int, large: Int) {
        let plan = plan(payments, percent, large)
        let counts = (0..<plan.transactionCount).map { plan.paymentCount(of: $0) }
        #expect(counts.reduce(0, +) == payments)
        #expect(counts.count { $0 == large } == payments * percent / 100 / large)
        #expect(counts.allSatisfy { $0 == 1 || $0 == large })
    }

    @Test func spreadsLargeTransactionsEvenly() {
        let plan = plan(20_000, 50)
        let places = (0..<plan.transactionCount).filter { plan.paymentCount(of: $0) > 1 }
        let gaps = zip(places.dropFirst(), places).map { $0 - $1 }
        #expect(gaps.allSatisfy { (100...102).contains($0) })
    }

    @Test func makesTransactionsThatTheLedgerTakes() throws {
        let plan = plan(400, 50)
        var ids: Set<TransactionID> = []
        for index in 0..<plan.transactionCount {
            let planned = plan.transaction(index, validUntil: Milliseconds(1_000))
            let signed = try SignedTransaction(decodingAll: planned.bytes)
            let item = IdentifiedTransaction(signed, network: .zero)
            #expect(item.id == planned.id)
            #expect(signed.transaction.payments.count == planned.paymentCount)
            #expect(!signed.transaction.payments.contains { $0.payee == signed.transaction.payer })
            #expect(Verified.check(item, in: .init(), by: StrictEd25519()) != nil)
            #expect(ids.insert(planned.id).inserted)
        }
    }

    private func plan(_ payments: Int, _ percent: Int, _ large: Int = LoadPlan.usualLargeCount) -> LoadPlan {
        LoadPlan(
            paymentCount: payments,
            batchPercent: percent,
            largeCount: large,
            keys: (0..<150).map { _ in SigningKey.generate() },
            firstNonce: .max - 10,
            maxPrice: 200,
            network: .zero
        )
    }
}
