import Cryptography
package import Primitives

/// An account that a network begins with.
package struct GenesisAccount: Hashable, Sendable, WireCodable {
    package let id: AccountID
    package let balance: Amount

    package init(id: AccountID, balance: Amount) {
        self.id = id
        self.balance = balance
    }

    package static var minimumByteCount: Int { 40 }

    package init(decoding rest: inout RawSpan) throws(WireError) {
        id = try AccountID(decoding: &rest)
        balance = try Amount(decoding: &rest)
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(id)
        writer.write(balance)
    }
}

/// What a network begins with and keeps for ever: its rules, its first accounts, its first validators (spec 2.5).
///
/// A value of this type obeys every rule of `GenesisError`; there is no other way to make one.
package struct Genesis: Hashable, Sendable {
    package let parameters: Parameters
    /// The time of block 0.
    package let time: Milliseconds
    /// In the order of their numbers, which begin with 1.
    package let accounts: [GenesisAccount]
    /// Epoch 0's list, in the order of their consensus keys.
    package let validators: [Validator]

    /// The sum of all balances, for ever; below 2^63.
    package let supply: Amount
    /// SHA-256 over the genesis tag and the canonical bytes of the values.
    package let networkID: NetworkID

    package init(
        parameters: Parameters,
        time: Milliseconds,
        accounts: [GenesisAccount],
        validators: [Validator]
    ) throws(GenesisError) {
        try parameters.check()
        supply = try Self.check(accounts)
        try Self.check(validators)
        self.parameters = parameters
        self.time = time
        self.accounts = accounts
        self.validators = validators
        var writer = WireWriter()
        Self.encode(parameters, time, accounts, validators, into: &writer)
        networkID = NetworkID(genesisBytes: writer.bytes)
    }

    package static func == (left: Genesis, right: Genesis) -> Bool { left.networkID == right.networkID }
    package func hash(into hasher: inout Hasher) { hasher.combine(networkID) }

    /// The accounts that the validators of epoch 0 are paid into, in their order.
    package var payoutAccounts: [AccountID] { validators.map(\.payoutAccount) }

    private static func encode(
        _ parameters: Parameters,
        _ time: Milliseconds,
        _ accounts: [GenesisAccount],
        _ validators: [Validator],
        into writer: inout WireWriter
    ) {
        writer.write(parameters)
        writer.write(time)
        writer.write(vector: accounts)
        writer.write(vector: validators)
    }
}

extension Genesis: WireCodable {
    package static var minimumByteCount: Int { Parameters.minimumByteCount + 8 + 2 }

    package init(decoding rest: inout RawSpan) throws(WireError) {
        let parameters = try Parameters(decoding: &rest)
        let time = try Milliseconds(decoding: &rest)
        let accounts: [GenesisAccount] = try rest.takeVector()
        let validators: [Validator] = try rest.takeVector()
        do throws(GenesisError) {
            try self.init(parameters: parameters, time: time, accounts: accounts, validators: validators)
        } catch {
            throw .outOfRange("genesis \(error.path): \(error.reason)")
        }
    }

    package func encode(into writer: inout WireWriter) {
        Self.encode(parameters, time, accounts, validators, into: &writer)
    }
}

// MARK: - Spec 2.5: refused unless

/// Why a genesis is refused: where, and what was expected there.
package struct GenesisError: Error, Hashable, Sendable {
    /// The place in the JSON form, such as `validators[2].nodeKey`.
    package let path: String
    package let reason: String

    package init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }
}

extension Parameters {
    fileprivate func check() throws(GenesisError) {
        try require((1...Self.textByteCountMax).contains(unit.utf8.count), "unit", "expected 1 to 16 bytes")
        try require(unit.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "unit", "expected printable ASCII, no spaces")
        try require(decimals <= 18, "decimals", "expected at most 18")
        try require(
            (1...Self.textByteCountMax).contains(accountPrefix.utf8.count)
                && accountPrefix.utf8.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) },
            "accountPrefix",
            "expected 1 to 16 letters a to z"
        )
        try require(maxLifetime.number >= 1, "maxLifetime", "expected at least 1 ms")
        try require(maxPaymentsPerTransaction >= 1, "maxPaymentsPerTransaction", "expected at least 1")
        try require(
            maxPaymentsPerTransaction < maxBlockShares,
            "maxPaymentsPerTransaction",
            "expected less than maxBlockShares"
        )
        try require(priceCap < 1 << 32, "priceCap", "expected less than 2^32")
        try require(priceFloor <= priceCap, "priceFloor", "expected at most priceCap")
        try require(payoutInterval.number >= 1, "payoutInterval", "expected at least 1 ms")
        try require((1...Self.blockByteCountMax).contains(maxBlockBytes), "maxBlockBytes", "expected 1 to 64 MiB")
    }

    private func require(_ holds: Bool, _ name: String, _ reason: String) throws(GenesisError) {
        guard holds else { throw GenesisError(path: "parameters.\(name)", reason: reason) }
    }

    private static let blockByteCountMax: UInt32 = 64 << 20
}

extension Genesis {
    /// Answers the supply.
    private static func check(_ accounts: [GenesisAccount]) throws(GenesisError) -> Amount {
        var supply = Amount.zero
        var seen: Set<AccountID> = []
        for (index, account) in accounts.enumerated() {
            let path = "accounts[\(index)]"
            guard account.id.key.isCanonicalAndNotSmallOrder else {
                throw GenesisError(
                    path: "\(path).account",
                    reason: "expected a canonical key that is not of small order"
                )
            }
            guard seen.insert(account.id).inserted else {
                throw GenesisError(path: "\(path).account", reason: "expected each account once")
            }
            guard let sum = supply.adding(account.balance), sum.units < 1 << 63 else {
                throw GenesisError(path: "\(path).balance", reason: "expected all balances together below 2^63")
            }
            supply = sum
        }
        return supply
    }

    private static func check(_ validators: [Validator]) throws(GenesisError) {
        guard (1...validatorCountMax).contains(validators.count) else {
            throw GenesisError(path: "validators", reason: "expected 1 to \(validatorCountMax)")
        }
        var seen: Set<PublicKey> = []
        for (index, validator) in validators.enumerated() {
            let path = "validators[\(index)]"
            guard (1...Validator.nameByteCountMax).contains(validator.name.utf8.count) else {
                throw GenesisError(path: "\(path).name", reason: "expected 1 to \(Validator.nameByteCountMax) bytes")
            }
            for (name, key) in validator.keysByRole {
                guard key.isCanonicalAndNotSmallOrder else {
                    throw GenesisError(
                        path: "\(path).\(name)",
                        reason: "expected a canonical key that is not of small order"
                    )
                }
                guard seen.insert(key).inserted else {
                    throw GenesisError(
                        path: "\(path).\(name)",
                        reason: "expected all keys of all validators to differ, over all roles"
                    )
                }
            }
            guard index == 0 || validators[index - 1].consensusKey < validator.consensusKey else {
                throw GenesisError(path: "\(path).consensusKey", reason: "expected validators sorted by consensus key")
            }
        }
    }

    private static let validatorCountMax = 1_024
}

extension Validator {
    fileprivate var keysByRole: [(name: String, key: PublicKey)] {
        [
            ("consensusKey", consensusKey), ("nodeKey", nodeKey), ("noteKey", noteKey),
            ("payoutAccount", payoutAccount.key),
        ]
    }
}
