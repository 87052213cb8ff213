package import Primitives

/// Why no valid block holds these transactions at this time after this parent (spec 2.3, 2.4, 3.10).
///
/// The order of the cases is the order of the checks: the block's first, then each transaction's, one after another.
package enum BlockFault: Error, Hashable, Sendable {
    case tooEarly(time: Milliseconds, earliest: Milliseconds)
    case tooManyBytes(count: Int, limit: Int)
    case tooManyShares(count: UInt64, limit: UInt64)
    /// The bytes and genesis alone forbid it.
    case rejected(transaction: Int, Rejection)
    case expired(transaction: Int, validUntil: Milliseconds)
    case notYetValid(transaction: Int, from: Milliseconds)
    case priceAboveMaximum(transaction: Int, price: UInt64, maxPrice: UInt64)
    case payerUnknown(transaction: Int)
    /// An ancestor or an earlier transaction of this block excludes it.
    case nonceUsed(transaction: Int, by: TransactionID)
    case insufficientFunds(transaction: Int, balance: Amount, wanted: Amount)
    case openingBelowMinimum(transaction: Int, payment: Int, amount: Amount)
}
