import Cryptography
package import Primitives

extension Ledger {
    /// Executes a block's transactions on the end of a path and answers what they change; the ledger stays as it is.
    ///
    /// `payoutTo` are the payout accounts of the epoch's validators, in their order; all of them are open.
    /// `transactionsRoot` is the root over the transactions, from whoever has it already. Signatures are not looked at. Time
    /// proportional to the payments and to the accounts touched times the height of the state tree.
    package func execute(
        _ transactions: [IdentifiedTransaction],
        at time: Milliseconds,
        payoutTo payoutAccounts: [AccountID],
        after path: [LedgerDelta] = [],
        transactionsRoot: Hash32? = nil
    ) throws(BlockFault) -> LedgerDelta {
        precondition(
            path.first.map { $0.head.height == head.height.next } ?? true,
            "a path begins above the final block"
        )
        var execution = BlockExecution(ledger: self, path: path, time: time)
        try execution.settle(transactions)
        let payout = execution.payOut(to: payoutAccounts)
        return execution.delta(
            of: transactions,
            root: transactionsRoot ?? Merkle.root(leafHashes: transactions.map(\.leaf)),
            payout: payout
        )
    }
}

/// One block on its way through the ledger: the accounts it touched so far, over the state of its parent.
private struct BlockExecution {
    let ledger: Ledger
    let path: [LedgerDelta]
    let parent: LedgerHead
    let time: Milliseconds
    let terms: BlockTerms

    private var price: UInt64 = 0
    private var shares: UInt64 = 0
    private var byteCount = 0
    /// In the order of the first touch; `slots` finds them by id.
    private var touched: [TouchedAccount] = []
    private var slots = SlotTable()
    private var accountCount: Int
    private var replay: [ReplayEntry] = []
    private var replaySlots = SlotTable()

    init(ledger: Ledger, path: [LedgerDelta], time: Milliseconds) {
        self.ledger = ledger
        self.path = path
        self.time = time
        parent = ledger.head(after: path)
        terms = ledger.terms(at: time, after: path)
        accountCount = ledger.accountCount(after: path)
    }

    // MARK: - Transactions

    mutating func settle(_ transactions: [IdentifiedTransaction]) throws(BlockFault) {
        try checkLimits(transactions)
        reserveCapacity(for: transactions.count)
        price = terms.price(shares: shares)
        var named = NamedAccounts(of: transactions, in: ledger.accounts)
        var fees = Amount.zero
        for (index, transaction) in transactions.enumerated() {
            try check(transaction, at: index)
            let fee = Ledger.fee(price: price, of: transaction.transaction)
            try settle(transaction, at: index, fee: fee, &named)
            fees = Self.sum(fees, fee)
        }
        if fees > .zero { credit(slotOfPool(), fees) }
    }

    /// Enough for a payer and a payee each, and for the payouts; more payees make the tables grow.
    private mutating func reserveCapacity(for count: Int) {
        guard count > 0 else { return }
        let accounts = min(2 * count, accountCount) + 16
        touched.reserveCapacity(accounts)
        slots = SlotTable(capacity: accounts)
        replay.reserveCapacity(count)
        replaySlots = SlotTable(capacity: count)
    }

    private mutating func checkLimits(_ transactions: [IdentifiedTransaction]) throws(BlockFault) {
        let earliest = parent.time.adding(ledger.parameters.blockSpacing)
        guard time >= earliest else { throw .tooEarly(time: time, earliest: earliest) }
        let encoded = transactions.reduce(0) { $0 + $1.byteCount }
        byteCount = LedgerHead.transactionBytes(count: transactions.count, byteCount: encoded)
        guard byteCount <= Int(ledger.parameters.maxBlockBytes) else {
            throw .tooManyBytes(count: byteCount, limit: Int(ledger.parameters.maxBlockBytes))
        }
        shares = transactions.reduce(0) { $0 + $1.transaction.shares }
        guard shares <= UInt64(ledger.parameters.maxBlockShares) else {
            throw .tooManyShares(count: shares, limit: UInt64(ledger.parameters.maxBlockShares))
        }
    }

    /// What the transaction, the time and the price decide, before any balance is looked at.
    private func check(_ identified: IdentifiedTransaction, at index: Int) throws(BlockFault) {
        let transaction = identified.transaction
        if let rejection = identified.rejection(under: ledger.genesis) {
            throw .rejected(transaction: index, rejection)
        }
        guard time <= transaction.validUntil else {
            throw .expired(transaction: index, validUntil: transaction.validUntil)
        }
        let lifetime = ledger.parameters.maxLifetime
        guard transaction.validUntil <= time.adding(lifetime) else {
            throw .notYetValid(transaction: index, from: transaction.validUntil.subtracting(lifetime))
        }
        guard price <= transaction.maxPrice else {
            throw .priceAboveMaximum(transaction: index, price: price, maxPrice: transaction.maxPrice)
        }
    }

