package import ChainCore
package import LedgerCore
package import Primitives
package import StrictJSON

// What the methods answer, as far as programs need it typed; the rest is read from the JSON itself.

/// A final block that an answer was computed on.
package struct ChainPlace: Hashable, Sendable {
    package let height: Height
    package let hash: Hash32

    package init(_ reader: JSONReader) throws(JSONReadError) {
        height = Height(try reader.member("height").decimal())
        hash = try reader.member("hash").string(as: "a block hash") { Hash32(hex: $0) }
    }
}

/// What a node says about a transaction (spec 2.3).
package struct TransactionAnswer: Hashable, Sendable {
    /// Nil when the signature is bad: then only these bytes were judged.
    package let id: TransactionID?
    package let status: Status

    package enum Status: Hashable, Sendable {
        /// Verdicts.
        case final(height: Height, index: Int, price: UInt64, fee: Amount)
        case rejected(Reason)
        case expired(validUntil: Milliseconds)
        /// Local answers: send the same bytes again, never a new signature.
        case pending
        case unknown(historyFrom: Height)
        case refused(Reason, isRetryable: Bool)

        package var isVerdict: Bool {
            switch self {
            case .final, .rejected, .expired: true
            case .pending, .unknown, .refused: false
            }
        }
    }

    package struct Reason: Hashable, Sendable {
        /// The stable name.
        package let name: String
        /// A sentence for people.
        package let message: String

        package init(name: String, message: String) {
            self.name = name
            self.message = message
        }
    }

    init(_ reader: JSONReader) throws(JSONReadError) {
        let id = try reader.member("id")
        self.id = id.value.isNull ? nil : try id.string(as: "a transaction id") { TransactionID(hex: $0) }
        status = try Status(reader)
    }
}

extension TransactionAnswer.Status {
    fileprivate init(_ reader: JSONReader) throws(JSONReadError) {
        let kind = try reader.member("status")
        switch try kind.string() {
        case "final":
            self = .final(
                height: Height(try reader.member("height").decimal()),
                index: try reader.member("index").integer(max: Int(Int32.max)),
                price: try reader.member("price").decimal(),
                fee: Amount(units: try reader.member("fee").decimal())
            )
        case "rejected":
            self = .rejected(try TransactionAnswer.Reason(reader))
        case "expired":
            self = .expired(validUntil: Milliseconds(try reader.member("validUntil").decimal()))
        case "pending":
            self = .pending
        case "unknown":
            self = .unknown(historyFrom: Height(try reader.member("historyFrom").decimal()))
        case "refused":
            self = .refused(
                try TransactionAnswer.Reason(reader),
                isRetryable: try reader.member("retryable").bool()
            )
        default:
            throw kind.expected("a known status")
        }
    }
}

extension TransactionAnswer.Reason {
    fileprivate init(_ reader: JSONReader) throws(JSONReadError) {
        name = try reader.member("reason").string()
        message = try reader.member("message").string()
    }
}

package struct AccountState: Hashable, Sendable {
    /// Nil when nobody has opened the account.
    package let number: UInt64?
    package let balance: Amount
    package let at: ChainPlace

    init(_ reader: JSONReader) throws(JSONReadError) {
        let number = try reader.member("number")
        self.number = number.value.isNull ? nil : try number.decimal()
        balance = Amount(units: try reader.member("balance").decimal())
        at = try ChainPlace(try reader.member("at"))
    }
}

/// What a node says that shows a misdeed; nothing in it is checked yet.
package struct KnownEvidence: Hashable, Sendable {
    package let file: EvidenceFile
    /// False while it waits for a block.
    package let isOnChain: Bool

    init(_ reader: JSONReader) throws(JSONReadError) {
        file = try EvidenceFile(reader.member("file"))
        isOnChain = try reader.member("onChain").bool()
    }
}

package struct FeeOffer: Hashable, Sendable {
    package let price: UInt64
    package let floor: UInt64
    package let cap: UInt64
    package let pool: Amount
    package let suggestions: [Suggestion]
    package let at: ChainPlace

    package struct Suggestion: Hashable, Sendable {
        /// `nextBlock`, `10s` or `60s`.
        package let horizon: String
        package let maxPrice: UInt64
        package let madeIt: UInt64
        package let observed: UInt64
    }

    init(_ reader: JSONReader) throws(JSONReadError) {
        price = try reader.member("price").decimal()
        floor = try reader.member("floor").decimal()
        cap = try reader.member("cap").decimal()
        pool = Amount(units: try reader.member("pool").decimal())
        var suggestions: [Suggestion] = []
        for element in try reader.member("suggestions").elements() {
            let observed = try element.member("observed")
            suggestions.append(
                Suggestion(
                    horizon: try element.member("horizon").string(),
                    maxPrice: try element.member("maxPrice").decimal(),
                    madeIt: try observed.member("madeIt").decimal(),
                    observed: try observed.member("transactions").decimal()
                )
            )
        }
        self.suggestions = suggestions
        at = try ChainPlace(try reader.member("at"))
    }
}

/// What must be known before a transaction is built.
package struct NetworkFacts: Hashable, Sendable {
    package let network: NetworkID
    package let unit: String
    package let decimals: Int
    package let accountPrefix: String
    package let maxLifetime: Milliseconds
    package let openingMinimum: Amount
    package let priceFloor: UInt64
    package let priceCap: UInt64
    package let maxPaymentsPerTransaction: UInt64
    package let at: ChainPlace

    init(_ reader: JSONReader) throws(JSONReadError) {
        network = try reader.member("network").string(as: "a network id") { NetworkID(hex: $0) }
        let parameters = try reader.member("parameters")
        unit = try parameters.member("unit").string()
        decimals = Int(try parameters.member("decimals").decimal(max: 18))
        accountPrefix = try parameters.member("accountPrefix").string()
        maxLifetime = Milliseconds(try parameters.member("maxLifetime").decimal())
        openingMinimum = Amount(units: try parameters.member("openingMinimum").decimal())
        priceFloor = try parameters.member("priceFloor").decimal()
        priceCap = try parameters.member("priceCap").decimal()
        maxPaymentsPerTransaction = try parameters.member("maxPaymentsPerTransaction").decimal()
        at = try ChainPlace(try reader.member("at"))
    }
}
