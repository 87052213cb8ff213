import Primitives

/// A value that carries signatures and can say which.
@usableFromInline package protocol Signed: Sendable {
    /// What it takes to know who should have signed what, such as the network and the validators.
    associatedtype Context: Sendable

    /// Everything that must verify for this value to be valid; nil when it is malformed and can't be valid at all.
    ///
    /// An empty answer counts as malformed too: nothing is verified because nobody signed it.
    func signatureClaims(in context: Context) -> [SignatureClaim]?
}

/// A value whose every signature was checked: the type is the proof.
///
/// Signatures make one in `check`. The two other makers name their reason: the parts were verified, or this node
/// verified the value before it stored it.
@dynamicMemberLookup
@usableFromInline package struct Verified<Value: Sendable>: Sendable {
    @usableFromInline package let value: Value

    @inlinable init(checked value: Value) { self.value = value }

    /// A whole whose every part was verified.
    package init<Part>(assembling parts: [Verified<Part>], _ build: ([Part]) -> Value) {
        value = build(parts.map { $0.value })
    }

    /// What this node verified before it stored it, and whose hash was checked on reading.
    package init(readBack value: Value) { self.value = value }

    package subscript<Member>(dynamicMember path: KeyPath<Value, Member>) -> Member { value[keyPath: path] }
}

extension Verified where Value: Signed {
    /// Checks many values in one call of the scheme; an answer for each, in order, nil for those that don't hold.
    ///
    /// Inlinable, so that it is specialised for transactions: unspecialised it takes a thirtieth of a verification.
    @inlinable package static func check(
        _ values: [Value],
        in context: Value.Context,
        by scheme: some SignatureScheme
    ) -> [Verified<Value>?] {
        let claimsOfEach = values.map { $0.signatureClaims(in: context) }
        let claims = claimsOfEach.flatMap { $0 ?? [] }
        let verdicts = scheme.verdicts(on: claims)
        requireVerdicts(verdicts.count, on: claims.count)
        var rest = verdicts[...]
        return zip(values, claimsOfEach).map { value, claims in
            guard let claims, !claims.isEmpty else { return nil }
            let mine = rest.prefix(claims.count)
            rest = rest.dropFirst(claims.count)
            return allHold(mine) ? Verified(checked: value) : nil
        }
    }

    /// Checks one value.
    package static func check(
        _ value: Value,
        in context: Value.Context,
        by scheme: some SignatureScheme
    ) -> Verified<Value>? {
        check([value], in: context, by: scheme)[0]
    }
}

/// A value holds when each of its signatures does.
@usableFromInline func allHold(_ verdicts: ArraySlice<Bool>) -> Bool { verdicts.allSatisfy { $0 } }

@usableFromInline func requireVerdicts(_ count: Int, on claimCount: Int) {
    precondition(count == claimCount, "a scheme gives one verdict for each claim")
}

extension Verified: Equatable where Value: Equatable {}
extension Verified: Hashable where Value: Hashable {}
