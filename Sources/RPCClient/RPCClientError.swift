package import StrictJSON

/// Why a call gave no result.
package enum RPCClientError: Error, Equatable, Sendable {
    /// Not an address that this client can call; the reason in a sentence.
    case addressInvalid(url: String, reason: String)
    /// No connection, or it ended before the answer.
    case unreachable(url: String, reason: String)
    /// Nothing is known of what became of the call.
    case timedOut(url: String, afterMilliseconds: Int)
    /// The server answered, but not with JSON-RPC.
    case http(status: Int, body: String)
    /// The node answered with an error.
    case refused(RPCErrorAnswer)
    /// The answer is not what the method answers; `path` says where.
    case malformed(String)

    /// True when the same call may succeed later.
    ///
    /// The same bytes of a transaction may always be sent again.
    package var isRetryable: Bool {
        switch self {
        case .addressInvalid, .malformed: false
        case .unreachable, .timedOut: true
        case .http(let status, _): status == 429 || status >= 500
        case .refused(let answer): answer.isRetryable
        }
    }
}

/// The `error` member of a response.
package struct RPCErrorAnswer: Equatable, Sendable {
    package let code: Int
    package let message: String
    /// The stable name from the node's table; empty when another program answered.
    package let reason: String
    package let isRetryable: Bool
    /// `data` as it was sent.
    package let data: JSON
}

extension RPCClientError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .addressInvalid(let url, let reason): "cannot call \(url): \(reason)"
        case .unreachable(let url, let reason): "no answer from \(url): \(reason)"
        case .timedOut(let url, let milliseconds): "no answer from \(url) within \(milliseconds) ms"
        case .http(let status, let body): "the server answered with HTTP status \(status): \(body.fitForTerminal)"
        case .refused(let answer): "\(answer.message) (\(answer.code) \(answer.reason))".fitForTerminal
        case .malformed(let what): "the answer cannot be read: \(what.fitForTerminal)"
        }
    }
}

extension String {
    /// The beginning of what a stranger sent, without characters that a terminal would obey.
    package var fitForTerminal: String {
        var text = ""
        for scalar in unicodeScalars.prefix(500) {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                text += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
