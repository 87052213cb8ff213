import ChainCore
import JSONRPC
import LedgerCore
import NIOCore
import Primitives
import StrictJSON
import Synchronization
import Testing

extension OverSockets {
    /// `/events`: every later event exactly once, whatever happens in between.
    struct EventTests {
        private static let counts = [3, 0, 1, 7, 0, 2]

        // MARK: Exactly once

        @Test(.timeLimit(.minutes(1)))
        func givesEveryLaterEventOnceAtEveryPlaceOfTheChain() async throws {
            let blocks = try EventChain.blocks(transactions: Self.counts)
            let ids = EventChain.ids(blocks)
            let node = MockNode(chain: blocks)
            try await withServer(node) { port in
                for (place, id) in (["0:0"] + ids).enumerated() {
                    let later = Array(ids.dropFirst(place))
                    for header in [true, false] {
                        let seen = try await RawConnection.open(port) { connection in
                            var reader = try await EventReader.open(
                                &connection,
                                header ? "/events?from=0:0" : "/events?from=\(id)",
                                lastEventID: header ? id : nil
                            )
                            #expect(reader.status == 200)
                            return try await reader.next(later.count, &connection).map(\.id)
                        }
                        #expect(seen == later, "after \(id)")
                    }
                }
            }
        }

        /// Reads a few, goes away, comes back with the last id; the chain grows meanwhile, and the pieces are tiny.
        @Test(.timeLimit(.minutes(1)), arguments: [1, 2, 3, 5])
        func losesAndRepeatsNothingOverReconnectionsWhileTheChainGrows(atATime count: Int) async throws {
            let blocks = try EventChain.blocks(transactions: Self.counts)
            let ids = EventChain.ids(blocks)
            let node = MockNode(chain: Array(blocks.prefix(1)))
            try await withServer(node, limits: RPCLimits.with { $0.eventPieceBytes = 1 }) { port in
                var seen: [String] = []
                var last = "0:0"
                var left = Array(blocks.dropFirst())
                while seen.count < ids.count {
                    let wanted = min(count, ids.count - seen.count)
                    var more: [JustifiedBlock] = left.isEmpty ? [] : [left.removeFirst()]
                    while !left.isEmpty, ids.count - EventChain.ids(left).count < seen.count + wanted {
                        more.append(left.removeFirst())
                    }
                    let appended = more
                    let from = last
                    let (got, place) = try await RawConnection.open(port) { connection in
                        var reader = try await EventReader.open(&connection, lastEventID: from)
                        node.append(appended)
                        let got = try await reader.next(wanted, &connection).map(\.id)
                        return (got, reader.lastID)
                    }
                    seen += got
                    last = place
                }
                #expect(seen == ids)
            }
        }

        /// The server goes and another comes with the same chain: ids mean the same there.
        @Test(.timeLimit(.minutes(1)))
        func goesOnAtAnotherServerWhereItLeftOff() async throws {
            let blocks = try EventChain.blocks(transactions: Self.counts)
            let ids = EventChain.ids(blocks)
            let first = try await withServer(MockNode(chain: Array(blocks.prefix(4)))) { port in
                try await RawConnection.open(port) { connection in
                    var reader = try await EventReader.open(&connection, "/events?from=0:0")
                    return try await reader.next(6, &connection).map(\.id)
                }
            }
            let node = MockNode(chain: Array(blocks.prefix(2)))
            let rest = try await withServer(node) { port in
                try await RawConnection.open(port) { connection in
                    // This one is behind: the place is above its tip, and it waits.
                    var reader = try await EventReader.open(&connection, lastEventID: first[5])
                    node.append(Array(blocks.dropFirst(2)))
                    return try await reader.next(ids.count - 6, &connection).map(\.id)
                }
            }
            #expect(first + rest == ids)
        }

        @Test(.timeLimit(.minutes(1)))
        func beginsNowWithoutAPlaceAndShowsBlocksAsTheyBecomeFinal() async throws {
            let blocks = try EventChain.blocks(transactions: [2, 1])
            let node = MockNode(chain: Array(blocks.prefix(2)))
            try await withServer(node) { port in
                try await RawConnection.open(port) { connection in
                    var reader = try await EventReader.open(&connection)
                    node.append([blocks[2]])
                    let events = try await reader.next(2, &connection)
                    #expect(events.map(\.id) == ["3:0", "3:1"])
                    #expect(events.map(\.name) == ["block", "tx"])
                    let block = try JSON.parse(events[0].data)
                    #expect(block["hash"] == .string(blocks[2].block.hash.hex))
                    let transaction = try JSON.parse(events[1].data)
                    #expect(transaction["id"] == .string(blocks[2].block.transactions[0].id.hex))
                    #expect(transaction["height"] == "3" && transaction["index"] == 0)
                    #expect(transaction["transaction"]?["action"]?["pay"]?.asArray?.count == 1)
                }
            }
        }

        // MARK: Filters

        @Test(.timeLimit(.minutes(1)))
        func showsOnlyWhatWasAskedFor() async throws {
            let blocks = try EventChain.blocks(transactions: [4, 3])
            let node = MockNode(chain: blocks)
            let third = TestNetwork.shared.text(2)
            // The transactions that pay the third payer: of block 1 the second, of the others places 0 and 3.
            let rows = [
                ("topics=block", ["1:0", "2:0", "3:0"]), ("topics=tx&account=\(third)", ["1:2", "2:1", "2:4", "3:1"]),
                ("account=\(third)", ["1:0", "1:2", "2:0", "2:1", "2:4", "3:0", "3:1"]),
            ]
            try await withServer(node) { port in
                for (query, wanted) in rows {
                    try await RawConnection.open(port) { connection in
                        var reader = try await EventReader.open(&connection, "/events?from=0:0&\(query)")
                        #expect(try await reader.next(wanted.count, &connection).map(\.id) == wanted, "\(query)")
                    }
                }
            }
        }

