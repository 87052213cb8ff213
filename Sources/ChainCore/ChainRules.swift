package import ConsensusCore
import Cryptography
package import LedgerCore
package import Primitives

/// How one block follows another (spec 2.5): the header that a block must have, from its parent and its execution.
package struct ChainRules: Sendable {
    package let network: NetworkID
    package let electorate: Electorate
    private let validatorsHash: Hash32

    package init(genesis: Genesis) {
        network = genesis.networkID
        electorate = Electorate(
            network: genesis.networkID,
            epoch: .zero,
            validators: ValidatorSet(genesis.validators)
        )
        validatorsHash = electorate.validators.hash(network: network)
    }

    /// Who is paid at a payout, in the order of the validators.
    package var payoutAccounts: [AccountID] { electorate.validators.validators.map(\.payoutAccount) }

    /// Block 0: the parent is the network id, there is no evidence and no change.
    package func genesisHeader(_ ledger: LedgerHead) -> Header {
        Header(
            epoch: .zero,
            parent: Hash32(words: network.words),
            proposer: 0,
            ledger: ledger,
            evidenceHash: .zero,
            changeHash: .zero,
            validatorsHash: validatorsHash,
            nextValidatorsHash: validatorsHash
        )
    }

    /// The header of a child; a proposed block is valid only if its own is equal to this one.
    package func header(
        after parent: Header,
        hash parentHash: Hash32,
        proposer: UInt16,
        ledger: LedgerHead,
        evidence: [Evidence]
    ) -> Header {
        Header(
            epoch: electorate.epoch,
            parent: parentHash,
            proposer: proposer,
            ledger: ledger,
            evidenceHash: evidenceHash(after: parent.evidenceHash, evidence),
            changeHash: .zero,
            validatorsHash: validatorsHash,
            nextValidatorsHash: validatorsHash
        )
    }

    /// Cumulative: H(tag, parent's, BCS(evidence)), unchanged when there is none.
    package func evidenceHash(after parent: Hash32, _ evidence: [Evidence]) -> Hash32 {
        guard !evidence.isEmpty else { return parent }
        var writer = WireWriter()
        writer.write(parent)
        writer.write(vector: evidence)
        return Hash32(tag: .evidence, network: network, body: writer.bytes)
    }

    /// Tells whether this evidence may stand in a block, given who has been accused on its chain before (spec 3.8).
    ///
    /// At most one for each epoch and signer, only of the block's epoch or the one before, at most n in a block. The
    /// signatures have been checked.
    package func admits(_ evidence: [Evidence], accused: Set<Accused>) -> Bool {
        guard evidence.count <= electorate.validators.count else { return false }
        var accused = accused
        for item in evidence {
            let isRecent =
                item.epoch == electorate.epoch
                || electorate.epoch > .zero && item.epoch.number == electorate.epoch.number - 1
            guard isRecent, accused.insert(Accused(item)).inserted else { return false }
        }
        return true
    }
}

/// A validator named by evidence in an epoch.
package struct Accused: Hashable, Sendable {
    package let epoch: Epoch
    package let signer: UInt16

    package init(_ evidence: Evidence) {
        epoch = evidence.epoch
        signer = evidence.signer
    }
}
