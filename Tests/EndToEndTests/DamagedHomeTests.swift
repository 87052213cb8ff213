import Foundation
import Glibc
import LevelDBStorage
import RPCClient
import Testing

/// What a home's disk may have done to it, and what `node start` and `verify` say then.
private struct Damage: Sendable {
    enum Start: Sendable {
        /// Ends with this code, and says these words.
        case refuses(Int32, [String])
        /// Serves reads, signs nothing, and says these words.
        case observes([String])
        /// Puts it right, and says these words.
        case repairs([String])
    }

    let what: String
    let start: Start
    /// The exit code and words of `verify`; nil: not asked.
    let verify: (Int32, [String])?
    /// Gets the home, and an earlier copy of it.
    let make: @Sendable (_ home: String, _ earlier: String) throws -> Void

    init(
        _ what: String,
        _ start: Start,
        verify: (Int32, [String])?,
        _ make: @escaping @Sendable (_ home: String, _ earlier: String) throws -> Void
    ) {
        self.what = what
        self.start = start
        self.verify = verify
        self.make = make
    }
}

private var files: FileManager { .default }
/// What a damaged chain is answered with.
private func damaged(_ words: String...) -> Damage.Start {
    .refuses(3, ["the stored chain is damaged", "farthing node refetch --home"] + words)
}
private func found(_ words: String...) -> (Int32, [String]) {
    (3, ["damaged", "farthing node refetch --home"] + words)
}
private let sound: (Int32, [String]) = (0, ["sound"])

private let damages: [Damage] =
    ["chain", "bodies"].flatMap { database in
        let path = "/data/\(database)"
        return [
            Damage("\(path)/CURRENT is lost", damaged(path, "CURRENT"), verify: found(path.dropped)) { home, _ in
                try files.removeItem(atPath: home + path + "/CURRENT")
            },
            Damage("\(path)/CURRENT is damaged", damaged(path), verify: found(path.dropped)) { home, _ in
                try Data("MANIFEST-77".utf8).write(to: URL(fileURLWithPath: home + path + "/CURRENT"))
            },
            Damage("\(path)/CURRENT names nothing", damaged(path), verify: found(path.dropped)) { home, _ in
                try Data("MANIFEST-999999\n".utf8).write(to: URL(fileURLWithPath: home + path + "/CURRENT"))
            },
            Damage("\(path): the manifest is lost", damaged(path), verify: found(path.dropped)) { home, _ in
                try files.removeItem(atPath: try file(home + path, "MANIFEST-"))
            },
            Damage("\(path): the manifest is damaged", damaged(path), verify: found(path.dropped)) { home, _ in
                try change(try file(home + path, "MANIFEST-"), at: 9)
            },
            Damage("\(path): a table is lost", damaged(path), verify: found(path.dropped)) { home, _ in
                try files.removeItem(atPath: try file(home + path, ".ldb"))
            },
            Damage("\(path): a table is cut off", damaged(), verify: found()) { home, _ in
                truncate(try file(home + path, ".ldb"), 60)
            },
            Damage("\(path): a table is damaged", damaged(), verify: found()) { home, _ in
                try change(try file(home + path, ".ldb"), at: 40)
            },
            Damage("\(path): the log is damaged", damaged(path), verify: found(path.dropped)) { home, _ in
                try change(try file(home + path, ".log"), at: 40)
            },
            Damage("\(path) is gone", damaged(path), verify: found(path.dropped)) { home, _ in
                try files.removeItem(atPath: home + path)
            },
            Damage("\(path) is a file", damaged(path), verify: found(path.dropped)) { home, _ in
                try replace(home + path, with: "no directory")
            },
        ]
    } + [
        Damage("data is a file", damaged("/data"), verify: found("data/")) { home, _ in
            try replace(home + "/data", with: "no directory")
        },
        Damage(
            "data is gone",
            .refuses(4, ["/data has no chain in it", "farthing node refetch --home"]),
            verify: (4, ["no chain in it", "farthing node refetch --home"])
        ) { home, _ in try files.removeItem(atPath: home + "/data") },
        Damage(
            "the chain's log is cut off",
            .observes(["the vote log knows that view", "backup of"]),
            verify: (4, ["incomplete", "the vote log knows view"])
        ) { home, _ in truncate(try file(home + "/data/chain", ".log"), 0) },
        Damage(
            "an older data",
            .observes(["the vote log knows that view", "backup of"]),
            verify: (4, ["incomplete", "the vote log knows view"])
        ) { home, earlier in
            try files.removeItem(atPath: home + "/data")
            try files.copyItem(atPath: earlier + "/data", toPath: home + "/data")
        },
        Damage("another format", .refuses(78, ["written in another format"]), verify: (78, ["another format"])) {
            home,
            _ in
            try replace(home + "/format", with: "farthing home, format 2\n")
        },
        Damage("no format", .refuses(78, ["no node's home"]), verify: (78, ["no node's home"])) { home, _ in
            try files.removeItem(atPath: home + "/format")
        },
        Damage("votes.a is lost", .repairs(["written anew", "votes.a"]), verify: sound) { home, _ in
            try files.removeItem(atPath: home + "/votes.a")
        },
        Damage("votes.b is torn", .repairs(["written anew", "votes.b"]), verify: sound) { home, _ in
            truncate(home + "/votes.b", 700)
        },
        Damage("both are torn at the end", .repairs(["cut short"]), verify: sound) { home, _ in
            for name in ["/votes.a", "/votes.b"] { try append(100, to: home + name) }
        },
        // Its vote was sent, and stands in the chain.
        Damage("both lack their last record", .observes(["vote log was set back"]), verify: nil) { home, _ in
            for name in ["/votes.a", "/votes.b"] { truncate(home + name, try size(home + name) - 256) }
        },
        Damage(
            "both are damaged in the middle",
            .observes(["record 0 is broken in both files", "keep", "join with a new key"]),
            verify: (3, ["record 0 is broken in both files"])
        ) { home, _ in for name in ["/votes.a", "/votes.b"] { try change(home + name, at: 600) } },
        Damage("votes are gone", .observes(["vote log is missing", "--i-know-this-key-never-signed"]), verify: sound) {
            home,
            _ in
            for name in ["/votes.a", "/votes.b"] { try files.removeItem(atPath: home + name) }
        },
        Damage("older votes", .observes(["vote log was set back", "join with a new key"]), verify: nil) {
            home,
            earlier in
            for name in ["/votes.a", "/votes.b"] {
                try files.removeItem(atPath: home + name)
                try files.copyItem(atPath: earlier + name, toPath: home + name)
            }
        },
    ]

