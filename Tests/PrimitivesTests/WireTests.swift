import Primitives
import Testing

@Suite struct WireTests {
    /// One of everything that an encoding is made of.
    struct Sample: WireCodable, Equatable {
        var small: UInt16
        var large: UInt64
        var flag: Bool
        var text: String
        var bytes: [UInt8]
        var amounts: [Amount]
        var maybe: Height?

        static var minimumByteCount: Int { 15 }

        init(decoding rest: inout RawSpan) throws(WireError) {
            small = try rest.take()
            large = try rest.take()
            flag = try rest.takeBool()
            text = try rest.takeString(limit: 8)
            bytes = try rest.takeByteVector(limit: 300)
            amounts = try rest.takeVector()
            maybe = try rest.takeOptional()
        }

        func encode(into writer: inout WireWriter) {
            writer.write(small)
            writer.write(large)
            writer.write(flag)
            writer.write(string: text)
            writer.write(vector: bytes)
            writer.write(vector: amounts)
            writer.write(optional: maybe)
        }
    }

    /// Written by hand from the rules: little-endian integers, ULEB128 lengths, fields in order.
    static let sample =
        "0201" + "0807060504030201" + "01" + "02c3a9" + "03010203" + "01" + "0a00000000000000" + "01"
        + "0500000000000000"

    static func decode(_ hex: String) throws -> Sample {
        try Sample(decodingAll: try #require(Hex.decode(hex)))
    }

    @Test func writesAndReadsByTheRules() throws {
        let sample = try Self.decode(Self.sample)
        #expect(sample.small == 0x0102)
        #expect(sample.large == 0x0102_0304_0506_0708)
        #expect(sample.flag)
        #expect(sample.text == "é")
        #expect(sample.bytes == [1, 2, 3])
        #expect(sample.amounts == [Amount(units: 10)])
        #expect(sample.maybe == Height(5))
        #expect(Hex.encode(sample.encoded()) == Self.sample)
    }

    @Test func refusesEveryTruncationAndEveryLeftOver() throws {
        let bytes = try #require(Hex.decode(Self.sample))
        for count in bytes.indices {
            #expect(throws: WireError.self) { try Sample(decodingAll: Array(bytes[..<count])) }
        }
        #expect(throws: WireError.leftOver(byteCount: 2)) { try Sample(decodingAll: bytes + [0, 0]) }
    }

    /// Whatever decodes has one encoding, so any changed byte gives another value or none.
    @Test func givesOneValueOneEncoding() throws {
        let bytes = try #require(Hex.decode(Self.sample))
        for place in bytes.indices {
            for value in UInt8.min...UInt8.max {
                var changed = bytes
                changed[place] = value
                guard let sample = try? Sample(decodingAll: changed) else { continue }
                #expect(sample.encoded() == changed)
            }
        }
    }

    @Test(arguments: [
        (0, "00"), (1, "01"), (127, "7f"), (128, "8001"), (300, "ac02"), (16_383, "ff7f"), (16_384, "808001"),
        (0xFFFF_FFFF, "ffffffff0f"),
    ])
    func writesLengthsInTheirShortestForm(_ length: Int, _ hex: String) throws {
        var writer = WireWriter()
        writer.write(length: length)
        #expect(Hex.encode(writer.bytes) == hex)
        #expect(try Self.length(hex) == length)
    }

    @Test(arguments: [
        ("8000", WireError.lengthNotShortest),
        ("ff00", .lengthNotShortest),
        ("80808000", .lengthNotShortest),
        ("8080808000", .lengthNotShortest),
        ("ffffffff10", .lengthTooLarge(0x1_0FFF_FFFF, limit: 0xFFFF_FFFF)),
        ("ffffffff1f", .lengthTooLarge(0x1_FFFF_FFFF, limit: 0xFFFF_FFFF)),
        ("808080808001", .lengthTooLarge(0, limit: 0xFFFF_FFFF)),
        ("80", .truncated(wanted: 1, available: 0)),
        ("", .truncated(wanted: 1, available: 0)),
    ])
    func refusesOtherLengths(_ hex: String, _ error: WireError) {
        #expect(throws: error) { try Self.length(hex) }
    }

    static func length(_ hex: String) throws -> Int {
        let bytes = try #require(Hex.decode(hex))
        var rest = bytes.span.bytes
        let length = try rest.takeLength()
        try rest.expectEnd()
        return length
    }

    @Test func refusesAFlagThatIsNeitherZeroNorOne() {
        #expect(throws: WireError.notABoolean(2)) {
            try Self.decode(Self.sample.replacingOnce("0102c3a9", with: "0202c3a9"))
        }
    }

    @Test func refusesTextThatIsTooLongOrNotUTF8() {
        #expect(throws: WireError.outOfRange("text is not UTF-8")) {
            try Self.decode(Self.sample.replacingOnce("02c3a9", with: "02c328"))
        }
        #expect(throws: WireError.lengthTooLarge(9, limit: 8)) {
            try Self.decode(Self.sample.replacingOnce("02c3a9", with: "09616161616161616161"))
        }
    }

    @Test func refusesAnUnknownOptional() {
        #expect(throws: WireError.unknownTag(2, of: "optional")) {
            try Self.decode(Self.sample.replacingOnce("010500000000000000", with: "020500000000000000"))
        }
    }

    /// A length without the bytes for it is refused before room is made for it.
    @Test func allocatesNoMoreThanTheBytesPresentJustify() {
        var writer = WireWriter()
        writer.write(length: 0xFFFF_FFFF)
        writer.write(UInt64(0))
        #expect(throws: WireError.truncated(wanted: 8 * 0xFFFF_FFFF, available: 8)) {
            var rest = writer.bytes.span.bytes
            _ = try rest.takeVector(Amount.self)
        }
        #expect(throws: WireError.truncated(wanted: 0xFFFF_FFFF, available: 8)) {
            var rest = writer.bytes.span.bytes
            _ = try rest.takeByteVector()
        }
    }
}

extension String {
    fileprivate func replacingOnce(_ part: String, with other: String) -> String {
        ranges(of: part).first.map { self[..<$0.lowerBound] + other + self[$0.upperBound...] } ?? self
    }
}
