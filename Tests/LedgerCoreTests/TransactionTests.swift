import Cryptography
import LedgerCore
import Primitives
import StrictJSON
import Testing

struct TransactionEncodingTests {
    static let transaction = Transaction(
        payer: AccountID(words: Words32(1, 2, 3, 4)),
        nonce: 0x0102_0304_0506_0708,
        validUntil: Milliseconds(0x10),
        maxPrice: 0x20,
        action: .pay([
            Payment(
                payee: AccountID(words: Words32(5, 6, 7, 8)),
                amount: Amount(units: 0x30),
                reference: [0xAA, 0xBB]
            ),
            Payment(payee: AccountID(words: Words32(5, 6, 7, 8)), amount: Amount(units: 0)),
        ])
    )

    static let hex =
        "0100000000000000020000000000000003000000000000000400000000000000"  // payer
        + "0807060504030201" + "1000000000000000" + "2000000000000000"  // nonce, validUntil, maxPrice
        + "00" + "02"  // pay, two payments
        + "0500000000000000060000000000000007000000000000000800000000000000" + "3000000000000000" + "02aabb"
        + "0500000000000000060000000000000007000000000000000800000000000000" + "0000000000000000" + "00"

    @Test func aTransactionIsTheseBytes() throws {
        #expect(Hex.encode(Self.transaction.encoded()) == Self.hex)
        #expect(try Transaction(decodingAll: Hex.decode(Self.hex)!) == Self.transaction)
    }

    @Test func anAuthorizationIsATagAndASignature() throws {
        let signature = Signature(r: Words32(1, 0, 0, 0), s: Words32(0, 0, 0, 1 << 56))
        let signed = SignedTransaction(transaction: Self.transaction, authorization: .owner(signature))
        #expect(Hex.encode(signed.encoded()) == Self.hex + "00" + Hex.encode(signature.bytes))
        #expect(try SignedTransaction(decodingAll: signed.encoded()) == signed)
    }

    @Test(arguments: [
        ("an unknown action", "01", 56, WireError.unknownTag(1, of: "action")),
        ("more payments than bytes", "ff01", 57, .truncated(wanted: 255 * 41, available: 83)),
        ("a count in a longer form", "8200", 57, .lengthNotShortest),
    ])
    func refusesOtherForms(what: String, hex: String, offset: Int, error: WireError) {
        var bytes = Hex.decode(Self.hex)!
        bytes.replaceSubrange(offset..<(offset + hex.utf8.count / 2), with: Hex.decode(hex)!)
        #expect(throws: error, "\(what)") { try Transaction(decodingAll: bytes) }
    }

    @Test func refusesCutAndLeftOverBytes() {
        let bytes = Hex.decode(Self.hex)!
        for count in 0..<bytes.count {
            #expect(throws: WireError.self) { try Transaction(decodingAll: Array(bytes.prefix(count))) }
        }
        #expect(throws: WireError.leftOver(byteCount: 1)) { try Transaction(decodingAll: bytes + [0]) }
    }

    @Test func refusesAnUnknownAuthorization() {
        let bytes = Hex.decode(Self.hex)! + [1] + [UInt8](repeating: 0, count: 64)
        #expect(throws: WireError.unknownTag(1, of: "authorization")) { try SignedTransaction(decodingAll: bytes) }
    }
}

struct TransactionIdentityTests {
    let genesis: Genesis

    init() throws { genesis = try makeGenesis() }

    @Test func theIDIsTheTaggedHashOfTheTransactionAlone() {
        let transaction = TransactionEncodingTests.transaction
        let expected = SHA256.hash(
            Array("farthing/transaction/v1".utf8) + [0] + genesis.networkID.bytes + transaction.encoded()
        )
        #expect(transaction.id(in: genesis.networkID).words == expected.words)
        #expect(
            transaction.id(in: genesis.networkID).signingBytes
                == Array("farthing/signature/v1".utf8) + [0] + expected.bytes
        )
    }

    @Test func twoSignaturesOfOneTransactionShareTheIDAndNotTheLeaf() {
        let unsigned = genesis.transaction(from: alice, [(bob, 1)])
        let signed = genesis.transaction(from: alice, [(bob, 1)], signedBy: key(1))
        #expect(unsigned.id == signed.id)
        #expect(unsigned.leaf != signed.leaf)
        #expect(unsigned != signed)
        #expect(signed.leaf == SHA256.hash([0] + signed.signed.encoded()))
        #expect(signed.byteCount == signed.signed.encoded().count)
    }

    @Test func anotherNetworkGivesAnotherID() throws {
        let other = try makeGenesis { $0.unit = "other" }
        #expect(genesis.transaction(from: alice, [(bob, 1)]).id != other.transaction(from: alice, [(bob, 1)]).id)
    }

    @Test func thePayersSignatureVerifiesAndNoOther() throws {
        let other = try makeGenesis { $0.unit = "other" }
        let foreign = other.transaction(from: alice, [(bob, 1)], signedBy: key(1))
        let answers = Verified.check(
            [
                genesis.transaction(from: alice, [(bob, 1)], signedBy: key(1)),
                genesis.transaction(from: alice, [(bob, 1)], signedBy: key(2)),
                genesis.transaction(from: alice, [(bob, 1)]),
                IdentifiedTransaction(foreign.signed, network: genesis.networkID),
            ],
            in: IdentifiedTransaction.Context(),
            by: StrictEd25519()
        )
        #expect(answers.map { $0 != nil } == [true, false, false, false])
    }

    @Test func sharesAreOneForTheSignatureAndOneForEachPayment() {
        #expect(genesis.transaction(from: alice, [(bob, 1), (bob, 2), (alice, 3)]).transaction.shares == 4)
    }
}

