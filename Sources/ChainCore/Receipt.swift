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
        network = try reader.member("network").string(as: "a network id of 64 lower-case hex digits") {
            NetworkID(hex: $0)
        }
        id = try reader.member("id").string(as: "a transaction id of 64 lower-case hex digits") {
            TransactionID(hex: $0)
        }
        fee = Amount(units: try reader.member("fee").decimal())
        signed = SignedTransaction(
            transaction: try Transaction(try reader.member("transaction"), prefix: prefix),
            authorization: try Authorization(try reader.member("authorization"))
        )
        logIndex = try reader.member("logIndex").decimal()
        inclusionPath = try Self.list(reader, "inclusionPath") { (element) throws(JSONReadError) in
            try element.string(as: "a hash of 64 lower-case hex digits") { Hash32(hex: $0) }
        }
        headers = try Self.list(reader, "headers") { (element) throws(JSONReadError) in try element.wire("a header") }
        finalization = try reader.member("finalization").wire("a certificate")
        changes = try Self.list(reader, "changes") { (element) throws(JSONReadError) in
            try element.wire("a change of validators")
        }
    }

    private static func list<Element>(
        _ reader: JSONReader,
        _ name: String,
        _ read: (JSONReader) throws(JSONReadError) -> Element
    ) throws(JSONReadError) -> [Element] {
        var elements: [Element] = []
        for element in try reader.member(name).elements() { elements.append(try read(element)) }
        return elements
    }

    package func json(prefix: String) -> JSON {
        [
            "format": .string(Self.format), "network": .string(network.hex), "id": .string(id.hex),
            "fee": .decimal(fee.units), "transaction": signed.transaction.json(prefix: prefix),
            "authorization": signed.authorization.json, "logIndex": .decimal(logIndex),
            "inclusionPath": .array(inclusionPath.map { .string($0.hex) }),
            "headers": .array(headers.map { .string(Hex.encode($0.encoded())) }),
            "finalization": .string(Hex.encode(finalization.encoded())),
            "changes": .array(changes.map { .string(Hex.encode($0.encoded())) }),
        ]
    }
}

extension JSONReader {
    /// A value by the hex of its canonical bytes.
    fileprivate func wire<Value: WireCodable>(_ what: String) throws(JSONReadError) -> Value {
        try string(as: "\(what), in lower-case hex of its canonical bytes") { text in
            guard let bytes = Hex.decode(text) else { return nil }
            do throws(WireError) { return try Value(decodingAll: bytes) } catch { return nil }
        }
    }
}
