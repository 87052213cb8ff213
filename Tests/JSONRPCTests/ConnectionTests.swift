import JSONRPC
import LedgerCore
import NIOCore
import Primitives
import StrictJSON
import Synchronization
import Testing

extension OverSockets {
    /// How long a connection may take for what, and how it ends.
    struct ConnectionTests {
        // MARK: Connections

        @Test(.timeLimit(.minutes(1)))
        func givesOneClientOnlySoManyConnections() async throws {
            try await withServer(limits: RPCLimits.with { $0.connectionsPerClientMax = 1 }) { port in
                try await RawConnection.open(port) { first in
                    try await first.post(Calls.networkInfo)
                    #expect(try await first.answer()?.status == 200)
                    let isClosed = try await RawConnection.open(port) { second in try await second.answer() == nil }
                    #expect(isClosed)
                }
                try await Task.sleep(for: .milliseconds(50))
                let status = try await RawConnection.open(port) { third in
                    try await third.post(Calls.networkInfo)
                    return try await third.answer()?.status
                }
                #expect(status == 200)
            }
        }

        /// Beyond the limit whoever holds the most makes room for a newcomer, and for nobody who holds as many.
        @Test(.timeLimit(.minutes(1)))
        func letsANewcomerInWhenOneClientHoldsEverything() async throws {
            try await withServer(limits: RPCLimits.with { $0.connectionsMax = 2 }) { port in
                try await RawConnection.open(port) { first in
                    try await first.post(Calls.networkInfo)
                    #expect(try await first.answer()?.status == 200)
                    try await RawConnection.open(port) { second in
                        try await second.post(Calls.networkInfo)
                        #expect(try await second.answer()?.status == 200)
                        let isClosed = try await RawConnection.open(port) { third in try await third.answer() == nil }
                        #expect(isClosed, "the same client has two of two")
                        let status = try await RawConnection.open(port, from: "127.0.0.2") { newcomer in
                            try await newcomer.post(Calls.networkInfo)
                            return try await newcomer.answer()?.status
                        }
                        #expect(status == 200)
                        try await second.post(Calls.networkInfo)
                        #expect(try await second.answer()?.status == 200, "it was the first that had been idle longer")
                    }
                    #expect(try await first.answer() == nil)
                }
            }
        }

        @Test(.timeLimit(.minutes(1)), arguments: ["", "POST / HTTP/1.1\r\nHost: local"])
        func closesAConnectionWhoseFirstHeaderDoesNotCome(_ beginning: String) async throws {
            try await withServer(limits: RPCLimits.with { $0.headTimeout = .milliseconds(100) }) { port in
                try await RawConnection.open(port) { connection in
                    if !beginning.isEmpty { try await connection.send(beginning) }
                    #expect(try await connection.answer() == nil)
                }
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func closesAConnectionWhoseBodyTrickles() async throws {
            let limits = RPCLimits.with { $0.bodyTimeout = .milliseconds(200) }
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
            try await withServer(limits: RPCLimits.with { $0.idleTimeout = .milliseconds(150) }) { port in
                try await RawConnection.open(port) { connection in
                    try await connection.post(Calls.networkInfo)
                    #expect(try await connection.answer()?.status == 200)
                    #expect(try await connection.answer() == nil)
                }
            }
        }

        /// It asks for more than the buffers between the two hold, and reads nothing.
        @Test(.timeLimit(.minutes(1)))
        func closesAConnectionThatDoesNotTakeItsAnswers() async throws {
            let limits = RPCLimits.with {
                $0.responseTimeout = .milliseconds(300)
                $0.callsBurst = 1_000_000
            }
            let item = String(decoding: Calls.networkInfo, as: UTF8.self)
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
                                try await quick.post(Calls.networkInfo)
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
                        try await connection.post(Calls.wait(milliseconds: 300))
                        return try await connection.answer()?.status
                    }
                }
                try await node.untilWaiting(count: 1)
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
    }
}
