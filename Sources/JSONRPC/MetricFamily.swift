import Primitives

/// One metric as `/metrics` shows it: its name, what it says, how it is counted, and which labels its series carry.
///
/// Every family is declared in a table before anything is counted, so that a name stands in one place and is there from the
/// first scrape on. Labels have few values by nature: never an account, an address or anything that a client chooses.
package struct MetricFamily: Sendable {
    package enum Kind: Sendable, Equatable {
        /// Only grows while the process lives; its name ends in `_total`.
        case counter
        case gauge
        /// Counted by upper bounds, ascending.
        case histogram([Double])
    }

    package let name: String
    /// One sentence for whoever builds a dashboard.
    package let help: String
    package let kind: Kind
    package let labels: [String]

    package init(_ name: String, _ kind: Kind, labels: [String] = [], _ help: String) {
        precondition(
            Self.isName(name) && labels.allSatisfy(Self.isName),
            "a metric's name is one that Prometheus takes"
        )
        precondition(kind != .counter || name.hasSuffix("_total"), "a counter's name ends in _total")
        precondition(!labels.contains("le"), "le is the histogram's own label")
        if case .histogram(let bounds) = kind {
            precondition(!bounds.isEmpty && zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "bounds ascend")
        }
        self.name = name
        self.help = help
        self.kind = kind
        self.labels = labels
    }

    var typeName: String {
        switch kind {
        case .counter: "counter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        }
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, !("0"..."9").contains(first) else { return false }
        return text.unicodeScalars.allSatisfy {
            ("a"..."z").contains($0) || ("0"..."9").contains($0) || $0 == "_"
        }
    }
}

extension MetricFamily {
    /// Bounds in seconds from half a millisecond to ten seconds, for what should be quick.
    package static let secondsQuick: Kind = .histogram([
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ])

    /// Bounds in seconds from ten milliseconds to ten minutes, for what may wait for others.
    package static let secondsSlow: Kind = .histogram([
        0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600,
    ])
}
