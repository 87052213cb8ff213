package import LedgerCore
import Primitives
package import StrictJSON

// What a node says about a transaction, for programs and for people. A `reason` is stable; a sentence may change.

/// One row of the table of reasons.
package struct StatusText: Equatable, Sendable {
    package let reason: String
    package let sentence: String
    /// The values of the case, so that nobody has to read them out of the sentence.
    package let facts: JSONObject
}

extension Rejection {
    package var text: StatusText {
        switch self {
        case .wrongNetwork(let network):
            StatusText(
                reason: "wrongNetwork",
                sentence: "The transaction says that it is meant for another network.",
                facts: ["network": .string(network.hex)]
            )
        case .tooLarge(let byteCount, let limit):
            StatusText(
                reason: "tooLarge",
                sentence: "The transaction has \(byteCount) bytes, and a block at most \(limit).",
                facts: ["byteCount": .integer(byteCount), "limit": .integer(limit)]
            )
        case .noPayments:
            StatusText(reason: "noPayments", sentence: "The transaction holds no payment.", facts: [:])
        case .tooManyPayments(let count, let limit):
            StatusText(
                reason: "tooManyPayments",
                sentence: "The transaction holds \(count) payments, more than \(limit).",
                facts: ["count": .integer(count), "limit": .integer(limit)]
            )
        case .amountIsZero(let payment):
            StatusText(
                reason: "amountIsZero",
                sentence: "The amount of payment \(payment) is zero.",
                facts: ["payment": .integer(payment)]
            )
        case .referenceTooLong(let payment, let byteCount, let limit):
            StatusText(
                reason: "referenceTooLong",
                sentence: "The reference of payment \(payment) has \(byteCount) bytes, more than \(limit).",
                facts: ["payment": .integer(payment), "byteCount": .integer(byteCount), "limit": .integer(limit)]
            )
        case .payeeInvalid(let payment):
            StatusText(
                reason: "payeeInvalid",
                sentence: "The payee of payment \(payment) is no key that can own an account.",
                facts: ["payment": .integer(payment)]
            )
        case .payerInvalid:
            StatusText(reason: "payerInvalid", sentence: "The payer is no key that can sign.", facts: [:])
        case .totalAboveSupply(let supply):
            StatusText(
                reason: "totalAboveSupply",
                sentence: "The payments together are more than all there is, \(supply) base units.",
                facts: ["supply": .decimal(supply.units)]
            )
        case .maxPriceBelowFloor(let maxPrice, let priceFloor):
            StatusText(
                reason: "maxPriceBelowFloor",
                sentence: "The signed maximum price \(maxPrice) is below \(priceFloor), the lowest there can be.",
                facts: ["maxPrice": .decimal(maxPrice), "priceFloor": .decimal(priceFloor)]
            )
        case .signatureInvalid:
            StatusText(
                reason: "signatureInvalid",
                sentence: "The signature is not the payer's over this transaction; "
                    + "only the very same transaction may be signed again.",
                facts: [:]
            )
        case .nonceUsed(let other):
            StatusText(
                reason: "nonceUsed",
                sentence: "Another transaction of this payer and nonce is final and excludes it.",
                facts: ["by": .string(other.hex)]
            )
        }
    }
}

extension Refusal {
    package var text: StatusText {
        switch self {
        case .notYetValid(let from):
            StatusText(
                reason: "notYetValid",
                sentence: "The validUntil lies further ahead than the network allows; send the same bytes again later.",
                facts: ["from": .decimal(from.number)]
            )
        case .noncePending(let other):
            StatusText(
                reason: "noncePending",
                sentence: "Another transaction of this payer and nonce is waiting.",
                facts: ["other": .string(other.hex)]
            )
        case .priceBelowReach(let maxPrice, let floor):
            StatusText(
                reason: "priceBelowReach",
                sentence:
                    "The signed maximum price \(maxPrice) is below the present floor \(floor); it may fall again.",
                facts: ["maxPrice": .decimal(maxPrice), "floor": .decimal(floor)]
            )
        case .payeeBelowOpeningMinimum(let payment, let minimum):
            StatusText(
                reason: "payeeBelowOpeningMinimum",
                sentence: "The payee of payment \(payment) has no account, and opening one takes at least "
                    + "\(minimum) base units.",
                facts: ["payment": .integer(payment), "minimum": .decimal(minimum.units)]
            )
        case .insufficientFunds(let balance, let wanted):
            StatusText(
                reason: "insufficientFunds",
                sentence: "The payer's final balance is \(balance); this transaction and those that wait may take "
                    + "up to \(wanted).",
                facts: ["balance": .decimal(balance.units), "wanted": .decimal(wanted.units)]
            )
        case .shareAllowanceUsed(let limit):
            StatusText(
                reason: "shareAllowanceUsed",
                sentence: "The payer has used its \(limit) shares of this minute.",
                facts: ["limit": .decimal(limit)]
            )
        case .payerQueueFull:
            StatusText(
                reason: "payerQueueFull",
                sentence: "Too many bytes of this payer wait already.",
                facts: [:]
            )
        case .busy:
            StatusText(
                reason: "busy",
                sentence: "The pool is full of transactions that pay at least as much.",
                facts: [:]
            )
        }
    }
}

extension TransactionStatus {
    /// The members that say it, `status` first.
    var members: JSONObject {
        switch self {
        case .final(let height, let index, let price, let fee):
            [
                "status": "final", "height": .decimal(height.number), "index": .integer(index),
                "price": .decimal(price), "fee": .decimal(fee.units),
            ]
        case .rejected(let rejection):
            Self.members("rejected", rejection.text, isRetryable: nil)
        case .expired(let validUntil):
            ["status": "expired", "validUntil": .decimal(validUntil.number)]
        case .pending:
            ["status": "pending"]
        case .unknown(let historyFrom):
            ["status": "unknown", "historyFrom": .decimal(historyFrom.number)]
        case .refused(let refusal):
            Self.members("refused", refusal.text, isRetryable: refusal.isRetryable)
        }
    }

    private static func members(_ status: String, _ text: StatusText, isRetryable: Bool?) -> JSONObject {
        var members: JSONObject = ["status": .string(status), "reason": .string(text.reason)]
        members.append("retryable", ifPresent: isRetryable.map { .bool($0) })
        members.append("message", .string(text.sentence))
        if !text.facts.members.isEmpty { members.append("facts", .object(text.facts)) }
        return members
    }
}
