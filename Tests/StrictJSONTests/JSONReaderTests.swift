import StrictJSON
import Testing

@Suite struct JSONReaderTests {
    static let document = #"{"transaction":{"payer":5,"nonce":"7","pay":[{"amount":"1"},{"amount":"01"}],"memo":null}}"#

    func root() throws -> JSONReader { JSONReader(try JSON.parse(Self.document), root: "params") }

    @Test func readsWhatIsThere() throws {
        let transaction = try root().member("transaction")
        try transaction.only(["payer", "nonce", "pay", "memo", "other"])
        #expect(try transaction.member("nonce").decimal() == 7)
        #expect(try transaction.member("payer").integer(max: 5) == 5)
        #expect(try transaction.member("pay").elements(limit: 2)[0].member("amount").decimal() == 1)
        #expect(try transaction.optionalMember("other") == nil)
        #expect(try transaction.optionalMember("memo")?.value == .null)
        #expect(try transaction.member("nonce").string(as: "a digit") { $0.count == 1 ? $0 : nil } == "7")
    }

    @Test func namesThePlaceThatIsWrong() throws {
        let transaction = try root().member("transaction")
        func expect(_ text: String, _ body: () throws -> Void, _ here: SourceLocation = #_sourceLocation) {
            let error = #expect(throws: JSONReadError.self, sourceLocation: here) { try body() }
            #expect(error?.description == text, sourceLocation: here)
        }
        expect("params.transaction.payer: expected a decimal string") { _ = try transaction.member("payer").decimal() }
        expect("params.transaction.payer: expected a whole number from 0 to 4") {
            _ = try transaction.member("payer").integer(max: 4)
        }
        expect("params.transaction.pay[1].amount: expected a decimal string") {
            _ = try transaction.member("pay").elements()[1].member("amount").decimal()
        }
        expect("params.transaction.nonce: expected a decimal string of at most 6") {
            _ = try transaction.member("nonce").decimal(max: 6)
        }
        expect("params.transaction.fee: is missing") { _ = try transaction.member("fee") }
        expect("params.transaction.memo: is not a known member") { try transaction.only(["payer", "nonce", "pay"]) }
        expect("params.transaction.pay: has 2 elements, more than 1") {
            _ = try transaction.member("pay").elements(limit: 1)
        }
        expect("params.transaction.pay: expected an object") { try transaction.member("pay").only([]) }
        expect("params.transaction.nonce: expected an array") { _ = try transaction.member("nonce").elements() }
        expect("params.transaction.payer: expected a string") { _ = try transaction.member("payer").string() }
        expect("params.transaction.nonce: expected true or false") { _ = try transaction.member("nonce").bool() }
        expect("params.transaction.nonce: expected an account") {
            _ = try transaction.member("nonce").string(as: "an account") { _ in Int?.none }
        }
        expect("expected an object") { _ = try JSONReader(1).member("a") }
        expect("a: is missing") { _ = try JSONReader([:]).member("a") }
    }

    @Test func quotesAStrangersNames() throws {
        let hostile = JSONReader(["a\nb": 1], root: "params")
        let error = #expect(throws: JSONReadError.self) { try hostile.only([]) }
        #expect(error?.description == #"params."a\nb": is not a known member"#)
        let long = JSONReader(.object([String(repeating: "x", count: 1000): 1]))
        let cut = #expect(throws: JSONReadError.self) { try long.only([]) }
        #expect((cut?.description.utf8.count ?? .max) < 100)
    }

    @Test(arguments: ["0", "1", "10", "18446744073709551615"])
    func takesADecimal(_ text: String) throws {
        #expect(try String(JSONReader(.string(text)).decimal()) == text)
    }

    @Test(arguments: [
        "", " 1", "1 ", "+1", "-1", "-0", "00", "01", "1.0", "1e3", "0x1", "18446744073709551616",
        "99999999999999999999",
        "100000000000000000000", "\u{FF11}", "1_000",
    ])
    func refusesADecimal(_ text: String) {
        #expect(throws: JSONReadError.self) { try JSONReader(.string(text)).decimal() }
        #expect(throws: JSONReadError.self) { try JSONReader(.number(text)).integer(max: .max) }
    }
}
