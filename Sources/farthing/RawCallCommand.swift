import ArgumentParser
import RPCClient
import StrictJSON

struct RawCallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rpc",
        abstract: "Call a method of a node's interface and print the result",
        discussion: """
            A parameter name=value is a string, as numbers of 64 bits are; name:=value is JSON, such as \
            timeoutMilliseconds:=5000. A single - reads all parameters from standard input, as JSON. Ends with 1 and the \
            reason when the node answers with an error.

              farthing rpc block_get height=5 transactions=full
            """
    )

    @Argument(help: ArgumentHelp("The method, such as node_status; rpc.discover lists all", valueName: "method"))
    var method: String

    @Argument(help: ArgumentHelp("The parameters", valueName: "name=value"))
    var parameters: [String] = []

    @OptionGroup
    var node: NodeURL

    @Flag(help: "Print JSON, which the result always is")
    var json = false

    @OptionGroup
    var speech: SpeechOptions

    func run() async throws {
        let params = try params()
        let client = try node.client()
        let result: JSON
        do throws(RPCClientError) {
            result = try await client.call(method, params: params)
        } catch .refused(let answer) {
            let data = answer.data.isNull ? "" : "\n  data: \(answer.data.text)"
            throw CommandFailure(.refused, "\(method): \(answer.message) (\(answer.code))\(data)")
        } catch {
            throw error.failure
        }
        try Console.output(result)
    }

    private func params() throws(CommandFailure) -> JSON {
        if parameters == ["-"] {
            return try Self.json(try StandardInput.bytes(limit: 4 << 20), what: "standard input")
        }
        var object = JSONObject()
        for text in parameters {
            guard let sign = text.firstIndex(of: "="), sign > text.startIndex else {
                throw CommandFailure(.usage, "\(text): expected name=value, or name:=JSON")
            }
            let (before, value) = (text[..<sign], String(text[text.index(after: sign)...]))
            let name = String(before.hasSuffix(":") ? before.dropLast() : before)
            guard object[name] == nil else { throw CommandFailure(.usage, "\(name) stands twice") }
            object.append(name, before.hasSuffix(":") ? try Self.json(Array(value.utf8), what: text) : .string(value))
        }
        return object.members.isEmpty ? .null : .object(object)
    }

    private static func json(_ bytes: [UInt8], what: String) throws(CommandFailure) -> JSON {
        do throws(JSONError) {
            return try JSON.parse(bytes)
        } catch {
            throw CommandFailure(.badInput, "\(what): \(error)")
        }
    }
}
