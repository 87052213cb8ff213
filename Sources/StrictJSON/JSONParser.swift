extension JSON {
    /// Arrays and objects inside one another that `parse` takes unless told otherwise.
    package static let depthMaxDefault = 16

    /// Reads exactly one value, as RFC 8259 spells it, and white space around it.
    ///
    /// Refuses what the grammar refuses, and moreover: a byte order mark, bytes that are not UTF-8, halves of
    /// surrogate pairs, a name that stands twice in one object once escapes are undone, and nesting beyond `depthMax`.
    /// Takes time proportional to the bytes, and stack proportional to `depthMax`.
    package static func parse(_ bytes: [UInt8], depthMax: Int = depthMaxDefault) throws(JSONError) -> JSON {
        precondition((0...1024).contains(depthMax), "the parser recurses, so its depth is bounded")
        var parser = JSONParser(bytes: bytes, depthMax: depthMax)
        return try parser.parseDocument()
    }

    package static func parse(_ text: String, depthMax: Int = depthMaxDefault) throws(JSONError) -> JSON {
        try parse(Array(text.utf8), depthMax: depthMax)
    }
}

/// A cursor over the bytes; one method for each production of the grammar.
private struct JSONParser {
    let bytes: [UInt8]
    let depthMax: Int
    var offset = 0
    var depth = 0

    init(bytes: [UInt8], depthMax: Int) {
        self.bytes = bytes
        self.depthMax = depthMax
    }

    mutating func parseDocument() throws(JSONError) -> JSON {
        guard !bytes.starts(with: [0xEF, 0xBB, 0xBF]) else { throw failure(.byteOrderMark) }
        skipSpace()
        let value = try parseValue(or: .value)
        skipSpace()
        guard offset == bytes.count else { throw failure(.leftOver) }
        return value
    }

    // MARK: Values

