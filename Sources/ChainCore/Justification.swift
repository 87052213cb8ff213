package import ConsensusCore
package import Cryptography
package import Primitives

/// Why a block may be final: kept for ever with it, exported and synced (spec 3.11).
///
/// One certificate over the block, a finalization or else a notarization; its body names the block's view and its parent's.
/// With it the nullifications of all views strictly between the two. A block without a finalization of its own is final
/// through its first descendant that has one.
package struct Justification: Hashable, Sendable, WireCodable, Signed {
    package let certificate: Certificate
    package let nullifications: [Certificate]

    package init(certificate: Certificate, nullifications: [Certificate]) {
        self.certificate = certificate
        self.nullifications = nullifications
    }

    package var view: View { certificate.view }
    package var parentView: View { certificate.body.target?.parentView ?? .zero }
    package var isFinalization: Bool { certificate.kind == .finalize }

    /// Tells whether this is a certificate over `block`, with a nullification for each view strictly between, in order.
    ///
    /// Says nothing of the signatures.
    package func covers(_ block: Hash32) -> Bool {
        guard let target = certificate.body.target, target.block == block, target.parentView < view else {
            return false
        }
        let between = view.number - target.parentView.number - 1
        guard UInt64(nullifications.count) == between else { return false }
        for (offset, nullification) in nullifications.enumerated() {
            guard nullification.kind == .nullify, nullification.body.epoch == certificate.body.epoch,
                nullification.view.number == target.parentView.number + 1 + UInt64(offset)
            else { return false }
        }
        return true
    }

    package static var minimumByteCount: Int { Certificate.minimumByteCount + 1 }

    package init(decoding rest: inout RawSpan) throws(WireError) {
        certificate = try Certificate(decoding: &rest)
        nullifications = try rest.takeVector()
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(certificate)
        writer.write(vector: nullifications)
    }

    package func signatureClaims(in electorate: Electorate) -> [SignatureClaim]? {
        var claims: [SignatureClaim] = []
        for item in [certificate] + nullifications {
            guard let own = item.signatureClaims(in: electorate) else { return nil }
            claims.append(contentsOf: own)
        }
        return claims
    }
}

/// A block and why it may be final.
package struct JustifiedBlock: Hashable, Sendable {
    package let block: Block
    package let justification: Justification

    package init(block: Block, justification: Justification) {
        self.block = block
        self.justification = justification
    }

    package func encode(into writer: inout WireWriter) {
        block.encode(into: &writer)
        writer.write(justification)
    }

    package func encoded() -> [UInt8] {
        var writer = WireWriter(capacity: 1_024 + block.capacity)
        encode(into: &writer)
        return writer.bytes
    }

    /// Decodes what `encode` wrote and nothing more, as an export, a node's `block_range` or a peer sends it.
    package init(decodingAll bytes: [UInt8], network: NetworkID) throws(WireError) {
        // SAFETY: the span reads `bytes`, which outlives it; every bit pattern is a valid byte.
        var rest = unsafe bytes.span.bytes
        try self.init(decoding: &rest, network: network)
        try rest.expectEnd()
    }

    package init(decoding rest: inout RawSpan, network: NetworkID) throws(WireError) {
        block = try Block(decoding: &rest, network: network)
        justification = try Justification(decoding: &rest)
    }
}
