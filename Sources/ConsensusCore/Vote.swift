package import Cryptography
package import Primitives

/// What a validator says about a view (spec 3.2); it signs each body at most once and keeps the bytes.
package enum VoteBody: Hashable, Sendable, WireCodable {
    /// "This is the view's block, and I hold it and its ancestors."
    case notarize(epoch: Epoch, view: View, parentView: View, block: Hash32)
    /// "I saw no block here that I would finalise in time."
    case nullify(epoch: Epoch, view: View)
    /// "I hold a notarization for this block and never sent, and never will send, a nullify for this view."
    case finalize(epoch: Epoch, view: View, parentView: View, block: Hash32)

    package enum Kind: Int, Comparable, Sendable, CaseIterable {
        case notarize = 0
        case nullify = 1
        case finalize = 2

        package static func < (left: Kind, right: Kind) -> Bool { left.rawValue < right.rawValue }
    }

    package var kind: Kind {
        switch self {
        case .notarize: .notarize
        case .nullify: .nullify
        case .finalize: .finalize
        }
    }

    package var epoch: Epoch {
        switch self {
        case .notarize(let epoch, _, _, _), .nullify(let epoch, _), .finalize(let epoch, _, _, _): epoch
        }
    }

    package var view: View {
        switch self {
        case .notarize(_, let view, _, _), .nullify(_, let view), .finalize(_, let view, _, _): view
        }
    }

    /// The block that is voted for and the view of its parent; nil for a nullify.
    package var target: (parentView: View, block: Hash32)? {
        switch self {
        case .notarize(_, _, let parentView, let block), .finalize(_, _, let parentView, let block): (parentView, block)
        case .nullify: nil
        }
    }

    package var block: Hash32? { target?.block }

    /// Whether it takes certificates for granted, which are on disk before it leaves (spec 3.5).
    ///
    /// A notarize those of its parent and of the views between, a finalize its own view's notarization.
    package var restsOnCertificates: Bool { block != nil }

    package static var minimumByteCount: Int { 17 }

    package init(decoding rest: inout RawSpan) throws(WireError) {
        let tag = try rest.takeTag()
        guard let kind = Kind(rawValue: tag) else { throw .unknownTag(UInt64(tag), of: "vote") }
        let epoch = try Epoch(decoding: &rest)
        let view = try View(decoding: &rest)
        switch kind {
        case .nullify:
            self = .nullify(epoch: epoch, view: view)
        case .notarize:
            let parentView = try View(decoding: &rest)
            self = .notarize(epoch: epoch, view: view, parentView: parentView, block: try Hash32(decoding: &rest))
        case .finalize:
            let parentView = try View(decoding: &rest)
            self = .finalize(epoch: epoch, view: view, parentView: parentView, block: try Hash32(decoding: &rest))
        }
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(tag: kind.rawValue)
        writer.write(epoch)
        writer.write(view)
        if let target {
            writer.write(target.parentView)
            writer.write(target.block)
        }
    }

    /// The bytes that a validator signs.
    package func message(network: NetworkID) -> [UInt8] { DomainTag.vote.message(network: network, body: encoded()) }
}

/// A validator's signed word.
package struct Vote: Hashable, Sendable, WireCodable, Signed {
    package let body: VoteBody
    /// The signer's place in the epoch's list.
    package let signer: UInt16
    package let signature: Signature

    package init(body: VoteBody, signer: UInt16, signature: Signature) {
        self.body = body
        self.signer = signer
        self.signature = signature
    }

    package static var minimumByteCount: Int { VoteBody.minimumByteCount + 2 + 64 }

    package init(decoding rest: inout RawSpan) throws(WireError) {
        body = try VoteBody(decoding: &rest)
        signer = try rest.take()
        signature = try Signature(decoding: &rest)
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(body)
        writer.write(signer)
        writer.write(signature)
    }

    package func signatureClaims(in electorate: Electorate) -> [SignatureClaim]? {
        guard body.epoch == electorate.epoch, Int(signer) < electorate.validators.count else { return nil }
        let key = electorate.validators.validators[Int(signer)].consensusKey
        return [SignatureClaim(key: key, message: body.message(network: electorate.network), signature: signature)]
    }
}
