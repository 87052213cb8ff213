import JSONRPC
import LedgerCore
import NIOCore
import Primitives
import StrictJSON
import Synchronization
import Testing

extension OverSockets {
    /// Bodies, answers, rates and loads.
    struct LimitsTests {
        // MARK: Bodies and answers

        @Test(.timeLimit(.minutes(1)))
        func stopsReadingABodyInChunksAtTheLimit() async throws {
            try await withServer(limits: RPCLimits.with { $0.bodyBytesMax = 1_000 }) { port in
                try await RawConnection.open(port) { connection in
                    try await connection.send(
                        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                            + "Transfer-Encoding: chunked\r\n\r\n"
                    )
                    for _ in 0..<11 { try await connection.send("64\r\n\(String(repeating: " ", count: 100))\r\n") }
                    let answer = try #require(try await connection.answer())
                    #expect(answer.status == 413)
                    #expect(try Calls.reason(answer) == "bodyTooLarge")
                    #expect(answer.field("connection") == "close")
                    #expect(try await connection.answer() == nil, "the connection ends without reading on")
                }
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func takesABodyOfExactlyTheLimit() async throws {
            try await withServer(limits: RPCLimits.with { $0.bodyBytesMax = 1_000 }) { port in
                try await RawConnection.open(port) { connection in
                    try await connection.post(
                        Calls.networkInfo + Array(repeating: 32, count: 1_000 - Calls.networkInfo.count)
                    )
                    #expect(try await connection.answer()?.status == 200)
                    try await connection.post(
                        Calls.networkInfo + Array(repeating: 32, count: 1_001 - Calls.networkInfo.count)
                    )
                    #expect(try await connection.answer()?.status == 413)
                }
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func refusesAnAnswerBeyondTheLimitAndKeepsThoseBeforeIt() async throws {
            let small = #"{"jsonrpc":"2.0","id":1,"method":"account_get","params":["\#(TestNetwork.shared.text(0))"]}"#
            let large = #"{"jsonrpc":"2.0","id":2,"method":"block_get"}"#
            try await withServer(limits: RPCLimits.with { $0.responseBytesMax = 900 }) { port in
                try await RawConnection.open(port) { connection in
                    try await connection.post(Array(large.utf8))
                    let single = try #require(try await connection.answer())
                    #expect(try Calls.reason(single) == "responseTooLarge")
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
            try await withServer(limits: RPCLimits.with { $0.responseBytesMax = 1_200 }) { port in
                try await RawConnection.open(port) { connection in
                    try await connection.post(Array(full.utf8))
                    #expect(try Calls.reason(try #require(try await connection.answer())) == "responseTooLarge")
                }
            }
        }

        // MARK: Rates and loads

        @Test(.timeLimit(.minutes(1)))
        func refusesAClientThatAsksTooOftenAndSaysForHowLong() async throws {
            let limits = RPCLimits.with {
                $0.callsPerSecond = 1
                $0.callsBurst = 3
            }
            try await withServer(limits: limits) { port in
                try await RawConnection.open(port) { connection in
                    var statuses: [Int] = []
                    var refused: RawConnection.Answer?
                    while refused == nil, statuses.count < 100 {
                        try await connection.post(Calls.networkInfo)
                        let answer = try #require(try await connection.answer())
                        statuses.append(answer.status)
                        if answer.status != 200 { refused = answer }
                    }
                    #expect(statuses.prefix(3) == [200, 200, 200])
                    let last = try #require(refused)
                    #expect(last.status == 429)
                    #expect(last.field("retry-after") == "1")
                    #expect(try Calls.reason(last) == "rateLimited")
                    // Whoever watches the node is never refused.
                    try await connection.get("/livez")
                    #expect(try await connection.answer()?.status == 200)
                    try await Task.sleep(for: .milliseconds(1_100))
                    try await connection.post(Calls.networkInfo)
                    #expect(try await connection.answer()?.status == 200)
                }
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func chargesABatchForEachOfItsCalls() async throws {
            let limits = RPCLimits.with {
                $0.callsPerSecond = 1
                $0.callsBurst = 5
            }
            let batch = Array(
                "[\(Array(repeating: String(decoding: Calls.networkInfo, as: UTF8.self), count: 10).joined(separator: ","))]"
                    .utf8
            )
            try await withServer(limits: limits) { port in
                try await RawConnection.open(port) { connection in
                    try await connection.post(batch)
                    #expect(try await connection.answer()?.status == 200)
                    try await connection.post(Calls.networkInfo)
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
            let limits = RPCLimits.with {
                if byCount { $0.requestsInFlightMax = 1 } else { $0.bytesInFlightMax = 150_000 }
            }
            let long = Calls.networkInfo + Array(repeating: 32, count: 100_000)
            try await withServer(limits: limits) { port in
                try await RawConnection.open(port) { slow in
                    try await slow.post(Calls.networkInfo)
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
                        #expect(try Calls.reason(refused) == "busy")
                    }
                    try await slow.send(Array(long.dropFirst()))
                    #expect(try await slow.answer()?.status == 200)
                    try await slow.post(Calls.networkInfo)
                    #expect(try await slow.answer()?.status == 200)
                }
            }
        }

        /// An answer counts until its client has taken it, so many at once need no more memory than that.
        @Test(.timeLimit(.minutes(1)))
        func saysBusyInsteadOfAnAnswerThatThereIsNoRoomFor() async throws {
            try await withServer(limits: RPCLimits.with { $0.bytesInFlightMax = 600 }) { port in
                try await RawConnection.open(port) { connection in
                    for _ in 0..<3 {
                        try await connection.post(Calls.networkInfo)
                        let refused = try #require(try await connection.answer())
                        #expect(refused.status == 503)
                        #expect(try Calls.reason(refused) == "busy")
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
                    #expect(try Calls.reason(refused) == "busy")
                    try await connection.get("/livez")
                    #expect(try await connection.answer()?.status == 200)
                    node.busy.store(false, ordering: .relaxed)
                    try await connection.post(Calls.networkInfo)
                    #expect(try await connection.answer()?.status == 200)
                }
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func doesNotCountThoseThatOnlyWait() async throws {
            let node = MockNode()
            try await withServer(node, limits: RPCLimits.with { $0.requestsInFlightMax = 1 }) { port in
                try await RawConnection.open(port) { waiting in
                    try await waiting.post(Calls.wait(milliseconds: 30_000))
                    try await node.untilWaiting(count: 1)
                    try await RawConnection.open(port) { other in
                        for _ in 0..<5 {
                            try await other.post(Calls.networkInfo)
                            #expect(try await other.answer()?.status == 200)
                        }
                    }
                }
                // The connection is closed: the wait ends with it.
                try await node.untilWaiting(count: 0)
            }
        }
    }
}
