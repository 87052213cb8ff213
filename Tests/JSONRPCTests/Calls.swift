import JSONRPC
import StrictJSON
import Synchronization

/// Calls that several tests make, and what they look for in the answers.
enum Calls {
    static let networkInfo = Array(#"{"jsonrpc":"2.0","id":1,"method":"network_info"}"#.utf8)

    /// For a transaction that nobody knows.
    static func wait(milliseconds: Int) -> [UInt8] {
        let id = String(repeating: "0", count: 64)
        let params = #"{"id":"\#(id)","timeoutMilliseconds":\#(milliseconds)}"#
        return Array(#"{"jsonrpc":"2.0","id":1,"method":"tx_wait","params":\#(params)}"#.utf8)
    }

    static func reason(_ answer: RawConnection.Answer) throws -> String? {
        try JSON.parse(answer.body)["error"]?["data"]?["reason"]?.asString
    }
}

extension RPCLimits {
    static func with(_ change: (inout RPCLimits) -> Void) -> RPCLimits {
        var limits = RPCLimits()
        change(&limits)
        return limits
    }
}

extension MockNode {
    /// Returns once so many calls are inside `wait`.
    func untilWaiting(count: Int) async throws {
        while waiting.load(ordering: .relaxed) != count { try await Task.sleep(for: .milliseconds(5)) }
    }
}

/// Tells one task what another has done.
final class Flag: Sendable {
    private let value = Atomic<Bool>(false)

    var isSet: Bool {
        get { value.load(ordering: .relaxed) }
        set { value.store(newValue, ordering: .relaxed) }
    }
}
