import JSONRPC
import StrictJSON
import Synchronization
import Testing

extension OverSockets {
    struct HTTPRulesTests {
        private static let call = Array(#"{"jsonrpc":"2.0","id":1,"method":"network_info"}"#.utf8)

        struct Row: Sendable, CustomTestStringConvertible {
            let request: String
            let status: Int
            var field: (name: String, value: String)?

            var testDescription: String { String(request.prefix(60)) }
        }

        private static let length = "Content-Length: \(call.count)\r\n\r\n" + String(decoding: call, as: UTF8.self)
        private static let json = "Content-Type: application/json\r\n"
        private static let local = "Host: localhost\r\n"

        static let rows: [Row] = [
            // Paths and methods.
            Row(request: "POST / HTTP/1.1\r\n" + local + json + length, status: 200),
            Row(request: "POST /?a=b HTTP/1.1\r\n" + local + json + length, status: 200),
            Row(request: "POST /rpc HTTP/1.1\r\n" + local + json + length, status: 404),
            Row(
                request: "GET /metrics HTTP/1.1\r\n" + local + "\r\n",
                status: 200,
                field: ("content-type", "text/plain; version=0.0.4; charset=utf-8")
            ),
            Row(
                request: "POST /metrics HTTP/1.1\r\n" + local + json + length,
                status: 405,
                field: ("allow", "GET, HEAD")
            ),
            Row(
                request: "GET /checkpoint HTTP/1.1\r\n" + local + "\r\n",
                status: 200,
                field: ("content-type", "text/plain; charset=utf-8")
            ),
            Row(
                request: "POST /checkpoint HTTP/1.1\r\n" + local + json + length,
                status: 405,
                field: ("allow", "GET, HEAD")
            ),
            Row(request: "GET /livez/ HTTP/1.1\r\n" + local + "\r\n", status: 404),
            Row(
                request: "GET / HTTP/1.1\r\n" + local + "\r\n",
                status: 200,
                field: ("content-type", "application/json")
            ),
            Row(
                request: "PUT / HTTP/1.1\r\n" + local + json + length,
                status: 405,
                field: ("allow", "GET, HEAD, POST")
            ),
            Row(request: "OPTIONS / HTTP/1.1\r\n" + local + "\r\n", status: 405, field: ("allow", "GET, HEAD, POST")),
            Row(request: "DELETE /livez HTTP/1.1\r\n" + local + "\r\n", status: 405, field: ("allow", "GET, HEAD")),
            Row(
                request: "POST /readyz HTTP/1.1\r\n" + local + json + length,
                status: 405,
                field: ("allow", "GET, HEAD")
            ),
            // Types.
            Row(request: "POST / HTTP/1.1\r\n" + local + length, status: 415),
            Row(request: "POST / HTTP/1.1\r\n" + local + "Content-Type: text/plain\r\n" + length, status: 415),
            Row(request: "POST / HTTP/1.1\r\n" + local + "Content-Type: application/json5\r\n" + length, status: 415),
            Row(
                request: "POST / HTTP/1.1\r\n" + local + "Content-Type: application/x-www-form-urlencoded\r\n" + length,
                status: 415
            ),
            Row(request: "POST / HTTP/1.1\r\n" + local + "Content-Type: APPLICATION/JSON\r\n" + length, status: 200),
            Row(
                request: "POST / HTTP/1.1\r\n" + local + "Content-Type: application/json ; charset=utf-8\r\n" + length,
                status: 200
            ),
            Row(
                request: "POST / HTTP/1.1\r\n" + local + "Content-Type: application/json-rpc\r\n" + length,
                status: 200
            ),
            Row(
                request: "POST / HTTP/1.1\r\n" + local + "Content-Type: application/jsonrequest\r\n" + length,
                status: 200
            ),
            Row(request: "POST / HTTP/1.1\r\n" + local + json + "Content-Encoding: gzip\r\n" + length, status: 415),
            // Hosts: the defence against a page that makes its own name point here.
            Row(request: "POST / HTTP/1.1\r\nHost: LocalHost:8645\r\n" + json + length, status: 200),
            Row(request: "POST / HTTP/1.1\r\nHost: 127.0.0.1:1\r\n" + json + length, status: 200),
            Row(request: "POST / HTTP/1.1\r\nHost: [::1]:8645\r\n" + json + length, status: 200),
            Row(request: "POST / HTTP/1.1\r\nHost: pay.example\r\n" + json + length, status: 403),
            Row(request: "POST / HTTP/1.1\r\nHost: localhost.pay.example\r\n" + json + length, status: 403),
            Row(request: "POST / HTTP/1.1\r\nHost: 127.0.0.1.pay.example\r\n" + json + length, status: 403),
            Row(request: "POST / HTTP/1.1\r\nHost: 127.0.0.1e\r\n" + json + length, status: 403),
            Row(request: "GET /livez HTTP/1.1\r\nHost: pay.example\r\n\r\n", status: 403),
            Row(request: "POST / HTTP/1.1\r\n" + json + length, status: 400),
            Row(request: "POST / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n" + json + length, status: 400),
            // Lengths.
            Row(request: "POST / HTTP/1.1\r\n" + local + json + "\r\n", status: 411),
            Row(request: "POST / HTTP/1.1\r\n" + local + json + "Content-Length: 4194305\r\n\r\n", status: 413),
            Row(request: "POST / HTTP/1.1\r\n" + local + json + "Content-Length: 9999999999999\r\n\r\n", status: 413),
            // Broken heads.
            Row(request: "POST / HTTP/1.1\r\n" + local + "Content-Length: -1\r\n\r\n", status: 400),
            Row(request: "POST / HTTP/1.1\r\n" + local + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", status: 400),
            Row(request: "POST / HTTP/1.1\r\n" + local + "a b: c\r\n\r\n", status: 400),
            Row(request: "nonsense\r\n\r\n", status: 400),
            Row(
                request: "GET / HTTP/1.1\r\n" + local + String(repeating: "a: b\r\n", count: 64) + "\r\n",
                status: 431
            ),
            Row(
                request: "GET / HTTP/1.1\r\n" + local + String(repeating: "a: b\r\n", count: 63) + "\r\n",
                status: 200
            ),
            Row(
                request: "GET / HTTP/1.1\r\n" + local + "a: \(String(repeating: "b", count: 8 << 10))\r\n\r\n",
                status: 431
            ),
            Row(
                request: "GET / HTTP/1.1\r\n" + local + "a: \(String(repeating: "b", count: 8_000))\r\n\r\n",
                status: 200
            ),
        ]

        @Test(.timeLimit(.minutes(1)), arguments: rows)
        func answersWithTheStatusOfTheRule(_ row: Row) async throws {
            try await withServer { port in
                try await RawConnection.open(port) { connection in
                    try await connection.send(row.request)
                    let answer = try #require(try await connection.answer())
                    #expect(answer.status == row.status)
                    if let field = row.field { #expect(answer.field(field.name) == field.value) }
                    // No page of another origin may read an answer.
                    #expect(answer.field("access-control-allow-origin") == nil)
                }
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func keepsAConnectionForTheNextCallAlsoAfterARefusal() async throws {
            try await withServer { port in
                try await RawConnection.open(port) { connection in
                    try await connection.post(Self.call)
                    #expect(try await connection.answer()?.status == 200)
                    try await connection.post(Self.call, path: "/elsewhere")
                    #expect(try await connection.answer()?.status == 404)
                    try await connection.get("/", method: "HEAD")
                    let head = try #require(try await connection.answer(hasBody: false))
                    #expect(head.status == 200)
                    try await connection.post(Self.call)
                    #expect(try await connection.answer()?.status == 200)
                }
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func answersRequestsThatDidNotWaitForAnswersInOrder() async throws {
            try await withServer { port in
                try await RawConnection.open(port) { connection in
                    for id in 0..<20 {
                        try await connection.post(Array(#"{"jsonrpc":"2.0","id":\#(id),"method":"fee_quote"}"#.utf8))
                    }
                    for id in 0..<20 {
                        let answer = try #require(try await connection.answer())
                        #expect(try JSON.parse(answer.body)["id"] == .integer(id))
                    }
                }
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func readsABodyInChunks() async throws {
            try await withServer { port in
                try await RawConnection.open(port) { connection in
                    let text = String(decoding: Self.call, as: UTF8.self)
                    let chunks = text.map { "1\r\n\($0)\r\n" }.joined() + "0\r\n\r\n"
                    try await connection.send(
                        "POST / HTTP/1.1\r\n" + Self.local + Self.json + "Transfer-Encoding: chunked\r\n\r\n" + chunks
                    )
                    #expect(try await connection.answer()?.status == 200)
                }
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func asksForABodyThatTheClientOffers() async throws {
            try await withServer { port in
                try await RawConnection.open(port) { connection in
                    let head = "POST / HTTP/1.1\r\n" + Self.local + Self.json + "Expect: 100-continue\r\n"
                    try await connection.send(head + "Content-Length: \(Self.call.count)\r\n\r\n")
                    #expect(try await connection.answer()?.status == 100)
                    try await connection.send(Self.call)
                    #expect(try await connection.answer()?.status == 200)
                    try await connection.send(head + "Content-Length: 4194305\r\n\r\n")
                    #expect(try await connection.answer()?.status == 413)
                }
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func tellsOfItsHealthWithReasons() async throws {
            let node = MockNode()
            try await withServer(node) { port in
                try await RawConnection.open(port) { connection in
                    for path in ["/livez", "/readyz"] {
                        try await connection.get(path)
                        let answer = try #require(try await connection.answer())
                        #expect(answer.status == 200 && answer.text == #"{"ok":true,"reasons":[]}"#)
                    }
                    node.reasons.withLock { $0[.ready] = [.syncing(lag: 7)] }
                    try await connection.get("/readyz")
                    let answer = try #require(try await connection.answer())
                    #expect(answer.status == 503)
                    let body = try JSON.parse(answer.body)
                    #expect(body["ok"] == false)
                    let reason = try #require(body["reasons"]?.asArray?.first)
                    #expect(reason["reason"] == "syncing" && reason["facts"]?["lag"] == "7")
                    #expect(reason["message"]?.asString?.isEmpty == false && reason["next"]?.asString?.isEmpty == false)
                    try await connection.get("/livez")
                    #expect(try await connection.answer()?.status == 200)
                }
            }
        }

        /// Every position of a call replaced by bytes that mean something in JSON or in UTF-8: always one readable answer.
        @Test(.timeLimit(.minutes(2)))
        func answersEveryDamagedCall() async throws {
            let bytes: [UInt8] = [
                0, 9, 10, 13, 32, 34, 44, 45, 48, 58, 91, 92, 93, 110, 123, 125, 127, 128, 192, 237, 255,
            ]
            try await withServer { port in
                try await RawConnection.open(port) { connection in
                    for place in Self.call.indices {
                        for byte in bytes {
                            var damaged = Self.call
                            damaged[place] = byte
                            try await connection.post(damaged)
                            let answer = try #require(try await connection.answer())
                            // Without its id it is a notification.
                            if answer.status == 204, [18, 19].contains(place) { continue }
                            try #require(answer.status == 200, "byte \(byte) at \(place)")
                            let reply = try JSON.parse(answer.body)
                            try #require((reply["result"] == nil) != (reply["error"] == nil))
                        }
                    }
                }
            }
        }
    }
}
