package import ChainCore
package import LedgerCore
package import Primitives

// What the gateway answers about blocks, accounts and transactions of the past, and what a transaction would take.

package struct BlockAnswer: Sendable {
    package let block: Block
    /// Nil for block 0, which nobody voted for.
    package let justification: Justification?
    package let at: ChainPoint

    package init(block: Block, justification: Justification?, at: ChainPoint) {
        self.block = block
        self.justification = justification
        self.at = at
    }
}

package struct BlocksAnswer: Sendable {
    package let blocks: [JustifiedBlock]
    package let at: ChainPoint

    package init(blocks: [JustifiedBlock], at: ChainPoint) {
        self.blocks = blocks
        self.at = at
    }
}

package struct HeadersAnswer: Sendable {
    package let headers: [Entry]
    package let at: ChainPoint

    package init(headers: [Entry], at: ChainPoint) {
        self.headers = headers
        self.at = at
    }

    package struct Entry: Hashable, Sendable {
        package let header: Header
        package let hash: Hash32

        package init(header: Header, hash: Hash32) {
            self.header = header
            self.hash = hash
        }
    }
}

package struct HistoryAnswer: Sendable {
    /// Nil when the cursor is none of this account.
    package let page: HistoryPage?
    package let at: ChainPoint

    package init(page: HistoryPage?, at: ChainPoint) {
        self.page = page
        self.at = at
    }
}

package struct ReceiptAnswer: Sendable {
    package let receipt: Receipt
    package let at: ChainPoint

    package init(receipt: Receipt, at: ChainPoint) {
        self.receipt = receipt
        self.at = at
    }
}

/// The outcome of a dry run.
package struct CheckAnswer: Sendable {
    /// Nil when the signature is bad, as in a submission.
    package let id: TransactionID?
    package let outcome: Outcome
    package let at: ChainPoint

    package enum Outcome: Hashable, Sendable {
        /// It would be admitted.
        case admissible(AdmissionTerms)
        /// What a submission would have been answered instead.
        case status(TransactionStatus)
    }

    package init(id: TransactionID?, outcome: Outcome, at: ChainPoint) {
        self.id = id
        self.outcome = outcome
        self.at = at
    }
}

/// What an admissible transaction would take, and what it would leave its payer.
package struct AdmissionTerms: Hashable, Sendable {
    package let shares: UInt64
    /// The price of a block that holds it and all that waits here; above `priceAtMost` it waits for more company.
    package let priceNow: UInt64
    /// min(maxPrice, priceCap).
    package let priceAtMost: UInt64
    /// The payer's final balance.
    package let balance: Amount
    /// What the payer's waiting transactions may take.
    package let reserved: Amount
    /// What leaves the payer besides the fee: payments to itself do not.
    package let outgoing: Amount

    package init(
        _ transaction: Transaction,
        priceNow: UInt64,
        priceAtMost: UInt64,
        balance: Amount,
        reserved: Amount
    ) {
        shares = transaction.shares
        self.priceNow = priceNow
        self.priceAtMost = priceAtMost
        self.balance = balance
        self.reserved = reserved
        outgoing = transaction.payments.reduce(.zero) { sum, payment in
            guard payment.payee != transaction.payer else { return sum }
            guard let next = sum.adding(payment.amount) else {
                preconditionFailure("an admissible transaction's amounts are covered by a balance")
            }
            return next
        }
    }

    /// At the price of now, or at most if that is lower.
    package var feeNow: Amount { fee(min(priceNow, priceAtMost)) }
    package var feeAtMost: Amount { fee(priceAtMost) }

    /// What would remain of the final balance after all that waits, at its maximum, and this.
    package var remainsNow: Amount { remains(after: feeNow) }
    package var remainsAtLeast: Amount { remains(after: feeAtMost) }

    private func fee(_ price: UInt64) -> Amount {
        guard let fee = Amount(units: price).multiplied(by: shares) else {
            preconditionFailure("an admissible transaction's fee is covered by a balance")
        }
        return fee
    }

    private func remains(after fee: Amount) -> Amount {
        guard let rest = balance.subtracting(reserved)?.subtracting(outgoing)?.subtracting(fee) else {
            preconditionFailure("an admissible transaction is covered beside all that waits")
        }
        return rest
    }
}
