package import Primitives

/// What a node says about a transaction (spec 2.3).
///
/// `final`, `rejected` and `expired` are verdicts: `final` stays, and the other two both mean that it never settles. All
/// else is a local answer: it may change, promises nothing, and asks for the same bytes again, never for a new signature.
package enum TransactionStatus: Hashable, Sendable {
    /// Verdict: it settled, as transaction `index` of the block at `height`, and paid `fee` = price × shares.
    case final(height: Height, index: Int, price: UInt64, fee: Amount)
    /// Verdict: it never settles.
    case rejected(Rejection)
    /// Verdict: final time is past validUntil and it did not settle, so it never does.
    case expired(validUntil: Milliseconds)
    /// Local answer: it waits to be put into a block, or stands in one that is not final yet.
    case pending
    /// Local answer: this node has not seen it in the blocks from this height on, which are all it holds.
    case unknown(historyFrom: Height)
    /// Local answer: this node does not take it now.
    case refused(Refusal)

    /// True for answers that are permanent.
    package var isVerdict: Bool {
        switch self {
        case .final, .rejected, .expired: true
        case .pending, .unknown, .refused: false
        }
    }
}

/// Why a node does not take a transaction now; another node may, and so may this one later (spec 2.3).
///
/// The order of the cases is the order of the checks.
package enum Refusal: Error, Hashable, Sendable {
    /// validUntil lies further ahead than the network allows; it becomes valid at `from`.
    case notYetValid(from: Milliseconds)
    /// Another transaction of this payer and nonce is waiting.
    case noncePending(other: TransactionID)
    /// The signed maximum lies below the price that a block would have now.
    case priceBelowReach(maxPrice: UInt64, floor: UInt64)
    /// The payee has no account and the amount opens none; somebody else may open it.
    case payeeBelowOpeningMinimum(payment: Int, minimum: Amount)
    /// The payer's final balance does not cover all its waiting transactions and this one.
    case insufficientFunds(balance: Amount, wanted: Amount)
    /// In free mode: the payer's shares of this minute are used up.
    case shareAllowanceUsed(limit: UInt64)
    /// This payer's waiting transactions take up their part of the pool.
    case payerQueueFull
    /// The pool is full of transactions that pay at least as much.
    case busy

    /// Whether the same bytes may be taken later; true for all of them, by what a local answer is.
    package var isRetryable: Bool { true }
}
