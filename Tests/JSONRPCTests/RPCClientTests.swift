import ChainCore
import JSONRPC
import LedgerCore
import NIOCore
import NIOPosix
import Primitives
import RPCClient
import StrictJSON
import Synchronization
import Testing

extension OverSockets {
    struct RPCClientTests {
        private let network = TestNetwork.shared

        @Test(.timeLimit(.minutes(1)))
        func readsEveryAnswerOfTheServer() async throws {
            let settled = network.block.block.transactions[0]
            let final = TransactionAnswer.Status.final(
                height: Height(1),
                index: 0,
                price: 200,
                fee: Amount(units: 400)
            )
            try await withClient { client in
                #expect(try await client.submit(settled.signed).status == final)
                #expect(try await client.status(of: settled.id).status == final)
                #expect(try await client.status(of: settled.signed).status == final)
                #expect(try await client.wait(for: settled.id).status == final)
                let pending = try await client.wait(for: network.transaction(nonce: 16).id, timeoutMilliseconds: 10)
                #expect(pending.status == .unknown(historyFrom: .zero) && !pending.status.isVerdict)

                let account = try await client.account(network.text(0))
                #expect(account.number == 1 && account.balance == Amount(units: 999_350))
                #expect(account.at.height == Height(1) && account.at.hash == network.block.block.hash)
                #expect(try await client.account(network.stranger).number == nil)

                let quote = try await client.feeQuote()
                #expect(quote.suggestions.map(\.horizon) == ["nextBlock", "10s", "60s"])
                #expect(quote.suggestions[0].maxPrice == 200 && quote.suggestions[0].observed == 2)
                let facts = try await client.networkInfo()
                #expect(facts.network == network.genesis.networkID && facts.accountPrefix == "far")
                #expect(facts.maxLifetime == network.genesis.parameters.maxLifetime)

                #expect(try await client.block(height: Height(1), transactions: "none")["transactions"] == nil)
                #expect(try await client.block(hash: network.block.block.hash)["transactions"]?.asArray?.count == 2)
                let range = try await client.blocks(from: Height(1), limit: 10)
                #expect(range.at.height == Height(1) && range.blocks.count == 1)
                let read = try JustifiedBlock(decodingAll: range.blocks[0], network: network.genesis.networkID)
                #expect(read == network.block)
                #expect(
                    try await client.headers(after: .zero, limit: 10).map { $0["hash"] } == [
                        .string(read.block.hash.hex)
                    ]
                )
                let states = try await client.accounts([network.text(0), network.stranger])
                #expect(states.map(\.number) == [1, nil] && states[0] == account)
                let statuses = try await client.statuses(of: [settled.id, network.transaction(nonce: 16).id])
                #expect(statuses.map(\.status) == [final, .unknown(historyFrom: .zero)])
                #expect(try await client.nodeStatus()["leader"] == "dohle")
                #expect(try await client.validators()["quorum"] == 3)
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func readsEveryStatusOfABatchInItsOrder() async throws {
            let forged = SignedTransaction(
                transaction: network.transaction(nonce: 10).transaction,
                authorization: .owner(.zero)
            )
            let sent = (UInt64(10)...15).map { network.transaction(nonce: $0) }
            try await withClient { client in
                let answers = try await client.submitBatch(sent.map(\.signed) + [forged])
                #expect(answers.map(\.id) == sent.map(\.id) + [nil])
                #expect(answers[0].status == .pending)
                guard case .refused(let busy, isRetryable: true) = answers[1].status else {
                    Issue.record("\(answers[1])")
                    return
                }
                #expect(busy.name == "busy")
                guard case .rejected(let used) = answers[3].status else {
                    Issue.record("\(answers[3])")
                    return
                }
                #expect(used.name == "nonceUsed" && answers[3].status.isVerdict)
                #expect(answers[4].status == .expired(validUntil: Milliseconds(1_700_000_060_000)))
                #expect(answers[5].status == .unknown(historyFrom: .zero))
                #expect(try await client.submitBatch([]).isEmpty)
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func callsFromManyTasksAtOnce() async throws {
            try await withClient { client in
                let count = try await withThrowingTaskGroup(of: Int.self) { group in
                    for nonce in UInt64(100)..<160 {
                        group.addTask {
                            let transaction = TestNetwork.shared.transaction(nonce: nonce)
                            let answer = try await client.submit(transaction.signed)
                            return answer.id == transaction.id && answer.status == .pending ? 1 : 0
                        }
                    }
                    return try await group.reduce(0, +)
                }
                #expect(count == 60)
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func callsAgainOnANewConnectionWhenTheKeptOneHasEnded() async throws {
            var limits = RPCLimits()
            limits.idleTimeout = .milliseconds(400)
            try await withClient(limits: limits) { client in
                for _ in 0..<3 {
                    #expect(try await client.nodeStatus()["view"] == "2")
                    try await Task.sleep(for: .milliseconds(900))
                }
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func tellsWhatTheNodeRefused() async throws {
            try await withClient { client in
                let unknown = await #expect(throws: RPCClientError.self) { try await client.block(height: Height(9)) }
                guard case .refused(let answer) = unknown else {
                    Issue.record("\(String(describing: unknown))")
                    return
                }
                #expect(answer.code == 1_000 && answer.reason == "blockUnknown" && answer.isRetryable)
                let invalid = await #expect(throws: RPCClientError.self) { try await client.account("nobody") }
                guard case .refused(let answer) = invalid else {
                    Issue.record("\(String(describing: invalid))")
                    return
                }
                #expect(answer.reason == "invalidParams" && answer.data["path"] == "params.account")
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func tellsWhatALimitRefusedBeforeTheCallWasRead() async throws {
            var limits = RPCLimits()
            limits.callsBurst = 1
            limits.callsPerSecond = 1
            try await withClient(limits: limits) { client in
                let limited = await #expect(throws: RPCClientError.self) {
                    for _ in 0..<100 { _ = try await client.nodeStatus() }
                }
                guard case .refused(let answer) = limited else {
                    Issue.record("\(String(describing: limited))")
                    return
                }
                #expect(answer.reason == "rateLimited" && answer.isRetryable)
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func tellsThatNobodyAnswers() async throws {
            // A port that was free a moment ago.
            let port = try await withServer { $0 }
            let client = try RPCClient(url: "http://127.0.0.1:\(port)")
            let error = await #expect(throws: RPCClientError.self) { try await client.nodeStatus() }
            guard case .unreachable(let url, let reason) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(url.hasSuffix("\(port)") && reason.contains("refused"))
            let nowhere = try RPCClient(url: "http://no-such-host.invalid")
            let unknown = await #expect(throws: RPCClientError.self) { try await nowhere.nodeStatus() }
            guard case .unreachable = unknown else {
                Issue.record("\(String(describing: unknown))")
                return
            }
        }

        // MARK: Servers that lie

        struct Lie: Sendable, CustomTestStringConvertible {
            let answer: String
            let expected: String
            var testDescription: String { "\(expected): \(answer.prefix(60))" }

            /// A whole HTTP answer with this body.
            init(_ body: String, status: String = "200 OK", _ expected: String) {
                answer = "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
                self.expected = expected
            }

            init(raw: String, _ expected: String) {
                answer = raw
                self.expected = expected
            }
        }

        static let lies = [
            Lie("", "malformed"),
            Lie("<html>", "malformed"),
            Lie("<html>", status: "502 Bad Gateway", "http"),
            Lie("", status: "204 No Content", "http"),
            Lie("[]", "malformed"),
            Lie(#"{"jsonrpc":"1.0","id":1,"result":{}}"#, "malformed"),
            Lie(#"{"jsonrpc":"2.0","id":2,"result":{}}"#, "malformed"),
            Lie(#"{"jsonrpc":"2.0","id":"1","result":{}}"#, "malformed"),
            Lie(#"{"jsonrpc":"2.0","id":null,"result":{}}"#, "malformed"),
            Lie(#"{"jsonrpc":"2.0","id":1}"#, "malformed"),
            Lie(#"{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":"x"}}"#, "malformed"),
            Lie(#"{"jsonrpc":"2.0","id":2,"error":{"code":1,"message":"x"}}"#, "malformed"),
            Lie(#"{"jsonrpc":"2.0","id":1,"error":{"message":"x"}}"#, "malformed"),
            Lie(#"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}}"#, "refused"),
            Lie(#"{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"x"}}"#, status: "503 Busy", "refused"),
            Lie(#"{"jsonrpc":"2.0","id":1,"result":{}}"#, status: "500 Oops", "http"),
            Lie(#"{"jsonrpc":"2.0","id":1,"id":1,"result":{}}"#, "malformed"),
            Lie(#"{"jsonrpc":"2.0","id":1,"result":{"number":null,"balance":1,"at":{}}}"#, "malformed"),
            Lie(#"{"jsonrpc":"2.0","id":1,"result":{"number":null,"balance":"01","at":{}}}"#, "malformed"),
            Lie(
                #"{"jsonrpc":"2.0","id":1,"result":{"number":null,"balance":"1","at":{"height":"1","hash":"00"}}}"#,
                "malformed"
            ),
            Lie(raw: "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", "unreachable"),
            Lie(raw: "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n{", "unreachable"),
            Lie(raw: "SSH-2.0-OpenSSH\r\n", "unreachable"),
            Lie(raw: "", "unreachable"),
            Lie(
                raw: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + String(repeating: "10\r\n0123456789abcdef\r\n", count: 200),
                "malformed"
            ),
        ]

        @Test(.timeLimit(.minutes(1)), arguments: lies)
        func believesNoAnswerThatIsNotOne(_ lie: Lie) async throws {
            try await withLiar(lie.answer) { port in
                var limits = RPCClientLimits()
                limits.answerBytesMax = 2_000
                let client = try RPCClient(url: "http://127.0.0.1:\(port)", limits: limits)
                let error = await #expect(throws: RPCClientError.self) { try await client.account("far1…") }
                let kind: String? =
                    switch error {
                    case .addressInvalid: "addressInvalid"
                    case .unreachable: "unreachable"
                    case .timedOut: "timedOut"
                    case .http: "http"
                    case .refused: "refused"
                    case .malformed: "malformed"
                    case nil: nil
                    }
                #expect(kind == lie.expected, "\(String(describing: error))")
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func waitsNoLongerThanItSays() async throws {
            try await withLiar(nil) { port in
                var limits = RPCClientLimits()
                limits.callTimeout = .milliseconds(100)
                let client = try RPCClient(url: "http://127.0.0.1:\(port)", limits: limits)
                let error = await #expect(throws: RPCClientError.self) { try await client.nodeStatus() }
                guard case .timedOut(_, afterMilliseconds: 100) = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func endsACallWhoseTaskIsCancelled() async throws {
            try await withLiar(nil) { port in
                let client = try RPCClient(url: "http://127.0.0.1:\(port)")
                let call = Task { try await client.nodeStatus() }
                try await Task.sleep(for: .milliseconds(50))
                call.cancel()
                await #expect(throws: RPCClientError.self) { try await call.value }
            }
        }

        // MARK: Addresses

        @Test(arguments: [
            ("http://localhost", "localhost", 8_645, "/"), ("http://127.0.0.1:80", "127.0.0.1", 80, "/"),
            ("http://[::1]:9000/rpc", "::1", 9_000, "/rpc"), ("http://node.example/", "node.example", 8_645, "/"),
        ])
        func readsAnAddress(url: String, host: String, port: Int, path: String) throws {
            let address = try NodeAddress(url)
            #expect(address.host == host && address.port == port && address.path == path)
        }

        @Test(arguments: [
            "", "localhost:8645", "https://localhost", "ftp://localhost", "http://", "http://:80", "http://a:0",
            "http://a:65536", "http://a:x", "http://a:", "http://user@host", "http://a b", "http://a/\r\nX: y",
        ])
        func refusesWhatIsNoAddress(_ url: String) {
            #expect(throws: RPCClientError.self) { try RPCClient(url: url) }
        }

        // MARK: Support

        private func withClient(
            limits: RPCLimits = RPCLimits(),
            _ use: @Sendable (RPCClient) async throws -> Void
        ) async throws {
            try await withServer(limits: limits) { port in
                let client = try RPCClient(url: "http://127.0.0.1:\(port)")
                try await use(client)
                client.close()
            }
        }

        /// A server that reads a request and answers with these bytes and its end, or never.
        private func withLiar(_ answer: String?, _ use: @Sendable (Int) async throws -> Void) async throws {
            let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(Liar(answer: answer))
                    }
                }
                .bind(host: "127.0.0.1", port: 0).get()
            let port = try #require(server.localAddress?.port)
            try await use(port)
            try await server.close()
        }
    }
}

private final class Liar: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let answer: String?
    private var request: [UInt8] = []

    init(answer: String?) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        request.append(contentsOf: unwrapInboundIn(data).readableBytesView)
        // The whole request, or closing would take the answer back.
        guard let answer, request.last == UInt8(ascii: "}") else { return }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
        context.close(promise: nil)
    }
}
