import NIOCore
import NIOHTTP1
import NIOPosix

extension RPCClient {
    /// Follows `/events` on a connection of its own until the other side ends it, the handler throws or answers false, or
    /// the task is cancelled.
    ///
    /// `after` is the id of the last event that was taken; nil begins with what comes now. The next event is read once the
    /// handler has returned from this one.
    package func events(
        after: String?,
        topics: [String],
        account: String?,
        handle: (NodeEvent) async throws -> Bool
    ) async throws {
        var query = ["topics=\(topics.joined(separator: ","))"]
        if let after { query.append("from=\(after)") }
        if let account { query.append("account=\(account)") }
        let uri =
            (address.path.hasSuffix("/") ? address.path : address.path + "/") + "events?" + query.joined(separator: "&")
        var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: uri)
        head.headers = ["Host": address.authority, "Accept": "text/event-stream"]

        let connection: NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>
        do {
            connection = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(.seconds(5))
                .connect(host: address.host, port: address.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHTTPClientHandlers()
                        return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                    }
                }
        } catch {
            throw RPCClientError.unreachable(url: url, reason: "\(error)")
        }
        try await connection.executeThenClose { inbound, outbound in
            try await outbound.write(.head(head))
            try await outbound.write(.end(nil))
            try await self.read(inbound, handle)
        }
    }

    private func read(
        _ inbound: NIOAsyncChannelInboundStream<HTTPClientResponsePart>,
        _ handle: (NodeEvent) async throws -> Bool
    ) async throws {
        var parser = EventParser()
        var status = HTTPResponseStatus.ok
        var refusal: [UInt8] = []
        for try await part in inbound {
            switch part {
            case .head(let head): status = head.status
            case .body(let buffer) where status != .ok:
                refusal.append(contentsOf: buffer.readableBytesView.prefix(200))
            case .body(let buffer):
                for event in try parser.take(buffer.readableBytesView) where try await !handle(event) { return }
            case .end:
                guard status == .ok else {
                    let body = String(decoding: refusal.prefix(200), as: UTF8.self)
                    throw RPCClientError.http(status: Int(status.code), body: body)
                }
                return
            }
        }
    }
}
