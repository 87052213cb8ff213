import StrictJSON
import Testing

@Suite struct JSONParserTests {
    @Test(arguments: [
        ("null", JSON.null),
        (" true\n", .bool(true)),
        ("false", .bool(false)),
        ("0", .number("0")),
        ("-0", .number("-0")),
        ("-12.50e+7", .number("-12.50e+7")),
        ("1E400", .number("1E400")),
        ("\"\"", .string("")),
        (#""\"\\\/\b\f\n\r\t""#, .string("\"\\/\u{8}\u{C}\n\r\t")),
        (#""a\u0000b""#, .string("a\0b")),
        (#""\u00e9\uD834\uDD1E""#, .string("\u{E9}\u{1D11E}")),
        ("\"é\u{1D11E}\u{7F}\"", .string("é\u{1D11E}\u{7F}")),
        ("[]", .array([])),
        ("[1 ,\t2]", .array([.number("1"), .number("2")])),
        ("{}", .object([:])),
        (#"{"b":1,"a":{"b":[]}}"#, .object(["b": 1, "a": ["b": []]])),
    ])
    func reads(_ text: String, as value: JSON) throws {
        #expect(try JSON.parse(text) == value)
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let text: String
        let problem: JSONError.Problem
        let offset: Int
        init(_ text: String, _ problem: JSONError.Problem, _ offset: Int) {
            (self.text, self.problem, self.offset) = (text, problem, offset)
        }
        var testDescription: String { text }
    }

    @Test(arguments: [
        Refusal("", .endsEarly(.value), 0),
        Refusal("  ", .endsEarly(.value), 2),
        Refusal("\u{FEFF}{}", .byteOrderMark, 0),
        Refusal("nul", .unexpected(UInt8(ascii: "n"), .value), 0),
        Refusal("True", .unexpected(UInt8(ascii: "T"), .value), 0),
        Refusal("NaN", .unexpected(UInt8(ascii: "N"), .value), 0),
        Refusal("1 2", .leftOver, 2),
        Refusal("nullnull", .leftOver, 4),
        Refusal("1\0", .leftOver, 1),
        Refusal("01", .leadingZero, 0),
        Refusal("-00", .leadingZero, 1),
        Refusal("+1", .unexpected(UInt8(ascii: "+"), .value), 0),
        Refusal(".5", .unexpected(UInt8(ascii: "."), .value), 0),
        Refusal("-", .endsEarly(.digit), 1),
        Refusal("1.", .endsEarly(.digit), 2),
        Refusal("1.e1", .unexpected(UInt8(ascii: "e"), .digit), 2),
        Refusal("1e+", .endsEarly(.digit), 3),
        Refusal("1e-+1", .unexpected(UInt8(ascii: "+"), .digit), 3),
        Refusal("0x10", .leftOver, 1),
        Refusal("'a'", .unexpected(UInt8(ascii: "'"), .value), 0),
        Refusal("\"a", .endsEarly(.closingQuote), 2),
        Refusal("\"a\\", .endsEarly(.closingQuote), 3),
        Refusal("\"a\nb\"", .controlCharacter(0x0A), 2),
        Refusal("\"\\x41\"", .unknownEscape, 1),
        Refusal("\"\\u12g4\"", .unexpected(UInt8(ascii: "g"), .fourHexDigits), 5),
        Refusal("\"\\u12\"", .unexpected(UInt8(ascii: "\""), .fourHexDigits), 5),
        Refusal(#""ab\uD800""#, .loneSurrogate, 3),
        Refusal(#""\uD800\n""#, .loneSurrogate, 1),
        Refusal(#""\uD800A""#, .loneSurrogate, 1),
        Refusal(#""\uDC00\uD800""#, .loneSurrogate, 1),
        Refusal("[", .endsEarly(.elementOrEnd), 1),
        Refusal("[1", .endsEarly(.commaOrBracket), 2),
        Refusal("[1,]", .unexpected(UInt8(ascii: "]"), .value), 3),
        Refusal("[,1]", .unexpected(UInt8(ascii: ","), .elementOrEnd), 1),
        Refusal("[1 2]", .unexpected(UInt8(ascii: "2"), .commaOrBracket), 3),
        Refusal("[1}", .unexpected(UInt8(ascii: "}"), .commaOrBracket), 2),
        Refusal("{", .endsEarly(.nameOrEnd), 1),
        Refusal("{a:1}", .unexpected(UInt8(ascii: "a"), .nameOrEnd), 1),
        Refusal("{1:1}", .unexpected(UInt8(ascii: "1"), .nameOrEnd), 1),
        Refusal("{\"a\"}", .unexpected(UInt8(ascii: "}"), .colon), 4),
        Refusal("{\"a\":}", .unexpected(UInt8(ascii: "}"), .value), 5),
        Refusal("{\"a\":1,}", .unexpected(UInt8(ascii: "}"), .name), 7),
        Refusal("{\"a\":1 \"b\":2}", .unexpected(UInt8(ascii: "\""), .commaOrBrace), 7),
        Refusal("{\"a\":1,\"\\u0061\":2}", .duplicateName("a"), 7),
        Refusal("[1]// note", .leftOver, 3),
        Refusal("\u{A0}1", .unexpected(0xC2, .value), 0),
    ])
    func refuses(_ refusal: Refusal) {
        let error = #expect(throws: JSONError.self) { try JSON.parse(refusal.text) }
        #expect(error?.problem == refusal.problem)
        #expect(error?.offset == refusal.offset)
    }

    @Test(arguments: [
        ([0x22, 0x61, 0xFF, 0x22] as [UInt8], 2),
        ([0x22, 0xC3, 0xA9, 0xC0, 0x80, 0x22], 3),
        ([0x22, 0xED, 0xA0, 0x80, 0x22], 1),
        ([0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], 1),
        ([0x22, 0x5C, 0x6E, 0x61, 0xE2, 0x82, 0x22], 4),
        // A sequence that an escape interrupts is broken, even if both halves would join without it.
        ([0x22, 0xC3, 0x5C, 0x6E, 0xA9, 0x22], 1),
    ])
    func refusesWhatIsNotUTF8(_ bytes: [UInt8], at offset: Int) {
        let error = #expect(throws: JSONError.self) { try JSON.parse(bytes) }
        #expect(error?.problem == .invalidUTF8)
        #expect(error?.offset == offset)
    }

    @Test func countsLinesAndColumns() {
        let error = #expect(throws: JSONError.self) { try JSON.parse("{\n  \"a\": 1,\r\n  \"é\" 2}") }
        #expect(error?.line == 3)
        #expect(error?.column == 8)
        #expect("\(error as Any)".contains("line 3, column 8: '2' stands where a colon should stand"))
    }

    @Test func nestsAsDeepAsAllowedAndNoDeeper() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[{\"a\":", count: depth / 2) + "1" + String(repeating: "}]", count: depth / 2)
        }
        _ = try JSON.parse(nested(16))
        #expect(throws: JSONError.self) { try JSON.parse(nested(18)) }
        _ = try JSON.parse(nested(1024), depthMax: 1024)
        #expect(try JSON.parse("1", depthMax: 0) == 1)
        let error = #expect(throws: JSONError.self) { try JSON.parse("[]", depthMax: 0) }
        #expect(error?.problem == .tooDeep(depthMax: 0))
        // A million brackets are refused at the seventeenth.
        let bomb = #expect(throws: JSONError.self) { try JSON.parse(String(repeating: "[", count: 1_000_000)) }
        #expect(bomb?.offset == 16)
    }

    @Test func findsARepeatedNameAmongMany() throws {
        let members = (0..<5000).map { "\"n\($0)\":\($0)" }.joined(separator: ",")
        #expect(try JSON.parse("{\(members)}").asObject?.members.count == 5000)
        for repeated in [0, 7, 8, 4999] {
            let error = #expect(throws: JSONError.self) { try JSON.parse("{\(members),\"n\(repeated)\":0}") }
            #expect(error?.problem == .duplicateName("n\(repeated)"))
        }
    }

    @Test func tellsNamesApartByBytes() throws {
        // The Kelvin sign and é in two spellings are equal as Swift strings, and not the same name.
        let value = try JSON.parse("{\"K\":1,\"\u{212A}\":2,\"\u{E9}\":3,\"e\u{301}\":4}")
        #expect(value["K"] == 1)
        #expect(value["\u{212A}"] == 2)
        #expect(value["\u{E9}"] == 3)
        #expect(value["e\u{301}"] == 4)
        #expect(JSON.string("\u{212A}") != JSON.string("K"))
    }

    @Test func readsALongStringWhole() throws {
        let text = String(repeating: "0123456789abcdef", count: 1 << 18)
        #expect(try JSON.parse("[\"\(text)\",\"\(text)\\n\"]") == [.string(text), .string(text + "\n")])
    }

    /// Whatever is accepted is written and read back the same; nothing crashes.
    @Test func readsBackWhateverItAccepts() throws {
        let original = Array(
            #"{"a":[1,-2.5e3,"x\n\u00e9\ud834\udd1e"],"é":{"b":null,"c":[true,false,{}]},"d":"0"}"#.utf8
        )
        let spice = Array(#"{}[]",:\u0eE+-.19 tfn/"#.utf8) + [0x00, 0x0A, 0x7F, 0x80, 0xC3, 0xED, 0xFF]
        var state: UInt64 = 8259
        func next(below bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        var accepted = 0
        for _ in 0..<20_000 {
            var bytes = original
            for _ in 0...next(below: 3) {
                let place = next(below: bytes.count)
                switch next(below: 3) {
                case 0: bytes[place] = spice[next(below: spice.count)]
                case 1: bytes.insert(spice[next(below: spice.count)], at: place)
                default: bytes.remove(at: place)
                }
            }
            guard let value = try? JSON.parse(bytes) else { continue }
            accepted += 1
            #expect(try JSON.parse(value.bytes) == value)
            #expect(try JSON.parse(value.prettyBytes) == value)
        }
        #expect((100..<19_900).contains(accepted))
    }
}
