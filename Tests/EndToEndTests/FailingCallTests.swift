import Foundation
import Glibc
import Primitives
import RPCClient
import Testing

/// Every call on a home's files may fail once: the node ends with 74, and nothing is lost (reliability.md §6, row 8).
///
/// All of them in a run of twenty payments, for both kinds of failure, with `Scripts/faults calls --all`; else one of each
/// important kind in a run of five.
private enum Calls {
    static let isExhaustive = ProcessInfo.processInfo.environment["FAULTS"] == "all"
    /// Each is a block of its own, since each waits for the one before it.
    static let payments = isExhaustive ? 20 : 5

    /// Compiled once; nil where there is no compiler for C.
    static let library: String? = {
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Faults/failing_calls.c").path
        let target = FileManager.default.temporaryDirectory.path + "/farthing-failing-calls-\(getpid()).so"
        let places = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        for place in places {
            for name in ["clang", "cc"] where access("\(place)/\(name)", X_OK) == 0 {
                let arguments = ["-Wall", "-O1", "-fPIC", "-shared", "-o", target, source, "-ldl"]
                if let made = try? Program.run(arguments, tool: "\(place)/\(name)"), made.status == 0 { return target }
            }
        }
        return nil
    }()

    /// What the ordinary run tries: each is a place where a node used to be able to lose something.
    static let sample = [
        "write data/bodies/.log", "sync data/bodies/.log", "write data/chain/.log", "sync data/chain/.log",
        "write votes.a", "sync votes.b", "rename data/chain/CURRENT", "write data/chain/MANIFEST-", "rename votes.a",
    ]
}

