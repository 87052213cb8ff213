package import Cryptography
package import LedgerCore
package import Primitives

/// What a load consists of: which transaction has how many payments, who pays, who is paid.
///
/// Large transactions and single payments are spread evenly among each other. Everything follows from
/// the index of a transaction, but for nonces, which are new in every run.
package struct LoadPlan: Sendable {
    /// How many payments one signature of a large transaction covers unless something else is asked for.
    package static let usualLargeCount = 100

    package let paymentCount: Int
    package let transactionCount: Int
    private let largeCount: Int
    private let largeTransactionCount: Int
    private let keys: [SigningKey]
    private let firstNonce: UInt64
    private let maxPrice: UInt64
    private let network: NetworkID

    /// `batchPercent` of the payments are made in transactions of `largeCount`, as far as whole ones come out.
    package init(
        paymentCount: Int,
        batchPercent: Int,
        largeCount: Int = usualLargeCount,
        keys: [SigningKey],
        firstNonce: UInt64,
        maxPrice: UInt64,
        network: NetworkID
    ) {
        precondition(keys.count > largeCount, "the command refuses fewer accounts than a large transaction pays")
        self.paymentCount = paymentCount
        self.largeCount = largeCount
        largeTransactionCount = paymentCount * batchPercent / 100 / largeCount
        transactionCount = paymentCount - largeTransactionCount * (largeCount - 1)
        self.keys = keys
        self.firstNonce = firstNonce
        self.maxPrice = maxPrice
        self.network = network
    }

    /// How many payments the transaction of an index makes.
    package func paymentCount(of index: Int) -> Int {
        let isLarge =
            (index + 1) * largeTransactionCount / transactionCount > index * largeTransactionCount / transactionCount
        return isLarge ? largeCount : 1
    }

    /// The transaction of an index, signed; about 20 µs.
    package func transaction(_ index: Int, validUntil: Milliseconds) -> PlannedTransaction {
        let key = keys[index % keys.count]
        let payments = (1...paymentCount(of: index)).map { offset in
            Payment(payee: AccountID(keys[(index + offset) % keys.count].publicKey), amount: Amount(units: 250))
        }
        let transaction = Transaction(
            payer: AccountID(key.publicKey),
            nonce: firstNonce &+ UInt64(index),
            validUntil: validUntil,
            maxPrice: maxPrice,
            action: .pay(payments)
        )
        let id = transaction.id(in: network)
        let signed = SignedTransaction(transaction: transaction, authorization: .owner(key.sign(id.signingBytes)))
        return PlannedTransaction(index: index, id: id, paymentCount: payments.count, bytes: signed.encoded())
    }
}

/// A signed transaction of a load; the bytes that are sent, again and again if need be.
package struct PlannedTransaction: Sendable {
    package let index: Int
    package let id: TransactionID
    package let paymentCount: Int
    package let bytes: [UInt8]

    package init(index: Int, id: TransactionID, paymentCount: Int, bytes: [UInt8]) {
        self.index = index
        self.id = id
        self.paymentCount = paymentCount
        self.bytes = bytes
    }
}
