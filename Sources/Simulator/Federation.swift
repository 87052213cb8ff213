import ChainCore
package import Cryptography
package import LedgerCore
package import Primitives

/// The network that a simulation runs: a genesis and the keys to everything in it.
package struct Federation: Sendable {
    package let genesis: Genesis
    /// In the order of the validators' list.
    package let validatorKeys: [MockKey]
    /// The payers, richest first.
    package let payers: [MockKey]

    /// UTC at the start of every simulation.
    package static let epochStart = Milliseconds(1_800_000_000_000)

    package init(validatorCount: Int, parameters: Parameters, balances: [UInt64]) {
        let keys = (0..<validatorCount).map { MockKey(name: "consensus \($0)") }
            .sorted { $0.publicKey < $1.publicKey }
        payers = balances.indices.map { MockKey(name: "payer \($0)") }
        let accounts = zip(payers, balances).map { key, units in
            GenesisAccount(id: AccountID(key.publicKey), balance: Amount(units: units))
        }
        genesis = Self.genesis(consensusKeys: keys.map(\.publicKey), parameters: parameters, accounts: accounts)
        validatorKeys = keys
    }

    /// A network of validators with these keys, which are in ascending order.
    static func genesis(consensusKeys: [PublicKey], parameters: Parameters, accounts: [GenesisAccount]) -> Genesis {
        let validators = consensusKeys.enumerated().map { index, key in
            Validator(
                name: "v\(index)",
                consensusKey: key,
                nodeKey: MockKey(name: "node \(index)").publicKey,
                noteKey: MockKey(name: "note \(index)").publicKey,
                payoutAccount: AccountID(MockKey(name: "payout \(index)").publicKey)
            )
        }
        do throws(GenesisError) {
            return try Genesis(
                parameters: parameters,
                time: Self.epochStart,
                accounts: accounts,
                validators: validators
            )
        } catch {
            preconditionFailure("the simulation's own genesis is sound: \(error)")
        }
    }

    /// The node key of a validator, or of a follower, whose index lies behind the validators'.
    package func nodeKey(of node: Int) -> PublicKey {
        node < genesis.validators.count ? genesis.validators[node].nodeKey : MockKey(name: "follower \(node)").publicKey
    }

    /// Signs a transaction and passes it through the gate.
    package func sign(
        _ transaction: Transaction,
        by key: MockKey,
        variant: UInt64 = 0
    ) -> Verified<IdentifiedTransaction> {
        let signature = key.sign(transaction.id(in: genesis.networkID).signingBytes, variant: variant)
        let signed = SignedTransaction(transaction: transaction, authorization: .owner(signature))
        let identified = IdentifiedTransaction(signed, network: genesis.networkID)
        guard let verified = Verified.check(identified, in: .init(), by: MockScheme()) else {
            preconditionFailure("what was just signed verifies")
        }
        return verified
    }
}