    /// Debits the payer for everything, then credits the payees one after another.
    private mutating func settle(
        _ identified: IdentifiedTransaction,
        at index: Int,
        fee: Amount,
        _ named: inout NamedAccounts
    ) throws(BlockFault) {
        let transaction = identified.transaction
        guard let payer = slot(of: named.next()) else { throw .payerUnknown(transaction: index) }
        try exclude(identified, payer: touched[payer].number, at: index)
        guard let total = transaction.total, let wanted = total.adding(fee) else {
            preconditionFailure("a total is at most the supply, below 2^63, and a fee is below 2^63 too")
        }
        guard let rest = touched[payer].balance.subtracting(wanted) else {
            throw .insufficientFunds(transaction: index, balance: touched[payer].balance, wanted: wanted)
        }
        touched[payer].balance = rest
        for (position, payment) in transaction.payments.enumerated() {
            let name = named.next()
            if let payee = slot(of: name) {
                credit(payee, payment.amount)
            } else {
                guard payment.amount >= ledger.parameters.openingMinimum else {
                    throw .openingBelowMinimum(transaction: index, payment: position, amount: payment.amount)
                }
                open(name.key, with: payment.amount)
            }
        }
    }

    /// Spec 2.3: looks for a transaction of this payer and nonce in the ancestors and earlier in this block.
    private mutating func exclude(
        _ identified: IdentifiedTransaction,
        payer: AccountNumber,
        at index: Int
    ) throws(BlockFault) {
        let transaction = identified.transaction
        let entry = ReplayEntry(
            payer: payer,
            nonce: transaction.nonce,
            validUntil: transaction.validUntil,
            id: identified.id
        )
        let key = entry.key
        let hash = TableHash(key)
        // Both lie in the window of one block time, so their validUntil differ by at most L and they exclude each other.
        if let earlier = replaySlots.slot(tag: hash.tag, where: { replay[$0].key == key }) {
            throw .nonceUsed(transaction: index, by: replay[earlier].id)
        }
        if let other = ledger.replayConflict(of: key, hash: hash, validUntil: transaction.validUntil, after: path) {
            throw .nonceUsed(transaction: index, by: other)
        }
        replaySlots.insert(tag: hash.tag, slot: replay.count)
        replay.append(entry)
    }

    // MARK: - Payout

    /// Spec 2.4: once for the intervals that ended since the parent; answers what each validator received.
    ///
    /// The pool shares out at most what the intervals allow, each part rounded down; the rest stays in it. A payout of 0
    /// touches nothing.
    mutating func payOut(to payees: [AccountID]) -> Amount {
        let interval = ledger.parameters.payoutInterval.number
        let intervals = time.number / interval - parent.time.number / interval
        guard intervals > 0, !payees.isEmpty else { return .zero }
        let pool = poolBalance
        let allowed = ledger.parameters.payoutMaximum.multiplied(by: intervals) ?? pool
        let part = Amount(units: min(pool, allowed).units / UInt64(payees.count))
        guard part > .zero else { return .zero }
        for payee in payees {
            guard let slot = slot(of: payee) else {
                preconditionFailure("payout accounts are open: genesis opens its own, a change must name open ones")
            }
            credit(slot, part)
        }
        let poolSlot = slotOfPool()
        guard let rest = pool.subtracting(Amount(units: part.units * UInt64(payees.count))) else {
            preconditionFailure("parts are rounded down, so together they are at most the pool")
        }
        touched[poolSlot].balance = rest
        return part
    }

    private var poolBalance: Amount {
        if let slot = touchedSlot(of: HashedAccountID(.pool)) { return touched[slot].balance }
        guard let balance = ledger.balance(of: .pool, after: path) else {
            preconditionFailure("the pool is open since genesis")
        }
        return balance
    }

    // MARK: - Accounts

    private func touchedSlot(of key: HashedAccountID) -> Int? {
        slots.slot(tag: key.hash.tag) { touched[$0].id == key.id }
    }

    private mutating func slot(of id: AccountID) -> Int? {
        let key = HashedAccountID(id)
        return slot(of: NamedAccounts.Name(key: key, finalNumber: ledger.accounts.number(of: id, hash: key.hash)))
    }

    /// Where the account stands among the touched, which it joins if it is open; nil when it is not open.
    private mutating func slot(of name: NamedAccounts.Name) -> Int? {
        if let slot = touchedSlot(of: name.key) { return slot }
        guard let (number, account) = ledger.numberedAccount(name.key, finalNumber: name.finalNumber, after: path)
        else { return nil }
        let slot = touched.count
        slots.insert(tag: name.key.hash.tag, slot: slot)
        touched.append(
            TouchedAccount(
                number: number,
                id: name.key.id,
                balanceBefore: account.balance,
                balance: account.balance,
                touchedBefore: account.touched,
                isOpened: false
            )
        )
        return slot
    }

