package import ChainCore
package import ConsensusCore
package import Cryptography
package import LedgerCore
package import Primitives

/// What evidence that holds shows.
package struct EvidenceFacts: Hashable, Sendable {
    package let epoch: Epoch
    package let view: View
    package let first: VoteBody
    package let second: VoteBody
    /// Who signed both, with their places in the list of validators.
    ///
    /// Empty for a notarization of one block and a finalization of another: a third of the validators or more are faulty,
    /// and these two certificates don't tell which.
    package let culprits: [Culprit]

    package struct Culprit: Hashable, Sendable {
        package let index: UInt16
        package let validator: Validator
    }
}

/// The first rule that evidence breaks, in the order of the checks (spec 3.8).
package enum EvidenceFileFault: Error, Hashable, Sendable {
    /// It is for another network than the genesis file.
    case network(expected: NetworkID, found: NetworkID)
    /// It is of an epoch whose validators the genesis file doesn't name.
    case epoch(Epoch)
    /// It accuses a place in the list that nobody has.
    case signerUnknown(UInt16, count: Int)
    /// A signature of the two votes does not hold.
    case voteSignature
    /// The first or second certificate does not hold, as `Finding` says why.
    case certificate(position: Int, Finding)
    /// Both certificates may exist.
    case noConflict
}

/// Decides evidence from its bytes and the genesis alone.
package enum EvidenceCheck {
    /// Answers what the evidence shows, or throws the first rule that it breaks; checks every signature in it.
    package static func facts(
        of file: EvidenceFile,
        genesis: Genesis,
        scheme: some SignatureScheme
    ) throws(EvidenceFileFault) -> EvidenceFacts {
        let electorate = ChainRules(genesis: genesis).electorate
        guard file.network == electorate.network else {
            throw .network(expected: electorate.network, found: file.network)
        }
        switch file.content {
        case .votes(let evidence): return try facts(of: evidence, electorate, scheme)
        case .certificates(let first, let second): return try facts(of: first, second, electorate, scheme)
        }
    }

    private static func facts(
        of evidence: Evidence,
        _ electorate: Electorate,
        _ scheme: some SignatureScheme
    ) throws(EvidenceFileFault) -> EvidenceFacts {
        guard evidence.epoch == electorate.epoch else { throw .epoch(evidence.epoch) }
        let validators = electorate.validators.validators
        guard Int(evidence.signer) < validators.count else {
            throw .signerUnknown(evidence.signer, count: validators.count)
        }
        guard Verified.check(evidence, in: electorate, by: scheme) != nil else { throw .voteSignature }
        return EvidenceFacts(
            epoch: evidence.epoch,
            view: evidence.view,
            first: evidence.first.body,
            second: evidence.second.body,
            culprits: [
                EvidenceFacts.Culprit(index: evidence.signer, validator: validators[Int(evidence.signer)])
            ]
        )
    }

    private static func facts(
        of first: Certificate,
        _ second: Certificate,
        _ electorate: Electorate,
        _ scheme: some SignatureScheme
    ) throws(EvidenceFileFault) -> EvidenceFacts {
        guard first.body.epoch == electorate.epoch else { throw .epoch(first.body.epoch) }
        for (position, certificate) in [first, second].enumerated() {
            let check = CertificateCheck(certificate, electorate: electorate, scheme: scheme)
            if let fault = check.fault { throw .certificate(position: position, fault) }
        }
        let validators = electorate.validators.validators
        guard let conflict = CertificateConflict(first, second, validatorCount: validators.count) else {
            throw .noConflict
        }
        return EvidenceFacts(
            epoch: conflict.epoch,
            view: conflict.view,
            first: conflict.first,
            second: conflict.second,
            culprits: conflict.culprits.map {
                EvidenceFacts.Culprit(index: $0, validator: validators[Int($0)])
            }
        )
    }
}

extension EvidenceFileFault {
    /// Why the evidence shows nothing, in a sentence.
    package var sentence: String {
        switch self {
        case .network(let expected, let found):
            "It is for the network \(found.hex), and the genesis file is that of \(expected.hex)."
        case .epoch(let epoch): "It is of epoch \(epoch), and the genesis file names the validators of epoch 0."
        case .signerUnknown(let index, let count): "It accuses validator \(index), and there are \(count)."
        case .voteSignature: "A signature under one of its votes does not hold."
        case .certificate(let position, let finding):
            "Its certificate \(position + 1) does not hold: \(finding.text.rule), expected \(finding.text.expected), "
                + "found \(finding.text.found)."
        case .noConflict: "Its two certificates may both exist."
        }
    }
}
