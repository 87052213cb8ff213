import ArgumentParser
import FoundationEssentials
import RPCClient

/// Which node a client's command talks to.
struct NodeURL: ParsableArguments {
    @Option(help: ArgumentHelp("The node; FARTHING_URL if left out, else http://127.0.0.1:8645", valueName: "url"))
    var url: String?

    /// The address that is asked.
    var shown: String { url ?? ProcessInfo.processInfo.environment["FARTHING_URL"] ?? "http://127.0.0.1:8645" }

    func client() throws(CommandFailure) -> RPCClient {
        try running { () throws(RPCClientError) in try RPCClient(url: shown) }
    }
}
