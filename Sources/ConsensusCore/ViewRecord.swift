package import Primitives

/// What this node knows of one view above the final one.
package struct ViewRecord: Sendable {
    /// By kind, then by signer: one vote of each kind is kept, a second, different one becomes evidence (spec 3.3).
    private var votes: [[Vote?]]
    var notarization: Certificate?
    var nullification: Certificate?
    var finalization: Certificate?
    var proposal: ProposalFacts?
    /// The proposal breaks a rule of validity.
    var proposalIsInvalid = false
    /// The block of the notarization or finalization has been asked for.
    package var fetched = false
    /// When a missing certificate of this view was last asked for (monotonic).
    package var requestedAt: Milliseconds?
    /// When the notarization came (monotonic); Arm (c) counts from here.
    var notarizedAt: Milliseconds?

    init(validatorCount: Int) {
        votes = [[Vote?]](
            repeating: [Vote?](repeating: nil, count: validatorCount),
            count: VoteBody.Kind.allCases.count
        )
    }

    func vote(_ kind: VoteBody.Kind, by signer: Int) -> Vote? { votes[kind.rawValue][signer] }

    /// Keeps the first vote of each kind by each signer.
    mutating func keep(_ vote: Vote) {
        let kind = vote.body.kind.rawValue
        if votes[kind][Int(vote.signer)] == nil { votes[kind][Int(vote.signer)] = vote }
    }

    func votes(for body: VoteBody) -> [Vote] { votes[body.kind.rawValue].compactMap { $0?.body == body ? $0 : nil } }
    func count(of kind: VoteBody.Kind) -> Int { votes[kind.rawValue].count { $0 != nil } }

    func votes(by signer: Int) -> [Vote] { votes.compactMap { $0[signer] } }

    func hasVote(by signer: Int) -> Bool { votes.contains { $0[signer] != nil } }

    /// Whoever has cast any vote here.
    var signers: [Int] {
        (0..<votes[0].count).filter(hasVote)
    }

    func certificate(_ kind: VoteBody.Kind) -> Certificate? {
        switch kind {
        case .notarize: notarization
        case .nullify: nullification
        case .finalize: finalization
        }
    }

    /// The certificate over a block: a finalization, else a notarization.
    var blockCertificate: Certificate? { finalization ?? notarization }
    var anyCertificate: Certificate? { finalization ?? notarization ?? nullification }
    var hasBlockCertificate: Bool { finalization != nil || notarization != nil }
    var hasCertificate: Bool { hasBlockCertificate || nullification != nil }
    /// The block that a certificate is over.
    var certifiedBlock: Hash32? { finalization?.block ?? notarization?.block }
}

/// What this validator has bound itself to in one view, from the moment it decided, before the bytes exist.
struct OwnVotes: Sendable {
    var notarize: VoteBody?
    var nullify: VoteBody?
    var finalize: VoteBody?
    /// With signatures, once durable.
    var signed: [Vote] = []

    mutating func bind(_ body: VoteBody) {
        switch body.kind {
        case .notarize: notarize = body
        case .nullify: nullify = body
        case .finalize: finalize = body
        }
    }

    func holds(_ body: VoteBody) -> Bool { notarize == body || nullify == body || finalize == body }
}
