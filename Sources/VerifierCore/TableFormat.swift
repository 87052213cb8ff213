import Primitives

/// How rows become bytes (spec 8.6).
package enum TableFormat: String, CaseIterable, Sendable {
    /// RFC 4180 with line feeds: a line of names, then the rows.
    case csv
    /// A JSON object on each line; numbers are decimal strings.
    case jsonl
}

/// One value of a row.
enum TableCell {
    case number(UInt64)
    /// Letters and digits that we chose: hex, an account, a time.
    case plain(String)
    /// What a stranger chose.
    case free(String)
    case bool(Bool)
    case absent
}

extension TableFormat {
    /// The line of names; a format whose rows name their values has none.
    func head(_ columns: [String]) -> [UInt8] {
        self == .csv ? Array((columns.joined(separator: ",") + "\n").utf8) : []
    }

    func append(_ cells: [TableCell], named columns: [String], to bytes: inout [UInt8]) {
        precondition(cells.count == columns.count, "a row has a value for each column")
        switch self {
        case .csv:
            for (place, cell) in cells.enumerated() {
                if place > 0 { bytes.append(UInt8(ascii: ",")) }
                Self.append(csv: cell, to: &bytes)
            }
        case .jsonl:
            for (place, cell) in cells.enumerated() {
                bytes.append(contentsOf: (place > 0 ? ",\"\(columns[place])\":" : "{\"\(columns[place])\":").utf8)
                Self.append(json: cell, to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    /// An empty text stands in quotation marks, an absent value is nothing at all: databases tell the two apart.
    private static func append(csv cell: TableCell, to bytes: inout [UInt8]) {
        switch cell {
        case .number(let number): bytes.append(contentsOf: String(number).utf8)
        case .plain(let text): bytes.append(contentsOf: text.isEmpty ? "\"\"".utf8 : text.utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .absent: break
        case .free(let text):
            bytes.append(UInt8(ascii: "\""))
            // Spreadsheets run what begins like a formula; an apostrophe makes it a text.
            if let first = text.utf8.first, "=+-@".utf8.contains(first) { bytes.append(UInt8(ascii: "'")) }
            for byte in text.utf8 {
                if byte == UInt8(ascii: "\"") { bytes.append(byte) }
                bytes.append(byte)
            }
            bytes.append(UInt8(ascii: "\""))
        }
    }

    private static func append(json cell: TableCell, to bytes: inout [UInt8]) {
        switch cell {
        case .number(let number): bytes.append(contentsOf: "\"\(number)\"".utf8)
        case .plain(let text): bytes.append(contentsOf: "\"\(text)\"".utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .absent: bytes.append(contentsOf: "null".utf8)
        // Control characters are never part of a text here, so two escapes are enough.
        case .free(let text):
            bytes.append(UInt8(ascii: "\""))
            for byte in text.utf8 {
                if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
                bytes.append(byte)
            }
            bytes.append(UInt8(ascii: "\""))
        }
    }

    /// A text that people can read as it stands; nil when it is not UTF-8, or holds characters that steer or hide text.
    ///
    /// The ranges are fixed, so that the same reference is a text for every reader.
    static func readable(_ bytes: [UInt8]) -> String? {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        let isReadable = text.unicodeScalars.allSatisfy { scalar in
            switch scalar.value {
            case 0..<0x20, 0x7F...0x9F, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF: false
            default: true
            }
        }
        return isReadable ? text : nil
    }
}
