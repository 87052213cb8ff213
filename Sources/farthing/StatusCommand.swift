import ArgumentParser
import ChainCore
import NodeRuntime
import Primitives
import RPCClient
import StrictJSON

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Print a node's state on one screen, and why it does not progress",
        discussion: "With --watch the screen is drawn anew on a terminal; elsewhere there is a line for each change."
    )

    @Flag(help: "Go on until interrupted")
    var watch = false

    @Option(help: ArgumentHelp("Time between two looks of --watch", valueName: "time"))
    var interval = "1s"

    @OptionGroup
    var node: NodeURL

    @OptionGroup
    var format: OutputOptions

    func validate() throws {
        guard let length = Milliseconds(settingText: interval), length.number >= 100 else {
            throw ValidationError("--interval: expected a length of time from 100ms, such as 1s")
        }
    }

    func run() async throws {
        let client = try node.client()
        if watch {
            let pause = Milliseconds(settingText: interval)?.number ?? 1_000
            try await StatusWatch(client: client, interval: .milliseconds(Int(pause)), isJSON: format.json).run()
        }
        let status = try await calling { () throws(RPCClientError) in try await client.nodeStatus() }
        if format.json {
            try Console.output(status)
            return
        }
        let screen = try reading { () throws(JSONReadError) in try StatusScreen(JSONReader(status, root: "result")) }
        for line in screen.lines { try Console.output(line) }
    }
}

/// `node_status` for people.
struct StatusScreen {
    let lines: [String]
    /// The same without what moves all the time: two of these differ when something has changed.
    let change: Change

    /// Why the node does not progress.
    let reasons: [String]

    struct Change {
        let text: String
        let json: JSONObject
    }

    init(_ reader: JSONReader) throws(JSONReadError) {
        let head = try reader.member("head")
        let time = Timestamp.text(Milliseconds(try head.member("timeMilliseconds").decimal()))
        let age = Self.age(try reader.member("finalityAgeMilliseconds").decimal())
        let armed = try reader.member("armed").bool() ? "working on a block" : "idle"
        let (leader, view) = (try reader.member("leader").string(), try reader.member("view").decimal())
        let pending = try reader.member("pendingTransactions").integer(max: .max)
        let bytes = try reader.member("pendingBytes").integer(max: .max)
        var lines = [
            "node       \(try Self.role(reader)), farthing \(try reader.member("version").string())",
            "network    \(try reader.member("network").string())",
            "head       \(try head.member("height").decimal())   \(time), \(age) ago",
            "           \(try head.member("hash").string())",
            "view       \(view) of epoch \(try reader.member("epoch").decimal()), led by \(leader), \(armed)",
            "votes      \(try Self.votes(reader))",
            "missing    \(try Self.names(reader.member("missing")))",
            "peers      \(try Self.names(reader.member("peers")))",
            "pending    \(pending) transactions, \(bytes) bytes",
            "sync       \(try Self.sync(reader.member("sync")))",
        ]
        var reasons: [String] = []
        for element in try reader.member("why").elements() {
            let reason = try element.member("message").string()
            reasons.append(reason)
            lines.append("why        \(Console.paint(reason, .yellow))")
            lines.append("  next     \(try element.member("next").string())")
        }
        self.reasons = reasons
        self.lines = lines
        let height = try head.member("height").decimal()
        let peers = try Self.names(reader.member("peers"))
        let why = reasons.isEmpty ? "" : "; " + reasons.joined(separator: "; ")
        change = Change(
            text: "height \(height), view \(view) led by \(leader), \(armed), \(pending) pending, peers \(peers)\(why)",
            json: [
                "height": .decimal(height), "view": .decimal(view), "leader": .string(leader),
                "pendingTransactions": .integer(pending), "peers": try reader.member("peers").value,
                "why": .array(reasons.map { .string($0) }),
            ]
        )
    }

    private static func role(_ reader: JSONReader) throws(JSONReadError) -> String {
        let role = try reader.member("role")
        let mode = try reader.member("mode")
        guard let name = try role.optionalMember("name")?.string() else { return "follower" }
        let who = "validator \(name)"
        guard try mode.member("kind").string() == "observer" else { return who }
        return "\(who), which does not sign: \(try mode.member("why").string())"
    }

    private static func votes(_ reader: JSONReader) throws(JSONReadError) -> String {
        var parts: [String] = []
        for validator in try reader.member("votes").elements() {
            var kinds: [String] = []
            for kind in ["notarize", "nullify", "finalize"] where try validator.member(kind).bool() {
                kinds.append(kind)
            }
            parts.append(
                "\(try validator.member("name").string()) \(kinds.isEmpty ? "-" : kinds.joined(separator: "+"))"
            )
        }
        return parts.joined(separator: "   ")
    }

    private static func names(_ reader: JSONReader) throws(JSONReadError) -> String {
        let names = try strings(reader)
        return names.isEmpty ? "-" : names.joined(separator: ", ")
    }

    private static func strings(_ reader: JSONReader) throws(JSONReadError) -> [String] {
        var texts: [String] = []
        for element in try reader.elements() { texts.append(try element.string()) }
        return texts
    }

    private static func sync(_ reader: JSONReader) throws(JSONReadError) -> String {
        guard try reader.member("state").string() == "behind" else { return "up to date" }
        return
            "\(try reader.member("lag").decimal()) blocks behind, on the way to \(try reader.member("target").decimal())"
    }

    private static func age(_ milliseconds: UInt64) -> String {
        switch milliseconds {
        case ..<10_000: "\(milliseconds / 1_000).\(milliseconds / 100 % 10) s"
        case ..<600_000: "\(milliseconds / 1_000) s"
        default: "\(milliseconds / 60_000) min"
        }
    }
}
