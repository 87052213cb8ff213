package import Cryptography
package import Primitives

/// Two votes by one validator in one view that no honest validator casts both (spec 3.8).
///
/// Checked from the bytes and the epoch's validators alone. Consequence: it is shown for ever; removing a validator is a
/// decision of people.
package struct Evidence: Hashable, Sendable, WireCodable, Signed {
    package let first: Vote
    package let second: Vote

    /// Answers nil when the two votes don't contradict each other.
    ///
    /// The order is fixed, so one misdeed has one form.
    package init?(_ one: Vote, _ other: Vote) {
        guard Self.contradict(one, other) else { return nil }
        let ordered = Self.precedes(one, other) ? (one, other) : (other, one)
        first = ordered.0
        second = ordered.1
    }

    package var epoch: Epoch { first.body.epoch }
    package var view: View { first.body.view }
    package var signer: UInt16 { first.signer }

    /// Two notarize or two finalize that differ, or a finalize and a nullify.
    ///
    /// Notarize and nullify is legal.
    private static func contradict(_ one: Vote, _ other: Vote) -> Bool {
        guard one.signer == other.signer, one.body.epoch == other.body.epoch, one.body.view == other.body.view
        else { return false }
        switch (one.body.kind, other.body.kind) {
        case (.notarize, .notarize), (.finalize, .finalize): return one.body != other.body
        case (.finalize, .nullify), (.nullify, .finalize): return true
        case (.nullify, .nullify), (.notarize, .nullify), (.nullify, .notarize), (.notarize, .finalize),
            (.finalize, .notarize):
            return false
        }
    }

    private static func precedes(_ one: Vote, _ other: Vote) -> Bool {
        if one.body.kind != other.body.kind { return one.body.kind < other.body.kind }
        return one.body.block ?? .zero < other.body.block ?? .zero
            || (one.body.block == other.body.block
                && one.body.target?.parentView ?? .zero < other.body.target?.parentView ?? .zero)
    }

    package static var minimumByteCount: Int { 2 * Vote.minimumByteCount }

    package init(decoding rest: inout RawSpan) throws(WireError) {
        let first = try Vote(decoding: &rest)
        let second = try Vote(decoding: &rest)
        guard let evidence = Evidence(first, second), evidence.first == first else {
            throw .outOfRange("the two votes don't contradict each other, or stand in the wrong order")
        }
        self = evidence
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(first)
        writer.write(second)
    }

    package func signatureClaims(in electorate: Electorate) -> [SignatureClaim]? {
        guard let one = first.signatureClaims(in: electorate), let other = second.signatureClaims(in: electorate)
        else { return nil }
        return one + other
    }
}
