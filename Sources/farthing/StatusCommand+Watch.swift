import ChainCore
import NodeRuntime
import Primitives
import RPCClient
import StrictJSON

/// Follows a node's state: on a terminal the screen is drawn anew, else there is a line for each change.
struct StatusWatch {
    let client: RPCClient
    let interval: Duration
    let isJSON: Bool

    /// Runs until the process is ended; throws only when the first answer can't be had or output fails.
    func run() async throws {
        var last: String?
        var isFirst = true
        while true {
            let screen: StatusScreen?
            let trouble: String?
            do throws(CommandFailure) {
                let status = try await calling { () throws(RPCClientError) in try await client.nodeStatus() }
                screen = try reading { () throws(JSONReadError) in
                    try StatusScreen(JSONReader(status, root: "result"))
                }
                trouble = nil
            } catch {
                guard !isFirst else { throw error }
                screen = nil
                trouble = error.message
            }
            isFirst = false
            let change = screen?.change ?? .init(text: trouble ?? "", json: ["problem": .string(trouble ?? "")])
            if Console.isOutputTerminal, !isJSON {
                let lines = screen?.lines ?? [change.text]
                try Console.output(text: "\u{1B}[H\u{1B}[2J" + lines.joined(separator: "\n") + "\n")
            } else if change.text != last {
                let time = Timestamp.text(SystemClock.wall)
                if isJSON {
                    var object: JSONObject = ["time": .string(time)]
                    for member in change.json.members { object.append(member.name, member.value) }
                    try Console.output(line: .object(object))
                } else {
                    try Console.output("\(time) \(change.text)")
                }
            }
            last = change.text
            try await Task.sleep(for: interval)
        }
    }
}
