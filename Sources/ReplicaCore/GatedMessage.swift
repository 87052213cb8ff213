package import ChainCore
package import ConsensusCore
package import Cryptography
package import LedgerCore
package import Primitives

/// A peer's message whose signatures have been checked: the only form in which the replica takes one.
package enum GatedMessage: Sendable {
    case vote(Verified<Vote>)
    case certificate(Verified<Certificate>)
    case proposal(Verified<Proposal>)
    case status(Status)
    case certificateRequest(CertificateRequest)
    case heldVotes(Verified<HeldVotes>)
    case evidence(Verified<Evidence>)
    case bodyRequest(BodyRequest)
    case bodyResponse(block: Hash32, [Verified<IdentifiedTransaction>])
    case blockRequest(BlockRequest)
    case blockResponse(Verified<Block>)
    case syncRequest(SyncRequest)
    case syncResponse(Verified<SyncResponse>)
    case announce([Hash32])
    case transactionRequest([Hash32])
    case transactions([Verified<IdentifiedTransaction>])

    /// Checks a message's signatures; nil when one does not hold, which is the sender's fault.
    ///
    /// An honest node sends on only what it has checked, so one bad transaction in a bundle condemns the bundle.
    package static func check(
        _ message: PeerMessage,
        in electorate: Electorate,
        by scheme: some SignatureScheme
    ) -> GatedMessage? {
        switch message {
        case .vote(let vote): return Verified.check(vote, in: electorate, by: scheme).map(Self.vote)
        case .certificate(let value): return Verified.check(value, in: electorate, by: scheme).map(Self.certificate)
        case .proposal(let proposal): return Verified.check(proposal, in: electorate, by: scheme).map(Self.proposal)
        case .heldVotes(let held):
            guard !held.votes.isEmpty else { return .heldVotes(unsigned(held)) }
            return Verified.check(held, in: electorate, by: scheme).map(Self.heldVotes)
        case .evidence(let evidence): return Verified.check(evidence, in: electorate, by: scheme).map(Self.evidence)
        case .bodyResponse(let response):
            return all(response.transactions, by: scheme).map { .bodyResponse(block: response.block, $0) }
        case .blockResponse(let block):
            guard !block.transactions.isEmpty || !block.evidence.isEmpty else { return .blockResponse(unsigned(block)) }
            return Verified.check(block, in: electorate, by: scheme).map(Self.blockResponse)
        case .syncResponse(let response):
            guard !response.blocks.isEmpty || response.finalization != nil else {
                return .syncResponse(unsigned(response))
            }
            return Verified.check(response, in: electorate, by: scheme).map(Self.syncResponse)
        case .transactions(let transactions): return all(transactions, by: scheme).map(Self.transactions)
        case .status, .certificateRequest, .bodyRequest, .blockRequest, .syncRequest, .announce, .transactionRequest:
            return GatedMessage(unsigned: message)
        }
    }

    /// A message of a kind that nobody signs, as it is; nil for the others.
    package init?(unsigned message: PeerMessage) {
        switch message {
        case .status(let status): self = .status(status)
        case .certificateRequest(let request): self = .certificateRequest(request)
        case .bodyRequest(let request): self = .bodyRequest(request)
        case .blockRequest(let request): self = .blockRequest(request)
        case .syncRequest(let request): self = .syncRequest(request)
        case .announce(let leaves): self = .announce(leaves)
        case .transactionRequest(let leaves): self = .transactionRequest(leaves)
        case .vote, .certificate, .proposal, .heldVotes, .evidence, .bodyResponse, .blockResponse, .syncResponse,
            .transactions:
            return nil
        }
    }

    /// A value that has no part that anybody signed, such as an empty block's body.
    private static func unsigned<Value>(_ value: Value) -> Verified<Value> {
        Verified(assembling: [Verified<Vote>]()) { _ in value }
    }

    private static func all(
        _ transactions: [IdentifiedTransaction],
        by scheme: some SignatureScheme
    ) -> [Verified<IdentifiedTransaction>]? {
        let verdicts = Verified.check(transactions, in: .init(), by: scheme)
        let verified = verdicts.compactMap(\.self)
        return verified.count == verdicts.count ? verified : nil
    }
}
