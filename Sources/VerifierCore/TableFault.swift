/// A line of a table, or of the manifest over them, that is not what the chain makes it.
package struct TableFault: Hashable, Sendable {
    package let file: String
    /// Counted from 1.
    package let line: UInt64
    /// The beginning of the line; empty where there should be none.
    package let expected: [UInt8]
    package let found: [UInt8]

    package init(file: String, line: UInt64, expected: [UInt8], found: [UInt8]) {
        self.file = file
        self.line = line
        self.expected = expected
        self.found = found
    }

    var text: FindingText {
        FindingText(
            "table",
            at: "\(file), line \(line)",
            expected: String(decoding: expected, as: UTF8.self).quotedASCII,
            found: String(decoding: found, as: UTF8.self).quotedASCII
        )
    }
}
