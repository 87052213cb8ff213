import Cryptography
import Primitives
import StrictJSON
import Testing

/// Rule 2.6 against `Tests/Vectors/make_ed25519.py`, which computes each verdict by plain curve arithmetic.
@Suite struct StrictRuleTests {
    struct OwnVector {
        let kind: String
        let vector: SignatureVector
        let valid: Bool
    }

    static func ownVectors() throws -> [OwnVector] {
        try Vectors.own("ed25519.json").elements().map { entry in
            try entry.only(["class", "key", "message", "signature", "valid"])
            return OwnVector(
                kind: try entry.member("class").string(),
                vector: try SignatureVector(entry, key: "key", message: "message", signature: "signature"),
                valid: try entry.member("valid").bool()
            )
        }
    }

    @Test func givesTheVerdictOfOurOwnVectors() throws {
        let vectors = try Self.ownVectors()
        #expect(vectors.count == 511)
        let ours = StrictEd25519().verdicts(on: vectors.map(\.vector))
        let second = OpenSSLEd25519().verdicts(on: vectors.map(\.vector))
        for (place, vector) in vectors.enumerated() {
            #expect(ours[place] == vector.valid, "\(vector.kind), vector \(place)")
            #expect(second[place] == vector.valid, "second opinion on \(vector.kind), vector \(place)")
        }
    }

    @Test func carriesEveryClassOfCraftedSignature() throws {
        let vectors = try Self.ownVectors()
        #expect(Set(vectors.filter(\.valid).map(\.kind)) == ["valid", "mixedOrder"])
        let invalid: Set = [
            "otherMessage", "changedSignature", "changedKey", "scalarNotReduced", "scalarAtTheEdge", "smallOrderKey",
            "smallOrderKeyAndR", "smallOrderR", "keyNotCanonical", "rNotCanonical", "keyOffTheCurve", "rOffTheCurve",
            "cofactoredOnly",
        ]
        #expect(Set(vectors.filter { !$0.valid }.map(\.kind)) == invalid)
    }

    /// The pre-check must refuse these by itself: libraries disagree on them.
    @Test func refusesCraftedEncodingsWithoutALibrary() throws {
        let refusedKeys: Set = ["smallOrderKey", "smallOrderKeyAndR", "keyNotCanonical"]
        let refusedSignatures: Set = ["smallOrderKeyAndR", "smallOrderR", "rNotCanonical", "scalarNotReduced"]
        for vector in try Self.ownVectors() {
            let claim = try #require(vector.vector.claim)
            if refusedKeys.contains(vector.kind) { #expect(!claim.key.isCanonicalAndNotSmallOrder, "\(vector.kind)") }
            if refusedSignatures.contains(vector.kind) { #expect(!claim.signature.isAdmissible, "\(vector.kind)") }
            if vector.valid {
                #expect(claim.key.isCanonicalAndNotSmallOrder)
                #expect(claim.signature.isAdmissible)
            }
        }
    }

    @Test func drawsTheLineAtThePrimeAndAtTheGroupOrder() throws {
        func number(_ hex: String) throws -> Hash32 { try #require(Hash32(hex: hex)) }
        let prime = try number("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")
        let below = try number("ebffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")
        let two = try number("0200000000000000000000000000000000000000000000000000000000000000")
        #expect(!PublicKey(words: prime.words).isCanonicalAndNotSmallOrder)
        #expect(PublicKey(words: below.words).isCanonicalAndNotSmallOrder)
        #expect(PublicKey(words: two.words).isCanonicalAndNotSmallOrder)
        #expect(!AccountID.pool.key.isCanonicalAndNotSmallOrder)
        let order = try number("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
        let orderLessOne = try number("ecd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
        #expect(!Signature(r: two.words, s: order.words).isAdmissible)
        #expect(Signature(r: two.words, s: orderLessOne.words).isAdmissible)
    }

    /// Bits flipped, and keys, R, S and messages exchanged between vectors of all classes.
    @Test func agreesWithTheSecondOpinionOnMutations() throws {
        let originals = try Self.ownVectors().map(\.vector)
        var state: UInt64 = 26
        func next(below bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let mutations = (0..<4000).map { _ in
            let one = originals[next(below: originals.count)]
            let other = originals[next(below: originals.count)]
            var key = one.key
            var signature = one.signature
            switch next(below: 5) {
            case 0: key[next(below: 32)] ^= 1 << UInt8(next(below: 8))
            case 1: signature[next(below: 64)] ^= 1 << UInt8(next(below: 8))
            case 2: key = other.key
            case 3: signature = Array(one.signature[..<32] + other.signature[32...])
            default: signature = Array(other.signature[..<32] + one.signature[32...])
            }
            let message = next(below: 8) == 0 ? other.message : one.message
            return SignatureVector(key: key, message: message, signature: signature)
        }
        let ours = StrictEd25519().verdicts(on: mutations)
        #expect(ours == OpenSSLEd25519().verdicts(on: mutations))
        // An exchange of a key for itself and the like leaves some of them valid: both verdicts were met.
        #expect(Set(ours) == [true, false])
    }

    static let publishedSets = [
        "speccheck-cases.json", "cctv-ed25519vectors.json", "wycheproof-ed25519_test.json",
    ]

    @Test(arguments: publishedSets)
    func givesTheVerdictOfAPublishedSet(_ name: String) throws {
        let entries = try Vectors.own("ed25519-published.json").elements()
        let entry = try #require(try entries.first { try $0.member("file").string() == name })
        let wanted = try entry.member("valid").string().map { $0 == "1" }
        guard let file = Vectors.published(name) else { return Vectors.warnOfAbsence(name) }
        let digest = try entry.member("sha256").string()
        try #require(
            SHA256.hash(try Vectors.bytes(file)).hex == digest,
            "the verdicts are for another version of the set"
        )
        let vectors = try Self.vectors(of: name, in: Vectors.read(file))
        #expect(vectors.count == wanted.count)
        #expect(StrictEd25519().verdicts(on: vectors) == wanted)
        #expect(OpenSSLEd25519().verdicts(on: vectors) == wanted)
    }

    static func vectors(of name: String, in document: JSONReader) throws -> [SignatureVector] {
        switch name {
        case "speccheck-cases.json":
            return try document.elements().map {
                try SignatureVector($0, key: "pub_key", message: "message", signature: "signature")
            }
        case "cctv-ed25519vectors.json":
            // The message is text here.
            return try document.elements().map {
                SignatureVector(
                    key: try $0.member("key").string(as: "hex", Hex.decode),
                    message: Array(try $0.member("msg").string().utf8),
                    signature: try $0.member("sig").string(as: "hex", Hex.decode)
                )
            }
        default:
            return try document.member("testGroups").elements().flatMap { group in
                let key = try group.member("publicKey").member("pk").string(as: "hex", Hex.decode)
                return try group.member("tests").elements().map {
                    SignatureVector(
                        key: key,
                        message: try $0.member("msg").string(as: "hex", Hex.decode),
                        signature: try $0.member("sig").string(as: "hex", Hex.decode)
                    )
                }
            }
        }
    }
}
