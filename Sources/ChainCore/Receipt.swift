package import ConsensusCore
package import LedgerCore
package import Primitives
package import StrictJSON

/// One settled transaction and all that shows it to be final, for whoever holds the genesis file (spec 2.7).
///
/// A receipt claims; `ReceiptCheck` decides. It is one JSON object: what people read stands in it as JSON, what is hashed or
/// signed as the hex of its canonical bytes.
package struct Receipt: Hashable, Sendable {
    package let network: NetworkID
    package let id: TransactionID
    /// What was paid for the transaction.
    package let fee: Amount
    package let signed: SignedTransaction
    /// The transaction's place in the log of all transactions.
    package let logIndex: UInt64
    /// From the transaction to the log root of its block, the leaf's neighbour first (RFC 6962).
    package let inclusionPath: [Hash32]
    /// From the transaction's block to the first one with a finalization.
    package let headers: [Header]
    /// Over the last of the headers.
    package let finalization: Certificate
    /// Of validators since genesis, in order.
    package let changes: [ValidatorChange]

    package init(
        network: NetworkID,
        id: TransactionID,
        fee: Amount,
        signed: SignedTransaction,
        logIndex: UInt64,
        inclusionPath: [Hash32],
        headers: [Header],
        finalization: Certificate,
        changes: [ValidatorChange] = []
    ) {
        self.network = network
        self.id = id
        self.fee = fee
        self.signed = signed
        self.logIndex = logIndex
        self.inclusionPath = inclusionPath
        self.headers = headers
        self.finalization = finalization
        self.changes = changes
    }

    /// The member `format`; another form gets another name.
    package static let format = "farthing/receipt/v1"

    // MARK: - JSON

    /// Reads the form that `json` writes, and no other.
    package init(_ reader: JSONReader, prefix: String) throws(JSONReadError) {
        try reader.only([
            "format", "network", "id", "fee", "transaction", "authorization", "logIndex", "inclusionPath", "headers",
            "finalization", "changes",
        ])
        _ = try reader.member("format").string(as: "\"\(Self.format)\"") { $0 == Self.format ? $0 : nil }
        network = try reader.member("network").network()
        id = try reader.member("id").string(as: "a transaction id of 64 lower-case hex digits") {
            TransactionID(hex: $0)
        }
        fee = Amount(units: try reader.member("fee").decimal())
        signed = SignedTransaction(
            transaction: try Transaction(try reader.member("transaction"), prefix: prefix),
            authorization: try Authorization(try reader.member("authorization"))
        )
        logIndex = try reader.member("logIndex").decimal()
        inclusionPath = try reader.member("inclusionPath").hashes()
        headers = try reader.member("headers").list { (element) throws(JSONReadError) in try element.wire("a header") }
        finalization = try reader.member("finalization").wire("a certificate")
        changes = try reader.member("changes").list { (element) throws(JSONReadError) in
            try element.wire("a change of validators")
        }
    }

    package func json(prefix: String) -> JSON {
        [
            "format": .string(Self.format), "network": .string(network.hex), "id": .string(id.hex),
            "fee": .decimal(fee.units), "transaction": signed.transaction.json(prefix: prefix),
            "authorization": signed.authorization.json, "logIndex": .decimal(logIndex),
            "inclusionPath": .hashes(inclusionPath),
            "headers": .array(headers.map { .string(Hex.encode($0.encoded())) }),
            "finalization": .string(Hex.encode(finalization.encoded())),
            "changes": .array(changes.map { .string(Hex.encode($0.encoded())) }),
        ]
    }
}
