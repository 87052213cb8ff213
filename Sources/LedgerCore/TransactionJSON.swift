package import Primitives
package import StrictJSON

// The JSON form of a signed transaction (spec 4.2): exactly these members, base units, decimal strings.
//
//     {transaction: {payer, nonce, validUntil, maxPrice, action: {pay: [{payee, amount, reference}]}},
//      authorization: {owner}}
//
// It may also carry `network`: then it says which network it is meant for, and another one answers `wrongNetwork`.

/// A signed transaction as a client wrote it, with the network it was meant for if the client said so.
package struct WrittenTransaction: Hashable, Sendable {
    package let signed: SignedTransaction
    package let network: NetworkID?

    /// Reads the JSON form; accounts have the genesis's prefix.
    package init(_ reader: JSONReader, prefix: String) throws(JSONReadError) {
        try reader.only(["transaction", "authorization", "network"])
        signed = SignedTransaction(
            transaction: try Transaction(try reader.member("transaction"), prefix: prefix),
            authorization: try Authorization(try reader.member("authorization"))
        )
        network = try reader.optionalMember("network")
            .map { (member) throws(JSONReadError) in try member.network() }
    }

    /// The first of all reasons: nobody meant this network.
    package func rejection(by own: NetworkID) -> Rejection? {
        guard let network, network != own else { return nil }
        return .wrongNetwork(network)
    }
}

/// A transaction that may still lack its authorization: to be looked at, or encoded for whoever signs elsewhere.
package struct DraftTransaction: Hashable, Sendable {
    package let transaction: Transaction
    package let authorization: Authorization?
    package let network: NetworkID?

    /// Reads the JSON form of a signed transaction, whose `authorization` may be left out.
    package init(_ reader: JSONReader, prefix: String) throws(JSONReadError) {
        try reader.only(["transaction", "authorization", "network"])
        transaction = try Transaction(try reader.member("transaction"), prefix: prefix)
        authorization = try reader.optionalMember("authorization")
            .map { (member) throws(JSONReadError) in try Authorization(member) }
        network = try reader.optionalMember("network")
            .map { (member) throws(JSONReadError) in try member.network() }
    }
}

extension SignedTransaction {
    package func json(prefix: String) -> JSON {
        ["transaction": transaction.json(prefix: prefix), "authorization": authorization.json]
    }
}

extension Transaction {
    /// Reads the form without authorization, which those who sign elsewhere have encoded for them.
    package init(_ reader: JSONReader, prefix: String) throws(JSONReadError) {
        try reader.only(["payer", "nonce", "validUntil", "maxPrice", "action"])
        self.init(
            payer: try reader.member("payer").account(prefix: prefix),
            nonce: try reader.member("nonce").decimal(),
            validUntil: Milliseconds(try reader.member("validUntil").decimal()),
            maxPrice: try reader.member("maxPrice").decimal(),
            action: try Action(try reader.member("action"), prefix: prefix)
        )
    }

    package func json(prefix: String) -> JSON {
        [
            "payer": .string(payer.text(prefix: prefix)),
            "nonce": .decimal(nonce),
            "validUntil": .decimal(validUntil.number),
            "maxPrice": .decimal(maxPrice),
            "action": action.json(prefix: prefix),
        ]
    }
}

extension Action {
    fileprivate init(_ reader: JSONReader, prefix: String) throws(JSONReadError) {
        try reader.only(["pay"])
        var payments: [Payment] = []
        for element in try reader.member("pay").elements() { payments.append(try Payment(element, prefix: prefix)) }
        self = .pay(payments)
    }

    fileprivate func json(prefix: String) -> JSON {
        switch self {
        case .pay(let payments): ["pay": .array(payments.map { $0.json(prefix: prefix) })]
        }
    }
}

extension Payment {
    fileprivate init(_ reader: JSONReader, prefix: String) throws(JSONReadError) {
        try reader.only(["payee", "amount", "reference"])
        self.init(
            payee: try reader.member("payee").account(prefix: prefix),
            amount: Amount(units: try reader.member("amount").decimal()),
            reference: try reader.member("reference").string(as: "lower-case hex") { Hex.decode($0) }
        )
    }

    package func json(prefix: String) -> JSON {
        [
            "payee": .string(payee.text(prefix: prefix)),
            "amount": .decimal(amount.units),
            "reference": .string(Hex.encode(reference)),
        ]
    }
}

extension Authorization {
    package init(_ reader: JSONReader) throws(JSONReadError) {
        try reader.only(["owner"])
        self = .owner(
            try reader.member("owner").string(as: "a signature of 128 lower-case hex digits") { text in
                Hex.decode(text).flatMap { Signature(bytes: $0) }
            }
        )
    }

    package var json: JSON {
        switch self {
        case .owner(let signature): ["owner": .string(Hex.encode(signature.bytes))]
        }
    }
}

extension JSONReader {
    fileprivate func network() throws(JSONReadError) -> NetworkID {
        try string(as: "a network id of 64 lower-case hex digits") { NetworkID(hex: $0) }
    }

    /// An account in text form under the network's prefix.
    package func account(prefix: String) throws(JSONReadError) -> AccountID {
        let text = try string()
        do throws(Bech32mError) {
            return try AccountID(text: text, prefix: prefix)
        } catch {
            throw expected("an account, such as \(prefix)1…")
        }
    }
}
