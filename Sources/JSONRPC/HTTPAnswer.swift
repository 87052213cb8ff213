import HTTPTypes
import HummingbirdCore
import NIOCore
import StrictJSON

/// A response before it is written.
struct HTTPAnswer {
    let head: HTTPResponse
    let body: ResponseBody
    /// Counted in `RPCLoad` until the answer is written.
    var held: (bytes: Int, client: String)?

    static func bytes(
        _ bytes: [UInt8],
        type: String = "application/json",
        status: HTTPResponse.Status,
        to request: Request,
        fields: HTTPFields = [:]
    ) -> HTTPAnswer {
        var fields = fields
        fields[.contentType] = type
        fields[.contentLength] = String(bytes.count)
        fields[.cacheControl] = "no-store"
        fields[.xContentTypeOptions] = "nosniff"
        let isHead = request.method == .head
        return HTTPAnswer(
            head: HTTPResponse(status: status, headerFields: fields),
            body: isHead || bytes.isEmpty ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }

    static func json(_ json: JSON, status: HTTPResponse.Status, to request: Request) -> HTTPAnswer {
        bytes(json.bytes, status: status, to: request)
    }

    /// A stream of events; the connection ends with it.
    static func events(
        _ write: @escaping @Sendable @concurrent (inout any ResponseBodyWriter) async throws -> Void
    ) -> HTTPAnswer {
        let fields: HTTPFields = [
            .contentType: EventText.contentType, .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
            .connection: "close",
        ]
        return HTTPAnswer(head: HTTPResponse(status: .ok, headerFields: fields), body: ResponseBody(write))
    }

    /// What HTTP itself refuses, in a sentence.
    static func refusal(
        _ status: HTTPResponse.Status,
        _ sentence: String,
        to request: Request,
        fields: HTTPFields = [:]
    ) -> HTTPAnswer {
        bytes(
            Array((sentence + "\n").utf8),
            type: "text/plain; charset=utf-8",
            status: status,
            to: request,
            fields: fields.closing(unreadBodyOf: request)
        )
    }

    /// What a limit refuses before the call is read: a JSON-RPC error without an id, in a fitting status.
    static func fault(
        _ fault: RPCFault,
        status: HTTPResponse.Status,
        to request: Request,
        fields: HTTPFields = [:]
    ) -> HTTPAnswer {
        bytes(
            RPCReply.fault(fault, id: .null),
            status: status,
            to: request,
            fields: fields.closing(unreadBodyOf: request)
        )
    }

    /// The answer to notifications.
    static var noContent: HTTPAnswer {
        HTTPAnswer(head: HTTPResponse(status: .noContent), body: ResponseBody())
    }

    /// The types that make a browser ask first before it sends them elsewhere, with any parameters.
    static func isJSON(_ contentType: String?) -> Bool {
        guard let type = contentType?.split(separator: ";", omittingEmptySubsequences: false).first else {
            return false
        }
        let name = type.trimmed.lowercased()
        return ["application/json", "application/json-rpc", "application/jsonrequest"].contains(name)
    }
}

extension HTTPFields {
    /// A short body is read and dropped, and the connection lives on; a long one is not waited for.
    fileprivate func closing(unreadBodyOf request: Request) -> HTTPFields {
        let isChunked = request.headers[.transferEncoding] != nil
        let length = request.headers[.contentLength].flatMap { Int($0) } ?? 0
        guard isChunked || length > HTTPAnswer.droppedBodyBytesMax else { return self }
        var fields = self
        fields[.connection] = "close"
        return fields
    }
}

extension HTTPAnswer {
    fileprivate static let droppedBodyBytesMax = 64 << 10
}

/// The name that a client used for this host.
enum HostName {
    /// True for an IP address and for the listed names, with any port; no name of the web can look like an address.
    static func isAllowed(_ authority: String, names: [String]) -> Bool {
        let host = withoutPort(authority).lowercased()
        if host.hasPrefix("[") { return host.hasSuffix("]") }
        let isIPv4 = host.split(separator: ".", omittingEmptySubsequences: false)
            .allSatisfy { part in UInt8(part) != nil && part.utf8.allSatisfy { (0x30...0x39).contains($0) } }
        return isIPv4 || names.contains(host)
    }

    private static func withoutPort(_ authority: String) -> Substring {
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") { return authority[...end] }
        return authority.prefix { $0 != ":" }
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        let start = drop { $0 == " " || $0 == "\t" }
        guard let last = start.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return start.prefix(0) }
        return start[...last]
    }
}
