import CoreMetrics
import JSONRPC
import LedgerCore
import Synchronization
import Testing

/// The registry and the text that it writes.
struct MetricsTests {
    private static let families = [
        MetricFamily("farthing_a_total", .counter, labels: ["kind"], "Counts a\\b\nand c."),
        MetricFamily("farthing_b", .gauge, "Shows b."),
        MetricFamily("farthing_c_seconds", .histogram([0.5, 1, 2.5]), labels: ["method"], "Times c."),
        MetricFamily("farthing_d_total", .counter, "Counts fractions."),
        MetricFamily("farthing_e", .gauge, "Is never used."),
    ]

    @Test func writesWhatTheFormatSays() throws {
        let registry = PrometheusRegistry(families: Self.families)
        Counter(label: "farthing_a_total", dimensions: [("kind", "x\"y\\z\n")], factory: registry).increment(by: 3)
        Counter(label: "farthing_a_total", dimensions: [("kind", "b")], factory: registry).increment()
        Meter(label: "farthing_b", factory: registry).set(0.25)
        let timer = Timer(label: "farthing_c_seconds", dimensions: [("method", "m")], factory: registry)
        for milliseconds in [500, 750, 3_000] { timer.recordMilliseconds(milliseconds) }
        FloatingPointCounter(label: "farthing_d_total", factory: registry).increment(by: 1.5)
        #expect(
            registry.text == #"""
                # HELP farthing_a_total Counts a\\b\nand c.
                # TYPE farthing_a_total counter
                farthing_a_total{kind="b"} 1
                farthing_a_total{kind="x\"y\\z\n"} 3
                # HELP farthing_b Shows b.
                # TYPE farthing_b gauge
                farthing_b 0.25
                # HELP farthing_c_seconds Times c.
                # TYPE farthing_c_seconds histogram
                farthing_c_seconds_bucket{method="m",le="0.5"} 1
                farthing_c_seconds_bucket{method="m",le="1"} 2
                farthing_c_seconds_bucket{method="m",le="2.5"} 2
                farthing_c_seconds_bucket{method="m",le="+Inf"} 3
                farthing_c_seconds_sum{method="m"} 4.25
                farthing_c_seconds_count{method="m"} 3
                # HELP farthing_d_total Counts fractions.
                # TYPE farthing_d_total counter
                farthing_d_total 1.5

                """#
        )
        #expect(try ExpositionText(registry.text).value("farthing_a_total", ["kind": "x\"y\\z\n"]) == 3)
    }

    /// A counter is exact where a `Double` no longer is.
    @Test func showsAllDigitsOfALargeCounter() throws {
        let registry = PrometheusRegistry(families: Self.families)
        let counter = Counter(label: "farthing_a_total", dimensions: [("kind", "b")], factory: registry)
        counter.increment(by: 9_007_199_254_740_993)
        #expect(registry.text.contains(#"farthing_a_total{kind="b"} 9007199254740993"#))
    }

    @Test func twoHandlesOfOneSeriesCountTogetherFromManyTasks() async throws {
        let registry = PrometheusRegistry(families: Self.families)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let counter = Counter(label: "farthing_a_total", dimensions: [("kind", "b")], factory: registry)
                    let gauge = Meter(label: "farthing_b", factory: registry)
                    for _ in 0..<1_000 {
                        counter.increment()
                        gauge.increment(by: 0.5)
                    }
                }
            }
        }
        let text = try ExpositionText(registry.text)
        #expect(text.value("farthing_a_total", ["kind": "b"]) == 8_000)
        #expect(text.value("farthing_b") == 4_000)
    }

    /// Texts that a scraper refuses, or would misread.
    @Test(arguments: [
        "farthing_b 1", "farthing_b 1\n", "# TYPE farthing_b gauge\nfarthing_b 1\n",
        "# HELP farthing_b x\n# TYPE farthing_b gauge\nfarthing_b 1\nfarthing_b 1\n",
        "# HELP farthing_b x\n# TYPE farthing_b counter\nfarthing_b 1\n",
        "# HELP farthing_b x\n# TYPE farthing_b gauge\nfarthing_b{a=\"b} 1\n",
        "# HELP farthing_b x\n# TYPE farthing_b gauge\nfarthing_b one\n",
        "# HELP b x\n# TYPE b histogram\nb_bucket{le=\"1\"} 2\nb_bucket{le=\"+Inf\"} 1\nb_sum 1\nb_count 1\n",
        "# HELP b x\n# TYPE b histogram\nb_bucket{le=\"1\"} 1\nb_sum 1\nb_count 1\n",
    ])
    func theReaderOfTheseTestsRefuses(_ text: String) {
        #expect(throws: ExpositionText.Broken.self) { try ExpositionText(text) }
    }

    @Test func trapsWhatIsNotDeclared() async {
        await #expect(processExitsWith: .failure) {
            let registry = PrometheusRegistry(families: [])
            Counter(label: "farthing_a_total", factory: registry).increment()
        }
        await #expect(processExitsWith: .failure) {
            let registry = PrometheusRegistry(families: [MetricFamily("farthing_b", .gauge, labels: ["kind"], "b")])
            Meter(label: "farthing_b", factory: registry).set(1)
        }
    }
}

extension OverSockets {
    struct ScrapeTests {
        private static func scrape(_ port: Int) async throws -> ExpositionText {
            try await RawConnection.open(port) { connection in
                try await connection.get("/metrics")
                let answer = try #require(try await connection.answer())
                #expect(answer.status == 200)
                return try ExpositionText(answer.text)
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func countsCallsByMethodAndOutcome() async throws {
            try await withServer { port in
                let calls = [
                    #"{"jsonrpc":"2.0","id":1,"method":"fee_quote"}"#,
                    #"[{"jsonrpc":"2.0","id":1,"method":"fee_quote"},{"jsonrpc":"2.0","id":1,"method":"account_get"}]"#,
                    #"{"jsonrpc":"2.0","id":1,"method":"made\"up\n"}"#,
                ]
                try await RawConnection.open(port) { connection in
                    for call in calls {
                        try await connection.post(Array(call.utf8))
                        #expect(try await connection.answer()?.status == 200)
                    }
                }
                let text = try await Self.scrape(port)
                let name = "farthing_rpc_requests_total"
                #expect(text.value(name, ["method": "fee_quote", "outcome": "ok"]) == 2)
                #expect(text.value(name, ["method": "account_get", "outcome": "invalidParams"]) == 1)
                #expect(text.value(name, ["method": "_unknown", "outcome": "methodNotFound"]) == 1)
                #expect(text.value("farthing_rpc_request_seconds_count", ["method": "fee_quote"]) == 2)
                #expect(text.value("farthing_rpc_requests_in_flight") == 0)
                #expect(text.value("farthing_rpc_connections") == 1, "the scrape's own")
            }
        }

        /// Each limit that turns a request away counts under its own name.
        @Test(.timeLimit(.minutes(1)))
        func countsRefusalsByTheLimitThatRefused() async throws {
            let node = MockNode()
            let limits = RPCLimits.with {
                $0.callsPerSecond = 1
                $0.callsBurst = 7
                $0.bodyBytesMax = 1_000
            }
            let local = "Host: localhost\r\n"
            let json = "Content-Type: application/json\r\n"
            let rows = [
                ("path", "GET /nowhere HTTP/1.1\r\n\(local)\r\n"),
                ("host", "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"),
                ("type", "POST / HTTP/1.1\r\n\(local)Content-Length: 0\r\n\r\n"),
                ("length", "POST / HTTP/1.1\r\n\(local)\(json)\r\n"),
                ("body", "POST / HTTP/1.1\r\n\(local)\(json)Content-Length: 1001\r\n\r\n"),
                ("header", "nonsense\r\n\r\n"),
            ]
            try await withServer(node, limits: limits) { port in
                for (_, request) in rows {
                    try await RawConnection.open(port) { connection in
                        try await connection.send(request)
                        _ = try await connection.answer()
                    }
                }
                try await RawConnection.open(port) { connection in
                    node.busy.store(true, ordering: .relaxed)
                    try await connection.post(Calls.networkInfo)
                    #expect(try await connection.answer()?.status == 503)
                    node.busy.store(false, ordering: .relaxed)
                    for _ in 0..<10 {
                        try await connection.post(Calls.networkInfo)
                        _ = try await connection.answer()
                    }
                }
                let text = try await Self.scrape(port)
                for reason in rows.map(\.0) + ["busy"] {
                    #expect(text.value("farthing_rpc_refused_total", ["reason": reason]) == 1, "\(reason)")
                }
                #expect(try #require(text.value("farthing_rpc_refused_total", ["reason": "rate"])) >= 3)
            }
        }
    }
}
