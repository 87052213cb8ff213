package import ConsensusCore
package import LedgerCore
package import Primitives
package import StrictJSON

/// A final block and what shows it to be final: the headers from it to the first with a finalization, and that one.
package struct FinalHead: Hashable, Sendable {
    package let headers: [Header]
    /// Over the last of the headers.
    package let finalization: Certificate

    package init(headers: [Header], finalization: Certificate) {
        self.headers = headers
        self.finalization = finalization
    }
}

/// One statement about the chain at a final block, for whoever holds the genesis file (spec 2.7).
///
/// A proof claims; `ProofCheck` decides. It is one JSON object, as a receipt is.
package struct Proof: Hashable, Sendable {
    package let network: NetworkID
    package let statement: Statement

    package init(network: NetworkID, statement: Statement) {
        self.network = network
        self.statement = statement
    }

    package enum Statement: Hashable, Sendable {
        case inclusion(Inclusion)
        case consistency(Consistency)
        case balance(Balance)
    }

    /// The log at a block holds this transaction at this place.
    package struct Inclusion: Hashable, Sendable {
        package let signed: SignedTransaction
        package let logIndex: UInt64
        /// From the transaction to the head's log root, the leaf's neighbour first (RFC 6962).
        package let path: [Hash32]
        package let head: FinalHead

        package init(signed: SignedTransaction, logIndex: UInt64, path: [Hash32], head: FinalHead) {
            self.signed = signed
            self.logIndex = logIndex
            self.path = path
            self.head = head
        }
    }

    /// The log at the new block begins with the log at the old one.
    package struct Consistency: Hashable, Sendable {
        package let old: FinalHead
        package let new: FinalHead
        package let path: [Hash32]

        package init(old: FinalHead, new: FinalHead, path: [Hash32]) {
            self.old = old
            self.new = new
            self.path = path
        }
    }

    /// The state after a block holds this account with this balance.
    package struct Balance: Hashable, Sendable {
        package let account: AccountID
        package let balance: Amount
        package let path: AccountPath
        package let head: FinalHead

        package init(account: AccountID, balance: Amount, path: AccountPath, head: FinalHead) {
            self.account = account
            self.balance = balance
            self.path = path
            self.head = head
        }
    }

    /// The member `format`; another form gets another name.
    package static let format = "farthing/proof/v1"
}

/// Why a node can't make a proof.
package enum ProofGap: Error, Hashable, Sendable {
    /// The transaction is not final, or stands above the block that was asked for.
    case transaction
    /// There is no such final block, or no finalization at or above it is here yet.
    case block
    /// Nobody has opened the account; that can't be proven.
    case account
}

// MARK: - JSON

extension Proof {
    /// Reads the form that `json` writes, and no other.
    package init(_ reader: JSONReader, prefix: String) throws(JSONReadError) {
        _ = try reader.member("format").string(as: "\"\(Self.format)\"") { $0 == Self.format ? $0 : nil }
        network = try reader.member("network").network()
        let kind = try reader.member("kind").string()
        let common = ["format", "network", "kind"]
        switch kind {
        case "inclusion":
            try reader.only(common + ["transaction", "authorization", "logIndex", "path", "head"])
            statement = .inclusion(
                Inclusion(
                    signed: SignedTransaction(
                        transaction: try Transaction(try reader.member("transaction"), prefix: prefix),
                        authorization: try Authorization(try reader.member("authorization"))
                    ),
                    logIndex: try reader.member("logIndex").decimal(),
                    path: try reader.member("path").hashes(),
                    head: try FinalHead(try reader.member("head"))
                )
            )
        case "consistency":
            try reader.only(common + ["old", "new", "path"])
            statement = .consistency(
                Consistency(
                    old: try FinalHead(try reader.member("old")),
                    new: try FinalHead(try reader.member("new")),
                    path: try reader.member("path").hashes()
                )
            )
        case "balance":
            try reader.only(common + ["account", "balance", "number", "accounts", "path", "head"])
            statement = .balance(
                Balance(
                    account: try reader.member("account").account(prefix: prefix),
                    balance: Amount(units: try reader.member("balance").decimal()),
                    path: AccountPath(
                        number: AccountNumber(UInt32(try reader.member("number").decimal(max: UInt64(UInt32.max)))),
                        accountCount: try reader.member("accounts").decimal(),
                        hashes: try reader.member("path").hashes()
                    ),
                    head: try FinalHead(try reader.member("head"))
                )
            )
        default: throw try reader.member("kind").expected("one of inclusion, consistency, balance")
        }
    }

    package func json(prefix: String) -> JSON {
        var members: JSONObject = ["format": .string(Self.format), "network": .string(network.hex)]
        let own: JSONObject =
            switch statement {
            case .inclusion(let it):
                [
                    "kind": "inclusion", "transaction": it.signed.transaction.json(prefix: prefix),
                    "authorization": it.signed.authorization.json, "logIndex": .decimal(it.logIndex),
                    "path": .hashes(it.path), "head": it.head.json,
                ]
            case .consistency(let it):
                ["kind": "consistency", "old": it.old.json, "new": it.new.json, "path": .hashes(it.path)]
            case .balance(let it):
                [
                    "kind": "balance", "account": .string(it.account.text(prefix: prefix)),
                    "balance": .decimal(it.balance.units), "number": .decimal(UInt64(it.path.number.value)),
                    "accounts": .decimal(it.path.accountCount), "path": .hashes(it.path.hashes), "head": it.head.json,
                ]
            }
        for member in own.members { members.append(member.name, member.value) }
        return .object(members)
    }
}

extension FinalHead {
    init(_ reader: JSONReader) throws(JSONReadError) {
        try reader.only(["headers", "finalization"])
        headers = try reader.member("headers").list { (element) throws(JSONReadError) in try element.wire("a header") }
        finalization = try reader.member("finalization").wire("a certificate")
    }

    var json: JSON {
        [
            "headers": .array(headers.map { .string(Hex.encode($0.encoded())) }),
            "finalization": .string(Hex.encode(finalization.encoded())),
        ]
    }
}
