import Cryptography
import LedgerCore
import LevelDBStorage
import NodeRuntime
import Primitives
import RPCClient
import StrictJSON

/// Looks at a home and at the machine around it; the findings come in the order in which an operator puts them right.
struct Examination {
    let home: String
    let environment: [String: String]
    let flags: [(key: String, value: String)]
    private(set) var findings: [Finding] = []

    init(home: String, environment: [String: String], flags: [(key: String, value: String)]) {
        self.home = home
        self.environment = environment
        self.flags = flags
    }

    mutating func run(urls: [String]) async {
        lookAtPermissions()
        lookAtOpenFiles()
        lookAtSpace()
        guard let genesis = lookAtGenesis() else { return }
        lookAtKeys(genesis)
        lookAtVoteLog(genesis)
        guard let settings = lookAtSettings(genesis) else { return }
        let own = url(of: settings)
        let isRunning = await lookAtNode(own)
        if !isRunning { lookAtPorts(settings) }
        lookAtPeers(settings)
        await lookAtClock(urls + (isRunning ? [own].compactMap { $0 } : []))
    }

    // MARK: Files

    private mutating func lookAtPermissions() {
        var wrong: [String] = []
        do throws(FileError) {
            guard try PosixPath.exists(home) else {
                findings.append(.bad("home", CommandFailure(HomeError.missing(path: home))))
                return
            }
            var secret = [(Home.keysPath(home), UInt32(0o077))]
            secret += Home.KeyRole.allCases.map { (Home.keyPath(home, $0), 0o177) }
            for (path, forbidden) in secret where try PosixPath.exists(path) {
                if try PosixPath.mode(of: path) & forbidden != 0 { wrong.append(path) }
            }
        } catch {
            findings.append(.bad("home", CommandFailure(error)))
            return
        }
        findings.append(
            wrong.isEmpty
                ? .good("permissions", "keys are for their owner only")
                : .bad(
                    "permissions",
                    "others than their owner may use \(wrong.joined(separator: ", "))",
                    "Run: chmod go= \(wrong.joined(separator: " "))",
                    .configuration
                )
        )
    }

    private mutating func lookAtGenesis() -> Genesis? {
        do throws(CommandFailure) {
            let path = Home.genesisPath(home)
            let genesis = try running { () throws(HomeError) in try Home.genesis(at: path) }
            findings.append(.good("genesis", "network \(genesis.networkID), \(genesis.validators.count) validators"))
            return genesis
        } catch {
            findings.append(.bad("genesis", error))
            return nil
        }
    }

    /// Encrypted keys are left alone: nobody should have to type a passphrase to be told about a disk.
    private mutating func lookAtKeys(_ genesis: Genesis) {
        do throws(HomeError) {
            let home = try Home(opening: home)
            let text = home.validator.map { "those of \($0.name), as genesis lists it" }
            findings.append(.good("keys", text ?? "a follower's: it has no key that votes"))
        } catch .key(_, .encrypted) {
            findings.append(.good("keys", "encrypted; `farthing config check` compares them with genesis"))
        } catch {
            findings.append(.bad("keys", CommandFailure(error)))
        }
    }

    /// Whether it has no key that votes; a home that can't be looked into is taken for a validator's.
    private var isFollower: Bool {
        do throws(FileError) { return try !PosixPath.exists(Home.keyPath(home, .validator)) } catch { return false }
    }

    private mutating func lookAtVoteLog(_ genesis: Genesis) {
        let missing = "The node serves reads and does not sign; see OPERATING, \"When a node does not come up\""
        do throws(VerificationFailure) {
            if let facts = try VoteLogFacts(home: home, genesis: genesis) {
                findings.append(.good("vote log", "readable; the last final view in it is \(facts.finalView)"))
            } else if isFollower {
                findings.append(.good("vote log", "a follower has none"))
            } else {
                findings.append(.warning("vote log", "there is none", missing))
            }
        } catch {
            findings.append(.bad("vote log", "\(error.failure(home: home).message)", missing, .configuration))
        }
    }

    private mutating func lookAtSettings(_ genesis: Genesis) -> [String: String]? {
        do throws(ConfigurationError) {
            let settings = try NodeConfiguration.settings(
                file: Home.configurationPath(home),
                environment: environment,
                flags: flags,
                validators: genesis.validators.map(\.name)
            )
            let values = Dictionary(uniqueKeysWithValues: settings.map { ($0.key.name, $0.value) })
            let missing = genesis.validators.map(\.name).filter { values["peers.\($0)"] == nil }
            // The own address need not be there; a follower needs one of them all.
            findings.append(
                missing.count <= (isFollower ? genesis.validators.count - 1 : 1)
                    ? .good("settings", "every key is known")
                    : .bad(
                        "settings",
                        "genesis lists validators without an address: \(missing.joined(separator: ", "))",
                        "Add them under `peers:` in \(Home.configurationPath(home)), "
                            + (isFollower ? "at least one" : "all but the own"),
                        .configuration
                    )
            )
            return values
        } catch {
            findings.append(.bad("settings", CommandFailure(error)))
            return nil
        }
    }

