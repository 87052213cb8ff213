package import Primitives

/// One amount to one payee (spec 2.3).
package struct Payment: Hashable, Sendable, WireCodable {
    package let payee: AccountID
    /// At least 1.
    package let amount: Amount
    /// The payer's word to the payee, at most 64 bytes; the ledger does not read it.
    package let reference: [UInt8]

    package init(payee: AccountID, amount: Amount, reference: [UInt8] = []) {
        self.payee = payee
        self.amount = amount
        self.reference = reference
    }

    package static let referenceByteCountMax = 64
    package static var minimumByteCount: Int { 41 }

    package init(decoding rest: inout RawSpan) throws(WireError) {
        payee = try AccountID(decoding: &rest)
        amount = try Amount(decoding: &rest)
        reference = try rest.takeByteVector()
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(payee)
        writer.write(amount)
        writer.write(vector: reference)
    }
}

/// What a transaction does; later actions get later tags.
package enum Action: Hashable, Sendable, WireCodable {
    /// All payments settle or none does.
    case pay([Payment])

    package static var minimumByteCount: Int { 2 }

    package init(decoding rest: inout RawSpan) throws(WireError) {
        switch try rest.takeTag() {
        case 0: self = .pay(try rest.takeVector())
        case let other: throw .unknownTag(UInt64(other), of: "action")
        }
    }

    package func encode(into writer: inout WireWriter) {
        switch self {
        case .pay(let payments):
            writer.write(tag: 0)
            writer.write(vector: payments)
        }
    }
}

/// What a payer signs: one or more payments (spec 2.3).
///
/// Decoding takes any number of payments, amounts of zero and long references; `rejection(under:)` names them, so that
/// whoever sent them gets the reason.
package struct Transaction: Hashable, Sendable, WireCodable {
    package let payer: AccountID
    /// Any number the client picks; no order is asked of it.
    package let nonce: UInt64
    /// The last block time at which this may settle.
    package let validUntil: Milliseconds
    /// The highest price per share that the payer accepts.
    package let maxPrice: UInt64
    package let action: Action

    package init(payer: AccountID, nonce: UInt64, validUntil: Milliseconds, maxPrice: UInt64, action: Action) {
        self.payer = payer
        self.nonce = nonce
        self.validUntil = validUntil
        self.maxPrice = maxPrice
        self.action = action
    }

    package var payments: [Payment] {
        switch action {
        case .pay(let payments): payments
        }
    }

    /// One share for the signature and one for each payment (spec 2.4).
    package var shares: UInt64 { 1 + UInt64(payments.count) }

    /// The sum of the payments; nil when it does not fit 64 bits.
    package var total: Amount? {
        var total = Amount.zero
        for payment in payments {
            guard let sum = total.adding(payment.amount) else { return nil }
            total = sum
        }
        return total
    }

    package static var minimumByteCount: Int { 56 + Action.minimumByteCount }

    package init(decoding rest: inout RawSpan) throws(WireError) {
        payer = try AccountID(decoding: &rest)
        nonce = try rest.take()
        validUntil = try Milliseconds(decoding: &rest)
        maxPrice = try rest.take()
        action = try Action(decoding: &rest)
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(payer)
        writer.write(nonce)
        writer.write(validUntil)
        writer.write(maxPrice)
        writer.write(action)
    }
}

/// Who allows a transaction; delegated keys and sponsors get later tags.
package enum Authorization: Hashable, Sendable, WireCodable {
    /// The payer's own key signed.
    case owner(Signature)

    package static var minimumByteCount: Int { 65 }

    package init(decoding rest: inout RawSpan) throws(WireError) {
        switch try rest.takeTag() {
        case 0: self = .owner(try Signature(decoding: &rest))
        case let other: throw .unknownTag(UInt64(other), of: "authorization")
        }
    }

    package func encode(into writer: inout WireWriter) {
        switch self {
        case .owner(let signature):
            writer.write(tag: 0)
            writer.write(signature)
        }
    }
}

/// A transaction with its authorization: what clients submit and blocks carry.
package struct SignedTransaction: Hashable, Sendable, WireCodable {
    package let transaction: Transaction
    package let authorization: Authorization

    package init(transaction: Transaction, authorization: Authorization) {
        self.transaction = transaction
        self.authorization = authorization
    }

    package static var minimumByteCount: Int { Transaction.minimumByteCount + Authorization.minimumByteCount }

    package init(decoding rest: inout RawSpan) throws(WireError) {
        transaction = try Transaction(decoding: &rest)
        authorization = try Authorization(decoding: &rest)
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(transaction)
        writer.write(authorization)
    }
}
