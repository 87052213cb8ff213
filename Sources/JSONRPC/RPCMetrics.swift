import CoreMetrics
import Synchronization

/// What the interface counts about itself.
///
/// The method is one of the table's or `_unknown`, the outcome `ok` or a reason of `RPCFault`: nobody outside can make a
/// series.
final class RPCMetrics: Sendable {
    private let registry: PrometheusRegistry
    private let succeeded: [String: Counter]
    private let seconds: [String: Timer]
    private let refused: [Refusal: Counter]
    private let inFlight: Meter
    private let connections: Meter
    private let streams: Meter
    private let streamsEnded: [StreamEnd: Counter]
    private let connectionCount = Atomic<Int>(0)

    /// What turns a request away before it is read as a call.
    enum Refusal: String, CaseIterable {
        case rate
        case busy
        case host
        case type
        case length
        case body
        case path
        case streams
        case connections
        case header
    }

    enum StreamEnd: String, CaseIterable {
        case client
        case overflow
        case stopping
        case failed
    }

    static let unknownMethod = "_unknown"

    init(registry: PrometheusRegistry, methods: [String]) {
        self.registry = registry
        succeeded = Dictionary(
            uniqueKeysWithValues: methods.map { ($0, Self.requests(registry, method: $0, outcome: "ok")) }
        )
        seconds = Dictionary(
            uniqueKeysWithValues: (methods + [Self.unknownMethod]).map {
                let dimensions = [("method", $0)]
                return ($0, Timer(label: "farthing_rpc_request_seconds", dimensions: dimensions, factory: registry))
            }
        )
        refused = Dictionary(
            uniqueKeysWithValues: Refusal.allCases.map {
                let dimensions = [("reason", $0.rawValue)]
                return ($0, Counter(label: "farthing_rpc_refused_total", dimensions: dimensions, factory: registry))
            }
        )
        streamsEnded = Dictionary(
            uniqueKeysWithValues: StreamEnd.allCases.map {
                let dimensions = [("reason", $0.rawValue)]
                return (
                    $0, Counter(label: "farthing_event_streams_ended_total", dimensions: dimensions, factory: registry)
                )
            }
        )
        inFlight = Meter(label: "farthing_rpc_requests_in_flight", factory: registry)
        connections = Meter(label: "farthing_rpc_connections", factory: registry)
        streams = Meter(label: "farthing_event_streams", factory: registry)
    }

    func answered(_ method: String, _ fault: RPCFault.Reason?, in duration: Duration) {
        let name = seconds[method] == nil ? Self.unknownMethod : method
        if let fault {
            Self.requests(registry, method: name, outcome: fault.rawValue).increment()
        } else {
            succeeded[name]?.increment()
        }
        seconds[name]?.recordNanoseconds(duration.nanoseconds)
    }

    private static func requests(_ registry: PrometheusRegistry, method: String, outcome: String) -> Counter {
        Counter(
            label: "farthing_rpc_requests_total",
            dimensions: [("method", method), ("outcome", outcome)],
            factory: registry
        )
    }

    func refused(_ reason: Refusal) { refused[reason]?.increment() }
    func streamEnded(_ reason: StreamEnd) { streamsEnded[reason]?.increment() }

    func connectionOpened() {
        connections.set(connectionCount.add(1, ordering: .relaxed).newValue)
    }

    func connectionClosed() {
        connections.set(connectionCount.subtract(1, ordering: .relaxed).newValue)
    }

    /// What is known when somebody looks.
    func set(requestsInFlight: Int, streams: Int) {
        inFlight.set(requestsInFlight)
        self.streams.set(streams)
    }
}

extension RPCMetrics {
    static let families: [MetricFamily] = [
        MetricFamily(
            "farthing_rpc_requests_total",
            .counter,
            labels: ["method", "outcome"],
            "Calls answered, by method and outcome: ok, or the reason of the error."
        ),
        MetricFamily(
            "farthing_rpc_request_seconds",
            MetricFamily.secondsSlow,
            labels: ["method"],
            "How long a call took, waiting for finality included."
        ),
        MetricFamily(
            "farthing_rpc_refused_total",
            .counter,
            labels: ["reason"],
            "Requests turned away before they were read as calls, by the limit that did."
        ),
        MetricFamily("farthing_rpc_requests_in_flight", .gauge, "Requests that are being worked on."),
        MetricFamily("farthing_rpc_connections", .gauge, "Open client connections."),
        MetricFamily("farthing_event_streams", .gauge, "Clients that follow /events."),
        MetricFamily(
            "farthing_event_streams_ended_total",
            .counter,
            labels: ["reason"],
            "Streams of /events that ended, by who or what ended them."
        ),
    ]
}

extension PrometheusRegistry {
    /// With the interface's own families beside the others.
    package convenience init(alongside families: [MetricFamily]) {
        self.init(families: RPCMetrics.families + families)
    }
}

extension Duration {
    /// Saturates after 292 years.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : whole + attoseconds / 1_000_000_000
    }
}
