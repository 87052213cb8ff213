import ChainCore
import ConsensusCore
import Cryptography
import Primitives
import ReplicaCore

/// What stands between a twin's copy and the world, so that neither copy notices the other.
///
/// An unmodified node stops at the sight of a vote under its key that it never cast (spec 3.7(6)). Whoever runs a key twice
/// on purpose would take that check out. We leave the node as it is and hide those votes instead: alone, in `HeldVotes`, and
/// inside certificates, which a copy is shown with one signature less. What it passes on is made whole again, so nobody
/// else can tell.
struct Blindfold: Sendable {
    private let me: Int
    private let validators: ValidatorSet
    /// Certificates as they came, by what the copy was shown in their place.
    private var whole: [Certificate: Certificate] = [:]

    init(me: Int, validators: ValidatorSet) {
        self.me = me
        self.validators = validators
    }

    // MARK: - What the copy sees

    /// The message without the other copy's votes; nil when nothing is left of it.
    mutating func shown(_ message: GatedMessage, signed: VoteBook) -> GatedMessage? {
        switch message {
        case .vote(let vote): return isForeign(vote.value, signed) ? nil : message
        case .certificate(let certificate): return .certificate(shown(certificate, signed))
        case .proposal(let proposal):
            guard !isForeign(proposal.value.vote, signed) else { return nil }
            return .proposal(shown(proposal, signed))
        case .heldVotes(let held):
            return .heldVotes(
                Verified(assembling: [held]) { parts in
                    HeldVotes(
                        epoch: parts[0].epoch,
                        finalView: parts[0].finalView,
                        votes: parts[0].votes.filter { !isForeign($0, signed) }
                    )
                }
            )
        default: return message
        }
    }

    private func isForeign(_ vote: Vote, _ signed: VoteBook) -> Bool {
        Int(vote.signer) == me && vote.body.view > signed.finalView && signed.vote(for: vote.body) == nil
    }

    private mutating func shown(_ certificate: Verified<Certificate>, _ signed: VoteBook) -> Verified<Certificate> {
        guard let votes = certificate.value.votes(validatorCount: validators.count),
            votes.contains(where: { isForeign($0, signed) })
        else { return certificate }
        let rest = votes.filter { Int($0.signer) != me }
        let less = Certificate(body: certificate.value.body, votes: rest, validatorCount: validators.count)
        whole[less] = certificate.value
        return Verified(assembling: [certificate]) { _ in less }
    }

    private mutating func shown(_ proposal: Verified<Proposal>, _ signed: VoteBook) -> Verified<Proposal> {
        var parts = proposal.value
        parts = parts.mapCertificates { certificate in
            shown(Verified(assembling: [proposal]) { _ in certificate }, signed).value
        }
        return Verified(assembling: [proposal]) { _ in parts }
    }

    // MARK: - What the copy says

    /// The message with every certificate as it came.
    func spoken(_ message: PeerMessage) -> PeerMessage {
        switch message {
        case .certificate(let certificate): .certificate(madeWhole(certificate))
        case .proposal(let proposal): .proposal(proposal.mapCertificates(madeWhole))
        case .syncResponse(let range): .syncResponse(range.mapCertificates(madeWhole))
        default: message
        }
    }

    private func madeWhole(_ certificate: Certificate) -> Certificate { whole[certificate] ?? certificate }
}

extension Proposal {
    fileprivate func mapCertificates(_ change: (Certificate) -> Certificate) -> Proposal {
        Proposal(
            vote: vote,
            header: header,
            leaves: leaves,
            evidence: evidence,
            change: self.change,
            parentCertificate: parentCertificate.map(change),
            nullifications: nullifications.map(change)
        )
    }
}

extension SyncResponse {
    fileprivate func mapCertificates(_ change: (Certificate) -> Certificate) -> SyncResponse {
        SyncResponse(
            blocks: blocks.map { item in
                JustifiedBlock(block: item.block, justification: item.justification.mapCertificates(change))
            },
            headers: headers,
            justifications: justifications.map { $0.mapCertificates(change) },
            finalization: finalization.map(change)
        )
    }
}

extension Justification {
    fileprivate func mapCertificates(_ change: (Certificate) -> Certificate) -> Justification {
        Justification(certificate: change(certificate), nullifications: nullifications.map(change))
    }
}
