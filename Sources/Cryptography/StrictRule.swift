package import Primitives

// Spec 2.6, the part of the rule that needs no curve arithmetic. Libraries disagree here, so nothing is left to them.
//
//     the key A and the signature's R are canonical: y < p = 2^255 - 19, the sign bit put aside
//     neither is one of the 14 encodings of a small-order point
//     S < L, the order of the base point
//
// The 14 are seven values of y with either sign bit: 0, 1, p - 1, two of order 8, and p and p + 1. The last two are not
// canonical anyway, so five values remain to be compared.

extension PublicKey {
    /// True when rule 2.6 lets this key sign and spec 2.2 lets it be paid: comparisons of bytes only.
    ///
    /// It is not a promise that the key is a point of the curve.
    package var isCanonicalAndNotSmallOrder: Bool { FieldElement(encoding: words).isCanonicalAndNotSmallOrder }
}

extension Signature {
    /// True when R is canonical and not of small order and S is below L.
    package var isAdmissible: Bool {
        FieldElement(encoding: r).isCanonicalAndNotSmallOrder && FieldElement(littleEndian: s) < .groupOrder
    }
}

/// A 256-bit number as four words, the least significant first.
private struct FieldElement: Equatable {
    let words: (UInt64, UInt64, UInt64, UInt64)

    init(_ first: UInt64, _ second: UInt64, _ third: UInt64, _ fourth: UInt64) {
        words = (first, second, third, fourth)
    }

    init(littleEndian bytes: Words32) {
        self.init(
            UInt64(littleEndian: bytes.first),
            UInt64(littleEndian: bytes.second),
            UInt64(littleEndian: bytes.third),
            UInt64(littleEndian: bytes.fourth)
        )
    }

    /// The y of an encoded point: the top bit is the sign of x.
    init(encoding bytes: Words32) {
        let whole = Self(littleEndian: bytes)
        self.init(whole.words.0, whole.words.1, whole.words.2, whole.words.3 & (.max >> 1))
    }

    var isCanonicalAndNotSmallOrder: Bool {
        self < .prime && self != .zero && self != .one && self != .minusOne && self != .order8First
            && self != .order8Second
    }

    static func == (left: Self, right: Self) -> Bool { left.words == right.words }

    static func < (left: Self, right: Self) -> Bool {
        (left.words.3, left.words.2, left.words.1, left.words.0)
            < (right.words.3, right.words.2, right.words.1, right.words.0)
    }

    static let zero = Self(0, 0, 0, 0)
    static let one = Self(1, 0, 0, 0)
    /// 2^255 - 19.
    static let prime = Self(.max - 18, .max, .max, .max >> 1)
    static let minusOne = Self(.max - 19, .max, .max, .max >> 1)
    static let order8First = Self(
        0xb027_b2c2_8f95_e826,
        0xf098_eff2_89f4_c345,
        0x3933_c6d3_05ac_dfd5,
        0x05fc_536d_8802_38b1
    )
    static let order8Second = Self(
        0x4fd8_4d3d_706a_17c7,
        0x0f67_100d_760b_3cba,
        0xc6cc_392c_fa53_202a,
        0x7a03_ac92_77fd_c74e
    )
    /// L = 2^252 + 27742317777372353535851937790883648493.
    static let groupOrder = Self(
        0x5812_631a_5cf5_d3ed,
        0x14de_f9de_a2f7_9cd6,
        0,
        0x1000_0000_0000_0000
    )
}
