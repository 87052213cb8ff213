import Foundation
import Glibc
import LedgerCore
import Primitives
import RPCClient
import StrictJSON
import Testing

extension EndToEnd {
    /// A node without a key that votes keeps the chain, answers clients, passes their payments on, and can be audited.
    @Test func aFollowerSyncsServesAndCanBeVerified() async throws {
        let federation = try TestFederation(validators: 4, followers: 1)
        for node in 0..<4 { try federation.start(node) }
        for node in 0..<4 { try await federation.waitUntilLive(node) }
        let early = try #require(try await federation.settle(at: 0))
        let follower = 4

        // It comes late, and has what was final before it came.
        try federation.start(follower)
        try await federation.waitUntilLive(follower)
        try await waitUntil(seconds: 20, "the follower has caught up") {
            try await federation.height(of: follower) >= early.height.number
        }
        try await federation.expectFinal([early], at: follower, "the follower")
        let status = JSONReader(try await federation.clients[follower].nodeStatus())
        #expect(try status.member("role").member("kind").string() == "follower")
        let reasons = try status.member("why").elements()
        #expect(reasons.isEmpty, "it is in order as it is")
        let screen = try Program.run("status", "--url", federation.urls[follower])
        #expect(screen.output.hasPrefix("node       follower, farthing"), "\(screen.output)")

        // A payment that a client brings it settles, and is told of there.
        let through = try #require(try await federation.settle(at: follower, within: 20))
        try await federation.expectFinal([through], at: follower, "through the follower")
        try await federation.expectFinal([through], at: 0, "through the follower")

        // It votes for nothing and is not missed: who lists it is ready without it, and a restart catches up.
        federation.kill(follower)
        let during = try #require(try await federation.settle(at: 1))
        #expect(try federation.fetch("/readyz").status == 200)
        #expect(try federation.fetch("/metrics").body.contains("\nfarthing_peers_missing 0"))
        try federation.start(follower)
        try await federation.waitUntilLive(follower)
        try await waitUntil(seconds: 20, "the follower has caught up again") {
            try await federation.height(of: follower) >= during.height.number
        }
        #expect(!FileManager.default.fileExists(atPath: federation.home(follower) + "/votes.a"))
        federation.stopAll()
        try federation.expectSound(follower, "the follower's home")
    }

    /// Only whom a validator's operator lists may follow.
    @Test func aStrangerMayNotFollow() async throws {
        let federation = try TestFederation(validators: 1)
        try await federation.startAll()
        _ = try #require(try await federation.settle(at: 0))
        let home = federation.folder + "/stranger"
        let made = try Program.run(
            "node",
            "init",
            "--follower",
            "--home",
            home,
            "--genesis",
            federation.folder + "/genesis.json",
            "--peer",
            "node-1=127.0.0.1:\(federation.firstPeerPort)"
        )
        #expect(made.status == 0, "\(made.errors)")
        #expect(made.output.contains("peer.followers: NAME="), "\(made.output)")
        let log = try federation.startCopy(home)
        try await waitUntil(seconds: 20, "the stranger is turned away") {
            let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
            return text.contains("no connection") || text.contains("closed")
        }
        #expect(!(try String(contentsOfFile: log, encoding: .utf8)).contains("peer connected"))
        let peers = try Program.run("rpc", "node_peers", "--url", federation.urls[0])
        #expect(!peers.output.contains("follower"), "\(peers.output)")
    }

    /// What is not right about a follower's home or settings is said before anything runs.
    @Test func aFollowersHomeIsLookedAtLikeAValidators() throws {
        let federation = try TestFederation(validators: 2, followers: 1)
        func refuses(_ words: String..., arguments: String...) throws {
            let outcome = try Program.run(arguments)
            #expect(outcome.status == 78 || outcome.status == 64, "\(arguments): \(outcome.errors)")
            for word in words { #expect(outcome.errors.contains(word), "\(word) is not in: \(outcome.errors)") }
        }
        let (validator, follower) = (federation.home(0), federation.home(2))
        let checked = try Program.run("config", "check", "--home", follower)
        #expect(checked.status == 0, "\(checked.errors)")

        // A validator that lost its key does not turn into a follower.
        try FileManager.default.removeItem(atPath: validator + "/keys/validator.pem")
        try refuses("validator.pem", "restore the key", arguments: "node", "start", "--home", validator)
        unlink(validator + "/votes.a")
        unlink(validator + "/votes.b")
        try refuses("validator.pem", "restore the key", arguments: "node", "start", "--home", validator)

        // Settings.
        let configuration = try String(contentsOfFile: follower + "/config.yaml", encoding: .utf8)
        let lone = configuration.split(separator: "\n", omittingEmptySubsequences: false)
            .filter { !$0.hasPrefix("  node-") && $0 != "peers:" }.joined(separator: "\n")
        try Data(lone.utf8).write(to: URL(fileURLWithPath: follower + "/config.yaml"))
        try refuses("peers.node-1", arguments: "node", "start", "--home", follower)
        let second = federation.home(1)
        for bad in ["reader", "reader=12", "=\(String(repeating: "a", count: 64))"] {
            try refuses(
                "peer.followers",
                "node keys",
                arguments: "config",
                "check",
                "--home",
                second,
                "--set",
                "peer.followers=\(bad)"
            )
        }

        // Making one.
        let genesis = federation.folder + "/genesis.json"
        let home = federation.folder + "/new"
        try refuses("whom to follow?", arguments: "node", "init", "--follower", "--home", home, "--genesis", genesis)
        try refuses(
            "no such validator",
            "node-1, node-2",
            arguments: "node",
            "init",
            "--follower",
            "--home",
            home,
            "--genesis",
            genesis,
            "--peer",
            "node-9=127.0.0.1:1"
        )
        try refuses(
            "made ready before",
            arguments: "node",
            "init",
            "--follower",
            "--home",
            follower,
            "--genesis",
            genesis,
            "--peer",
            "node-1=127.0.0.1:1"
        )
    }
}
