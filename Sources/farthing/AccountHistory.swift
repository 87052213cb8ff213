import ArgumentParser
import ChainCore
import NodeRuntime
import Primitives
import RPCClient
import StrictJSON

struct AccountHistory: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Print what an account received and paid, the newest first",
        discussion: """
            Payments, fees, payouts and what genesis gave, each with the balance after it. With --json one page as the node \
            answers it: hand its cursor to --cursor for the next.
            """
    )

    enum Direction: String, CaseIterable, ExpressibleByArgument {
        case incoming = "in"
        case outgoing = "out"
    }

    @Argument(help: ArgumentHelp("The account, such as far1…", valueName: "account"))
    var account: String

    @Option(help: ArgumentHelp("At most how many", valueName: "n"))
    var limit = 100

    @Option(help: ArgumentHelp("Where the last page ended", valueName: "cursor"))
    var cursor: String?

    @Option(help: ArgumentHelp("Only what came in or went out", valueName: "in|out"))
    var direction: Direction?

    @Option(help: ArgumentHelp("Only payments with this reference", valueName: "text"))
    var reference: String?

    @OptionGroup
    var node: NodeURL

    @OptionGroup
    var format: OutputOptions

    func validate() throws {
        guard (1...1_000_000).contains(limit) else { throw ValidationError("--limit: expected 1 to 1000000") }
    }

    func run() async throws {
        let client = try node.client()
        let network = try await calling { () throws(RPCClientError) in try await client.networkInfo() }
        // Checked here too, so that a mistyped account gets a sentence about itself.
        _ = try AccountID(argument: account, prefix: network.accountPrefix)
        if format.json {
            try Console.output(try await page(client, limit: min(limit, Self.pageMax), cursor: cursor))
            return
        }
        var (left, next) = (limit, cursor)
        repeat {
            let page = try await page(client, limit: min(left, Self.pageMax), cursor: next)
            let (lines, cursor) = try reading { () throws(JSONReadError) in
                try Self.lines(JSONReader(page, root: "result"), network)
            }
            for line in lines { try Console.output(line) }
            left -= lines.count
            next = cursor
        } while next != nil && left > 0
        if let next { Console.say("There is more: --cursor \(next)") }
    }

    private func page(_ client: RPCClient, limit: Int, cursor: String?) async throws(CommandFailure) -> JSON {
        var params: JSONObject = ["account": .string(account), "limit": .integer(limit)]
        params.append("cursor", ifPresent: cursor.map { .string($0) })
        params.append("direction", ifPresent: direction.map { .string($0.rawValue) })
        params.append("reference", ifPresent: reference.map { .string(Hex.encode(Array($0.utf8))) })
        return try await calling { () throws(RPCClientError) in
            try await client.call("account_history", params: .object(params))
        }
    }

    private static func lines(
        _ page: JSONReader,
        _ network: NetworkFacts
    ) throws(JSONReadError) -> (lines: [String], next: String?) {
        var lines: [String] = []
        for item in try page.member("items").elements() { lines.append(try line(item, network)) }
        let cursor = try page.member("cursor")
        return (lines, cursor.value.isNull ? nil : try cursor.string())
    }

    private static func line(_ item: JSONReader, _ network: NetworkFacts) throws(JSONReadError) -> String {
        let isIncoming = try item.member("direction").string() == "in"
        let amount = network.text(Amount(units: try item.member("amount").decimal()))
        let other = try item.member("counterparty")
        let reference = try item.member("reference").string(as: "lower-case hex") { Hex.decode($0) }
        let id = try item.member("id")
        var parts = [
            Timestamp.text(Milliseconds(try item.member("timeMilliseconds").decimal())),
            "block \(try item.member("height").decimal())",
            "\(isIncoming ? "+" : "-")\(amount)",
            try item.member("kind").string(),
        ]
        if !other.value.isNull { parts.append("\(isIncoming ? "from" : "to") \(try other.string())") }
        if !reference.isEmpty { parts.append(String(decoding: reference, as: UTF8.self).debugDescription) }
        if !id.value.isNull { parts.append("in \(try id.string())") }
        parts.append("balance \(network.text(Amount(units: try item.member("balance").decimal())))")
        return parts.joined(separator: "  ")
    }

    /// What a node hands out at once.
    private static let pageMax = 1_000
}
