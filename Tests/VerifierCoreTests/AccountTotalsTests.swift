import ChainCore
import Cryptography
import LedgerCore
import Primitives
import Testing
import VerifierCore

@Suite struct AccountTotalsTests {
    private func account(_ mark: UInt64, _ balance: UInt64) -> Account {
        Account(
            id: AccountID(words: Words32(mark, 0, 0, 0)),
            balance: Amount(units: balance),
            touched: .zero
        )
    }

    @Test func sumsAndHashesInTheOrderOfTheNumbers() {
        var totals = AccountTotals()
        let accounts = [account(0, 3), account(2, 4), account(1, 5)]
        for account in accounts { totals.add(account) }
        #expect(totals.count == 3)
        #expect(totals.sum == Amount(units: 12))
        let leaves = accounts.map { Merkle.leafHash($0.id.bytes + $0.balance.encoded()) }
        #expect(totals.root == Merkle.root(leafHashes: leaves))
    }

    @Test func aSumThatLeaves64BitsStaysLost() {
        var totals = AccountTotals()
        for account in [account(1, .max), account(2, 1), account(3, 0)] { totals.add(account) }
        #expect(totals.sum == nil)
    }

    @Test func isTheRootThatTheLedgerCarries() throws {
        let chain = try TestChain.sample(validators: 4)
        var totals = AccountTotals()
        for number in 0..<UInt32(chain.ledger.accountCount()) {
            totals.add(try #require(chain.ledger.account(numbered: AccountNumber(number))))
        }
        #expect(totals.root == chain.header.stateRoot)
        #expect(totals.sum == chain.genesis.supply)
    }
}
