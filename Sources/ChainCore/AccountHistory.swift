package import LedgerCore
package import Primitives
package import StrictJSON

/// One thing that happened to an account in a final block.
package struct HistoryItem: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        /// What genesis gave the account.
        case genesis
        case payment
        case fee
        /// The validators' income, out of the fee pool.
        case payout
    }

    package let kind: Kind
    /// Whether the balance grew by it.
    package let isIncoming: Bool
    package let amount: Amount
    /// The other side of a payment, and of a fee or a payout that is one account's; else nil.
    package let counterparty: AccountID?
    /// Of a payment; else empty.
    package let reference: [UInt8]
    /// The transaction and its place in the block; nil for genesis and a payout.
    package let transaction: TransactionID?
    package let index: Int?
    /// The payment's place in the transaction.
    package let payment: Int?
    package let height: Height
    package let time: Milliseconds
    /// After it.
    package let balance: Amount
}

extension HistoryItem {
    /// As `account_history` answers it (spec 6.2).
    package func json(prefix: String) -> JSON {
        [
            "kind": .string(kind.rawValue), "direction": isIncoming ? "in" : "out", "amount": .decimal(amount.units),
            "counterparty": counterparty.map { .string($0.text(prefix: prefix)) } ?? .null,
            "reference": .string(Hex.encode(reference)), "id": transaction.map { .string($0.hex) } ?? .null,
            "height": .decimal(height.number), "index": index.map { .integer($0) } ?? .null,
            "payment": payment.map { .integer($0) } ?? .null, "timeMilliseconds": .decimal(time.number),
            "balance": .decimal(balance.units),
        ]
    }
}

/// Which items are asked for.
package struct HistoryFilter: Hashable, Sendable {
    package let isIncoming: Bool?
    /// Only payments with exactly this reference.
    package let reference: [UInt8]?

    package init(isIncoming: Bool? = nil, reference: [UInt8]? = nil) {
        self.isIncoming = isIncoming
        self.reference = reference
    }

    package func takes(_ item: HistoryItem) -> Bool {
        if let isIncoming, item.isIncoming != isIncoming { return false }
        guard let reference else { return true }
        return item.kind == .payment && item.reference == reference
    }
}

/// A place in an account's history: what is older comes next.
///
/// It stays good for ever, since final blocks do not change.
package struct HistoryCursor: Hashable, Sendable {
    package let height: Height
    /// How many of the account's items in that block are older.
    package let itemCount: UInt32

    package init(height: Height, itemCount: UInt32) {
        self.height = height
        self.itemCount = itemCount
    }

    /// The whole block, and what is older.
    package init(through height: Height) { self.init(height: height, itemCount: .max) }

    /// Twenty-four hex digits.
    package var text: String {
        var writer = WireWriter()
        writer.write(height)
        writer.write(itemCount)
        return Hex.encode(writer.bytes)
    }

    package init?(text: String) {
        guard text.utf8.count == 24, let bytes = Hex.decode(text) else { return nil }
        // SAFETY: the span reads `bytes`, which outlives it; every bit pattern is a valid byte.
        var rest = unsafe bytes.span.bytes
        do throws(WireError) {
            height = try Height(decoding: &rest)
            itemCount = try rest.take()
        } catch {
            return nil
        }
    }
}

/// A part of an account's history, newest first.
package struct HistoryPage: Hashable, Sendable {
    package let items: [HistoryItem]
    /// Where the next part begins; nil when nothing is older.
    package let next: HistoryCursor?

    package init(items: [HistoryItem], next: HistoryCursor?) {
        self.items = items
        self.next = next
    }
}

