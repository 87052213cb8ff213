package import Cryptography
package import Primitives

/// Who signed: one bit for each validator of the epoch, ⌈n/8⌉ bytes, lowest bit first, spare bits 0 (spec 2.5).
package struct SignerBitmap: Hashable, Sendable, WireCodable {
    package let bytes: [UInt8]

    package init(signers: [Int], of count: Int) {
        var bytes = [UInt8](repeating: 0, count: (count + 7) / 8)
        for signer in signers { bytes[signer / 8] |= 1 << UInt8(signer % 8) }
        self.bytes = bytes
    }

    /// The signers in ascending order; nil unless the bitmap has the length and the spare bits of `count` validators.
    package func signers(of count: Int) -> [Int]? {
        guard bytes.count == (count + 7) / 8 else { return nil }
        var signers: [Int] = []
        for index in 0..<(bytes.count * 8) where bytes[index / 8] & (1 << UInt8(index % 8)) != 0 {
            guard index < count else { return nil }
            signers.append(index)
        }
        return signers
    }

    package static var minimumByteCount: Int { 1 }
    package static let byteCountMax = Int(UInt16.max) / 8 + 1
    package init(decoding rest: inout RawSpan) throws(WireError) {
        bytes = try rest.takeByteVector(limit: Self.byteCountMax)
    }
    package func encode(into writer: inout WireWriter) { writer.write(vector: bytes) }
}

/// The same vote by a quorum: a notarization, a nullification or a finalization (spec 3.3).
///
/// It lists single signatures, so that whoever contradicts it can be named; it proves itself to anybody who knows the
/// epoch's validators.
package struct Certificate: Hashable, Sendable, WireCodable, Signed {
    package let body: VoteBody
    package let signers: SignerBitmap
    /// In the order of the signers' indexes.
    package let signatures: [Signature]

    package init(body: VoteBody, signers: SignerBitmap, signatures: [Signature]) {
        self.body = body
        self.signers = signers
        self.signatures = signatures
    }

    /// Joins votes for one body, at most one a signer; the caller has counted a quorum.
    package init(body: VoteBody, votes: [Vote], validatorCount: Int) {
        let ordered = votes.sorted { $0.signer < $1.signer }
        self.init(
            body: body,
            signers: SignerBitmap(signers: ordered.map { Int($0.signer) }, of: validatorCount),
            signatures: ordered.map(\.signature)
        )
    }

    package var kind: VoteBody.Kind { body.kind }
    package var view: View { body.view }
    package var block: Hash32? { body.block }

    /// The votes that it is made of; nil unless the bitmap fits `validatorCount` validators and the signatures.
    package func votes(validatorCount: Int) -> [Vote]? {
        guard let indexes = signers.signers(of: validatorCount), indexes.count == signatures.count else { return nil }
        return zip(indexes, signatures).map { Vote(body: body, signer: UInt16($0), signature: $1) }
    }

    package static var minimumByteCount: Int { VoteBody.minimumByteCount + 2 }

    package init(decoding rest: inout RawSpan) throws(WireError) {
        body = try VoteBody(decoding: &rest)
        signers = try SignerBitmap(decoding: &rest)
        signatures = try rest.takeVector(limit: Int(UInt16.max))
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(body)
        writer.write(signers)
        writer.write(vector: signatures)
    }

    /// Valid only with exactly the set bits' signatures, and at least a quorum of them.
    package func signatureClaims(in electorate: Electorate) -> [SignatureClaim]? {
        let validators = electorate.validators
        guard body.epoch == electorate.epoch, let indexes = signers.signers(of: validators.count),
            indexes.count == signatures.count, indexes.count >= validators.quorum
        else { return nil }
        let message = body.message(network: electorate.network)
        return zip(indexes, signatures).map { index, signature in
            SignatureClaim(key: validators.validators[index].consensusKey, message: message, signature: signature)
        }
    }
}
