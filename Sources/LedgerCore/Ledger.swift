package import Cryptography
package import Primitives

/// The final state: who owns what, and which transactions may not come again (spec 2.5).
///
/// Invariants: the balances add up to the supply of genesis; `head.stateRoot` is the root of `tree`, whose leaves are
/// the accounts. Reads take a path: the deltas of the unfinalised blocks above the final state, oldest first, whose
/// last is the block to be read at. No cost grows with the number of accounts.
///
/// A copy shares its tables with the original until one of them changes; whoever keeps one makes the next `finalize` copy
/// what it touches, in chunks of some 200 kB. So the replica keeps one and lends it.
package struct Ledger: Sendable {
    package let genesis: Genesis
    package internal(set) var head: LedgerHead
    /// The right edge of the log of all transactions.
    package internal(set) var frontier: LogFrontier
    var accounts: AccountTable
    var tree: StateTree
    var window: ReplayWindow

    /// Block 0: the pool, the accounts of genesis in order, then the payout accounts that are not among them.
    package init(genesis: Genesis) {
        var accounts = AccountTable()
        accounts.append(Account(id: .pool, balance: .zero, touched: .zero))
        for account in genesis.accounts {
            accounts.append(Account(id: account.id, balance: account.balance, touched: .zero))
        }
        for validator in genesis.validators {
            accounts.append(Account(id: validator.payoutAccount, balance: .zero, touched: .zero))
        }
        self.genesis = genesis
        self.accounts = accounts
        tree = StateTree(accounts)
        frontier = LogFrontier()
        window = ReplayWindow()
        head = LedgerHead(genesis: genesis, stateRoot: tree.root)
    }

    package var parameters: Parameters { genesis.parameters }

    /// The sum of all balances, which no block changes.
    package var supply: Amount { genesis.supply }

    package func accountCount(after path: [LedgerDelta] = []) -> Int { path.last?.accountCount ?? accounts.count }

    package func head(after path: [LedgerDelta]) -> LedgerHead { path.last?.head ?? head }

    /// What an account holds at the end of a path; nil when it is not open there.
    package func account(
        _ id: AccountID,
        after path: [LedgerDelta] = []
    ) -> (number: AccountNumber, balance: Amount)? {
        let key = HashedAccountID(id)
        let finalNumber = accounts.number(of: id, hash: key.hash)
        guard let (number, account) = numberedAccount(key, finalNumber: finalNumber, after: path) else { return nil }
        return (number, account.balance)
    }

    /// The final account with this number, and the last height that touched it; nil when there is none.
    package func account(numbered number: AccountNumber) -> Account? {
        number.index < accounts.count ? accounts[number] : nil
    }

    /// What the account with this number holds at the end of a path; nil when it is not open there.
    ///
    /// Numbers of the final state mean the same on every path.
    package func balance(of number: AccountNumber, after path: [LedgerDelta] = []) -> Amount? {
        for delta in path.reversed() {
            if let touched = delta.touched(number) { return touched.balance }
        }
        return account(numbered: number)?.balance
    }

    /// The price rules of a block at `time` after the last block of a path.
    package func terms(at time: Milliseconds, after path: [LedgerDelta] = []) -> BlockTerms {
        guard let pool = balance(of: .pool, after: path) else {
            preconditionFailure("the pool is open since genesis")
        }
        return BlockTerms(
            floor: SharedPrice.nextFloor(after: head(after: path), at: time, under: parameters),
            cost: SharedPrice.cost(
                blockCost: parameters.blockCost,
                pool: pool,
                reserveTarget: parameters.reserveTarget
            ),
            cap: parameters.priceCap
        )
    }

    /// `finalNumber` is the account's in the final state, nil when it isn't open there.
    func numberedAccount(
        _ key: HashedAccountID,
        finalNumber: AccountNumber?,
        after path: [LedgerDelta]
    ) -> (AccountNumber, Account)? {
        for delta in path.reversed() {
            if let touched = delta.touched(key) {
                return (
                    touched.number,
                    Account(id: key.id, balance: touched.balance, touched: delta.head.height)
                )
            }
        }
        return finalNumber.map { ($0, accounts[$0]) }
    }

    static func fee(price: UInt64, of transaction: Transaction) -> Amount {
        guard let fee = Amount(units: price).multiplied(by: transaction.shares) else {
            preconditionFailure("a price is below 2^32, and so is a number of shares that came in bytes")
        }
        return fee
    }
}

// MARK: - Spec 2.3: which transactions exclude which

extension Ledger {
    /// The transaction on this path, final or not, because of which this one may not stand in the next block.
    ///
    /// It has the same payer and nonce, and its validUntil + L is not below this one's validUntil.
    package func replayConflict(of transaction: Transaction, after path: [LedgerDelta] = []) -> TransactionID? {
        guard let (number, _) = account(transaction.payer, after: path) else { return nil }
        let key = ReplayKey(payer: number, nonce: transaction.nonce)
        return replayConflict(of: key, hash: TableHash(key), validUntil: transaction.validUntil, after: path)
    }

    /// The final transaction that makes this one impossible for ever: a verdict.
    ///
    /// Of two transactions with one payer and nonce whose validUntil differ by at most L, at most one settles, in
    /// whatever order they come. Answers the transaction itself when it is the final one.
    package func finalExclusion(of transaction: Transaction) -> TransactionID? {
        guard let (number, _) = account(transaction.payer) else { return nil }
        let key = ReplayKey(payer: number, nonce: transaction.nonce)
        guard let entry = window.entry(of: key, hash: TableHash(key)) else { return nil }
        let isClose =
            entry.validUntil.adding(parameters.maxLifetime) >= transaction.validUntil
            && transaction.validUntil.adding(parameters.maxLifetime) >= entry.validUntil
        return isClose ? entry.id : nil
    }

    /// The same question for a payer whose final account number is known, which saves looking for it.
    package func excludes(
        _ transaction: Transaction,
        ofPayer number: AccountNumber,
        after path: [LedgerDelta] = []
    ) -> Bool {
        let key = ReplayKey(payer: number, nonce: transaction.nonce)
        return replayConflict(of: key, hash: TableHash(key), validUntil: transaction.validUntil, after: path) != nil
    }

    func replayConflict(
        of key: ReplayKey,
        hash: TableHash,
        validUntil: Milliseconds,
        after path: [LedgerDelta]
    ) -> TransactionID? {
        for delta in path.reversed() {
            if let entry = delta.replayEntry(of: key, hash: hash),
                entry.excludes(validUntil: validUntil, lifetime: parameters.maxLifetime)
            {
                return entry.id
            }
        }
        guard let entry = window.entry(of: key, hash: hash),
            entry.excludes(validUntil: validUntil, lifetime: parameters.maxLifetime)
        else { return nil }
        return entry.id
    }
}
