import Cryptography
import LedgerCore
import Primitives
import RPCClient
import Testing

extension EndToEnd {
    @Test func theSameTransactionSettlesOnceWhicheverNodesAreAskedHoweverOften() async throws {
        let federation = try TestFederation(validators: 4)
        try await federation.startAll()
        let payee = try federation.payee
        let before = try await federation.balance(of: payee)
        let payment = try federation.payment(amount: 250, nonce: 7)
        // Another payment under the same nonce: these two exclude each other.
        let rival = try federation.payment(amount: 999, nonce: 7)
        let id = federation.id(payment)

        for answer in try await federation.submitTenTimesToEach(payment) {
            #expect(answer.id == id)
            switch answer.status {
            case .pending, .final: break
            case .rejected, .expired, .unknown, .refused: Issue.record("before it is final: \(answer.status)")
            }
        }
        let final = try await federation.clients[0].wait(for: id).status
        guard case .final(_, _, _, let fee) = final else {
            Issue.record("\(final)")
            return
        }
        for client in federation.clients { #expect(try await client.wait(for: id).status == final) }

        try await federation.expectAfterFinality(payment, final, rival)
        federation.stopAll()
        try await federation.startAll()
        try await federation.expectAfterFinality(payment, final, rival)

        for node in 0..<4 { #expect(try await federation.balance(of: payee, at: node) == before + 250) }
        let payer = AccountID(try federation.treasury.publicKey)
        let granted = try #require(federation.genesis.accounts.first { $0.id == payer }).balance.units
        #expect(try await federation.balance(of: payer) == granted - 250 - fee.units)
    }
}

extension TestFederation {
    fileprivate func submitTenTimesToEach(_ transaction: SignedTransaction) async throws -> [TransactionAnswer] {
        try await withThrowingTaskGroup(of: TransactionAnswer.self) { group in
            for client in clients {
                for _ in 0..<10 { group.addTask { try await client.submit(transaction) } }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    fileprivate func expectAfterFinality(
        _ payment: SignedTransaction,
        _ final: TransactionAnswer.Status,
        _ rival: SignedTransaction
    ) async throws {
        let answers = try await submitTenTimesToEach(payment)
        #expect(answers.count == 40)
        #expect(answers.allSatisfy { $0.id == id(payment) && $0.status == final })
        for client in clients {
            let answer = try await client.submit(rival)
            #expect(answer.id == id(rival))
            guard case .rejected(let reason) = answer.status else {
                Issue.record("a second use of a nonce: \(answer.status)")
                continue
            }
            #expect(reason.name == "nonceUsed")
        }
    }
}
