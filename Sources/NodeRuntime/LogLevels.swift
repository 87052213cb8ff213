package import Logging

/// The parts of a node that write to its log, each under a label of its own.
package enum LogLabel: String, CaseIterable, Sendable {
    /// Start, stop, storage.
    case node
    /// The replica: votes, evidence, invalid proposals.
    case consensus
    /// Connections to other nodes.
    case peers
    /// Clients' requests.
    case rpc

    static var list: String { allCases.map(\.rawValue).joined(separator: ", ") }
}

/// From which level on each label is written.
package struct LogLevels: Hashable, Sendable {
    private let standard: Logger.Level
    private let own: [LogLabel: Logger.Level]

    /// Nil unless the text is a level, or pairs such as `consensus=debug,*=info`, each label once; `*` is every other one.
    ///
    /// Without `*` the other labels stay at info.
    package init?(text: String) {
        if let level = Logger.Level(rawValue: text) {
            standard = level
            own = [:]
            return
        }
        var own: [LogLabel: Logger.Level] = [:]
        var others: Logger.Level?
        for pair in text.split(separator: ",", omittingEmptySubsequences: false) {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard halves.count == 2, let level = Logger.Level(rawValue: String(halves[1])) else { return nil }
            if halves[0] == "*" {
                guard others == nil else { return nil }
                others = level
            } else {
                guard let label = LogLabel(rawValue: String(halves[0])),
                    own.updateValue(level, forKey: label) == nil
                else { return nil }
            }
        }
        standard = others ?? .info
        self.own = own
    }

    package func level(of label: LogLabel) -> Logger.Level { own[label] ?? standard }
}
