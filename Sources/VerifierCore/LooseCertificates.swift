import ChainCore
import ConsensusCore
import Primitives

/// Certificates that lie beside the chain, such as those a node keeps above its final view.
///
/// They prove nothing about the chain, but one that contradicts it is the proof of a fork.
struct LooseCertificates: Sendable {
    private let certificates: [Certificate]
    private let positionsOfView: [View: [Int]]
    private let validatorCount: Int

    init(_ certificates: [Certificate], validatorCount: Int) {
        var positions: [View: [Int]] = [:]
        for (position, certificate) in certificates.enumerated() {
            positions[certificate.view, default: []].append(position)
        }
        self.certificates = certificates
        positionsOfView = positions
        self.validatorCount = validatorCount
    }

    /// The first conflict with the certificates of one block of the chain.
    func conflict(with justification: Justification) -> CertificateConflict? {
        for own in [justification.certificate] + justification.nullifications {
            for position in positionsOfView[own.view] ?? [] {
                if let conflict = CertificateConflict(own, certificates[position], validatorCount: validatorCount) {
                    return conflict
                }
            }
        }
        return nil
    }

    /// The first conflict between two of them, in the order in which they came.
    var conflictAmongThemselves: CertificateConflict? {
        for (position, certificate) in certificates.enumerated() {
            for other in positionsOfView[certificate.view] ?? [] where other > position {
                if let conflict = CertificateConflict(
                    certificate,
                    certificates[other],
                    validatorCount: validatorCount
                ) {
                    return conflict
                }
            }
        }
        return nil
    }
}
