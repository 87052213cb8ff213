extension JSON {
    /// The value without white space, members in their order.
    package var bytes: [UInt8] {
        var writer = JSONWriter(indent: nil)
        writer.write(self)
        return writer.bytes
    }

    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The value for people and files: a line for each element and member, two spaces a level, a line feed at the end.
    package var prettyBytes: [UInt8] {
        var writer = JSONWriter(indent: 0)
        writer.write(self)
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    package var prettyText: String { String(decoding: prettyBytes, as: UTF8.self) }
}

private struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    /// The level now, nil without white space.
    private var indent: Int?

    init(indent: Int?) { self.indent = indent }

    mutating func write(_ value: JSON) {
        switch value {
        case .null: write("null")
        case .bool(let value): write(value ? "true" : "false")
        case .number(let token): write(number: token)
        case .string(let text): write(string: text)
        case .array(let elements):
            writeList(elements, open: "[", close: "]") { writer, element in writer.write(element) }
        case .object(let object):
            writeList(object.members, open: "{", close: "}") { writer, member in
                writer.write(string: member.name)
                writer.write(writer.indent == nil ? ":" : ": ")
                writer.write(member.value)
            }
        }
    }

    private mutating func write(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private mutating func write(number token: String) {
        precondition(
            !token.isEmpty && token.utf8.allSatisfy(Self.numberBytes.contains),
            "a number we write was parsed, or made from an integer"
        )
        write(token)
    }

    private static let numberBytes = Set("0123456789+-.eE".utf8)

    private mutating func writeList<Item>(
        _ items: [Item],
        open: String,
        close: String,
        item: (inout JSONWriter, Item) -> Void
    ) {
        write(open)
        if !items.isEmpty {
            indent? += 1
            for (place, element) in items.enumerated() {
                if place > 0 { write(",") }
                writeLineBreak()
                item(&self, element)
            }
            indent? -= 1
            writeLineBreak()
        }
        write(close)
    }

    private mutating func writeLineBreak() {
        guard let indent else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * indent))
    }

    private mutating func write(string text: String) {
        bytes.append(UInt8(ascii: "\""))
        if text.utf8.contains(where: Self.needsEscape) {
            for byte in text.utf8 { write(escaping: byte) }
        } else {
            write(text)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func write(escaping byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): write("\\\"")
        case UInt8(ascii: "\\"): write("\\\\")
        case 0x08: write("\\b")
        case 0x09: write("\\t")
        case 0x0A: write("\\n")
        case 0x0C: write("\\f")
        case 0x0D: write("\\r")
        case 0..<0x10: write("\\u000\(String(byte, radix: 16))")
        case 0x10..<0x20: write("\\u00\(String(byte, radix: 16))")
        default: bytes.append(byte)
        }
    }
}
