import Primitives
import Testing

@Suite struct Bech32mTests {
    /// BIP-350's valid strings; one of them is in capitals, which we refuse.
    static let valid: [(String, String, [UInt8])] = [
        ("a1lqfn3a", "a", []),
        (
            "an83characterlonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11sg7hg6",
            "an83characterlonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber1", []
        ),
        ("abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx", "abcdef", Array((0...31).reversed())),
        (
            "11llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllludsr8", "1",
            [UInt8](repeating: 31, count: 82)
        ),
        (
            "split1checkupstagehandshakeupstreamerranterredcaperredlc445v", "split",
            [
                24, 23, 25, 24, 22, 28, 1, 16, 11, 29, 8, 25, 23, 29, 19, 13, 16, 23, 29, 22, 25, 28, 1, 16, 11, 3, 25,
                29,
                27, 25, 3, 3, 29, 19, 11, 25, 3, 3, 25, 13, 24, 29, 1, 25, 3, 3, 25, 13,
            ]
        ),
        ("?1v759aa", "?", []),
    ]

    @Test(arguments: valid)
    func takesTheStringsOfTheStandard(_ text: String, _ prefix: String, _ values: [UInt8]) throws {
        let split = try Bech32m.split(text)
        #expect(split.prefix == prefix)
        #expect(split.values == values)
        // Changing any one character is noticed.
        for place in text.indices {
            let other: Character = text[place] == "q" ? "p" : "q"
            #expect(throws: Bech32mError.self) { try Bech32m.split(text.replacingCharacter(at: place, with: other)) }
        }
    }

    /// BIP-350's invalid strings, and capitals.
    @Test(arguments: [
        ("\u{20}1xj0phk", Bech32mError.unexpectedCharacter(0x20, at: 0)),
        ("\u{7F}1g6xzxy", .unexpectedCharacter(0x7F, at: 0)),
        ("\u{80}1vctc34", .unexpectedCharacter(0xC2, at: 0)),
        (
            "an84characterslonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11d6pts4",
            .tooLong(characterCount: 91)
        ),
        ("qyrz8wqd2c9m", .noSeparator),
        ("1qyrz8wqd2c9m", .emptyPrefix),
        ("y1b0jsk6g", .unexpectedCharacter(UInt8(ascii: "b"), at: 2)),
        ("lt1igcx5c0", .unexpectedCharacter(UInt8(ascii: "i"), at: 3)),
        ("in1muywd", .tooShort),
        ("mm1crxm3i", .unexpectedCharacter(UInt8(ascii: "i"), at: 8)),
        ("au1s5cgom", .unexpectedCharacter(UInt8(ascii: "o"), at: 7)),
        ("m1vuxwez", .wrongChecksum),
        ("16plkw9", .emptyPrefix),
        ("1p2gdwpf", .emptyPrefix),
        ("A1LQFN3A", .unexpectedCharacter(UInt8(ascii: "A"), at: 0)),
        ("a1lqfn3A", .unexpectedCharacter(UInt8(ascii: "A"), at: 7)),
        ("", .noSeparator),
        // Bech32, whose constant is 1.
        ("a12uel5l", .wrongChecksum),
    ])
    func refusesTheStringsOfTheStandard(_ text: String, _ error: Bech32mError) {
        #expect(throws: error) { try Bech32m.split(text) }
    }

    @Test func writesAndReadsAccounts() throws {
        for first in 0..<64 {
            let account = try #require(
                AccountID(bytes: (0..<32).map { UInt8(truncatingIfNeeded: first * 7 + $0 * 11) })
            )
            let text = account.text(prefix: "far")
            #expect(text.hasPrefix("far1"))
            #expect(text.utf8.count == 62)
            #expect(try AccountID(text: text, prefix: "far") == account)
            #expect(throws: Bech32mError.wrongPrefix("far", wanted: "test")) {
                try AccountID(text: text, prefix: "test")
            }
        }
    }

    @Test func writesThePoolAsTheStandardSays() {
        // Computed apart, with BIP-350's algorithm in Python.
        #expect(AccountID.pool.text(prefix: "far") == "far1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqnrpr4j")
    }

    @Test func refusesAnotherLength() {
        for count in [0, 1, 31, 33, 40] {
            let text = Bech32m.encode(prefix: "far", data: [UInt8](repeating: 7, count: count))
            #expect(throws: Bech32mError.wrongLength(byteCount: count, wanted: 32)) {
                try AccountID(text: text, prefix: "far")
            }
        }
    }

    /// 32 bytes are 51 groups and one bit; the four bits of padding must be zero, and no group may be spare.
    @Test(arguments: [
        "far1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqpw44kgq",
        "far1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq9rshuu",
    ]) func refusesPaddingThatIsNotZero(_ text: String) throws {
        _ = try Bech32m.split(text)
        #expect(throws: Bech32mError.paddingNotZero) { try Bech32m.decode(text, prefix: "far") }
    }

    @Test(arguments: ["", "Far", "a b", "é", String(repeating: "a", count: 84)])
    func refusesAPrefix(_ prefix: String) {
        #expect(!Bech32m.isPrefix(prefix))
    }
}

extension String {
    fileprivate func replacingCharacter(at place: Index, with character: Character) -> String {
        self[..<place] + String(character) + self[index(after: place)...]
    }
}
