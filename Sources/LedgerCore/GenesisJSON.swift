package import Primitives
package import StrictJSON

// The genesis file. The network id comes from the values, never from this text: white space and order may differ.

extension Genesis {
    /// Reads a genesis file; every number is a decimal string, so that one value has one spelling.
    package init(json bytes: [UInt8]) throws(GenesisError) {
        let json: JSON
        do throws(JSONError) {
            json = try JSON.parse(bytes)
        } catch {
            throw GenesisError(path: "", reason: "\(error)")
        }
        let fields: GenesisFields
        do throws(JSONReadError) {
            fields = try GenesisFields(JSONReader(json))
        } catch {
            throw GenesisError(path: error.path, reason: "\(error.problem)")
        }
        try self.init(
            parameters: fields.parameters,
            time: fields.time,
            accounts: fields.accounts,
            validators: fields.validators
        )
    }

    package var json: JSON {
        [
            "parameters": parameters.json,
            "time": .decimal(time.number),
            "accounts": .array(
                accounts.map { account in
                    [
                        "account": .string(account.id.text(prefix: parameters.accountPrefix)),
                        "balance": .decimal(account.balance.units),
                    ]
                }
            ),
            "validators": .array(validators.map { $0.json(prefix: parameters.accountPrefix) }),
        ]
    }

    /// The genesis file's text: for people with `pretty`, on one line without.
    package func json(pretty: Bool) -> String { pretty ? json.prettyText : json.text }
}

/// What stands in a genesis file, before the rules of genesis are applied to it.
private struct GenesisFields {
    let parameters: Parameters
    let time: Milliseconds
    let accounts: [GenesisAccount]
    let validators: [Validator]

    init(_ reader: JSONReader) throws(JSONReadError) {
        try reader.only(["parameters", "time", "accounts", "validators"])
        parameters = try Parameters(reader.member("parameters"))
        time = Milliseconds(try reader.member("time").decimal())
        let prefix = parameters.accountPrefix
        var accounts: [GenesisAccount] = []
        for element in try reader.member("accounts").elements() {
            try element.only(["account", "balance"])
            accounts.append(
                GenesisAccount(
                    id: try element.member("account").account(prefix: prefix),
                    balance: Amount(units: try element.member("balance").decimal())
                )
            )
        }
        var validators: [Validator] = []
        for element in try reader.member("validators").elements() {
            validators.append(try Validator(element, prefix: prefix))
        }
        self.accounts = accounts
        self.validators = validators
    }
}

extension Parameters {
    private static let names = [
        "unit", "decimals", "accountPrefix", "openingMinimum", "maxLifetime", "maxPaymentsPerTransaction", "blockCost",
        "priceFloor", "priceCap", "reserveTarget", "payoutInterval", "payoutMaximum", "maxBlockBytes", "maxBlockShares",
        "minBlockInterval",
    ]

    fileprivate init(_ reader: JSONReader) throws(JSONReadError) {
        try reader.only(Self.names)
        unit = try reader.member("unit").string()
        decimals = UInt8(try reader.member("decimals").decimal(max: UInt64(UInt8.max)))
        accountPrefix = try reader.member("accountPrefix").string()
        openingMinimum = Amount(units: try reader.member("openingMinimum").decimal())
        maxLifetime = Milliseconds(try reader.member("maxLifetime").decimal())
        maxPaymentsPerTransaction = try reader.member("maxPaymentsPerTransaction").decimal32()
        blockCost = try reader.member("blockCost").decimal()
        priceFloor = try reader.member("priceFloor").decimal()
        priceCap = try reader.member("priceCap").decimal()
        reserveTarget = Amount(units: try reader.member("reserveTarget").decimal())
        payoutInterval = Milliseconds(try reader.member("payoutInterval").decimal())
        payoutMaximum = Amount(units: try reader.member("payoutMaximum").decimal())
        maxBlockBytes = try reader.member("maxBlockBytes").decimal32()
        maxBlockShares = try reader.member("maxBlockShares").decimal32()
        minBlockInterval = Milliseconds(try reader.member("minBlockInterval").decimal())
    }

    package var json: JSON {
        [
            "unit": .string(unit),
            "decimals": .decimal(UInt64(decimals)),
            "accountPrefix": .string(accountPrefix),
            "openingMinimum": .decimal(openingMinimum.units),
            "maxLifetime": .decimal(maxLifetime.number),
            "maxPaymentsPerTransaction": .decimal(UInt64(maxPaymentsPerTransaction)),
            "blockCost": .decimal(blockCost),
            "priceFloor": .decimal(priceFloor),
            "priceCap": .decimal(priceCap),
            "reserveTarget": .decimal(reserveTarget.units),
            "payoutInterval": .decimal(payoutInterval.number),
            "payoutMaximum": .decimal(payoutMaximum.units),
            "maxBlockBytes": .decimal(UInt64(maxBlockBytes)),
            "maxBlockShares": .decimal(UInt64(maxBlockShares)),
            "minBlockInterval": .decimal(minBlockInterval.number),
        ]
    }
}

extension Validator {
    /// Reads a validator as genesis lists it; `prefix` is that of the network's accounts.
    package init(_ reader: JSONReader, prefix: String) throws(JSONReadError) {
        try reader.only(["name", "consensusKey", "nodeKey", "noteKey", "payoutAccount"])
        self.init(
            name: try reader.member("name").string(),
            consensusKey: try reader.member("consensusKey").key(),
            nodeKey: try reader.member("nodeKey").key(),
            noteKey: try reader.member("noteKey").key(),
            payoutAccount: try reader.member("payoutAccount").account(prefix: prefix)
        )
    }

    /// The validator as genesis and the interfaces show it; `prefix` is that of the network's accounts.
    package func json(prefix: String) -> JSON {
        [
            "name": .string(name),
            "consensusKey": .string(consensusKey.hex),
            "nodeKey": .string(nodeKey.hex),
            "noteKey": .string(noteKey.hex),
            "payoutAccount": .string(payoutAccount.text(prefix: prefix)),
        ]
    }
}

extension JSONReader {
    fileprivate func decimal32() throws(JSONReadError) -> UInt32 {
        UInt32(try decimal(max: UInt64(UInt32.max)))
    }

    fileprivate func key() throws(JSONReadError) -> PublicKey {
        try string(as: "a key of 64 lower-case hex digits") { PublicKey(hex: $0) }
    }
}