/// What a block did to one account, item by item.
package enum AccountHistory {
    /// In the order in which it happened; nil when the items do not lead from the balance before to the one after.
    ///
    /// A transaction first takes its payments and its fee from the payer, then gives. A payout comes last, and what the
    /// items leave unexplained is that. Time proportional to the block's payments.
    package static func items(
        of account: AccountID,
        in block: Block,
        before: Amount,
        after: Amount,
        payoutAccounts: [AccountID]
    ) -> [HistoryItem]? {
        var book = Book(header: block.header, balance: before)
        for (index, transaction) in block.transactions.enumerated() {
            book.enter(transaction, at: index, of: account)
        }
        let isPaidOut = account == .pool || payoutAccounts.contains(account)
        if isPaidOut { book.enterPayout(upTo: after, ofPool: account == .pool) }
        return book.isSound && book.balance == after ? book.items : nil
    }

    /// What genesis gave; nil when the account is not among those that a network begins with.
    package static func genesisItem(of account: AccountID, in genesis: Genesis) -> HistoryItem? {
        guard let balance = genesisBalance(of: account, in: genesis) else { return nil }
        return HistoryItem(
            kind: .genesis,
            isIncoming: true,
            amount: balance,
            counterparty: nil,
            reference: [],
            transaction: nil,
            index: nil,
            payment: nil,
            height: .zero,
            time: genesis.time,
            balance: balance
        )
    }

    package static func genesisBalance(of account: AccountID, in genesis: Genesis) -> Amount? {
        if let given = genesis.accounts.first(where: { $0.id == account }) { return given.balance }
        return account == .pool || genesis.payoutAccounts.contains(account) ? .zero : nil
    }
}

/// One account's page in a block's book.
private struct Book {
    let header: Header
    var balance: Amount
    var isSound = true
    var items: [HistoryItem] = []

    mutating func enter(_ identified: IdentifiedTransaction, at index: Int, of account: AccountID) {
        let transaction = identified.transaction
        let isPayer = transaction.payer == account
        if isPayer {
            for (place, payment) in transaction.payments.enumerated() {
                enter(payment, at: place, by: identified, index, isIncoming: false)
            }
        }
        if isPayer || account == .pool {
            let fee = Amount(units: header.price).multiplied(by: transaction.shares)
            enter(
                .fee,
                isIncoming: !isPayer,
                amount: fee,
                counterparty: isPayer ? .pool : transaction.payer,
                transaction: identified.id,
                index: index
            )
        }
        for (place, payment) in transaction.payments.enumerated() where payment.payee == account {
            enter(payment, at: place, by: identified, index, isIncoming: true)
        }
    }

    mutating func enterPayout(upTo after: Amount, ofPool: Bool) {
        let (amount, isIncoming) =
            after >= balance ? (after.subtracting(balance), true) : (balance.subtracting(after), false)
        guard amount != .zero else { return }
        // The pool only pays out, the validators only receive.
        isSound = isSound && isIncoming != ofPool
        enter(.payout, isIncoming: isIncoming, amount: amount, counterparty: ofPool ? nil : .pool)
    }

    private mutating func enter(
        _ payment: Payment,
        at place: Int,
        by identified: IdentifiedTransaction,
        _ index: Int,
        isIncoming: Bool
    ) {
        enter(
            .payment,
            isIncoming: isIncoming,
            amount: payment.amount,
            counterparty: isIncoming ? identified.transaction.payer : payment.payee,
            reference: payment.reference,
            transaction: identified.id,
            index: index,
            payment: place
        )
    }

    private mutating func enter(
        _ kind: HistoryItem.Kind,
        isIncoming: Bool,
        amount: Amount?,
        counterparty: AccountID?,
        reference: [UInt8] = [],
        transaction: TransactionID? = nil,
        index: Int? = nil,
        payment: Int? = nil
    ) {
        guard let amount, let next = isIncoming ? balance.adding(amount) : balance.subtracting(amount) else {
            isSound = false
            return
        }
        balance = next
        items.append(
            HistoryItem(
                kind: kind,
                isIncoming: isIncoming,
                amount: amount,
                counterparty: counterparty,
                reference: reference,
                transaction: transaction,
                index: index,
                payment: payment,
                height: header.height,
                time: header.time,
                balance: next
            )
        )
    }
}
