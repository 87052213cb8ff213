import Cryptography
package import Primitives

/// The ordered list of an epoch's validators and the arithmetic of its quorums (spec 3.1).
package struct ValidatorSet: Hashable, Sendable {
    package let validators: [Validator]

    /// Takes the validators in the order of their consensus keys; genesis has checked that the keys are distinct.
    package init(_ validators: [Validator]) {
        precondition(!validators.isEmpty, "genesis and changes of validators refuse an empty list")
        precondition(
            validators.count <= Int(UInt16.max),
            "genesis refuses more validators than a signer index can name"
        )
        self.validators = validators.sorted { $0.consensusKey < $1.consensusKey }
    }

    package var count: Int { validators.count }

    /// f = (n − 1) div 3: how many may be faulty.
    package var faultyMax: Int { (count - 1) / 3 }

    /// q = (2n) div 3 + 1: how many votes make a certificate.
    ///
    /// Not ⌈2n/3⌉: with n = 3 that is 2, and one hostile validator could finalise and nullify the same view (spec 3.1).
    package var quorum: Int { 2 * count / 3 + 1 }

    /// leader(e, v) = index (v + e) mod n: round robin, no reputation, no randomness.
    package func leader(of view: View, in epoch: Epoch) -> Int {
        Int((view.number % UInt64(count) + epoch.number % UInt64(count)) % UInt64(count))
    }

    package func index(ofConsensusKey key: PublicKey) -> Int? { validators.firstIndex { $0.consensusKey == key } }
    package func index(ofNodeKey key: PublicKey) -> Int? { validators.firstIndex { $0.nodeKey == key } }

    /// What a header commits to as `validatorsHash` (spec 2.5).
    package func hash(network: NetworkID) -> Hash32 {
        var writer = WireWriter()
        writer.write(vector: validators)
        return Hash32(tag: .validators, network: network, body: writer.bytes)
    }
}

/// Whose votes count: the network, the epoch and its validators.
package struct Electorate: Hashable, Sendable {
    package let network: NetworkID
    package let epoch: Epoch
    package let validators: ValidatorSet

    package init(network: NetworkID, epoch: Epoch, validators: ValidatorSet) {
        self.network = network
        self.epoch = epoch
        self.validators = validators
    }
}
