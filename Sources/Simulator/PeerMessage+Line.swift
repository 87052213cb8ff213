import ChainCore
import ConsensusCore
import LedgerCore
import Primitives

// What a trace says of a message, for people.
extension PeerMessage {
    var line: String {
        switch self {
        case .vote(let vote): "\(vote.body.line) by \(vote.signer)"
        case .certificate(let certificate): "certificate \(certificate.body.line)"
        case .proposal(let proposal):
            "proposal \(proposal.vote.body.line) height \(proposal.header.height), \(proposal.leaves.count) transactions"
        case .status(let status): "status height \(status.finalHeight), view \(status.currentView)"
        case .certificateRequest(let request): "asks for certificates of view \(request.view)"
        case .heldVotes(let held): "held votes: \(held.votes.count)"
        case .evidence(let evidence): "evidence against \(evidence.signer) in view \(evidence.view)"
        case .bodyRequest(let request): "asks for \(request.leaves.count) bodies of \(request.block.hex.prefix(6))"
        case .bodyResponse(let response): "\(response.transactions.count) bodies of \(response.block.hex.prefix(6))"
        case .blockRequest(let request): "asks for block \(request.hash.hex.prefix(6))"
        case .blockResponse(let block): "block \(block.hash.hex.prefix(6)) height \(block.height)"
        case .syncRequest(let request): "asks for blocks from \(request.fromHeight)"
        case .syncResponse(let response): "\(response.blocks.count) blocks"
        case .announce(let leaves): "announces \(leaves.count)"
        case .transactionRequest(let leaves): "asks for \(leaves.count) transactions"
        case .transactions(let transactions): "\(transactions.count) transactions"
        }
    }
}

extension VoteBody {
    var line: String {
        let target = target.map { " on \($0.parentView) block \($0.block.hex.prefix(6))" } ?? ""
        return "\(kind) v\(view)\(target)"
    }
}
