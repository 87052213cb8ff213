import ArgumentParser
import ChainCore
import NodeRuntime
import Primitives
import RPCClient
import StrictJSON

struct BlockGet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Print a final block: the latest, or that of a height or hash"
    )

    @Argument(help: ArgumentHelp("A height or a block hash; the latest block if left out", valueName: "height|hash"))
    var place: String?

    @Option(help: ArgumentHelp("How much of its transactions JSON shows: none, ids or full", valueName: "detail"))
    var transactions = "ids"

    @OptionGroup
    var node: NodeURL

    @OptionGroup
    var format: OutputOptions

    func validate() throws {
        guard ["none", "ids", "full"].contains(transactions) else {
            throw ValidationError("--transactions: expected none, ids or full")
        }
        if let place, height == nil, Hash32(hex: place) == nil {
            throw ValidationError("\(place): expected a height, or a hash of 64 hex digits")
        }
    }

    private var height: Height? { place.flatMap { $0.utf8.count < 20 ? UInt64($0) : nil }.map { Height($0) } }

    func run() async throws {
        let client = try node.client()
        let (height, detail) = (height, format.json ? transactions : "none")
        let hash = height == nil ? place.flatMap { Hash32(hex: $0) } : nil
        let block = try await calling { () throws(RPCClientError) in
            try await client.block(height: height, hash: hash, transactions: detail)
        }
        if format.json {
            try Console.output(block)
            return
        }
        let network = try await calling { () throws(RPCClientError) in try await client.networkInfo() }
        let summary = try reading { () throws(JSONReadError) in try BlockSummary(JSONReader(block, root: "result")) }
        for line in summary.lines(decimals: network.decimals, unit: network.unit) { try Console.output(line) }
    }
}

/// What a block's header says to people.
struct BlockSummary {
    let hash: String
    let height: UInt64
    let time: Milliseconds
    let price: UInt64
    let shares: UInt64
    let transactionCount: UInt64

    init(_ reader: JSONReader) throws(JSONReadError) {
        hash = try reader.member("hash").string()
        let header = try reader.member("header")
        height = try header.member("height").decimal()
        time = Milliseconds(try header.member("timeMilliseconds").decimal())
        price = try header.member("price").decimal()
        shares = UInt64(try header.member("shares").integer(max: Int(UInt32.max)))
        transactionCount = UInt64(try header.member("transactionCount").integer(max: Int(UInt32.max)))
    }

    /// Each transaction takes one share, and each of its payments another.
    var paymentCount: UInt64 { shares - min(shares, transactionCount) }

    func lines(decimals: Int, unit: String) -> [String] {
        let money = { (units: UInt64) in DecimalAmount.text(Amount(units: units), decimals: decimals) + " " + unit }
        return [
            "height        \(height)",
            "hash          \(hash)",
            "time          \(Timestamp.text(time))",
            "transactions  \(transactionCount)",
            "payments      \(paymentCount)",
            "price         \(money(price)) per share",
            "fees          \(money(price.multipliedReportingOverflow(by: shares).partialValue))",
        ]
    }
}