extension EndToEnd {
    @Test(.enabled(if: Calls.library != nil, "SKIPPED: no C compiler for Tests/Faults"))
    func everyCallOnAHomesFilesMayFailOnce() async throws {
        let library = try #require(Calls.library)
        let calls = try await recordedCalls(library)
        var counts: [String: Int] = [:]
        for call in calls { counts[call, default: 0] += 1 }
        for call in Calls.sample { #expect(counts[call] != nil, "\(call) never happens: \(counts)") }
        var failures: [(call: String, at: Int, code: Int32)] = []
        for (call, count) in counts.sorted(by: { $0.key < $1.key }) {
            if Calls.isExhaustive {
                for at in 1...count { failures += [(call, at, EIO), (call, at, ENOSPC)] }
            } else if Calls.sample.contains(call) {
                failures.append((call, count / 2 + 1, call.hasPrefix("sync") ? EIO : ENOSPC))
            }
        }
        var made = 0
        for (call, at, code) in failures where try await endsCleanly(library, call, at: at, code) { made += 1 }
        #expect(made > failures.count / 2, "\(made) of \(failures.count) failures happened")
        // Scripts/faults reads this line.
        print(
            "calls: a run of \(Calls.payments) blocks makes \(calls.count) calls of \(counts.count) kinds;",
            "\(failures.count) failures tried, \(made) happened, \(failures.count - made) were not reached"
        )
    }

    /// With peers, which hold every vote that ever left: none contradicts another.
    @Test(.enabled(if: Calls.library != nil, "SKIPPED: no C compiler for Tests/Faults"))
    func aVoteWhoseRecordFailedNeverContradictsALaterOne() async throws {
        let library = try #require(Calls.library)
        for call in ["write votes.b", "sync votes.a"] {
            let federation = try TestFederation(validators: 4)
            for node in 0..<3 { try federation.start(node) }
            try federation.start(3, environment: faults(library, federation.home(3), call: call, at: 4, code: EIO))
            for node in 0..<4 { try await federation.waitUntilLive(node) }
            var settled: [Settled] = []
            while federation.isRunning(3) { settled.append(try #require(try await federation.settle(within: 20))) }
            let status = try await federation.waitUntilEnded(3)
            let log = try federation.log(3)
            #expect(status == 74, "\(call): \(log)")
            try federation.start(3)
            try await federation.waitUntilLive(3)
            // It is needed: another one leaves.
            federation.kill(1)
            for _ in 0..<2 { settled.append(try #require(try await federation.settle(within: 20))) }
            try await waitUntil(seconds: 20, "node 3 has caught up") {
                try await federation.height(of: 3) >= (settled.last?.height.number ?? 0)
            }
            try await federation.expectFinal(settled, at: 3, call)
            federation.stopAll()
            for node in [0, 2, 3] { try federation.expectSound(node, "\(call), node \(node)") }
        }
    }
}

private func faults(
    _ library: String,
    _ home: String,
    call: String? = nil,
    at: Int,
    code: Int32
) -> [String: String] {
    // Scripts/sanitize preloads one as well.
    let preloaded = [library] + [ProcessInfo.processInfo.environment["LD_PRELOAD"]].compactMap { $0 }
    var environment = [
        "LD_PRELOAD": preloaded.joined(separator: ":"), "FAULT_HOME": home, "FAULT_AT": "\(at)",
        "FAULT_ERRNO": "\(code)",
        "FAULT_LOG": home + ".calls",
    ]
    environment["FAULT_CALL"] = call
    return environment
}

/// Runs a node of a network of one until it has settled all payments, or ended; answers what it reported final.
private func settleAll(_ federation: TestFederation) async throws -> [Settled] {
    var settled: [Settled] = []
    for _ in 0..<Calls.payments {
        guard federation.isRunning(0), let payment = try await federation.settle() else { break }
        settled.append(payment)
    }
    return settled
}

/// A line of the calls' diary: what it was, the call, and the file.
private func diary(_ federation: TestFederation) throws -> [[Substring]] {
    try String(contentsOfFile: federation.home(0) + ".calls", encoding: .utf8).split(separator: "\n")
        .map { $0.split(separator: "\t") }
}

private func recordedCalls(_ library: String) async throws -> [String] {
    let federation = try TestFederation(validators: 1)
    try federation.start(0, environment: faults(library, federation.home(0), at: 0, code: 0))
    try await federation.waitUntilLive(0)
    #expect(try await settleAll(federation).count == Calls.payments)
    #expect(federation.stop(0) == 0)
    return try diary(federation).map { String($0[1]) }
}

/// Lets one call fail; answers whether the run reached it.
private func endsCleanly(_ library: String, _ call: String, at: Int, _ code: Int32) async throws -> Bool {
    let what = "\(call), number \(at), error \(code)"
    let federation = try TestFederation(validators: 1)
    let home = federation.home(0)
    try federation.start(0, environment: faults(library, home, call: call, at: at, code: code))
    try await waitUntil(seconds: 30, "\(what): the node answers or ends") {
        if !federation.isRunning(0) { return true }
        return (try? await federation.clients[0].nodeStatus()) != nil
    }
    let settled = try await settleAll(federation)
    // What fails after the last payment fails while it stops.
    let lines = try diary(federation)
    let hasFailed = lines.contains { $0[0] == "fault" }
    let status = hasFailed ? try await federation.waitUntilEnded(0) : try #require(federation.stop(0))
    let after = try diary(federation)
    let log = try federation.log(0)
    guard let failed = after.first(where: { $0[0] == "fault" }) else {
        // A count that this run did not reach.
        #expect(status == 0, "\(what): \(log)")
        return false
    }
    #expect(status == 74, "\(what): \(log)")
    #expect(log.contains("farthing node start --home \(home)"), "\(what): \(log)")
    // No write is let through to the file that failed, nor to the other half of the vote log.
    let file = String(failed[2])
    for line in after where line[0] == "after" && line[1].hasPrefix("write") {
        let isSame = String(line[2]) == file || (file.hasPrefix("votes.") && line[2].hasPrefix("votes."))
        #expect(!isSame, "\(what): written after it: \(line)")
    }
    try federation.start(0)
    try await federation.waitUntilLive(0)
    try await federation.expectFinal(settled, what)
    #expect(try await federation.settle() != nil, "\(what): it settles again")
    #expect(federation.stop(0) == 0, "\(what)")
    try federation.expectSound(0, what)
    return true
}
