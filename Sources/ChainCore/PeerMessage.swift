package import ConsensusCore
package import LedgerCore
package import Primitives

/// What peers say to one another (spec 3.3), each on the connection that `lane` names.
package enum PeerMessage: Hashable, Sendable {
    case vote(Vote)
    case certificate(Certificate)
    case proposal(Proposal)
    case status(Status)
    case certificateRequest(CertificateRequest)
    case heldVotes(HeldVotes)
    case evidence(Evidence)
    case bodyRequest(BodyRequest)
    case bodyResponse(BodyResponse)
    case blockRequest(BlockRequest)
    case blockResponse(Block)
    case syncRequest(SyncRequest)
    case syncResponse(SyncResponse)
    /// "I hold these transactions": leaf hashes.
    case announce([Hash32])
    /// "Send me these transactions": leaf hashes.
    case transactionRequest([Hash32])
    /// Transactions that were asked for, or pushed to the coming leaders.
    case transactions([IdentifiedTransaction])

    /// The connection that carries a message: bulk can never delay consensus (spec 4.1).
    package enum Lane: Sendable {
        case consensus
        case bulk
    }

    package var lane: Lane {
        switch self {
        case .vote, .certificate, .proposal, .status, .certificateRequest, .heldVotes, .evidence: .consensus
        case .bodyRequest, .bodyResponse, .blockRequest, .blockResponse, .syncRequest, .syncResponse, .announce,
            .transactionRequest, .transactions:
            .bulk
        }
    }

    /// Gossip waits behind everything else on the bulk connection.
    package var isGossip: Bool {
        switch self {
        case .announce, .transactionRequest, .transactions: true
        default: false
        }
    }

    /// The type byte of a frame; never reused.
    package var typeCode: UInt8 {
        switch self {
        case .vote: 1
        case .certificate: 2
        case .proposal: 3
        case .status: 4
        case .certificateRequest: 5
        case .heldVotes: 6
        case .evidence: 7
        case .bodyRequest: 8
        case .bodyResponse: 9
        case .blockRequest: 10
        case .blockResponse: 11
        case .syncRequest: 12
        case .syncResponse: 13
        case .announce: 14
        case .transactionRequest: 15
        case .transactions: 16
        }
    }

    package static let statusTypeCode: UInt8 = 4

    /// The lane of a message that is known by its type byte only; nil for a type that doesn't exist.
    ///
    /// A frame's head is judged by this before its body is read.
    package static func lane(ofTypeCode code: UInt8) -> Lane? {
        switch code {
        case 1...7: .consensus
        case 8...16: .bulk
        default: nil
        }
    }

    /// The body of the frame, canonical.
    package func encoded() -> [UInt8] {
        var writer = WireWriter()
        switch self {
        case .vote(let value): writer.write(value)
        case .certificate(let value): writer.write(value)
        case .proposal(let value): writer.write(value)
        case .status(let value): writer.write(value)
        case .certificateRequest(let value): writer.write(value)
        case .heldVotes(let value): writer.write(value)
        case .evidence(let value): writer.write(value)
        case .bodyRequest(let value): writer.write(value)
        case .bodyResponse(let value): value.encode(into: &writer)
        case .blockRequest(let value): writer.write(value)
        case .blockResponse(let value): value.encode(into: &writer)
        case .syncRequest(let value): writer.write(value)
        case .syncResponse(let value): value.encode(into: &writer)
        case .announce(let leaves), .transactionRequest(let leaves): writer.write(vector: leaves)
        case .transactions(let transactions): writer.write(vector: transactions.map(\.signed))
        }
        return writer.bytes
    }

    /// Decodes a frame's body; every list is bounded before anything is allocated.
    package init(typeCode: UInt8, body: [UInt8], network: NetworkID) throws(WireError) {
        // SAFETY: the span reads `body`, which outlives it; every bit pattern is a valid byte.
        var rest = unsafe body.span.bytes
        switch typeCode {
        case 1: self = .vote(try Vote(decoding: &rest))
        case 2: self = .certificate(try Certificate(decoding: &rest))
        case 3: self = .proposal(try Proposal(decoding: &rest))
        case 4: self = .status(try Status(decoding: &rest))
        case 5: self = .certificateRequest(try CertificateRequest(decoding: &rest))
        case 6: self = .heldVotes(try HeldVotes(decoding: &rest))
        case 7: self = .evidence(try Evidence(decoding: &rest))
        case 8: self = .bodyRequest(try BodyRequest(decoding: &rest))
        case 9: self = .bodyResponse(try BodyResponse(decoding: &rest, network: network))
        case 10: self = .blockRequest(try BlockRequest(decoding: &rest))
        case 11: self = .blockResponse(try Block(decoding: &rest, network: network))
        case 12: self = .syncRequest(try SyncRequest(decoding: &rest))
        case 13: self = .syncResponse(try SyncResponse(decoding: &rest, network: network))
        case 14: self = .announce(try rest.takeVector(limit: PeerLimits.leavesMax))
        case 15: self = .transactionRequest(try rest.takeVector(limit: PeerLimits.leavesMax))
        case 16:
            self = .transactions(try rest.takeTransactions(of: network, limit: PeerLimits.leavesMax))
        default: throw .unknownTag(UInt64(typeCode), of: "peer message")
        }
        try rest.expectEnd()
    }
}

/// Bounds on what one peer message may hold; the frame's length is checked against `frameByteCountMax` before it is read.
package enum PeerLimits {
    /// Leaf hashes in one announcement or request.
    package static let leavesMax = 65_536
    /// Nullifications in one proposal; more are asked for one by one (spec 3.3).
    package static let nullificationsMax = 256
    /// Votes in one `HeldVotes`.
    package static let heldVotesMax = 4_096
    /// Blocks in one sync response.
    package static let syncBlocksMax = 256
    /// Bytes of blocks in one sync response; with one block more than fits it is still below a frame.
    package static let syncByteCountMax = 8 << 20
    /// Headers beyond the blocks of one sync response.
    package static let syncHeadersMax = 4_096
    /// Bytes of a frame on the bulk connection: the largest block with room to spare.
    package static let bulkFrameByteCountMax = 24 << 20
    /// Bytes of a frame on the consensus connection: the largest proposal.
    package static let consensusFrameByteCountMax = 8 << 20
    /// Bytes of transactions in one pushed or requested bundle.
    package static let bundleByteCountMax = 256 << 10
}
