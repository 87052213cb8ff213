/// Why a text is not bech32m under the wanted prefix.
package enum Bech32mError: Error, Equatable, Sendable {
    case tooLong(characterCount: Int)
    /// Capital letters are refused too, since one value has one spelling.
    case unexpectedCharacter(UInt8, at: Int)
    case noSeparator
    case emptyPrefix
    case tooShort
    case wrongChecksum
    case wrongPrefix(String, wanted: String)
    case paddingNotZero
    case wrongLength(byteCount: Int, wanted: Int)
}

/// Bytes as text that survives being read aloud and notices every mistyped character (BIP-350).
///
/// A prefix, the digit 1, five bits a character, and a checksum of six characters; lower case only, although BIP-350
/// also takes capitals.
package enum Bech32m {
    package static let characterCountMax = 90
    private static let checksumConstant: UInt32 = 0x2bc8_30a3
    private static let checksumCount = 6
    private static let separator = UInt8(ascii: "1")
    private static let alphabet = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)
    private static let generator: [UInt32] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3]
    /// What each value of the five highest bits leaves behind when it is divided by the generator.
    private static let reductions: [UInt32] = (0..<32).map { (top: UInt32) in
        generator.indices.reduce(0) { top >> UInt32($1) & 1 == 1 ? $0 ^ generator[$1] : $0 }
    }
    /// The value of each ASCII character, 255 for one outside the alphabet.
    private static let values: [UInt8] = (0..<128).map { character in
        alphabet.firstIndex(of: character).map(UInt8.init) ?? .max
    }

    /// True for a prefix that a text may have: 1 to 83 printable ASCII characters, no capitals.
    package static func isPrefix(_ text: String) -> Bool {
        (1...83).contains(text.utf8.count) && text.utf8.allSatisfy(isPrefixCharacter)
    }

    package static func encode(prefix: String, data: [UInt8]) -> String {
        precondition(isPrefix(prefix), "a prefix was checked when genesis was read")
        let values = regroup(data, from: 8, to: 5, padded: true) ?? []
        let all = values + checksum(of: values, under: Array(prefix.utf8)[...])
        return prefix + "1" + String(decoding: all.map { alphabet[Int($0)] }, as: UTF8.self)
    }

    package static func decode(_ text: String, prefix: String) throws(Bech32mError) -> [UInt8] {
        let (found, values) = try split(text)
        guard found.utf8.elementsEqual(prefix.utf8) else { throw .wrongPrefix(found, wanted: prefix) }
        guard let data = regroup(values, from: 5, to: 8, padded: false) else { throw .paddingNotZero }
        return data
    }

    /// The prefix and the five-bit values between separator and checksum.
    package static func split(_ text: String) throws(Bech32mError) -> (prefix: String, values: [UInt8]) {
        let characters = Array(text.utf8.prefix(characterCountMax + 1))
        guard characters.count <= characterCountMax else { throw .tooLong(characterCount: text.utf8.count) }
        if let place = characters.firstIndex(where: { !isPrefixCharacter($0) }) {
            throw .unexpectedCharacter(characters[place], at: place)
        }
        guard let place = characters.lastIndex(of: separator) else { throw .noSeparator }
        guard place > 0 else { throw .emptyPrefix }
        let valueOf = Self.values
        var values: [UInt8] = []
        values.reserveCapacity(characters.count)
        for index in (place + 1)..<characters.count {
            let value = valueOf[Int(characters[index])]
            guard value != .max else { throw .unexpectedCharacter(characters[index], at: index) }
            values.append(value)
        }
        guard values.count >= checksumCount else { throw .tooShort }
        guard remainder(of: values, under: characters[..<place]) == checksumConstant else { throw .wrongChecksum }
        values.removeLast(checksumCount)
        return (String(decoding: characters[..<place], as: UTF8.self), values)
    }

    private static func isPrefixCharacter(_ byte: UInt8) -> Bool {
        (33...126).contains(byte) && !(UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }

    private static func checksum(of values: [UInt8], under prefix: ArraySlice<UInt8>) -> [UInt8] {
        let padded = values + Array(repeating: 0, count: checksumCount)
        let rest = remainder(of: padded, under: prefix) ^ checksumConstant
        return (0..<checksumCount).map { UInt8(rest >> UInt32(5 * (5 - $0)) & 31) }
    }

    /// Prefix and values as a polynomial over GF(32), modulo the generator of BIP-173.
    ///
    /// The prefix enters as the high bits of each character, a zero, and the low bits of each.
    private static func remainder(of values: [UInt8], under prefix: ArraySlice<UInt8>) -> UInt32 {
        let reductions = Self.reductions
        var rest: UInt32 = 1
        func add(_ value: UInt8) { rest = (rest & 0x1ff_ffff) << 5 ^ UInt32(value) ^ reductions[Int(rest >> 25)] }
        for character in prefix { add(character >> 5) }
        add(0)
        for character in prefix { add(character & 31) }
        for value in values { add(value) }
        return rest
    }

    /// Regroups bits; without padding, answers nil when what is left over is a whole group or not zero.
    private static func regroup(_ values: [UInt8], from: Int, to: Int, padded: Bool) -> [UInt8]? {
        var groups: [UInt8] = []
        groups.reserveCapacity(values.count * from / to + 1)
        var pending: UInt32 = 0
        var pendingCount = 0
        for value in values {
            pending = (pending << UInt32(from) | UInt32(value)) & 0xfff
            pendingCount += from
            while pendingCount >= to {
                pendingCount -= to
                groups.append(UInt8(pending >> UInt32(pendingCount) & (1 << UInt32(to) - 1)))
            }
        }
        let left = pending & (1 << UInt32(pendingCount) - 1)
        if padded {
            if pendingCount > 0 { groups.append(UInt8(left << UInt32(to - pendingCount))) }
        } else if pendingCount >= from || left != 0 {
            return nil
        }
        return groups
    }
}

extension AccountID {
    /// The account as people write it, such as `far1…`; the prefix stands in genesis (spec 2.2).
    package func text(prefix: String) -> String { Bech32m.encode(prefix: prefix, data: bytes) }

    package init(text: String, prefix: String) throws(Bech32mError) {
        let data = try Bech32m.decode(text, prefix: prefix)
        guard let account = AccountID(bytes: data) else { throw .wrongLength(byteCount: data.count, wanted: 32) }
        self = account
    }
}
