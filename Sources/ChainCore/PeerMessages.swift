package import ConsensusCore
package import Cryptography
package import LedgerCore
package import Primitives

/// A leader's block for a view, with everything a voter needs to check that it may stand there (spec 3.3).
///
/// It names transactions by leaf hash; bodies that the voter lacks are asked for on the bulk connection.
package struct Proposal: Hashable, Sendable, WireCodable, Signed {
    /// The leader's notarize vote.
    package let vote: Vote
    package let header: Header
    package let leaves: [Hash32]
    package let evidence: [Evidence]
    package let change: [ValidatorChange]
    /// Of parentView; absent only if that is view 0 of epoch 0.
    package let parentCertificate: Certificate?
    /// Of each view strictly between parentView and the vote's view; at most the newest 256, more are fetched.
    package let nullifications: [Certificate]

    package init(
        vote: Vote,
        header: Header,
        leaves: [Hash32],
        evidence: [Evidence],
        change: [ValidatorChange],
        parentCertificate: Certificate?,
        nullifications: [Certificate]
    ) {
        self.vote = vote
        self.header = header
        self.leaves = leaves
        self.evidence = evidence
        self.change = change
        self.parentCertificate = parentCertificate
        self.nullifications = nullifications
    }

    package var view: View { vote.body.view }

    package static var minimumByteCount: Int { Vote.minimumByteCount + Header.minimumByteCount + 5 }

    package init(decoding rest: inout RawSpan) throws(WireError) {
        vote = try Vote(decoding: &rest)
        header = try Header(decoding: &rest)
        leaves = try rest.takeVector(limit: PeerLimits.leavesMax)
        evidence = try rest.takeVector(limit: Int(UInt16.max))
        change = try rest.takeVector(limit: 1)
        parentCertificate = try rest.takeOptional()
        nullifications = try rest.takeVector(limit: PeerLimits.nullificationsMax)
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(vote)
        writer.write(header)
        writer.write(vector: leaves)
        writer.write(vector: evidence)
        writer.write(vector: change)
        writer.write(optional: parentCertificate)
        writer.write(vector: nullifications)
    }

    package func signatureClaims(in electorate: Electorate) -> [SignatureClaim]? {
        guard var claims = vote.signatureClaims(in: electorate) else { return nil }
        for certificate in nullifications + (parentCertificate.map { [$0] } ?? []) {
            guard let own = certificate.signatureClaims(in: electorate) else { return nil }
            claims.append(contentsOf: own)
        }
        for item in evidence {
            guard let own = item.signatureClaims(in: electorate) else { return nil }
            claims.append(contentsOf: own)
        }
        return claims
    }
}

/// Where a node stands; sent on connect and with every retry, doubles as keep-alive.
///
/// A hint, never a proof.
package struct Status: Hashable, Sendable, WireCodable {
    package let epoch: Epoch
    package let finalHeight: Height
    package let finalView: View
    package let finalHash: Hash32
    package let currentView: View
    /// The sender's wall clock: a node warns when it is far from its peers' median (spec 3.10).
    package let wallClock: Milliseconds

    package init(
        epoch: Epoch,
        finalHeight: Height,
        finalView: View,
        finalHash: Hash32,
        currentView: View,
        wallClock: Milliseconds
    ) {
        self.epoch = epoch
        self.finalHeight = finalHeight
        self.finalView = finalView
        self.finalHash = finalHash
        self.currentView = currentView
        self.wallClock = wallClock
    }

    package static var minimumByteCount: Int { 72 }

    package init(decoding rest: inout RawSpan) throws(WireError) {
        epoch = try Epoch(decoding: &rest)
        finalHeight = try Height(decoding: &rest)
        finalView = try View(decoding: &rest)
        finalHash = try Hash32(decoding: &rest)
        currentView = try View(decoding: &rest)
        wallClock = try Milliseconds(decoding: &rest)
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(epoch)
        writer.write(finalHeight)
        writer.write(finalView)
        writer.write(finalHash)
        writer.write(currentView)
        writer.write(wallClock)
    }
}

/// Asks for any certificate of a view, else the peer's own votes for it, else its highest finalization.
package struct CertificateRequest: Hashable, Sendable, WireCodable {
    package let epoch: Epoch
    package let view: View

    package init(epoch: Epoch, view: View) {
        self.epoch = epoch
        self.view = view
    }

    package static var minimumByteCount: Int { 16 }
    package init(decoding rest: inout RawSpan) throws(WireError) {
        epoch = try Epoch(decoding: &rest)
        view = try View(decoding: &rest)
    }
    package func encode(into writer: inout WireWriter) {
        writer.write(epoch)
        writer.write(view)
    }
}

/// On connect: all votes that I hold under the peer's key above my final view, an empty list included (spec 3.7(6)).
package struct HeldVotes: Hashable, Sendable, WireCodable, Signed {
    package let epoch: Epoch
    package let finalView: View
    package let votes: [Vote]

    package init(epoch: Epoch, finalView: View, votes: [Vote]) {
        self.epoch = epoch
        self.finalView = finalView
        self.votes = votes
    }

    package static var minimumByteCount: Int { 17 }
    package init(decoding rest: inout RawSpan) throws(WireError) {
        epoch = try Epoch(decoding: &rest)
        finalView = try View(decoding: &rest)
        votes = try rest.takeVector(limit: PeerLimits.heldVotesMax)
    }
    package func encode(into writer: inout WireWriter) {
        writer.write(epoch)
        writer.write(finalView)
        writer.write(vector: votes)
    }
    package func signatureClaims(in electorate: Electorate) -> [SignatureClaim]? {
        var claims: [SignatureClaim] = []
        for vote in votes {
            guard let own = vote.signatureClaims(in: electorate) else { return nil }
            claims.append(contentsOf: own)
        }
        return claims
    }
}

