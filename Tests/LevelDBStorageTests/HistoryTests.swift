import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import LevelDBStorage
import Primitives
import Testing
import VerifierCore

/// What happened is read back from the blocks: whole, in order, in pages of any size.
@Suite struct HistoryTests {
    private let home: TemporaryHome
    private let chain: TestChain
    private let blocks: [FinalBlock]
    private let store: ChainStore

    /// Forty blocks: payments to oneself, twice to one payee, to strangers, payouts, empty blocks, some only notarized.
    init() throws {
        home = try TemporaryHome()
        var chain = try TestChain()
        var blocks: [FinalBlock] = []
        for number in 0..<40 {
            var transactions: [IdentifiedTransaction] = []
            for payer in 0..<(number % 4 == 3 ? 0 : number % 3 + 1) {
                let others = (0..<(number % 5)).map { chain.stranger((number * 7 + $0 * payer) % 12) }
                let payees = [chain.account(payer), chain.account((payer + 1) % 3)] + others + others.prefix(1)
                transactions.append(chain.transaction(from: payer, to: payees))
            }
            blocks.append(
                try chain.extend(
                    transactions,
                    after: number % 6 == 5 ? 61_000 : 1_000,
                    certifiedBy: number % 6 == 4 ? .notarize : .finalize
                )
            )
        }
        store = try ChainStore.create(home: home.path + "/node", genesis: chain.genesis)
        _ = try store.load()
        try store.add(blocks)
        self.chain = chain
        self.blocks = blocks
    }

    private var accounts: [(number: AccountNumber, account: Account)] {
        (0..<UInt32(chain.ledger.accountCount())).compactMap { number in
            chain.ledger.account(numbered: AccountNumber(number)).map { (AccountNumber(number), $0) }
        }
    }

