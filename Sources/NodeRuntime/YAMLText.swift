/// What the parser of configuration files doesn't tell: where a mapping stands that has nothing in it.
///
/// `foo: {}` would otherwise be a mistyped section that nobody notices. Only the form `key: {}` on a line of its own is
/// taken; an empty mapping elsewhere is refused, since nothing here needs one.
enum YAMLText {
    /// The dotted keys, in the order of the file.
    ///
    /// Takes time proportional to the text.
    static func emptyMappings(in text: String, path: String) throws(ConfigurationError) -> [String] {
        var found: [String] = []
        var parents: [(indent: Int, key: String)] = []
        for (number, raw) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = withoutCommentAndQuotes(raw)
            let indent = line.prefix { $0 == " " }.count
            let rest = line.dropFirst(indent)
            guard let first = rest.first, first != "-", let colon = rest.firstIndex(of: ":") else {
                try refuseEmptyMapping(in: line, number: number, path: path)
                continue
            }
            parents.removeAll { $0.indent >= indent }
            let name = raw.dropFirst(indent).prefix { $0 != ":" }.filter { $0 != "\"" && $0 != "'" && $0 != " " }
            let value = rest[rest.index(after: colon)...].filter { !$0.isWhitespace }
            if value == "{}" {
                found.append((parents.map(\.key) + [name]).joined(separator: "."))
            } else {
                try refuseEmptyMapping(in: line, number: number, path: path)
                if value.isEmpty { parents.append((indent, name)) }
            }
        }
        return found
    }

    /// True for a text of comments and white space.
    static func isBlank(_ text: String) -> Bool {
        text.split(separator: "\n").allSatisfy { withoutCommentAndQuotes($0).allSatisfy(\.isWhitespace) }
    }

    private static func refuseEmptyMapping(in line: String, number: Int, path: String) throws(ConfigurationError) {
        guard !line.filter({ !$0.isWhitespace }).contains("{}") else {
            throw .malformed(path: path, reason: "line \(number + 1): {} sets nothing; leave it out")
        }
    }

    /// The line with what is quoted made blank, up to its comment.
    private static func withoutCommentAndQuotes(_ line: Substring) -> String {
        var kept = ""
        var quote: Character?
        for character in line where character != "\r" {
            if let open = quote {
                if character == open { quote = nil }
                kept.append("_")
            } else if character == "\"" || character == "'" {
                quote = character
                kept.append("_")
            } else if character == "#", kept.last.map({ $0.isWhitespace }) ?? true {
                break
            } else {
                kept.append(character)
            }
        }
        return kept
    }
}