/// Asks for bodies of a proposed block's transactions.
package struct BodyRequest: Hashable, Sendable, WireCodable {
    package let block: Hash32
    package let leaves: [Hash32]

    package init(block: Hash32, leaves: [Hash32]) {
        self.block = block
        self.leaves = leaves
    }

    package static var minimumByteCount: Int { 33 }
    package init(decoding rest: inout RawSpan) throws(WireError) {
        block = try Hash32(decoding: &rest)
        leaves = try rest.takeVector(limit: PeerLimits.leavesMax)
    }
    package func encode(into writer: inout WireWriter) {
        writer.write(block)
        writer.write(vector: leaves)
    }
}

/// The bodies of a proposed block's transactions that the peer holds.
package struct BodyResponse: Hashable, Sendable {
    package let block: Hash32
    package let transactions: [IdentifiedTransaction]

    package init(block: Hash32, transactions: [IdentifiedTransaction]) {
        self.block = block
        self.transactions = transactions
    }

    package init(decoding rest: inout RawSpan, network: NetworkID) throws(WireError) {
        block = try Hash32(decoding: &rest)
        transactions = try rest.takeTransactions(of: network, limit: PeerLimits.leavesMax)
    }
    package func encode(into writer: inout WireWriter) {
        writer.write(block)
        writer.write(vector: transactions.map(\.signed))
    }
}

/// Asks for one whole block.
package struct BlockRequest: Hashable, Sendable, WireCodable {
    package let hash: Hash32

    package init(hash: Hash32) { self.hash = hash }

    package static var minimumByteCount: Int { 32 }
    package init(decoding rest: inout RawSpan) throws(WireError) { hash = try Hash32(decoding: &rest) }
    package func encode(into writer: inout WireWriter) { writer.write(hash) }
}

/// Asks for final blocks from a height on: at most `blockCountMax` of them and about `maxBytes`, but at least one.
package struct SyncRequest: Hashable, Sendable, WireCodable {
    package let fromHeight: Height
    package let blockCountMax: UInt32
    package let maxBytes: UInt32

    package init(fromHeight: Height, blockCountMax: UInt32, maxBytes: UInt32) {
        self.fromHeight = fromHeight
        self.blockCountMax = blockCountMax
        self.maxBytes = maxBytes
    }

    package static var minimumByteCount: Int { 16 }
    package init(decoding rest: inout RawSpan) throws(WireError) {
        fromHeight = try Height(decoding: &rest)
        blockCountMax = try rest.take()
        maxBytes = try rest.take()
    }
    package func encode(into writer: inout WireWriter) {
        writer.write(fromHeight)
        writer.write(blockCountMax)
        writer.write(maxBytes)
    }
}

/// Final blocks in height order, and what proves the last of them final (spec 3.11).
///
/// `headers` follow on from the last block up to the first one that has a finalization of its own; empty when the last
/// block has one. `finalization` is over the last header, or else the last block. `justifications` are the headers':
/// a block can be notarised in two views, and only the views of its descendants say in which it is final.
package struct SyncResponse: Hashable, Sendable {
    package let blocks: [JustifiedBlock]
    package let headers: [Header]
    package let justifications: [Justification]
    package let finalization: Certificate?

    package init(
        blocks: [JustifiedBlock],
        headers: [Header],
        justifications: [Justification] = [],
        finalization: Certificate?
    ) {
        self.blocks = blocks
        self.headers = headers
        self.justifications = justifications
        self.finalization = finalization
    }

    package init(decoding rest: inout RawSpan, network: NetworkID) throws(WireError) {
        let count = try rest.takeLength(limit: PeerLimits.syncBlocksMax)
        var blocks: [JustifiedBlock] = []
        for _ in 0..<count { blocks.append(try JustifiedBlock(decoding: &rest, network: network)) }
        self.blocks = blocks
        headers = try rest.takeVector(limit: PeerLimits.syncHeadersMax)
        justifications = try rest.takeVector(limit: PeerLimits.syncHeadersMax)
        finalization = try rest.takeOptional()
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(length: blocks.count)
        for block in blocks { block.encode(into: &writer) }
        writer.write(vector: headers)
        writer.write(vector: justifications)
        writer.write(optional: finalization)
    }
}

extension SyncResponse: Signed {
    package func signatureClaims(in electorate: Electorate) -> [SignatureClaim]? {
        var claims: [SignatureClaim] = []
        for item in blocks {
            guard let body = item.block.signatureClaims(in: electorate),
                let why = item.justification.signatureClaims(in: electorate)
            else { return nil }
            claims.append(contentsOf: body)
            claims.append(contentsOf: why)
        }
        for justification in justifications {
            guard let own = justification.signatureClaims(in: electorate) else { return nil }
            claims.append(contentsOf: own)
        }
        guard let finalization else { return claims }
        guard let own = finalization.signatureClaims(in: electorate) else { return nil }
        claims.append(contentsOf: own)
        return claims
    }
}
