/// An answer of a node that differs from what its own blocks make.
package struct AnswerFault: Hashable, Sendable {
    /// The method that was asked, such as `account_get`.
    package let method: String
    /// Which of its answers, and which member of it.
    package let place: String
    package let expected: String
    package let found: String

    package init(method: String, place: String, expected: String, found: String) {
        self.method = method
        self.place = place
        self.expected = expected
        self.found = found
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
