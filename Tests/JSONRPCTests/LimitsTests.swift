import JSONRPC
import LedgerCore
import NIOCore
import Primitives
import StrictJSON
import Synchronization
import Testing

extension OverSockets {
    struct LimitsTests {
        private static let call = Array(#"{"jsonrpc":"2.0","id":1,"method":"network_info"}"#.utf8)
        private static let wait = Array(
            #"{"jsonrpc":"2.0","id":1,"method":"tx_wait","params":{"id":"\#(String(repeating: "0", count: 64))","#.utf8
        )

        private static func wait(milliseconds: Int) -> [UInt8] {
            wait + Array("\"timeoutMilliseconds\":\(milliseconds)}}".utf8)
        }

        private static func limits(_ change: (inout RPCLimits) -> Void) -> RPCLimits {
            var limits = RPCLimits()
            change(&limits)
            return limits
        }

        private static func reason(_ answer: RawConnection.Answer) throws -> String? {
            try JSON.parse(answer.body)["error"]?["data"]?["reason"]?.asString
        }

        // MARK: Bodies and answers

        @Test(.timeLimit(.minutes(1)))
        func stopsReadingABodyInChunksAtTheLimit() async throws {
            try await withServer(limits: Self.limits { $0.bodyBytesMax = 1_000 }) { port in
                try await RawConnection.open(port) { connection in
                    try await connection.send(
                        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                            + "Transfer-Encoding: chunked\r\n\r\n"
                    )
                    for _ in 0..<11 { try await connection.send("64\r\n\(String(repeating: " ", count: 100))\r\n") }
                    let answer = try #require(try await connection.answer())
                    #expect(answer.status == 413)
                    #expect(try Self.reason(answer) == "bodyTooLarge")
                    #expect(answer.field("connection") == "close")
                    #expect(try await connection.answer() == nil, "the connection ends without reading on")
                }
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func takesABodyOfExactlyTheLimit() async throws {
            try await withServer(limits: Self.limits { $0.bodyBytesMax = 1_000 }) { port in
                try await RawConnection.open(port) { connection in
                    try await connection.post(Self.call + Array(repeating: 32, count: 1_000 - Self.call.count))
                    #expect(try await connection.answer()?.status == 200)
                    try await connection.post(Self.call + Array(repeating: 32, count: 1_001 - Self.call.count))
                    #expect(try await connection.answer()?.status == 413)
                }
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func refusesAnAnswerBeyondTheLimitAndKeepsThoseBeforeIt() async throws {
            let small = #"{"jsonrpc":"2.0","id":1,"method":"account_get","params":["\#(TestNetwork.shared.text(0))"]}"#
            let large = #"{"jsonrpc":"2.0","id":2,"method":"block_get"}"#
            try await withServer(limits: Self.limits { $0.responseBytesMax = 900 }) { port in
                try await RawConnection.open(port) { connection in
                    try await connection.post(Array(large.utf8))
                    let single = try #require(try await connection.answer())
                    #expect(try Self.reason(single) == "responseTooLarge")
                    try await connection.post(Array("[\(small),\(large),\(small)]".utf8))
                    let batch = try JSON.parse(try #require(try await connection.answer()).body)
                    #expect(batch.asArray?.count == 3)
                    #expect(batch.asArray?[0]["result"] != nil)
                    #expect(batch.asArray?[1]["error"]?["code"] == .integer(-32_003))
                    #expect(batch.asArray?[1]["id"] == 2)
                }
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func refusesAFullBlockBeforeItWritesIt() async throws {
            let full = #"{"jsonrpc":"2.0","id":2,"method":"block_get","params":{"transactions":"full"}}"#
            try await withServer(limits: Self.limits { $0.responseBytesMax = 1_200 }) { port in
                try await RawConnection.open(port) { connection in
                    try await connection.post(Array(full.utf8))
                    #expect(try Self.reason(try #require(try await connection.answer())) == "responseTooLarge")
                }
            }
        }

        // MARK: Rates and loads

        @Test(.timeLimit(.minutes(1)))
        func refusesAClientThatAsksTooOftenAndSaysForHowLong() async throws {
            let limits = Self.limits {
                $0.callsPerSecond = 1
                $0.callsBurst = 3
            }
            try await withServer(limits: limits) { port in
                try await RawConnection.open(port) { connection in
                    var statuses: [Int] = []
                    var refused: RawConnection.Answer?
                    while refused == nil, statuses.count < 100 {
                        try await connection.post(Self.call)
                        let answer = try #require(try await connection.answer())
                        statuses.append(answer.status)
                        if answer.status != 200 { refused = answer }
                    }
                    #expect(statuses.prefix(3) == [200, 200, 200])
                    let last = try #require(refused)
                    #expect(last.status == 429)
                    #expect(last.field("retry-after") == "1")
                    #expect(try Self.reason(last) == "rateLimited")
                    // Whoever watches the node is never refused.
                    try await connection.get("/livez")
                    #expect(try await connection.answer()?.status == 200)
                    try await Task.sleep(for: .milliseconds(1_100))
                    try await connection.post(Self.call)
                    #expect(try await connection.answer()?.status == 200)
                }
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func chargesABatchForEachOfItsCalls() async throws {
            let limits = Self.limits {
                $0.callsPerSecond = 1
                $0.callsBurst = 5
            }
            let batch = Array(
                "[\(Array(repeating: String(decoding: Self.call, as: UTF8.self), count: 10).joined(separator: ","))]"
                    .utf8
            )
            try await withServer(limits: limits) { port in
                try await RawConnection.open(port) { connection in
                    try await connection.post(batch)
                    #expect(try await connection.answer()?.status == 200)
                    try await connection.post(Self.call)
                    let refused = try #require(try await connection.answer())
                    #expect(refused.status == 429)
                    // Six seconds, less those that the test has taken.
                    let seconds = try #require(refused.field("retry-after").flatMap { Int($0) })
                    #expect((2...6).contains(seconds))
                }
            }
        }

        @Test(.timeLimit(.minutes(1)), arguments: [true, false])
        func saysBusyBeforeItReadsABodyThatIsOneTooMany(byCount: Bool) async throws {
            let limits = Self.limits {
                if byCount { $0.requestsInFlightMax = 1 } else { $0.bytesInFlightMax = 150_000 }
            }
            let long = Self.call + Array(repeating: 32, count: 100_000)
            try await withServer(limits: limits) { port in
                try await RawConnection.open(port) { slow in
                    try await slow.post(Self.call)
                    #expect(try await slow.answer()?.status == 200)
                    // A body that does not come to its end keeps its place.
                    let head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    try await slow.send(head + "Content-Length: \(long.count)\r\n\r\n{")
                    try await Task.sleep(for: .milliseconds(100))
                    try await RawConnection.open(port) { other in
                        try await other.post(long)
                        let refused = try #require(try await other.answer())
                        #expect(refused.status == 503)
                        #expect(refused.field("retry-after") == "1")
                        #expect(try Self.reason(refused) == "busy")
                    }
                    try await slow.send(Array(long.dropFirst()))
                    #expect(try await slow.answer()?.status == 200)
                    try await slow.post(Self.call)
                    #expect(try await slow.answer()?.status == 200)
                }
            }
        }

        /// An answer counts until its client has taken it, so many at once need no more memory than that.
        @Test(.timeLimit(.minutes(1)))
        func saysBusyInsteadOfAnAnswerThatThereIsNoRoomFor() async throws {
            try await withServer(limits: Self.limits { $0.bytesInFlightMax = 600 }) { port in
                try await RawConnection.open(port) { connection in
                    for _ in 0..<3 {
                        try await connection.post(Self.call)
                        let refused = try #require(try await connection.answer())
                        #expect(refused.status == 503)
                        #expect(try Self.reason(refused) == "busy")
                        let unknown = Array(#"{"jsonrpc":"2.0","id":1,"method":"nothing"}"#.utf8)
                        try await connection.post(unknown)
                        #expect(try await connection.answer()?.status == 200)
                    }
                }
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func refusesCallsUnreadWhileTheNodeIsBusy() async throws {
            let node = MockNode()
            node.busy.store(true, ordering: .relaxed)
            let call = Array(
                #"{"jsonrpc":"2.0","id":1,"method":"node_status"}"#.utf8
            )
            try await withServer(node) { port in
                try await RawConnection.open(port) { connection in
                    try await connection.post(call)
                    let refused = try #require(try await connection.answer())
                    #expect(refused.status == 503)
                    #expect(try Self.reason(refused) == "busy")
                    try await connection.get("/livez")
                    #expect(try await connection.answer()?.status == 200)
                    node.busy.store(false, ordering: .relaxed)
                    try await connection.post(Self.call)
                    #expect(try await connection.answer()?.status == 200)
                }
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func doesNotCountThoseThatOnlyWait() async throws {
            let node = MockNode()
            try await withServer(node, limits: Self.limits { $0.requestsInFlightMax = 1 }) { port in
                try await RawConnection.open(port) { waiting in
                    try await waiting.post(Self.wait(milliseconds: 30_000))
                    try await untilWaiting(node, count: 1)
                    try await RawConnection.open(port) { other in
                        for _ in 0..<5 {
                            try await other.post(Self.call)
                            #expect(try await other.answer()?.status == 200)
                        }
                    }
                }
                // The connection is closed: the wait ends with it.
                try await untilWaiting(node, count: 0)
            }
        }

        // MARK: Connections

        @Test(.timeLimit(.minutes(1)))
        func givesOneClientOnlySoManyConnections() async throws {
            try await withServer(limits: Self.limits { $0.connectionsPerClientMax = 1 }) { port in
                try await RawConnection.open(port) { first in
                    try await first.post(Self.call)
                    #expect(try await first.answer()?.status == 200)
                    let isClosed = try await RawConnection.open(port) { second in try await second.answer() == nil }
                    #expect(isClosed)
                }
                try await Task.sleep(for: .milliseconds(50))
                let status = try await RawConnection.open(port) { third in
                    try await third.post(Self.call)
                    return try await third.answer()?.status
                }
                #expect(status == 200)
            }
        }

        @Test(.timeLimit(.minutes(1)), arguments: ["", "POST / HTTP/1.1\r\nHost: local"])
        func closesAConnectionWhoseFirstHeaderDoesNotCome(_ beginning: String) async throws {
            try await withServer(limits: Self.limits { $0.headTimeout = .milliseconds(100) }) { port in
                try await RawConnection.open(port) { connection in
                    if !beginning.isEmpty { try await connection.send(beginning) }
                    #expect(try await connection.answer() == nil)
                }
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func closesAConnectionWhoseBodyTrickles() async throws {
            let limits = Self.limits { $0.bodyTimeout = .milliseconds(200) }
            try await withServer(limits: limits) { port in
                try await RawConnection.open(port) { connection in
                    let head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    try await connection.send(head + "Content-Length: 1000\r\n\r\n")
                    let start = ContinuousClock.now
                    do {
                        for _ in 0..<100 {
                            try await connection.send(" ")
                            try await Task.sleep(for: .milliseconds(20))
                        }
                        #expect(try await connection.answer() == nil)
                    } catch is ChannelError {
                        // Closed while we were writing.
                    } catch is IOError {
                        // Reset, likewise.
                    }
                    #expect(ContinuousClock.now - start < .seconds(5))
                }
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func closesAnIdleConnection() async throws {
            try await withServer(limits: Self.limits { $0.idleTimeout = .milliseconds(150) }) { port in
                try await RawConnection.open(port) { connection in
                    try await connection.post(Self.call)
                    #expect(try await connection.answer()?.status == 200)
                    #expect(try await connection.answer() == nil)
                }
            }
        }

        /// It asks for more than the buffers between the two hold, and reads nothing.
        @Test(.timeLimit(.minutes(1)))
        func closesAConnectionThatDoesNotTakeItsAnswers() async throws {
            let limits = Self.limits {
                $0.responseTimeout = .milliseconds(300)
                $0.callsBurst = 1_000_000
            }
            let item = String(decoding: Self.call, as: UTF8.self)
            let batch = Array("[\(Array(repeating: item, count: 100).joined(separator: ","))]".utf8)
            try await withServer(limits: limits) { port in
                try await RawConnection.open(port) { connection in
                    await #expect(throws: (any Error).self) {
                        for _ in 0..<20_000 { try await connection.post(batch) }
                    }
                }
            }
        }

        /// Sixty clients that never finish, and one that works: it doesn't notice.
        @Test(.timeLimit(.minutes(1)))
        func servesOthersWhileManyTrickle() async throws {
            try await withServer { port in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<60 {
                        group.addTask {
                            try await RawConnection.open(port) { slow in
                                try await slow.send(
                                    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                                        + "Content-Length: 1000\r\n\r\n["
                                )
                                try await Task.sleep(for: .seconds(30))
                            }
                        }
                    }
                    try await Task.sleep(for: .milliseconds(200))
                    let time = try await ContinuousClock().measure {
                        try await RawConnection.open(port) { quick in
                            for _ in 0..<100 {
                                try await quick.post(Self.call)
                                #expect(try await quick.answer()?.status == 200)
                            }
                        }
                    }
                    #expect(time < .seconds(10))
                    group.cancelAll()
                    while let result = await group.nextResult() { _ = result }
                }
            }
        }

        // MARK: Stopping

        @Test(.timeLimit(.minutes(1)))
        func answersThoseUnderWayBeforeItStops() async throws {
            let node = MockNode()
            let answer = try await withServer(node) { port in
                let waiting = Task {
                    try await RawConnection.open(port) { connection in
                        try await connection.post(Self.wait(milliseconds: 300))
                        return try await connection.answer()?.status
                    }
                }
                try await untilWaiting(node, count: 1)
                return waiting
            }
            // The server has stopped by now.
            #expect(try await answer.value == 200)
        }

        /// What the gateway throws, and what the client gets.
        @Test(
            .timeLimit(.minutes(1)),
            arguments: [
                (GatewayError.stopping, -32_004, "stopping"), (.busy, -32_005, "busy"),
                (.timedOut, -32_002, "timedOut"),
                (.notReady(lag: 7), -32_004, "notReady"),
            ]
        )
        func saysWhyTheNodeMakesNoStatement(failure: GatewayError, code: Int, reason: String) async throws {
            let node = MockNode()
            node.failure.withLock { $0 = failure }
            let transaction = Hex.encode(TestNetwork.shared.transaction(nonce: 10).signed.encoded())
            let calls = [
                #""tx_submit","params":["\#(transaction)"]"#, #""tx_submitBatch","params":[["\#(transaction)"]]"#,
                #""tx_status","params":["\#(transaction)"]"#, #""tx_wait","params":["\#(transaction)"]"#,
                #""account_get","params":["\#(TestNetwork.shared.text(0))"]"#, #""block_get""#, #""fee_quote""#,
                #""node_status""#, #""network_info""#, #""validator_list""#,
            ]
            try await withServer(node) { port in
                try await RawConnection.open(port) { connection in
                    for call in calls {
                        try await connection.post(Array(#"{"jsonrpc":"2.0","id":1,"method":\#(call)}"#.utf8))
                        let answer = try #require(try await connection.answer())
                        #expect(answer.status == 200)
                        let error = try #require(try JSON.parse(answer.body)["error"], "\(call)")
                        #expect(error["code"] == .integer(code))
                        #expect(error["data"]?["reason"] == .string(reason))
                        #expect(error["data"]?["retryable"] == true)
                        if case .notReady = failure { #expect(error["data"]?["lag"] == "7") }
                    }
                }
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func handsABatchToTheNodeAtOnceAndCarriesOutNotifications() async throws {
            let node = MockNode()
            let hex = Hex.encode(TestNetwork.shared.transaction(nonce: 10).signed.encoded())
            try await withServer(node) { port in
                try await RawConnection.open(port) { connection in
                    let many = Array(repeating: "\"\(hex)\"", count: 300).joined(separator: ",")
                    try await connection.post(
                        Array(#"{"jsonrpc":"2.0","id":1,"method":"tx_submitBatch","params":[[\#(many)]]}"#.utf8)
                    )
                    #expect(try await connection.answer()?.status == 200)
                    try await connection.post(
                        Array(#"{"jsonrpc":"2.0","method":"tx_submit","params":["\#(hex)"]}"#.utf8)
                    )
                    #expect(try await connection.answer()?.status == 204)
                }
            }
            #expect(node.submissions.withLock { $0 } == [300, 1])
        }

        private func untilWaiting(_ node: MockNode, count: Int) async throws {
            while node.waiting.load(ordering: .relaxed) != count { try await Task.sleep(for: .milliseconds(5)) }
        }
    }
}