extension EndToEnd {
    /// Every row on a copy of one home.
    ///
    /// Whatever was done to it: an exit code or a mode, where, and what to do next.
    @Test func whatADiskDoesToAHomeIsNamedAndNothingIsServedFromIt() async throws {
        let federation = try TestFederation(validators: 1)
        let home = federation.home(0)
        let (earlier, good) = (federation.folder + "/earlier", federation.folder + "/good")
        // Three runs, so that there are tables and logs, and an earlier state.
        var settled: [Settled] = []
        for copy in [nil, earlier, good] {
            try federation.start(0)
            try await federation.waitUntilLive(0)
            for _ in 0..<3 { settled.append(try #require(try await federation.settle())) }
            federation.kill(0)
            if let copy { try files.copyItem(atPath: home, toPath: copy) }
        }
        for damage in damages {
            try files.removeItem(atPath: home)
            try files.copyItem(atPath: good, toPath: home)
            try damage.make(home, earlier)
            if let (status, words) = damage.verify {
                let outcome = try federation.verify()
                expect(outcome, status, words, "verify, \(damage.what)")
            }
            try Data().write(to: URL(fileURLWithPath: home + ".log"))
            switch damage.start {
            case .refuses(let status, let words):
                expect(try Program.run("node", "start", "--home", home), status, words, damage.what)
            case .observes(let words):
                try federation.start(0)
                try await federation.waitUntilLive(0)
                let reason = try await federation.reasonNotToSign() ?? ""
                for word in words { #expect(reason.contains(word), "\(damage.what): \(word) is not in \(reason)") }
                #expect(try federation.log(0).contains("this node does not sign"), "\(damage.what)")
                #expect(try await federation.balance(of: try federation.payee) > 0, "\(damage.what): reads go on")
                #expect(federation.stop(0) == 0, "\(damage.what)")
            case .repairs(let words):
                try federation.start(0)
                try await federation.waitUntilLive(0)
                #expect(try await federation.reasonNotToSign() == nil, "\(damage.what)")
                let log = try federation.log(0)
                for word in words { #expect(log.contains(word), "\(damage.what): \(word) is not in \(log)") }
                try await federation.expectFinal(settled, damage.what)
                #expect(try await federation.settle() != nil, "\(damage.what)")
                #expect(federation.stop(0) == 0, "\(damage.what)")
                try federation.expectSound(0, damage.what)
            }
        }
    }

    /// Files of another validator of the same network, and a second process.
    @Test func filesOfAnotherNodeAreNoticed() async throws {
        let federation = try TestFederation(validators: 4)
        let (home, other) = (federation.home(0), federation.home(1))
        // Keys: the vote log is another key's, so nothing is signed.
        for name in ["/votes.a", "/votes.b"] {
            try files.removeItem(atPath: home + name)
            try files.copyItem(atPath: other + name, toPath: home + name)
        }
        try await federation.startAll()
        let reason = try await federation.reasonNotToSign() ?? ""
        #expect(reason.contains("it belongs to the key"), "\(reason)")
        // The other three settle, and this one follows them.
        let settled = try #require(try await federation.settle(at: 1, within: 20))
        try await waitUntil(seconds: 10, "the observer follows") {
            if case .final = try await federation.clients[0].status(of: settled.id).status { true } else { false }
        }
        let second = try Program.run("node", "start", "--home", home)
        expect(second, 75, ["another process works on", home], "a second process")
        federation.stopAll()

        // Only one of the two files.
        try files.removeItem(atPath: home + "/votes.a")
        try files.copyItem(atPath: federation.home(2) + "/votes.a", toPath: home + "/votes.a")
        try federation.start(0)
        try await federation.waitUntilLive(0)
        #expect(try await federation.reasonNotToSign() != nil)
        #expect(federation.stop(0) == 0)

        // Its chain is the same chain: nothing is lost. A chain of another network is.
        let stranger = try TestFederation(validators: 4)
        try files.removeItem(atPath: federation.home(2) + "/data")
        try files.copyItem(atPath: federation.home(1) + "/data", toPath: federation.home(2) + "/data")
        try federation.start(2)
        try await federation.waitUntilLive(2)
        #expect(try await federation.reasonNotToSign(2) == nil)
        #expect(federation.stop(2) == 0)
        try files.removeItem(atPath: federation.home(3) + "/data")
        try files.copyItem(atPath: stranger.home(3) + "/data", toPath: federation.home(3) + "/data")
        let refused = try Program.run("node", "start", "--home", federation.home(3))
        expect(refused, 3, ["the stored chain is damaged", "farthing node refetch --home"], "another network's data")
        expect(try federation.verify(3), 3, ["damaged"], "another network's data")
    }

    /// A restored backup of `data` is harmless: the votes stay, the peers fill the gap, and no vote contradicts another.
    @Test func anOlderChainIsFilledByThePeersBeforeAnythingIsSigned() async throws {
        let federation = try TestFederation(validators: 4)
        let (home, backup) = (federation.home(3), federation.folder + "/backup")
        try await federation.startAll()
        var settled = [try #require(try await federation.settle(at: 3))]
        #expect(federation.stop(3) == 0)
        try files.copyItem(atPath: home + "/data", toPath: backup)
        try federation.start(3)
        try await federation.waitUntilLive(3)
        for node in 0..<4 { settled.append(try #require(try await federation.settle(at: node))) }
        federation.kill(3)
        try files.removeItem(atPath: home + "/data")
        try files.moveItem(atPath: backup, toPath: home + "/data")

        try federation.start(3)
        try await federation.waitUntilLive(3)
        #expect(try federation.log(3).contains("the vote log knows that view"))
        // Its vote is needed again, since another one leaves.
        federation.kill(0)
        let payment = try #require(try await federation.settle(at: 3, within: 20))
        try await federation.expectFinal(settled + [payment], at: 3, "after the backup was restored")
        federation.stopAll()
        for node in 1..<4 { try federation.expectSound(node, "node \(node)") }
    }

    @Test(.enabled(if: SmallDisk.isPossible, "SKIPPED: this machine lets nobody mount a file system"))
    func aReadOnlyFileSystemIsNamed() async throws {
        let disk = try SmallDisk(mebibytes: 16)
        let federation = try TestFederation(validators: 1, in: disk.path)
        try disk.makeReadOnly()
        let small = ["FARTHING_STORAGE_SPACE_SOFT_LIMIT": "0B", "FARTHING_STORAGE_SPACE_HARD_LIMIT": "0B"]
        let home = federation.home(0)
        let refused = try Program.run("node", "start", "--home", home, environment: small)
        expect(refused, 74, ["Read-only file system", "farthing node start --home \(home)"], "read-only")
        expect(try federation.verify(), 74, ["Read-only file system"], "read-only")
    }
}

private func expect(_ outcome: Program.Outcome, _ status: Int32, _ words: [String], _ what: String) {
    let text = outcome.output + outcome.errors
    #expect(outcome.status == status, "\(what): \(text)")
    for word in words { #expect(text.contains(word), "\(what): \(word) is not in \(text)") }
}

/// The last file of a directory with this in its name.
private func file(_ directory: String, _ part: String) throws -> String {
    let names = try files.contentsOfDirectory(atPath: directory).sorted()
    return directory + "/" + (try #require(names.last { $0.contains(part) }))
}

private func change(_ path: String, at offset: Int) throws {
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    bytes[offset] ^= 0x10
    try bytes.write(to: URL(fileURLWithPath: path))
}

private func append(_ count: Int, to path: String) throws {
    try (try Data(contentsOf: URL(fileURLWithPath: path)) + Data(repeating: 7, count: count))
        .write(to: URL(fileURLWithPath: path))
}

private func size(_ path: String) throws -> Int { try Data(contentsOf: URL(fileURLWithPath: path)).count }

private func replace(_ path: String, with text: String) throws {
    try files.removeItem(atPath: path)
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
}

extension String {
    /// As `verify` names a database: without the home.
    fileprivate var dropped: String { String(dropFirst()) }
}
