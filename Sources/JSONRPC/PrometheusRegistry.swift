package import CoreMetrics
import Primitives
import Synchronization

/// Where swift-metrics counts to: the series of the declared families, written out as Prometheus text 0.0.4.
///
/// Each node has its own; nothing is global. A label or name that no family declares is a mistake of ours, and trapped.
package final class PrometheusRegistry: MetricsFactory, Sendable {
    private let families: [String: MetricFamily]
    private let series = Mutex<[String: [String: MetricSeries]]>([:])

    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    package init(families: [MetricFamily]) {
        self.families = Dictionary(families.map { ($0.name, $0) }) { _, second in
            preconditionFailure("\(second.name) is declared twice")
        }
    }

    /// Everything there is, families by name and series by labels: one scrape.
    package var text: String {
        let series = series.withLock { $0 }
        var text = PrometheusText()
        for name in series.keys.sorted() {
            guard let family = families[name], let cells = series[name] else { continue }
            text.append(family, cells.values.sorted { $0.labelText < $1.labelText })
        }
        return text.lines
    }

    // MARK: What swift-metrics asks for

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        CounterSeries(find(label, dimensions, isWhole: true) { $0 == .counter })
    }

    package func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        CounterSeries(find(label, dimensions) { $0 == .counter })
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        GaugeSeries(find(label, dimensions) { $0 == .gauge })
    }

    package func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        guard aggregate else { return GaugeSeries(find(label, dimensions) { $0 == .gauge }) }
        return HistogramSeries(find(label, dimensions) { $0 != .counter && $0 != .gauge })
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        HistogramSeries(find(label, dimensions) { $0 != .counter && $0 != .gauge })
    }

    // A series stays: a counter that went away and came back would seem to have been reset.
    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    private func find(
        _ name: String,
        _ dimensions: [(String, String)],
        isWhole: Bool = false,
        isOfKind: (MetricFamily.Kind) -> Bool
    ) -> MetricSeries {
        guard let family = families[name] else { preconditionFailure("\(name) is counted and not declared") }
        precondition(isOfKind(family.kind), "\(name) is declared as a \(family.typeName)")
        precondition(dimensions.map(\.0) == family.labels, "\(name) has the labels \(family.labels)")
        let labelText = dimensions.map { "\($0.0)=\"\(PrometheusText.escaped($0.1))\"" }.joined(separator: ",")
        return series.withLock { series in
            if let found = series[name]?[labelText] { return found }
            let new = MetricSeries(labelText: labelText, kind: family.kind, isWhole: isWhole)
            series[name, default: [:]][labelText] = new
            return new
        }
    }
}

/// The text that Prometheus reads: <https://prometheus.io/docs/instrumenting/exposition_formats/>.
struct PrometheusText {
    private(set) var lines = ""

    mutating func append(_ family: MetricFamily, _ series: [MetricSeries]) {
        let help = family.help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
        lines += "# HELP \(family.name) \(help)\n# TYPE \(family.name) \(family.typeName)\n"
        for cell in series {
            if case .histogram = family.kind {
                appendHistogram(family.name, cell)
            } else {
                lines += "\(family.name)\(Self.braced(cell.labelText)) \(cell.valueText)\n"
            }
        }
    }

    private mutating func appendHistogram(_ name: String, _ cell: MetricSeries) {
        let table = cell.observations
        let before = cell.labelText.isEmpty ? "" : cell.labelText + ","
        var total: UInt64 = 0
        for (bound, count) in zip(cell.bounds.map(Self.number) + ["+Inf"], table.counts) {
            total += count
            lines += "\(name)_bucket{\(before)le=\"\(bound)\"} \(total)\n"
        }
        lines += "\(name)_sum\(Self.braced(cell.labelText)) \(Self.number(table.sum))\n"
        lines += "\(name)_count\(Self.braced(cell.labelText)) \(total)\n"
    }

    private static func braced(_ labels: String) -> String { labels.isEmpty ? "" : "{\(labels)}" }

    static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        // Without a fraction and without an exponent as long as that is exact.
        if value == value.rounded(), abs(value) < 9_007_199_254_740_992 { return String(Int64(value)) }
        return "\(value)"
    }
}
