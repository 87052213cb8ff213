package import ChainCore
package import ConsensusCore
package import Cryptography
import LedgerCore
import Primitives

/// A justified block whose every signature has been looked at; the verdict travels with it.
///
/// This is the dear part of a verification, and it depends on the block and the epoch's validators alone: a shell makes
/// many of these at once, on all cores, and hands them to the `Verifier` in the order of their heights.
package struct CheckedBlock: Sendable {
    package let item: JustifiedBlock
    /// How many signatures were checked.
    package let signatureCount: Int
    /// The first signature of the body that does not hold; nil when all do.
    package let bodyFault: SignedPart?
    /// The first certificate of the justification that does not hold, and why; nil when all do.
    package let certificateFault: Finding?
    /// Who signed the certificate over the block; empty unless it holds, whatever it is over.
    package let certificateSigners: [UInt16]

    /// Checks every signature in the block and its justification; about 45 µs for each.
    ///
    /// With `depth` light the transactions' own are left out.
    package init(
        _ item: JustifiedBlock,
        electorate: Electorate,
        scheme: some SignatureScheme,
        depth: VerificationDepth = .full
    ) {
        self.item = item
        var claims = ClaimList()
        for (index, transaction) in item.block.transactions.enumerated() where depth == .full {
            claims.append(transaction.signatureClaims(in: .init()), of: .transaction(index: index))
        }
        for (index, evidence) in item.block.evidence.enumerated() {
            claims.append(evidence.signatureClaims(in: electorate), of: .evidence(index: index))
        }
        bodyFault = claims.firstFault(by: scheme)
        var count = claims.count

        let certificate = item.justification.certificate
        let own = CertificateCheck(certificate, electorate: electorate, scheme: scheme)
        count += own.signatureCount
        certificateSigners = own.fault == nil ? own.signers : []
        var fault = own.fault
        for nullification in item.justification.nullifications {
            let check = CertificateCheck(nullification, electorate: electorate, scheme: scheme)
            count += check.signatureCount
            fault = fault ?? check.fault
        }
        certificateFault = fault
        signatureCount = count
    }
}

/// Claims with the part of the block that each belongs to.
private struct ClaimList {
    private var claims: [SignatureClaim] = []
    private var parts: [SignedPart] = []
    private var firstMalformed: SignedPart?

    var count: Int { claims.count }

    /// Nil or empty claims: the part is malformed and nothing after it needs a look.
    mutating func append(_ own: [SignatureClaim]?, of part: SignedPart) {
        guard firstMalformed == nil else { return }
        guard let own, !own.isEmpty else {
            firstMalformed = part
            return
        }
        claims.append(contentsOf: own)
        parts.append(contentsOf: repeatElement(part, count: own.count))
    }

    func firstFault(by scheme: some SignatureScheme) -> SignedPart? {
        let verdicts = scheme.verdicts(on: claims)
        precondition(verdicts.count == claims.count, "a scheme gives one verdict for each claim")
        guard let bad = verdicts.firstIndex(of: false) else { return firstMalformed }
        return parts[bad]
    }
}

/// Whether a certificate holds: its signers form a quorum of the epoch, and each of their signatures verifies.
package struct CertificateCheck: Sendable {
    /// The first reason why it does not hold.
    package let fault: Finding?
    /// Whom it names; their signatures hold only when there is no fault.
    package let signers: [UInt16]
    package let signatureCount: Int

    package init(_ certificate: Certificate, electorate: Electorate, scheme: some SignatureScheme) {
        let part: SignedPart =
            certificate.kind == .nullify
            ? .nullification(view: certificate.view) : .certificate(view: certificate.view)
        let validators = electorate.validators
        let indexes = certificate.signers.signers(of: validators.count)
        signers = (indexes ?? []).map { UInt16($0) }
        guard certificate.body.epoch == electorate.epoch else {
            fault = .justification(.epoch(part, expected: electorate.epoch, found: certificate.body.epoch))
            signatureCount = 0
            return
        }
        guard let indexes, indexes.count == certificate.signatures.count else {
            fault = .justification(.malformedSigners(part))
            signatureCount = 0
            return
        }
        guard indexes.count >= validators.quorum else {
            fault = .justification(.noQuorum(part, signers: indexes.count, quorum: validators.quorum))
            signatureCount = 0
            return
        }
        guard let claims = certificate.signatureClaims(in: electorate) else {
            preconditionFailure("epoch, bitmap and quorum were checked above, in the order of signatureClaims")
        }
        signatureCount = claims.count
        fault = scheme.verdicts(on: claims).allSatisfy { $0 } ? nil : .signature(part)
    }
}
