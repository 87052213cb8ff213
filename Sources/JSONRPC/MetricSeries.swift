import CoreMetrics
import Synchronization

/// One series: a family's value under one set of labels.
///
/// A counter or a gauge is one atomic word, so that counting never waits; a histogram is a short locked table.
final class MetricSeries: Sendable {
    /// As they stand in the text: `method="tx_submit",outcome="ok"`; empty without labels.
    let labelText: String
    let bounds: [Double]
    /// The bits of a `Double` for gauges and for counters of fractions, a whole number for other counters.
    private let word = Atomic<UInt64>(0)
    private let isWhole: Bool
    private let table: Mutex<Table>

    struct Table: Sendable {
        /// How many fell into each bound's interval, without those below it; the last are beyond all bounds.
        var counts: [UInt64]
        var sum = 0.0
    }

    init(labelText: String, kind: MetricFamily.Kind, isWhole: Bool) {
        self.labelText = labelText
        self.isWhole = isWhole
        bounds = if case .histogram(let bounds) = kind { bounds } else { [] }
        table = Mutex(Table(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    var value: Double {
        let bits = word.load(ordering: .relaxed)
        return isWhole ? Double(bits) : Double(bitPattern: bits)
    }

    /// A whole number shows all its digits, whatever a `Double` could hold.
    var valueText: String {
        isWhole ? String(word.load(ordering: .relaxed)) : PrometheusText.number(value)
    }

    var observations: Table { table.withLock { $0 } }

    func add(whole amount: Int64) {
        guard amount > 0 else { return }
        word.wrappingAdd(UInt64(amount), ordering: .relaxed)
    }

    func add(_ amount: Double) {
        var old = word.load(ordering: .relaxed)
        while true {
            let new = (Double(bitPattern: old) + amount).bitPattern
            let (isDone, found) = word.weakCompareExchange(expected: old, desired: new, ordering: .relaxed)
            if isDone { return }
            old = found
        }
    }

    func set(_ value: Double) { word.store(value.bitPattern, ordering: .relaxed) }
    func reset() { word.store(0, ordering: .relaxed) }

    func observe(_ value: Double) {
        let place = bounds.firstIndex { value <= $0 } ?? bounds.count
        table.withLock { table in
            table.counts[place] += 1
            table.sum += value
        }
    }
}

// What swift-metrics counts with.

final class CounterSeries: CounterHandler, FloatingPointCounterHandler {
    private let series: MetricSeries
    init(_ series: MetricSeries) { self.series = series }
    func increment(by amount: Int64) { series.add(whole: amount) }
    func increment(by amount: Double) { if amount > 0 { series.add(amount) } }
    func reset() { series.reset() }
}

final class GaugeSeries: MeterHandler, RecorderHandler {
    private let series: MetricSeries
    init(_ series: MetricSeries) { self.series = series }
    func set(_ value: Int64) { series.set(Double(value)) }
    func set(_ value: Double) { series.set(value) }
    func increment(by amount: Double) { series.add(amount) }
    func decrement(by amount: Double) { series.add(-amount) }
    func record(_ value: Int64) { series.set(Double(value)) }
    func record(_ value: Double) { series.set(value) }
}

final class HistogramSeries: RecorderHandler, TimerHandler {
    private let series: MetricSeries
    init(_ series: MetricSeries) { self.series = series }
    func record(_ value: Int64) { series.observe(Double(value)) }
    func record(_ value: Double) { series.observe(value) }
    func recordNanoseconds(_ duration: Int64) { series.observe(Double(duration) / 1e9) }
}