    private mutating func parseValue(or wanted: JSONError.Expectation) throws(JSONError) -> JSON {
        guard let byte = peek else { throw failure(.endsEarly(wanted)) }
        switch byte {
        case UInt8(ascii: "{"): return .object(try parseObject())
        case UInt8(ascii: "["): return .array(try parseArray())
        case UInt8(ascii: "\""): return .string(try parseString())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try parseNumber())
        case UInt8(ascii: "t"): return try parseWord(Self.trueWord, as: .bool(true))
        case UInt8(ascii: "f"): return try parseWord(Self.falseWord, as: .bool(false))
        case UInt8(ascii: "n"): return try parseWord(Self.nullWord, as: .null)
        default: throw failure(.unexpected(byte, wanted))
        }
    }

    private static let trueWord = Array("true".utf8)
    private static let falseWord = Array("false".utf8)
    private static let nullWord = Array("null".utf8)

    private mutating func parseWord(_ word: [UInt8], as value: JSON) throws(JSONError) -> JSON {
        let start = offset
        for letter in word {
            guard peek == letter else {
                offset = start
                throw failure(.unexpected(word[0], .value))
            }
            offset += 1
        }
        return value
    }

    private mutating func parseArray() throws(JSONError) -> [JSON] {
        try enter()
        var elements: [JSON] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return leave(elements) }
        elements.append(try parseValue(or: .elementOrEnd))
        while true {
            skipSpace()
            if take(UInt8(ascii: "]")) { return leave(elements) }
            try expect(UInt8(ascii: ","), .commaOrBracket)
            skipSpace()
            elements.append(try parseValue(or: .value))
        }
    }

    private mutating func parseObject() throws(JSONError) -> JSONObject {
        try enter()
        var members = DistinctMembers()
        skipSpace()
        if take(UInt8(ascii: "}")) { return leave(JSONObject()) }
        try parseMember(into: &members, or: .nameOrEnd)
        while true {
            skipSpace()
            if take(UInt8(ascii: "}")) { return leave(JSONObject(distinct: members.all)) }
            try expect(UInt8(ascii: ","), .commaOrBrace)
            skipSpace()
            try parseMember(into: &members, or: .name)
        }
    }

    private mutating func parseMember(
        into members: inout DistinctMembers,
        or wanted: JSONError.Expectation
    ) throws(JSONError) {
        let start = offset
        guard let byte = peek else { throw failure(.endsEarly(wanted)) }
        guard byte == UInt8(ascii: "\"") else { throw failure(.unexpected(byte, wanted)) }
        let name = try parseString()
        guard members.reserve(name) else { throw failure(.duplicateName(name), at: start) }
        skipSpace()
        try expect(UInt8(ascii: ":"), .colon)
        skipSpace()
        members.all.append(JSONObject.Member(name: name, value: try parseValue(or: .value)))
    }

    private mutating func enter() throws(JSONError) {
        guard depth < depthMax else { throw failure(.tooDeep(depthMax: depthMax)) }
        depth += 1
        offset += 1
    }

    private mutating func leave<Value>(_ value: Value) -> Value {
        depth -= 1
        return value
    }

    // MARK: Numbers

    private mutating func parseNumber() throws(JSONError) -> String {
        let start = offset
        _ = take(UInt8(ascii: "-"))
        let first = offset
        try skipDigits()
        if bytes[first] == UInt8(ascii: "0"), offset > first + 1 { throw failure(.leadingZero, at: first) }
        if take(UInt8(ascii: ".")) { try skipDigits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try skipDigits()
        }
        return String(decoding: bytes[start..<offset], as: UTF8.self)
    }

    /// One digit or more.
    private mutating func skipDigits() throws(JSONError) {
        let start = offset
        while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { offset += 1 }
        guard offset > start else { throw unexpected(.digit) }
    }

    // MARK: Strings

    private mutating func parseString() throws(JSONError) -> String {
        offset += 1
        let start = offset
        let isASCII = skipPlain()
        if peek == UInt8(ascii: "\"") {
            // Nearly every string; nothing in it needs a second look.
            let text =
                isASCII
                ? String(decoding: bytes[start..<offset], as: UTF8.self)
                : try validated(bytes[start..<offset], from: start)
            offset += 1
            return text
        }
        return try parseEscapedString(from: start)
    }

    /// Continues a string at the first byte that can't be taken as it is.
    private mutating func parseEscapedString(from start: Int) throws(JSONError) -> String {
        var content: [UInt8] = []
        var plainStart = start
        while true {
            guard let byte = peek else { throw failure(.endsEarly(.closingQuote)) }
            guard byte >= 0x20 else { throw failure(.controlCharacter(byte)) }
            // Validated piece by piece: no sequence of UTF-8 goes on across an escape.
            content.append(contentsOf: try validated(bytes[plainStart..<offset], from: plainStart).utf8)
            offset += 1
            if byte == UInt8(ascii: "\"") { return String(decoding: content, as: UTF8.self) }
            content.append(contentsOf: String(try parseEscape()).utf8)
            plainStart = offset
            _ = skipPlain()
        }
    }

    /// Skips what stands for itself; answers whether all of it was ASCII.
    private mutating func skipPlain() -> Bool {
        var union: UInt8 = 0
        while offset < bytes.count {
            let byte = bytes[offset]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 { break }
            union |= byte
            offset += 1
        }
        return union < 0x80
    }

    /// What follows a backslash.
    private mutating func parseEscape() throws(JSONError) -> Unicode.Scalar {
        let start = offset - 1
        guard let byte = peek else { throw failure(.endsEarly(.closingQuote)) }
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try parseUnicodeEscape(from: start)
        default: throw failure(.unknownEscape, at: start)
        }
    }

    private mutating func parseUnicodeEscape(from start: Int) throws(JSONError) -> Unicode.Scalar {
        let first = try parseFourHexDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard (0xD800...0xDBFF).contains(first), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
            throw failure(.loneSurrogate, at: start)
        }
        let second = try parseFourHexDigits()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first & 0x3FF) << 10 + second & 0x3FF)
        else { throw failure(.loneSurrogate, at: start) }
        return scalar
    }

    private mutating func parseFourHexDigits() throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw unexpected(.fourHexDigits)
            }
            value = value << 4 | UInt32(digit)
            offset += 1
        }
        return value
    }

    private func validated(_ slice: ArraySlice<UInt8>, from start: Int) throws(JSONError) -> String {
        if let text = String(validating: slice, as: UTF8.self) { return text }
        // The slow way, only to say where.
        var decoder = UTF8()
        var iterator = slice.makeIterator()
        var place = start
        while case .scalarValue(let scalar) = decoder.decode(&iterator) { place += UTF8.width(scalar) }
        throw failure(.invalidUTF8, at: place)
    }

    // MARK: Bytes

    private var peek: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        offset += 1
        return true
    }

    private mutating func expect(_ byte: UInt8, _ wanted: JSONError.Expectation) throws(JSONError) {
        guard take(byte) else { throw unexpected(wanted) }
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
    }

    private func unexpected(_ wanted: JSONError.Expectation) -> JSONError {
        guard let byte = peek else { return failure(.endsEarly(wanted)) }
        return failure(.unexpected(byte, wanted))
    }

    private func failure(_ problem: JSONError.Problem, at place: Int? = nil) -> JSONError {
        JSONError(problem, at: place ?? offset, in: bytes)
    }
}

/// The members of one object so far; a few names are compared one by one, many through a set.
private struct DistinctMembers {
    var all: [JSONObject.Member] = []
    private var names: Set<[UInt8]> = []

    /// False when the name is there already.
    mutating func reserve(_ name: String) -> Bool {
        if all.count < 8 { return !all.contains { $0.name.hasSameBytes(as: name) } }
        if names.isEmpty { names = Set(all.map { Array($0.name.utf8) }) }
        return names.insert(Array(name.utf8)).inserted
    }
}