    private mutating func slotOfPool() -> Int {
        guard let slot = slot(of: .pool) else { preconditionFailure("the pool is open since genesis") }
        return slot
    }

    private mutating func open(_ key: HashedAccountID, with amount: Amount) {
        slots.insert(tag: key.hash.tag, slot: touched.count)
        touched.append(
            TouchedAccount(
                number: AccountNumber(index: accountCount),
                id: key.id,
                balanceBefore: .zero,
                balance: amount,
                touchedBefore: .zero,
                isOpened: true
            )
        )
        accountCount += 1
    }

    private mutating func credit(_ slot: Int, _ amount: Amount) {
        touched[slot].balance = Self.sum(touched[slot].balance, amount)
    }

    private static func sum(_ left: Amount, _ right: Amount) -> Amount {
        guard let sum = left.adding(right) else {
            preconditionFailure("all balances together are the supply, which is below 2^63")
        }
        return sum
    }

    // MARK: - Result

    consuming func delta(
        of transactions: [IdentifiedTransaction],
        root: Hash32,
        payout: Amount
    ) -> LedgerDelta {
        checkConservation()
        let ordered = inOrderOfNumbers()
        let tree = treePatch(for: ordered.touched)
        var frontier = path.last?.frontier ?? ledger.frontier
        var nodes: [LogNode] = []
        // A leaf each, and as many nodes above them at most, but for one more on each level.
        nodes.reserveCapacity(2 * transactions.count + UInt64.bitWidth)
        for transaction in transactions { frontier.append(leafHash: transaction.leaf) { nodes.append($0) } }
        let head = LedgerHead(
            height: parent.height.next,
            time: time,
            floor: terms.floor,
            cost: terms.cost,
            price: price,
            shares: UInt32(shares),
            transactionCount: UInt32(transactions.count),
            transactionBytes: UInt32(byteCount),
            transactionsRoot: root,
            logSize: frontier.size,
            logRoot: transactions.isEmpty ? parent.logRoot : frontier.root,
            stateRoot: tree.root ?? parent.stateRoot
        )
        return LedgerDelta(
            head: head,
            touched: ordered.touched,
            payout: payout,
            frontier: frontier,
            logNodes: nodes,
            replay: replay,
            accountCount: accountCount,
            tree: tree,
            touchedSlots: ordered.slots,
            replaySlots: replaySlots
        )
    }

    /// A block moves money and makes none; checked at every block, in release builds too (spec 2.5).
    private func checkConservation() {
        var before = Amount.zero
        var after = Amount.zero
        for account in touched {
            before = Self.sum(before, account.balanceBefore)
            after = Self.sum(after, account.balance)
        }
        precondition(before == after, "debits, credits, fees and payouts of a block add up to nothing")
    }

    private func inOrderOfNumbers() -> (touched: [TouchedAccount], slots: SlotTable) {
        let order = touched.indices.map { UInt64(touched[$0].number.value) << 32 | UInt64($0) }.sorted()
        var places = [Int](repeating: 0, count: order.count)
        let ordered = order.enumerated().map { place, key in
            let slot = Int(key & 0xFFFF_FFFF)
            places[slot] = place
            return touched[slot]
        }
        return (ordered, slots.moved(to: places))
    }

    private func treePatch(for touched: [TouchedAccount]) -> StateTreePatch {
        guard !touched.isEmpty else { return StateTreePatch(unchangedLeafCount: accountCount) }
        let leaves = StateTreePatch.Level(
            indices: touched.map(\.number.index),
            hashes: touched.map { StateTree.leafHash(id: $0.id, balance: $0.balance) }
        )
        return StateTreePatch(leaves: leaves, leafCount: accountCount) { level, index in
            for delta in path.reversed() {
                if let hash = delta.tree.node(level: level, index: index) { return hash }
            }
            return ledger.tree.node(level: level, index: index)
        }
    }
}

/// The accounts that transactions name, each with its number in the final state, in the order of execution: of one
/// transaction after another the payer, then the payees.
private struct NamedAccounts {
    struct Name {
        let key: HashedAccountID
        /// Nil when it isn't open in the final state.
        let finalNumber: AccountNumber?
    }

    private let keys: [HashedAccountID]
    private let finalNumbers: [AccountNumber?]
    private var taken = 0

    init(of transactions: [IdentifiedTransaction], in accounts: AccountTable) {
        var keys: [HashedAccountID] = []
        keys.reserveCapacity(2 * transactions.count)
        for transaction in transactions.lazy.map(\.transaction) {
            keys.append(HashedAccountID(transaction.payer))
            for payment in transaction.payments { keys.append(HashedAccountID(payment.payee)) }
        }
        self.keys = keys
        finalNumbers = accounts.numbers(of: keys)
    }

    mutating func next() -> Name {
        defer { taken += 1 }
        return Name(key: keys[taken], finalNumber: finalNumbers[taken])
    }
}