    // MARK: The machine

    private mutating func lookAtOpenFiles() {
        guard let limit = HostProbe.openFilesMax else { return }
        findings.append(
            limit >= Self.openFilesWanted
                ? .good("open files", "up to \(limit)")
                : .warning(
                    "open files",
                    "only \(limit) may be open at once",
                    "Raise it to \(Self.openFilesWanted): LimitNOFILE= in the unit, or ulimit -n"
                )
        )
    }

    private mutating func lookAtSpace() {
        guard let space = HostProbe.space(at: home) else { return }
        let text = "\(space.free >> 20) MiB free of \(space.total >> 20) MiB"
        let wanted = max(1 << 30, space.total / 20)
        findings.append(
            space.free >= wanted
                ? .good("disk", text)
                : space.free >= Self.spaceLeast
                    ? .warning(
                        "disk",
                        text,
                        "Free some: below \(wanted >> 20) MiB payments are refused sooner or later"
                    )
                    : .bad("disk", text, "Free some: a node that cannot write stops", .inputOutput)
        )
    }

    private mutating func lookAtPorts(_ settings: [String: String]) {
        for key in ["peer.listen", "rpc.listen"] {
            guard let place = settings[key].flatMap({ HostAndPort(text: $0) }) else { continue }
            if let problem = HostProbe.listenProblem(at: place) {
                let advice = "Stop what uses it, or choose another \(key)"
                findings.append(.bad(key, "\(place): \(problem)", advice, .configuration))
            } else {
                findings.append(.good(key, "\(place) is free"))
            }
        }
    }

    private mutating func lookAtPeers(_ settings: [String: String]) {
        let peers = settings.filter { $0.key.hasPrefix("peers.") }.sorted { $0.key < $1.key }
        for (key, text) in peers {
            let name = String(key.dropFirst("peers.".count))
            guard let place = HostAndPort(text: text) else { continue }
            if let problem = HostProbe.connectProblem(to: place) {
                let advice = "Ask its operator whether it runs, and look at the firewalls between"
                findings.append(.warning("peer", "\(name) at \(place): \(problem)", advice))
            } else {
                findings.append(.good("peer", "\(name) at \(place) can be reached"))
            }
        }
    }

    // MARK: Running nodes

    private func url(of settings: [String: String]) -> String? {
        settings["rpc.listen"].flatMap { HostAndPort(text: $0) }.map { place in
            let host = ["0.0.0.0", "::"].contains(place.host) ? "127.0.0.1" : place.host
            return "http://\(HostAndPort(host: host, port: place.port))"
        }
    }

    private mutating func lookAtNode(_ url: String?) async -> Bool {
        guard let url else { return false }
        do throws(CommandFailure) {
            let client = try running { () throws(RPCClientError) in try RPCClient(url: url) }
            let status = try await calling { () throws(RPCClientError) in try await client.nodeStatus() }
            let screen = try reading { () throws(JSONReadError) in
                try StatusScreen(JSONReader(status, root: "result"))
            }
            findings.append(
                screen.reasons.isEmpty
                    ? .good("node", "runs; \(screen.change.text)")
                    : .warning("node", screen.reasons.joined(separator: "; "), "")
            )
            return true
        } catch {
            findings.append(.good("node", "does not run, or does not answer at \(url)"))
            return false
        }
    }

    private mutating func lookAtClock(_ urls: [String]) async {
        for url in urls {
            do throws(CommandFailure) {
                let client = try running { () throws(RPCClientError) in try RPCClient(url: url) }
                let before = SystemClock.wall
                let status = try await calling { () throws(RPCClientError) in try await client.nodeStatus() }
                let after = SystemClock.wall
                let clock = try reading { () throws(JSONReadError) in
                    try NodeClock(JSONReader(status, root: "result"))
                }
                let middle = Milliseconds(before.number / 2 + after.number / 2)
                let offset = clock.ahead(of: middle)
                // What the way there and back took can't be told from an offset.
                let doubt = Int64(after.subtracting(before).number / 2 + 1)
                let text = "\(abs(offset)) ms (±\(doubt)) \(offset < 0 ? "ahead of" : "behind") \(url)"
                findings.append(
                    abs(offset) - doubt < Self.clockOffsetMax
                        ? .good("clock", text)
                        : .warning("clock", text, "Check the time service of both machines: chronyc tracking")
                )
            } catch {
                findings.append(.warning("clock", "cannot be compared: \(error.message)", ""))
            }
        }
    }

    private static let openFilesWanted: UInt64 = 4_096
    /// A node stops below this.
    private static let spaceLeast: UInt64 = 256 << 20
    /// From here on `node_status` complains as well.
    private static let clockOffsetMax: Int64 = 250
}
