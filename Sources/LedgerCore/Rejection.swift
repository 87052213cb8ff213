import Cryptography
package import Primitives

/// Why a transaction never settles (spec 2.3): permanent, and the same on every node.
///
/// The order of the cases is the order of the checks. Payments are checked one after another, each for its amount,
/// its reference and its payee.
package enum Rejection: Error, Hashable, Sendable {
    /// It was submitted as meant for this other network.
    case wrongNetwork(NetworkID)
    /// No block could carry it.
    case tooLarge(byteCount: Int, limit: Int)
    case noPayments
    case tooManyPayments(count: Int, limit: Int)
    case amountIsZero(payment: Int)
    case referenceTooLong(payment: Int, byteCount: Int, limit: Int)
    /// The payee's 32 bytes can never be an account that is paid: not canonical, or of small order, like the pool's.
    case payeeInvalid(payment: Int)
    /// The payer's 32 bytes can never sign.
    case payerInvalid
    /// The payments together are more than all accounts of the network hold.
    case totalAboveSupply(supply: Amount)
    case maxPriceBelowFloor(maxPrice: UInt64, priceFloor: UInt64)
    /// For these bytes only: the answer carries no id, and the same transaction may be signed again.
    case signatureInvalid
    /// A final transaction of the same payer and nonce excludes it.
    case nonceUsed(by: TransactionID)
}

extension IdentifiedTransaction {
    /// The first reason by which the bytes and genesis alone forbid this transaction; nil when there is none.
    ///
    /// The signature is not looked at. Time proportional to the payments.
    package func rejection(under genesis: Genesis) -> Rejection? {
        let limit = Int(genesis.parameters.maxBlockBytes)
        let alone = LedgerHead.transactionBytes(count: 1, byteCount: byteCount)
        guard alone <= limit else { return .tooLarge(byteCount: alone, limit: limit) }
        return transaction.rejection(under: genesis)
    }
}

extension Transaction {
    /// The same without the check of the encoded length.
    package func rejection(under genesis: Genesis) -> Rejection? {
        let parameters = genesis.parameters
        let payments = payments
        guard !payments.isEmpty else { return .noPayments }
        guard payments.count <= Int(parameters.maxPaymentsPerTransaction) else {
            return .tooManyPayments(count: payments.count, limit: Int(parameters.maxPaymentsPerTransaction))
        }
        for (index, payment) in payments.enumerated() {
            if let rejection = payment.rejection(at: index) { return rejection }
        }
        guard payer.key.isCanonicalAndNotSmallOrder else { return .payerInvalid }
        guard let total, total <= genesis.supply else { return .totalAboveSupply(supply: genesis.supply) }
        guard maxPrice >= parameters.priceFloor else {
            return .maxPriceBelowFloor(maxPrice: maxPrice, priceFloor: parameters.priceFloor)
        }
        return nil
    }

    /// The most this transaction can take from its payer: its payments, and its fee at the highest price it can meet.
    ///
    /// Spec 2.4: amounts + min(maxPrice, priceCap) × shares. Nil when that does not fit 64 bits, which no balance covers.
    package func reservation(under parameters: Parameters) -> Amount? {
        guard let total, let fee = Amount(units: rank(under: parameters)).multiplied(by: shares) else { return nil }
        return total.adding(fee)
    }

    /// What a transaction is ordered by in a full block: signing more than the cap buys nothing (spec 2.4).
    package func rank(under parameters: Parameters) -> UInt64 { min(maxPrice, parameters.priceCap) }
}

extension Payment {
    fileprivate func rejection(at index: Int) -> Rejection? {
        guard amount > .zero else { return .amountIsZero(payment: index) }
        guard reference.count <= Self.referenceByteCountMax else {
            return .referenceTooLong(
                payment: index,
                byteCount: reference.count,
                limit: Self.referenceByteCountMax
            )
        }
        guard payee.key.isCanonicalAndNotSmallOrder else { return .payeeInvalid(payment: index) }
        return nil
    }
}
