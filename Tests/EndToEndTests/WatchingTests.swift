import Foundation
import LedgerCore
import Primitives
import RPCClient
import StrictJSON
import Testing

extension EndToEnd {
    /// What an operator and a follower of events see of real nodes, over a restart.
    @Test func eventsComeExactlyOnceAtEveryPlaceAndOverARestart() async throws {
        let federation = try TestFederation(validators: 1)
        try await federation.startAll()
        for count in [1, 3, 2] {
            let payment = try federation.payment(count: count)
            _ = try await federation.clients[0].submit(payment)
            _ = try await federation.clients[0].wait(for: federation.id(payment), timeoutMilliseconds: 10_000)
        }
        let before = try federation.events(after: "0:0")
        #expect(before.filter { $0.hasSuffix(":0") }.count >= 3)
        #expect(before.filter { $0.hasSuffix(":1") }.count == 3)
        for (place, id) in before.enumerated() {
            #expect(try federation.events(after: id) == Array(before.dropFirst(place + 1)), "after \(id)")
        }

        federation.kill(0)
        try federation.start(0)
        try await federation.waitUntilLive(0)
        let payment = try federation.payment()
        _ = try await federation.clients[0].submit(payment)
        _ = try await federation.clients[0].wait(for: federation.id(payment), timeoutMilliseconds: 10_000)
        let last = try #require(before.last)
        let more = try federation.events(after: last)
        #expect(more.contains { $0.hasSuffix(":1") })
        #expect(try federation.events(after: "0:0") == before + more)
    }

    @Test func readinessNamesWhoIsMissingAndMetricsSayTheSame() async throws {
        let federation = try TestFederation(validators: 4)
        try await federation.startAll()
        let payment = try federation.payment(count: 5)
        _ = try await federation.clients[0].submit(payment)
        _ = try await federation.clients[0].wait(for: federation.id(payment), timeoutMilliseconds: 20_000)
        try await waitUntil(seconds: 20, "node 0 has all its peers") {
            try federation.fetch("/metrics").body.contains("\nfarthing_peers_connected 3\n")
        }
        #expect(try federation.fetch("/readyz").status == 200)
        let metrics = try federation.fetch("/metrics").body
        #expect(metrics.contains("\nfarthing_block_payments 5\n"))
        #expect(metrics.contains("\nfarthing_node_ready 1\n"))

        federation.kill(2)
        federation.kill(3)
        try await waitUntil(seconds: 20, "node 0 is not ready") { try federation.fetch("/readyz").status == 503 }
        let answer = try JSON.parse(Array(try federation.fetch("/readyz").body.utf8))
        let reason = try #require(answer["reasons"]?.asArray?.first { $0["reason"] == "noQuorum" })
        #expect(reason["facts"]?["missing"] == .array([2, 3].map { .string(federation.name($0)) }))
        try await Task.sleep(for: .milliseconds(300))
        let worse = try federation.fetch("/metrics").body
        #expect(worse.contains("\nfarthing_node_reason{reason=\"noQuorum\"} 1\n"))
        #expect(worse.contains("\nfarthing_consensus_missing_validators 2\n"))
        #expect(try federation.fetch("/livez").status == 200)

        let peers = try await federation.clients[0].call("node_peers")
        let gone = try #require(peers["peers"]?.asArray).filter { $0["connected"] == false }
        #expect(Set(gone.compactMap { $0["name"]?.asString }) == [federation.name(2), federation.name(3)])
        #expect(gone.allSatisfy { $0["lastProblem"]?.asString?.isEmpty == false })
    }
}

extension TestFederation {
    /// What curl gets from the first node, as any operator would ask.
    func fetch(_ path: String, seconds: String = "5") throws -> (status: Int, body: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/curl")
        process.arguments = ["-sN", "--max-time", seconds, "-w", "\n%{http_code}", urls[0] + path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        return (lines.last.flatMap { Int($0) } ?? 0, lines.dropLast().joined(separator: "\n"))
    }

    /// The ids of all events behind a place that come within a moment.
    fileprivate func events(after id: String) throws -> [String] {
        let text = try fetch("/events?from=\(id)", seconds: "0.7").body
        return text.split(separator: "\n\n").filter { $0.contains("data: ") }
            .compactMap { event in
                event.split(separator: "\n").first { $0.hasPrefix("id: ") }.map { String($0.dropFirst(4)) }
            }
    }
}