struct TransactionJSONTests {
    let genesis: Genesis
    let text: String

    init() throws {
        genesis = try makeGenesis()
        text = """
            {"transaction":{"payer":"\(alice.text(prefix: "far"))","nonce":"18446744073709551615","validUntil":"5",\
            "maxPrice":"0","action":{"pay":[{"payee":"\(bob.text(prefix: "far"))","amount":"7","reference":"00ff"}]}},\
            "authorization":{"owner":"\(String(repeating: "0a", count: 64))"}}
            """
    }

    private func read(_ text: String) throws -> WrittenTransaction {
        try WrittenTransaction(JSONReader(JSON.parse(text)), prefix: "far")
    }

    @Test func theFormIsReadAndWrittenByteForByte() throws {
        let written = try read(text)
        #expect(written.signed.json(prefix: "far").text == text)
        #expect(written.network == nil)
        #expect(
            written.signed
                == SignedTransaction(
                    transaction: Transaction(
                        payer: alice,
                        nonce: .max,
                        validUntil: Milliseconds(5),
                        maxPrice: 0,
                        action: .pay([Payment(payee: bob, amount: Amount(units: 7), reference: [0, 255])])
                    ),
                    authorization: .owner(Signature(bytes: [UInt8](repeating: 10, count: 64))!)
                )
        )
    }

    @Test func aNamedNetworkIsHeldAgainstOurs() throws {
        let named = { (network: String) in text.dropLast() + ",\"network\":\"\(network)\"}" }
        #expect(try read(String(named(genesis.networkID.hex))).rejection(by: genesis.networkID) == nil)
        let other = String(repeating: "ab", count: 32)
        #expect(
            try read(String(named(other))).rejection(by: genesis.networkID) == .wrongNetwork(NetworkID(hex: other)!)
        )
        #expect(throws: JSONReadError.self) { try read(String(named("ab"))) }
    }

    @Test(arguments: [
        ("\"nonce\"", "\"nonsense\"", "transaction.nonsense: is not a known member"),
        ("\"nonce\":\"18446744073709551615\",", "", "transaction.nonce: is missing"),
        ("\"18446744073709551615\"", "\"18446744073709551616\"", "transaction.nonce: expected a decimal string"),
        ("\"validUntil\":\"5\"", "\"validUntil\":5", "transaction.validUntil: expected a decimal string"),
        ("\"validUntil\":\"5\"", "\"validUntil\":\"05\"", "transaction.validUntil: expected a decimal string"),
        ("\"00ff\"", "\"00FF\"", "transaction.action.pay[0].reference: expected lower-case hex"),
        ("\"00ff\"", "\"0\"", "transaction.action.pay[0].reference: expected lower-case hex"),
        (
            "\"payee\":\"far1", "\"payee\":\"bar1",
            "transaction.action.pay[0].payee: expected an account, such as far1…"
        ),
        ("\"pay\"", "\"buy\"", "transaction.action.buy: is not a known member"),
        ("\"owner\"", "\"sponsor\"", "authorization.sponsor: is not a known member"),
        ("\"0a0a", "\"0a", "authorization.owner: expected a signature of 128 lower-case hex digits"),
    ])
    func refusesAndNamesThePlace(part: String, replacement: String, message: String) throws {
        let wrong = text.replacing(part, with: replacement)
        try #require(wrong != text)
        let error = #expect(throws: JSONReadError.self) { try read(wrong) }
        #expect(error?.description == message)
    }
}
