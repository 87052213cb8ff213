package import ConsensusCore
package import Cryptography
package import LedgerCore
package import Primitives

/// A change of validators (spec 3.9): its place in the formats is fixed, blocks that carry one are refused so far.
package struct ValidatorChange: Hashable, Sendable, WireCodable {
    package let epoch: Epoch
    package let validators: [Validator]
    /// A block that the joining nodes have seen.
    package let recentBlock: Hash32
    package let approvals: SignerBitmap
    package let approvalSignatures: [Signature]
    /// By each joining consensus key, in the order of the new list.
    package let joiningSignatures: [Signature]

    package init(
        epoch: Epoch,
        validators: [Validator],
        recentBlock: Hash32,
        approvals: SignerBitmap,
        approvalSignatures: [Signature],
        joiningSignatures: [Signature]
    ) {
        self.epoch = epoch
        self.validators = validators
        self.recentBlock = recentBlock
        self.approvals = approvals
        self.approvalSignatures = approvalSignatures
        self.joiningSignatures = joiningSignatures
    }

    package static var minimumByteCount: Int { 44 }

    package init(decoding rest: inout RawSpan) throws(WireError) {
        epoch = try Epoch(decoding: &rest)
        validators = try rest.takeVector(limit: Int(UInt16.max))
        recentBlock = try Hash32(decoding: &rest)
        approvals = try SignerBitmap(decoding: &rest)
        approvalSignatures = try rest.takeVector(limit: Int(UInt16.max))
        joiningSignatures = try rest.takeVector(limit: Int(UInt16.max))
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(epoch)
        writer.write(vector: validators)
        writer.write(recentBlock)
        writer.write(approvals)
        writer.write(vector: approvalSignatures)
        writer.write(vector: joiningSignatures)
    }
}

/// A header and what it commits to.
package struct Block: Hashable, Sendable {
    package let header: Header
    /// The header's hash.
    package let hash: Hash32
    package let transactions: [IdentifiedTransaction]
    /// The root over the transactions, whatever the header says.
    package let transactionsRoot: Hash32
    package let evidence: [Evidence]
    package let change: [ValidatorChange]

    package init(
        header: Header,
        network: NetworkID,
        transactions: [IdentifiedTransaction],
        evidence: [Evidence],
        change: [ValidatorChange] = []
    ) {
        self.header = header
        hash = header.hash(network: network)
        self.transactions = transactions
        transactionsRoot = Merkle.root(leafHashes: transactions.map(\.leaf))
        self.evidence = evidence
        self.change = change
    }

    package var height: Height { header.height }
    package var parent: Hash32 { header.parent }
    package var time: Milliseconds { header.time }
    package var paymentCount: Int { Int(header.shares) - transactions.count }

    /// Do the transactions make the header's root? A body that doesn't match it is never stored or judged (spec 2.5).
    package var bodyMatchesHeader: Bool {
        Int(header.transactionCount) == transactions.count && transactionsRoot == header.transactionsRoot
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(header)
        writer.write(length: transactions.count)
        for transaction in transactions { writer.write(transaction.signed) }
        writer.write(vector: evidence)
        writer.write(vector: change)
    }

    /// About the length of the encoding, by the transactions that are there: what the header says of them may be a lie.
    var capacity: Int { transactions.reduce(1_024) { $0 + $1.byteCount } }

    package func encoded() -> [UInt8] {
        var writer = WireWriter(capacity: capacity)
        encode(into: &writer)
        return writer.bytes
    }

    /// Decodes a block; a transaction's id depends on the network, so decoding does too.
    package init(decoding rest: inout RawSpan, network: NetworkID) throws(WireError) {
        let header = try Header(decoding: &rest)
        let transactions = try rest.takeTransactions(of: network)
        let evidence = try rest.takeVector(Evidence.self, limit: Int(UInt16.max))
        let change = try rest.takeVector(ValidatorChange.self, limit: 1)
        self.init(
            header: header,
            network: network,
            transactions: transactions,
            evidence: evidence,
            change: change
        )
    }

    package init(decodingAll bytes: [UInt8], network: NetworkID) throws(WireError) {
        // SAFETY: the span reads `bytes`, which outlives it; every bit pattern is a valid byte.
        var rest = unsafe bytes.span.bytes
        try self.init(decoding: &rest, network: network)
        try rest.expectEnd()
    }
}

extension Block: Signed {
    /// Every signature in the body: each transaction's and each evidence's two.
    package func signatureClaims(in electorate: Electorate) -> [SignatureClaim]? {
        var claims: [SignatureClaim] = []
        claims.reserveCapacity(transactions.count + 2 * evidence.count)
        for transaction in transactions {
            guard let own = transaction.signatureClaims(in: .init()) else { return nil }
            claims.append(contentsOf: own)
        }
        for item in evidence {
            guard let own = item.signatureClaims(in: electorate) else { return nil }
            claims.append(contentsOf: own)
        }
        return claims
    }
}
