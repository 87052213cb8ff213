package import ChainCore
package import ConsensusCore
package import Primitives

/// Two certificates of one view that cannot both exist while fewer than a third of the validators are faulty.
///
/// Spec 3.8: they name at least 2q − n ≥ f + 1 keys that signed both.
package struct CertificateConflict: Hashable, Sendable {
    /// What proves it, to whoever has the list of validators.
    package let certificates: [Certificate]
    /// The validators whose own two votes contradict each other, in the order of the epoch's list.
    ///
    /// Empty for a notarization of one block and a finalization of another: an honest validator may have signed both,
    /// after it saw a second notarization; that one, put beside the first, names the culprits.
    package let culprits: [UInt16]

    /// Answers nil when both may exist.
    ///
    /// Both certificates must have been checked; `validatorCount` is their epoch's.
    package init?(_ one: Certificate, _ other: Certificate, validatorCount: Int) {
        guard one.body.epoch == other.body.epoch, one.view == other.view, Self.contradict(one.body, other.body),
            let signers = one.signers.signers(of: validatorCount),
            let others = other.signers.signers(of: validatorCount)
        else { return nil }
        certificates = [one, other]
        let isEvidence = one.kind == other.kind || one.kind == .nullify || other.kind == .nullify
        culprits = isEvidence ? signers.filter(others.contains).map { UInt16($0) } : []
    }

    package var epoch: Epoch { first.epoch }
    package var view: View { first.view }
    package var first: VoteBody { certificates[0].body }
    package var second: VoteBody { certificates[1].body }

    /// As a file that anybody can decide (spec 6.10).
    package func file(network: NetworkID) -> EvidenceFile {
        EvidenceFile(network: network, content: .certificates(certificates[0], certificates[1]))
    }

    /// A view has at most one block, and a view that was finalised was not skipped.
    ///
    /// A notarization and a nullification may both exist: who saw no block in time says so even after voting for one.
    private static func contradict(_ one: VoteBody, _ other: VoteBody) -> Bool {
        switch (one.target, other.target) {
        case (let target?, let rival?): target.block != rival.block || target.parentView != rival.parentView
        case (.some, nil): one.kind == .finalize
        case (nil, .some): other.kind == .finalize
        case (nil, nil): false
        }
    }
}
