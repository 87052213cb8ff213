package import StrictJSON

/// A report beside the one that a repeated verification gives, line by line.
///
/// What follows from the chain must be the same for everybody. What depends on the copy (how many entries or answers were
/// compared, which of several valid certificates a node kept) must be the same only for the same inputs.
package struct ReportComparison: Hashable, Sendable {
    /// Lines that must be the same and are not: the report does not hold.
    package let differences: [Difference]
    /// Lines that may differ, since the inputs do.
    package let remarks: [Difference]
    /// Both were made from the same bytes; else what depends on the copy was not held against anything.
    package let isSameInput: Bool

    package struct Difference: Hashable, Sendable {
        /// The path of the value in the JSON, such as `validators[2].fees`.
        package let place: String
        /// Nil when the report has no such line.
        package let said: String?
        /// Nil when the repeated verification has none.
        package let found: String?

        package var line: String { "\(place): the report says \(said ?? "nothing"), found \(found ?? "nothing")" }
    }

    package var holds: Bool { differences.isEmpty }

    /// `hasGrown` says that the chain is longer now, so that only what follows from the blocks up to the report's height
    /// can be compared.
    package init(report: JSON, repeated: JSON, hasGrown: Bool) {
        isSameInput = report["inputs"] == repeated["inputs"] && report["inputs"]?.isNull == false
        let isSameCopy = isSameInput && !hasGrown
        let said = Self.lines(of: report)
        let found = Self.lines(of: repeated)
        let foundByPlace = Dictionary(found, uniquingKeysWith: { first, _ in first })
        let saidPlaces = Set(said.map(\.place))
        var differences: [Difference] = []
        var remarks: [Difference] = []
        for (place, value) in said where foundByPlace[place] != value {
            let difference = Difference(place: place, said: value, found: foundByPlace[place])
            if Self.mayDiffer(place, isSameCopy: isSameCopy) {
                remarks.append(difference)
            } else {
                differences.append(difference)
            }
        }
        for (place, value) in found where !saidPlaces.contains(place) {
            let difference = Difference(place: place, said: nil, found: value)
            if Self.mayDiffer(place, isSameCopy: isSameCopy) {
                remarks.append(difference)
            } else {
                differences.append(difference)
            }
        }
        self.differences = differences
        self.remarks = remarks
    }

    /// What two honest auditors of one network may say differently.
    private static func mayDiffer(_ place: String, isSameCopy: Bool) -> Bool {
        let name = place.prefix { $0 != "." && $0 != "[" }
        if ["command", "version"].contains(name) { return true }
        if isSameCopy { return false }
        return [
            "inputs", "entriesCompared", "answersCompared", "signaturesChecked", "finalizedBlocks", "notarizedBlocks",
            "skippedViews", "view", "certifiedHeight", "uncertifiedTail", "checkpoint",
        ].contains(name)
    }

    /// Every scalar with its path, in the order of the document.
    private static func lines(of json: JSON, at place: String = "") -> [(place: String, value: String)] {
        switch json {
        case .object(let object):
            object.members.flatMap { lines(of: $0.value, at: place.isEmpty ? $0.name : "\(place).\($0.name)") }
        case .array(let elements):
            [(place + ".count", String(elements.count))]
                + elements.enumerated().flatMap { lines(of: $1, at: "\(place)[\($0)]") }
        case .null, .bool, .number, .string: [(place, json.text)]
        }
    }
}
