import Primitives

/// A story in lines; what several do in the same millisecond in the same words is one line.
struct Tale: Sendable {
    private struct Deed: Sendable {
        let time: UInt64
        let what: String
        var who: [String]
    }

    private var deeds: [Deed] = []

    /// Somebody did something: `what` goes after a list of names, in the past tense.
    mutating func tell(_ who: String, _ what: String, at time: UInt64) {
        // Only what is told last or just before joins in: the order of deeds is part of the story.
        if let index = deeds.lastIndex(where: { $0.time == time && $0.what == what && !$0.who.isEmpty }) {
            if !deeds[index].who.contains(who) { deeds[index].who.append(who) }
        } else {
            deeds.append(Deed(time: time, what: what, who: [who]))
        }
    }

    /// Something happened that nobody of the cast did.
    mutating func tell(_ what: String, at time: UInt64) { deeds.append(Deed(time: time, what: what, who: [])) }

    var lines: [String] {
        deeds.map { deed in
            let names = Self.list(deed.who)
            let time = String(deed.time)
            let padding = String(repeating: " ", count: max(0, 6 - time.count))
            return "\(padding)\(time) ms  \(names)\(names.isEmpty ? "" : " ")\(deed.what)"
        }
    }

    /// `Ada, Cem and Dee`.
    static func list(_ names: [String]) -> String {
        guard let last = names.last, names.count > 1 else { return names.first ?? "" }
        return names.dropLast().joined(separator: ", ") + " and " + last
    }
}