    /// All items, newest first, by as many pages as it takes.
    private func history(
        _ number: AccountNumber,
        _ account: Account,
        limit: Int,
        filter: HistoryFilter = HistoryFilter(),
        budget: HistoryBudget = HistoryBudget()
    ) throws -> [HistoryItem] {
        var items: [HistoryItem] = []
        var cursor: HistoryCursor? = HistoryCursor(through: account.touched)
        while let from = cursor {
            let page = try #require(
                try store.history(
                    of: account.id,
                    numbered: number,
                    from: from,
                    limit: limit,
                    filter: filter,
                    budget: budget
                )
            )
            #expect(page.items.count <= limit)
            items += page.items
            cursor = page.next
            #expect(cursor != from)
        }
        return items
    }

    @Test func theItemsOfEveryAccountAddUpToItsBalance() throws {
        for (number, account) in accounts {
            let items = try history(number, account, limit: 1_000)
            var balance = Amount.zero
            var height = Height.zero
            for item in items.reversed() {
                let next = item.isIncoming ? balance.adding(item.amount) : balance.subtracting(item.amount)
                balance = try #require(next)
                #expect(item.balance == balance)
                #expect(item.height >= height)
                height = item.height
            }
            #expect(balance == account.balance, "account \(number)")
        }
    }

    @Test func everyPaymentStandsOnBothSidesOnce() throws {
        var out: [String] = []
        var incoming: [String] = []
        var charged: UInt64 = 0
        var collected: UInt64 = 0
        for (number, account) in accounts {
            for item in try history(number, account, limit: 1_000) {
                let place = "\(item.transaction?.hex ?? "") \(item.payment ?? -1) \(item.amount)"
                switch item.kind {
                case .payment: if item.isIncoming { incoming.append(place) } else { out.append(place) }
                case .fee: if number == .pool { collected += item.amount.units } else { charged += item.amount.units }
                case .genesis, .payout: break
                }
            }
        }
        let made = blocks.flatMap { block in
            block.block.block.transactions.flatMap { transaction in
                transaction.transaction.payments.enumerated()
                    .map { "\(transaction.id.hex) \($0) \($1.amount)" }
            }
        }
        #expect(made.count > 100)
        #expect(charged == collected && charged > 0)
        #expect(out.sorted() == made.sorted())
        #expect(incoming.sorted() == made.sorted())
    }

    @Test func thePoolGetsEveryFeeAndPaysTheValidators() throws {
        let pool = try #require(chain.ledger.account(numbered: .pool))
        let items = try history(.pool, pool, limit: 1_000)
        let transactions = blocks.flatMap { $0.block.block.transactions }
        #expect(items.count { $0.kind == .fee && $0.isIncoming } == transactions.count)
        let paid = items.filter { $0.kind == .payout }
        #expect(paid.count >= 5)
        #expect(paid.allSatisfy { !$0.isIncoming && $0.counterparty == nil })
        let payee = try #require(chain.ledger.account(chain.genesis.payoutAccounts[0]))
        let account = try #require(chain.ledger.account(numbered: payee.number))
        let received = try history(payee.number, account, limit: 1_000).filter { $0.kind == .payout }
        #expect(received.map(\.amount) == paid.map(\.amount))
        #expect(received.allSatisfy { $0.isIncoming && $0.counterparty == .pool })
    }

    @Test func pagesOfAnySizeMakeTheSameWhole() throws {
        for (number, account) in accounts.prefix(6) {
            let whole = try history(number, account, limit: 1_000)
            #expect(whole.last?.kind == (number.value <= 4 ? .genesis : .payment))
            for limit in [1, 3, 8] { #expect(try history(number, account, limit: limit) == whole) }
            for budget in [HistoryBudget(blockCountMax: 1), HistoryBudget(byteCountMax: 1)] {
                #expect(try history(number, account, limit: 1_000, budget: budget) == whole)
            }
        }
    }

    @Test func filtersLeaveBalancesAsTheyAre() throws {
        let number = AccountNumber(1)
        let account = try #require(chain.ledger.account(numbered: number))
        let whole = try history(number, account, limit: 1_000)
        for direction in [true, false] {
            let filter = HistoryFilter(isIncoming: direction)
            #expect(
                try history(number, account, limit: 2, filter: filter) == whole.filter { $0.isIncoming == direction }
            )
        }
        let unreferenced = HistoryFilter(reference: [])
        #expect(try history(number, account, limit: 5, filter: unreferenced) == whole.filter { $0.kind == .payment })
        #expect(try history(number, account, limit: 5, filter: HistoryFilter(reference: [1])) == [])
    }

    /// A page of nothing still leads on.
    @Test func aFilterThatTakesNothingIsBoundedToo() throws {
        let account = try #require(chain.ledger.account(numbered: .pool))
        let page = try #require(
            try store.history(
                of: .pool,
                numbered: .pool,
                from: HistoryCursor(through: account.touched),
                limit: 10,
                filter: HistoryFilter(reference: [1]),
                budget: HistoryBudget(blockCountMax: 3)
            )
        )
        #expect(page.items.isEmpty)
        let next = try #require(page.next)
        #expect(next.height < account.touched && next.height > .zero)
    }

    @Test func refusesACursorAtABlockThatDidNotTouchTheAccount() throws {
        let stranger = try #require(chain.ledger.account(chain.stranger(3)))
        let touched = try (1...UInt64(40)).filter { try store.touch(of: stranger.number, at: Height($0)) != nil }
        #expect(!touched.isEmpty && touched.count < 40)
        for height in UInt64(0)...41 where !touched.contains(height) {
            let page = try store.history(
                of: chain.stranger(3),
                numbered: stranger.number,
                from: HistoryCursor(through: Height(height)),
                limit: 5
            )
            #expect(page == nil, "\(height)")
        }
    }

    @Test func cursorsComeBackFromTheirText() {
        let cursor = HistoryCursor(height: Height(0x0102_0304_0506_0708), itemCount: 0x090A_0B0C)
        #expect(HistoryCursor(text: cursor.text) == cursor)
        for text in ["", "00", cursor.text + "00", cursor.text.uppercased(), "g" + cursor.text.dropFirst()] {
            #expect(HistoryCursor(text: text) == nil, "\(text)")
        }
    }

    /// What no transaction explains is a payout or damage, and only the pool and the validators have payouts.
    @Test func aBalanceThatTheTransactionsDoNotMakeIsNoHistory() throws {
        let block = try #require(blocks.first?.block.block)
        let payer = chain.account(0)
        let touch = try #require(try store.touch(of: AccountNumber(1), at: Height(1)))
        func items(of account: AccountID, after: UInt64) -> [HistoryItem]? {
            AccountHistory.items(
                of: account,
                in: block,
                before: Amount(units: 1_000_000_000),
                after: Amount(units: after),
                payoutAccounts: chain.genesis.payoutAccounts
            )
        }
        #expect(items(of: payer, after: touch.balance.units)?.isEmpty == false)
        #expect(items(of: payer, after: touch.balance.units + 1) == nil)
        #expect(items(of: payer, after: touch.balance.units - 1) == nil)
        let payee = chain.genesis.payoutAccounts[0]
        #expect(items(of: payee, after: 1_000_000_001)?.map(\.kind) == [.payout])
        #expect(items(of: payee, after: 999_999_999) == nil)
    }

    // MARK: - Headers

    @Test func headersComeInEitherOrderWithBlockZero() throws {
        let own = blocks.map(\.block.block.hash)
        let genesis = chain.rules.genesisHeader(Ledger(genesis: chain.genesis).head).hash(network: chain.network)
        let all = [genesis] + own
        #expect(try store.headers(isAscending: true, after: nil, limit: 100).map(\.hash) == all)
        #expect(try store.headers(isAscending: false, after: nil, limit: 100).map(\.hash) == all.reversed())
        #expect(try store.headers(isAscending: true, after: .zero, limit: 2).map(\.hash) == Array(own.prefix(2)))
        #expect(try store.headers(isAscending: false, after: Height(2), limit: 9).map(\.hash) == [own[0], genesis])
        #expect(try store.headers(isAscending: true, after: Height(40), limit: 9).isEmpty)
        #expect(try store.headers(isAscending: true, after: Height(.max), limit: 9).isEmpty)
        #expect(try store.headers(isAscending: false, after: .zero, limit: 9).isEmpty)
        #expect(try store.headers(isAscending: false, after: Height(.max), limit: 1).map(\.hash) == [own[39]])
        for entry in try store.headers(isAscending: true, after: nil, limit: 100) {
            #expect(entry.header.hash(network: chain.network) == entry.hash)
        }
    }

    // MARK: - Receipts

    @Test func aReceiptHoldsForEveryTransaction() throws {
        var logIndex: UInt64 = 0
        for block in blocks {
            for (index, transaction) in block.block.block.transactions.enumerated() {
                let receipt = try #require(try store.receipt(of: transaction.id))
                let facts = try ReceiptCheck.facts(of: receipt, genesis: chain.genesis, scheme: StrictEd25519())
                #expect(facts.index == UInt64(index) && facts.logIndex == logIndex)
                #expect(facts.block == block.block.block.hash)
                let isOwn = block.block.justification.isFinalization
                #expect(facts.finalized.height.number == block.height.number + (isOwn ? 0 : 1))
                logIndex += 1
            }
        }
        #expect(logIndex > 48)
    }

    @Test func thereIsNoReceiptBeforeAFinalization() throws {
        var chain = self.chain
        #expect(try store.receipt(of: .zero) == nil)
        let transaction = chain.transaction(from: 0, to: [chain.account(1)])
        try store.add(try chain.extend([transaction], certifiedBy: .notarize))
        #expect(try store.receipt(of: transaction.id) == nil)
        try store.add(try chain.extend([], certifiedBy: .notarize))
        try store.add(try chain.extend([], certifiedBy: .finalize))
        let receipt = try #require(try store.receipt(of: transaction.id))
        #expect(receipt.headers.count == 3)
        #expect(throws: Never.self) {
            try ReceiptCheck.facts(of: receipt, genesis: chain.genesis, scheme: StrictEd25519())
        }
    }
}
