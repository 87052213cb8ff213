/// Why bytes are not one JSON value, and where.
package struct JSONError: Error, Equatable, Sendable {
    package let problem: Problem
    /// Counts bytes from 0.
    package let offset: Int
    /// Counts from 1; a line ends at a line feed.
    package let line: Int
    /// Counts bytes from 1.
    package let column: Int

    package enum Problem: Equatable, Sendable {
        case byteOrderMark
        case endsEarly(Expectation)
        case unexpected(UInt8, Expectation)
        case invalidUTF8
        case controlCharacter(UInt8)
        case unknownEscape
        case loneSurrogate
        case leadingZero
        case duplicateName(String)
        case tooDeep(depthMax: Int)
        case leftOver
    }

    /// What could have stood there.
    package enum Expectation: String, Sendable {
        case value = "a value"
        case elementOrEnd = "a value or ]"
        case nameOrEnd = "a name in quotes or }"
        case name = "a name in quotes"
        case colon = "a colon"
        case commaOrBracket = "a comma or ]"
        case commaOrBrace = "a comma or }"
        case digit = "a digit"
        case fourHexDigits = "four hex digits"
        case closingQuote = "a closing quote"
    }

    init(_ problem: Problem, at offset: Int, in bytes: [UInt8]) {
        let before = bytes[..<offset]
        let lineFeed = UInt8(ascii: "\n")
        let lineStart = before.lastIndex(of: lineFeed).map { $0 + 1 } ?? 0
        self.problem = problem
        self.offset = offset
        line = before.count { $0 == lineFeed } + 1
        column = offset - lineStart + 1
    }
}

extension JSONError: CustomStringConvertible {
    package var description: String { "line \(line), column \(column): \(problem)" }
}

extension JSONError.Problem: CustomStringConvertible {
    package var description: String {
        switch self {
        case .byteOrderMark: "the text begins with a byte order mark"
        case .endsEarly(let wanted): "the text ends where \(wanted.rawValue) should stand"
        case .unexpected(let byte, let wanted): "\(Self.name(of: byte)) stands where \(wanted.rawValue) should stand"
        case .invalidUTF8: "not UTF-8"
        case .controlCharacter(let byte): "\(Self.name(of: byte)) must be escaped in a string"
        case .unknownEscape: "no such escape"
        case .loneSurrogate: "half of a surrogate pair"
        case .leadingZero: "a number does not begin with a spare zero"
        case .duplicateName(let name): "the name \(name.shownInMessage) stands twice in one object"
        case .tooDeep(let depthMax): "nested deeper than \(depthMax)"
        case .leftOver: "something follows the value"
        }
    }

    private static func name(of byte: UInt8) -> String {
        if (0x21...0x7E).contains(byte) { return "'\(Character(Unicode.Scalar(byte)))'" }
        let digits = String(byte, radix: 16)
        return "byte 0x\(digits.count == 1 ? "0" : "")\(digits)"
    }
}
