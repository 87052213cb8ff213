import ArgumentParser
import NodeRuntime
import Primitives
import RPCClient

struct TransactionWait: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait",
        abstract: "Wait until a transaction has a verdict: final, rejected or expired"
    )

    @OptionGroup
    var query: TransactionQuery

    @Option(help: ArgumentHelp("How long to wait, up to 30s", valueName: "time"))
    var timeout = "30s"

    func validate() throws {
        guard let length = Milliseconds(settingText: timeout), length.number <= 30_000 else {
            throw ValidationError("--timeout: expected a length of time up to 30s, such as 5s")
        }
    }

    func run() async throws {
        guard let length = Milliseconds(settingText: timeout) else {
            preconditionFailure("validate() has looked at the timeout")
        }
        try await query.answer { (client, id, validUntil) throws(RPCClientError) in
            try await client.wait(for: id, validUntil: validUntil, timeoutMilliseconds: Int(length.number))
        }
    }
}
