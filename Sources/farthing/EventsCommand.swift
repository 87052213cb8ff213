import ArgumentParser
import ChainCore
import NodeRuntime
import Primitives
import RPCClient
import StrictJSON

struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Print final blocks and transactions one by one, each exactly once",
        discussion: """
            Prints what is final now, and with --follow goes on with what becomes final, from --from on: the id of the last \
            event that was seen, height:index, or 0:0 for the beginning. Ids are good on every node and for ever, so after an \
            interruption nothing is missed and nothing comes twice. When a connection ends, --follow makes another.
            """
    )

    enum Topic: String, CaseIterable, ExpressibleByArgument {
        case block
        case tx
    }

    @Flag(help: "Go on with what becomes final until interrupted")
    var follow = false

    @Option(
        help: ArgumentHelp("Begin behind this event; what comes now with --follow, else the beginning", valueName: "id")
    )
    var from: String?

    @Option(help: ArgumentHelp("Only these; repeatable", valueName: "block|tx"))
    var topic: [Topic] = []

    @Option(help: ArgumentHelp("Only transactions that this account pays or is paid by", valueName: "account"))
    var account: String?

    @OptionGroup
    var node: NodeURL

    @OptionGroup
    var format: OutputOptions

    func validate() throws {
        guard from.map({ EventPlace($0) != nil }) ?? true else {
            throw ValidationError("--from: expected the id of an event, such as 12:3")
        }
    }

    func run() async throws {
        let client = try node.client()
        let network = try await calling { () throws(RPCClientError) in try await client.networkInfo() }
        if let account { _ = try AccountID(argument: account, prefix: network.accountPrefix) }
        let printer = EventPrinter(network: network, topics: topics, account: account, isJSON: format.json)
        if follow {
            try await follow(client, printer)
        } else {
            try await printUntil(network.at.height, client, printer)
        }
    }

    private var topics: [String] { (topic.isEmpty ? Topic.allCases : topic).map(\.rawValue) }

    /// Until the end of the block that is the head now: blocks tell how many transactions follow them.
    private func printUntil(_ head: Height, _ client: RPCClient, _ printer: EventPrinter) async throws {
        let start = from.flatMap { EventPlace($0) } ?? EventPlace(height: 0, index: 0)
        guard start.height < head.number || (start.height == head.number && head.number > 0) else { return }
        var last: EventPlace?
        if start.height == head.number {
            // The block's own event lies behind us, so the node is asked what it said.
            let block = try await calling { () throws(RPCClientError) in
                try await client.block(height: head, transactions: "none")
            }
            let summary = try reading { () throws(JSONReadError) in
                try BlockSummary(JSONReader(block, root: "result"))
            }
            last = EventPlace(height: head.number, index: summary.transactionCount)
            guard start < EventPlace(height: head.number, index: summary.transactionCount) else { return }
        }
        try await listening {
            try await client.events(after: start.text, topics: ["block", "tx"], account: nil) { event in
                guard !event.topic.isEmpty else { return true }
                guard let place = EventPlace(event.id) else { return true }
                if event.topic == "block", place.height == head.number {
                    let count = try reading { () throws(JSONReadError) in
                        try JSONReader(event.data, root: "event").member("transactionCount").integer(max: .max)
                    }
                    last = EventPlace(height: head.number, index: UInt64(count))
                }
                if place.height > head.number { return false }
                try printer.print(event)
                return last.map { place < $0 } ?? true
            }
        }
    }

    private func follow(_ client: RPCClient, _ printer: EventPrinter) async throws {
        var place = from
        var isFirst = true
        while true {
            do {
                try await listening {
                    try await client.events(after: place, topics: topics, account: account) { event in
                        isFirst = false
                        if !event.topic.isEmpty { try printer.print(event) }
                        place = event.id.isEmpty ? place : event.id
                        return true
                    }
                }
            } catch let failure as CommandFailure where !isFirst && failure.status == .unreachable {
                Console.say("\(failure.message) Connecting again\(place.map { ", behind \($0)" } ?? "").")
            }
            try await Task.sleep(for: .seconds(1))
        }
    }

    /// What the connection throws becomes a failure of the command.
    private func listening(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as RPCClientError {
            if case .http(400, let body) = error {
                throw CommandFailure(.badInput, "the node refuses the question: \(body)")
            }
            throw CommandFailure(error)
        } catch let failure as CommandFailure {
            throw failure
        } catch let error as CancellationError {
            throw error
        } catch {
            throw CommandFailure(RPCClientError.unreachable(url: node.shown, reason: "\(error)"))
        }
    }
}

/// An event's id: behind the event that bears it.
struct EventPlace: Comparable {
    let height: UInt64
    let index: UInt64

    init(height: UInt64, index: UInt64) {
        self.height = height
        self.index = index
    }

    init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let height = UInt64(parts[0]), let index = UInt64(parts[1]) else { return nil }
        self.init(height: height, index: index)
    }

    var text: String { "\(height):\(index)" }

    static func < (left: EventPlace, right: EventPlace) -> Bool {
        (left.height, left.index) < (right.height, right.index)
    }
}

/// A line for each event.
struct EventPrinter: Sendable {
    let network: NetworkFacts
    let topics: [String]
    let account: String?
    let isJSON: Bool

    func print(_ event: NodeEvent) throws(CommandFailure) {
        guard topics.contains(event.topic) else { return }
        if event.topic == "tx", let account, !concerns(account, event.data) { return }
        if isJSON {
            try Console.output(line: ["id": .string(event.id), "event": .string(event.topic), "data": event.data])
            return
        }
        let text = try reading { () throws(JSONReadError) in
            event.topic == "block" ? try block(JSONReader(event.data)) : try transaction(JSONReader(event.data))
        }
        try Console.output("\(event.id.padded(to: 10)) \(text)")
    }

    private func concerns(_ account: String, _ data: JSON) -> Bool {
        let transaction = data["transaction"] ?? .null
        let payments = transaction["action"]?["pay"]?.asArray ?? []
        return transaction["payer"]?.asString == account || payments.contains { $0["payee"]?.asString == account }
    }

    private func block(_ data: JSONReader) throws(JSONReadError) -> String {
        let time = Timestamp.text(Milliseconds(try data.member("timeMilliseconds").decimal()))
        let count = try data.member("transactionCount").integer(max: .max)
        return
            "block \(try data.member("height").decimal())  \(time)  \(count) transactions at \(try data.member("price").decimal())"
    }

    private func transaction(_ data: JSONReader) throws(JSONReadError) -> String {
        let transaction = try data.member("transaction")
        var payments: [String] = []
        for payment in try transaction.member("action").member("pay").elements() {
            let amount = network.text(Amount(units: try payment.member("amount").decimal()))
            let reference = try payment.member("reference").string(as: "lower-case hex") { Hex.decode($0) }
            let note = reference.isEmpty ? "" : " \(String(decoding: reference, as: UTF8.self).debugDescription)"
            payments.append("\(amount) to \(try payment.member("payee").string())\(note)")
        }
        let fee = network.text(Amount(units: try data.member("fee").decimal()))
        return "tx \(try data.member("id").string())  \(try transaction.member("payer").string()) pays "
            + payments.joined(separator: ", ") + ", fee \(fee)"
    }
}
