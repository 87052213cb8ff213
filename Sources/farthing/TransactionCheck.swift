import ArgumentParser
import LedgerCore
import Primitives
import RPCClient
import StrictJSON

struct TransactionCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Ask what a transaction would cost and leave, signed or not; submits nothing",
        discussion: "Ends with 0 if the node would take it, else with the code that `tx submit` would end with."
    )

    @Argument(
        help: ArgumentHelp("The transaction, of `tx build` or `tx sign`; standard input if left out", valueName: "file")
    )
    var file = "-"

    @OptionGroup
    var node: NodeURL

    @OptionGroup
    var format: OutputOptions

    func run() async throws {
        let file = try TransactionFile(file)
        let client = try node.client()
        let network = try await calling { () throws(RPCClientError) in try await client.networkInfo() }
        let answer = try await calling { () throws(RPCClientError) in
            try await client.call("tx_check", params: ["transaction": file.json])
        }
        if format.json { try Console.output(answer) }
        let reader = JSONReader(answer, root: "result")
        let status = try reading { () throws(JSONReadError) in try reader.member("status").string() }
        guard status == "admissible" else {
            let failure = try reading { () throws(JSONReadError) in try Self.failure(status, reader) }
            throw failure
        }
        guard !format.json else { return }
        let lines = try reading { () throws(JSONReadError) in try Self.lines(reader, network) }
        for line in lines { try Console.output(line) }
    }

    private static func lines(_ reader: JSONReader, _ network: NetworkFacts) throws(JSONReadError) -> [String] {
        func money(_ member: String, _ name: String) throws(JSONReadError) -> String {
            network.text(Amount(units: try reader.member(member).member(name).decimal()))
        }
        let price = try reader.member("price")
        let (now, most) = (try price.member("now").decimal(), try price.member("atMost").decimal())
        var lines = [
            "fee      \(try money("fee", "now")) now, \(try money("fee", "atMost")) at most; "
                + "\(try reader.member("shares").decimal()) shares at \(now)",
            "remains  \(try money("remains", "now")), at least \(try money("remains", "atLeast"))",
        ]
        if now > most { lines.append("wait     the price is above what it may pay: it would wait for more company") }
        return lines
    }

    private static func failure(_ status: String, _ reader: JSONReader) throws(JSONReadError) -> CommandFailure {
        let why = try reader.optionalMember("message")?.string() ?? "it is \(status)"
        return CommandFailure(status == "refused" ? .tryAgain : .refused, "\(status): \(why)")
    }
}

extension TransactionFile {
    /// As the interface takes it.
    var json: JSON {
        var object: JSONObject = ["network": .string(network.hex), "transaction": transaction.json(prefix: prefix)]
        if let signed, let authorization = signed.json(prefix: prefix)["authorization"] {
            object.append("authorization", authorization)
        }
        return .object(object)
    }
}
