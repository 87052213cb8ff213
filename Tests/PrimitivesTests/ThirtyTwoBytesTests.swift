import Primitives
import Testing

@Suite struct ThirtyTwoBytesTests {
    static let bytes = (0..<32).map { UInt8($0 * 7 + 1) }

    @Test func keepsItsBytesInOrder() throws {
        let hash = try #require(Hash32(bytes: Self.bytes))
        #expect(hash.bytes == Self.bytes)
        #expect(hash.hex == Hex.encode(Self.bytes))
        #expect(Hash32(hex: hash.hex) == hash)
        #expect("\(hash)" == hash.hex)
        #expect(try Hash32(decodingAll: Self.bytes) == hash)
        let signature = try #require(Signature(bytes: Self.bytes + Self.bytes.reversed()))
        #expect(signature.bytes == Self.bytes + Self.bytes.reversed())
        #expect(try Signature(decodingAll: signature.bytes) == signature)
    }

    @Test func sortsByItsBytes() throws {
        // Few different bytes, so that rows differ late as well as early.
        var state: UInt64 = 1
        func next() -> UInt8 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(state >> 62)
        }
        var rows = (0..<200).map { _ in (0..<32).map { _ in next() } }
        rows += (0..<32).map { place in (0..<32).map { $0 == place ? 1 : 0 } }
        let hashes = rows.compactMap { Hash32(bytes: $0) }.sorted()
        #expect(hashes.map(\.bytes) == rows.sorted { $0.lexicographicallyPrecedes($1) })
    }

    @Test(arguments: [0, 31, 33, 64]) func takesThirtyTwoBytesOnly(_ count: Int) {
        #expect(Hash32(bytes: [UInt8](repeating: 1, count: count)) == nil)
        #expect(Signature(bytes: [UInt8](repeating: 1, count: count + 1)) == nil)
        #expect(Hash32(hex: String(repeating: "0", count: 2 * count)) == nil)
    }

    @Test(arguments: ["0", "0g", "AA", "0x", " 00", "00 ", "é0", "\u{FF11}\u{FF11}"])
    func takesLowerCaseHexOnly(_ text: String) { #expect(Hex.decode(text) == nil) }

    @Test func readsAndWritesHex() {
        #expect(Hex.encode([0, 0x0F, 0xA5, 0xFF]) == "000fa5ff")
        #expect(Hex.decode("000fa5ff") == [0, 0x0F, 0xA5, 0xFF])
        #expect(Hex.decode("") == [])
    }
}
