/// An answer of a node that differs from what its own blocks make.
package struct AnswerFault: Hashable, Sendable {
    /// The method that was asked, such as `account_get`.
    package let method: String
    /// Which of its answers, and which member of it.
    package let place: String
    package let expected: String
    /// What a stranger said: at most 200 characters of it, and none that could imitate a line of the report.
    package let found: String

    private static let lengthMax = 200

    package init(method: String, place: String, expected: String, found: String) {
        self.method = method
        self.place = place
        self.expected = expected
        let scalars = found.unicodeScalars
        let beginning = String(String.UnicodeScalarView(scalars.prefix(Self.lengthMax)))
        let isPlain = beginning.unicodeScalars.allSatisfy { (" "..."~").contains($0) }
        let rest = scalars.count - beginning.unicodeScalars.count
        self.found =
            (isPlain ? beginning : beginning.quotedASCII)
            + (rest > 0 ? ", and \(UInt64(rest).of("character")) more" : "")
    }

    /// An answer that is none of the method's.
    package init(method: String, of url: String, malformed what: String) {
        self.init(method: method, place: url, expected: "an answer as the specification has it", found: what)
    }

    var text: FindingText { FindingText("answer.\(method)", at: place, expected: expected, found: found) }
}

/// How many answers of a node were compared, in the order in which they were asked for.
package struct AnswerTally: Hashable, Sendable {
    package private(set) var counts: [Count] = []

    package struct Count: Hashable, Sendable {
        /// What was asked for, such as `balances`.
        package let name: String
        package let answers: UInt64
    }

    package init() {}

    package mutating func add(_ answers: Int, _ name: String) {
        guard let index = counts.firstIndex(where: { $0.name == name }) else {
            counts.append(Count(name: name, answers: UInt64(answers)))
            return
        }
        counts[index] = Count(name: name, answers: counts[index].answers + UInt64(answers))
    }

    package var total: UInt64 { counts.reduce(0) { $0 + $1.answers } }
}
