import StrictJSON

/// JSON Schemas (draft 7) of arguments and answers, as `rpc.discover` shows them.
///
/// What several methods share is named once and referred to.
enum Schema {
    // MARK: Building

    /// An object with exactly these members, the optional ones possibly absent.
    static func object(_ required: JSONObject, optional: JSONObject = [:]) -> JSON {
        var properties = required
        for member in optional.members { properties.append(member.name, member.value) }
        var schema: JSONObject = ["type": "object", "properties": .object(properties)]
        if !required.members.isEmpty { schema.append("required", .array(required.members.map { .string($0.name) })) }
        return .object(schema)
    }

    static func array(of element: JSON, max: Int? = nil) -> JSON {
        var schema: JSONObject = ["type": "array", "items": element]
        schema.append("maxItems", ifPresent: max.map { .integer($0) })
        return .object(schema)
    }

    static func one(of values: [String]) -> JSON { ["type": "string", "enum": .array(values.map { .string($0) })] }

    static func orNull(_ schema: JSON) -> JSON { ["oneOf": [schema, ["type": "null"]]] }

    /// A whole JSON number.
    static func integer(max: Int? = nil) -> JSON {
        var schema: JSONObject = ["type": "integer", "minimum": 0]
        schema.append("maximum", ifPresent: max.map { .integer($0) })
        return .object(schema)
    }

    /// A whole JSON number that may be negative.
    static let signedInteger: JSON = ["type": "integer"]
    static let text: JSON = ["type": "string"]
    static let bool: JSON = ["type": "boolean"]
    /// An object whose members depend on the case; the specification lists them.
    static let facts: JSON = ["type": "object"]

    // MARK: Shared

    static let decimal = named("Decimal")
    static let hash = named("Hash")
    static let hex = named("Hex")
    static let account = named("Account")
    static let at = named("At")
    static let header = named("Header")
    static let payment = named("Payment")
    static let unsigned = named("Transaction")
    static let signed = named("SignedTransaction")
    static let draft = named("DraftTransaction")

    private static func named(_ name: String) -> JSON { ["$ref": .string("#/components/schemas/\(name)")] }

    /// What the names stand for.
    static var components: JSON {
        [
            "Decimal": [
                "type": "string", "pattern": "^(0|[1-9][0-9]{0,19})$",
                "description": "A number of 64 bits as a decimal string.",
            ],
            "Hash": ["type": "string", "pattern": "^[0-9a-f]{64}$", "description": "32 bytes in lower-case hex."],
            "Hex": ["type": "string", "pattern": "^([0-9a-f]{2})*$", "description": "Bytes in lower-case hex."],
            "Account": [
                "type": "string", "pattern": "^[a-z0-9]+1[02-9ac-hj-np-z]+$",
                "description": "A public key in bech32m under the network's prefix.",
            ],
            "At": object(["height": decimal, "hash": hash]),
            "Header": headerForm,
            "Payment": object(["payee": account, "amount": decimal, "reference": hex]),
            "Transaction": object([
                "payer": account, "nonce": decimal, "validUntil": decimal, "maxPrice": decimal,
                "action": object(["pay": array(of: payment)]),
            ]),
            "DraftTransaction": [
                "oneOf": [
                    hex,
                    object(
                        ["transaction": unsigned],
                        optional: ["authorization": object(["owner": hex]), "network": hash]
                    ),
                ]
            ],
            "SignedTransaction": [
                "oneOf": [
                    hex,
                    object(
                        ["transaction": unsigned, "authorization": object(["owner": hex])],
                        optional: ["network": hash]
                    ),
                ]
            ],
        ]
    }

    private static var headerForm: JSON {
        object([
            "version": integer(), "epoch": decimal, "height": decimal, "parent": hash, "timeMilliseconds": decimal,
            "proposer": integer(), "floor": decimal, "cost": decimal, "price": decimal, "shares": integer(),
            "transactionCount": integer(), "transactionBytes": integer(), "transactionsRoot": hash, "logSize": decimal,
            "logRoot": hash, "stateRoot": hash, "evidenceHash": hash, "changeHash": hash, "validatorsHash": hash,
            "nextValidatorsHash": hash,
        ])
    }
}