        /// Whoever sees nothing through a narrow filter still gets along: the place comes with the heartbeat.
        @Test(.timeLimit(.minutes(1)))
        func saysThatItIsAliveAndHowFarItHasLooked() async throws {
            let node = MockNode(chain: try EventChain.blocks(transactions: [1, 1]))
            let limits = RPCLimits.with { $0.eventHeartbeat = .milliseconds(50) }
            try await withServer(node, limits: limits) { port in
                try await RawConnection.open(port) { connection in
                    let account = TestNetwork.shared.stranger
                    _ = try await EventReader.open(&connection, "/events?from=0:0&topics=tx&account=\(account)")
                    let text = try #require(try await connection.take(through: "heartbeat\nid: 3:1\n\n"))
                    #expect(!text.contains("data:"))
                }
            }
        }

        // MARK: What is refused

        @Test(
            .timeLimit(.minutes(1)),
            arguments: [
                ("/events?from=1", "from"), ("/events?from=1:", "from"), ("/events?from=01:0", "from"),
                ("/events?from=-1:0", "from"), ("/events?from=1:0:0", "from"), ("/events?from=0:1", "from"),
                ("/events?from=1:3", "from"), ("/events?from=18446744073709551616:0", "from"),
                ("/events?from=1:4294967296", "from"), ("/events?from=", "from"), ("/events?topics=", "topics"),
                ("/events?topics=block,block", "topics"), ("/events?topics=blocks", "topics"),
                ("/events?account=far1", "account"), ("/events?acount=x", "acount"),
                ("/events?from=1:0&from=1:0", "from"),
            ]
        )
        func refusesWhatItDoesNotUnderstandAndSaysWhy(target: String, parameter: String) async throws {
            try await withServer { port in
                try await RawConnection.open(port) { connection in
                    try await connection.get(target)
                    let answer = try #require(try await connection.answer())
                    #expect(answer.status == 400)
                    let error = try #require(try JSON.parse(answer.body)["error"])
                    #expect(error["data"]?["path"] == .string(parameter))
                    #expect(error["data"]?["reason"] == "invalidParams")
                }
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func refusesAPlaceInTheHeaderAsInTheAddress() async throws {
            try await withServer { port in
                try await RawConnection.open(port) { connection in
                    let reader = try await EventReader.open(&connection, lastEventID: "1:3")
                    #expect(reader.status == 400)
                }
            }
        }

        @Test(.timeLimit(.minutes(1)), arguments: [true, false])
        func takesOnlySoManyFollowers(ofOneClient: Bool) async throws {
            let limits = RPCLimits.with {
                if ofOneClient { $0.eventStreamsPerClientMax = 1 } else { $0.eventStreamsMax = 1 }
            }
            try await withServer(limits: limits) { port in
                try await RawConnection.open(port) { first in
                    _ = try await EventReader.open(&first)
                    try await RawConnection.open(port) { second in
                        try await second.get("/events")
                        let refused = try #require(try await second.answer())
                        #expect(refused.status == 503)
                        #expect(refused.field("retry-after") == "10")
                    }
                }
                // The first is gone: there is room.
                var status = 503
                while status == 503 {
                    status = try await RawConnection.open(port) { third in
                        try await EventReader.open(&third).status
                    }
                }
                #expect(status == 200)
            }
        }

        // MARK: Slow and stopping

        /// It asks for a chain of some megabytes and reads nothing: it is cut off, told so, and goes on from its last id.
        @Test(.timeLimit(.minutes(1)))
        func cutsOffAClientThatTakesNothingAndLosesItNothing() async throws {
            let blocks = try EventChain.blocks(transactions: Array(repeating: 600, count: 20))
            let ids = EventChain.ids(blocks)
            let node = MockNode(chain: blocks)
            let registry = PrometheusRegistry(alongside: [])
            let limits = RPCLimits.with {
                $0.eventStallTimeout = .milliseconds(400)
                $0.eventLinger = .seconds(20)
            }
            try await withServer(node, limits: limits, registry: registry) { port in
                let (seen, last) = try await RawConnection.open(port, receiveBufferBytes: 16 << 10) { connection in
                    var reader = try await EventReader.open(&connection, "/events?from=0:0")
                    try await Task.sleep(for: .seconds(2))
                    var seen: [ServerSentEvent] = []
                    while let event = try await reader.next(&connection) { seen.append(event) }
                    return (seen, reader.lastID)
                }
                #expect(seen.last?.name == "overflow")
                let before = seen.dropLast().map(\.id)
                #expect(before.count < ids.count, "there is more than the buffers between the two hold")
                #expect(before == Array(ids.prefix(before.count)))
                let after = try await RawConnection.open(port) { connection in
                    var reader = try await EventReader.open(&connection, lastEventID: last)
                    return try await reader.next(ids.count - before.count, &connection).map(\.id)
                }
                #expect(before + after == ids)
                // Nobody needs the blocks of a client that is gone.
                let text = try ExpositionText(registry.text)
                #expect(text.value("farthing_event_streams_ended_total", ["reason": "overflow"]) == 1)
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func endsStreamsWhenTheServerStops() async throws {
            let opened = Flag()
            let reading = try await withServer { port in
                let reading = Task {
                    try await RawConnection.open(port) { connection in
                        var reader = try await EventReader.open(&connection)
                        opened.isSet = true
                        return try await reader.next(&connection)
                    }
                }
                while !opened.isSet { try await Task.sleep(for: .milliseconds(5)) }
                return reading
            }
            // The server has stopped by now, and the stream has come to its end.
            #expect(try await reading.value == nil)
        }
    }
}
