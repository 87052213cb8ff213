import ArgumentParser
import ChainCore
import NodeRuntime
import Primitives
import RPCClient
import StrictJSON

struct BlockList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Print final blocks in a row, the newest first",
        discussion: "With --json one page as the node answers it: hand its cursor to --cursor for the next."
    )

    enum Order: String, CaseIterable, ExpressibleByArgument {
        case newest
        case oldest
    }

    @Option(help: ArgumentHelp("At most how many, up to 1000", valueName: "n"))
    var limit = 20

    @Option(help: ArgumentHelp("Where the last page ended", valueName: "cursor"))
    var cursor: String?

    @Option(help: ArgumentHelp("Which come first", valueName: "newest|oldest"))
    var order = Order.newest

    @OptionGroup
    var node: NodeURL

    @OptionGroup
    var format: OutputOptions

    func validate() throws {
        guard (1...1_000).contains(limit) else { throw ValidationError("--limit: expected 1 to 1000") }
    }

    func run() async throws {
        let client = try node.client()
        var params: JSONObject = ["limit": .integer(limit), "order": .string(order.rawValue)]
        params.append("cursor", ifPresent: cursor.map { .string($0) })
        let page = try await calling { () throws(RPCClientError) in
            try await client.call("block_list", params: .object(params))
        }
        if format.json {
            try Console.output(page)
            return
        }
        let (rows, next) = try reading { () throws(JSONReadError) in
            try Self.rows(JSONReader(page, root: "result"))
        }
        try Console.output("    height  time                      payments   price  hash")
        for row in rows { try Console.output(row) }
        if let next { Console.say("There is more: --cursor \(next)") }
    }

    private static func rows(_ page: JSONReader) throws(JSONReadError) -> (rows: [String], next: String?) {
        var rows: [String] = []
        for block in try page.member("blocks").elements() {
            let summary = try BlockSummary(block)
            rows.append(
                "\(summary.height)".aligned(to: 10) + "  \(Timestamp.text(summary.time))"
                    + "\(summary.paymentCount)".aligned(to: 10) + "\(summary.price)".aligned(to: 8)
                    + "  \(summary.hash)"
            )
        }
        let cursor = try page.member("cursor")
        return (rows, cursor.value.isNull ? nil : try cursor.string())
    }
}

extension String {
    fileprivate func aligned(to width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
