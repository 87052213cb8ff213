import StrictJSON

/// One event as a browser would see it.
struct ServerSentEvent: Equatable {
    let id: String
    let name: String
    let data: String
}

/// Reads `/events` off a raw connection: the head, then chunks, then events (WHATWG HTML, 9.2).
struct EventReader {
    private(set) var status = 0
    private(set) var lastID = ""
    private(set) var commentCount = 0
    private var bytes: [UInt8] = []

    /// Asks and reads the head.
    static func open(
        _ connection: inout RawConnection,
        _ target: String = "/events",
        lastEventID: String? = nil
    ) async throws -> EventReader {
        let resume = lastEventID.map { "Last-Event-ID: \($0)\r\n" } ?? ""
        try await connection.send("GET \(target) HTTP/1.1\r\nHost: localhost\r\n\(resume)\r\n")
        var reader = EventReader()
        let head = try await connection.take(through: "\r\n\r\n")
        reader.status = Int(head?.split(separator: " ")[1] ?? "") ?? 0
        return reader
    }

    /// The next event, nil at the end of the stream.
    mutating func next(_ connection: inout RawConnection) async throws -> ServerSentEvent? {
        while true {
            if let end = bytes.firstRange(of: Array("\n\n".utf8)) {
                let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\n")
                bytes.removeSubrange(..<end.upperBound)
                var (name, data) = ("", "")
                for line in lines {
                    if line.hasPrefix(":") { commentCount += 1 }
                    if line.hasPrefix("id: ") { lastID = String(line.dropFirst(4)) }
                    if line.hasPrefix("event: ") { name = String(line.dropFirst(7)) }
                    if line.hasPrefix("data: ") { data = String(line.dropFirst(6)) }
                }
                if !data.isEmpty { return ServerSentEvent(id: lastID, name: name, data: data) }
                continue
            }
            guard let chunk = try await chunk(&connection) else { return nil }
            bytes += chunk
        }
    }

    /// As many events as asked for.
    mutating func next(_ count: Int, _ connection: inout RawConnection) async throws -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        while events.count < count, let event = try await next(&connection) { events.append(event) }
        return events
    }

    /// Nil after the last chunk, or when the connection is closed.
    private func chunk(_ connection: inout RawConnection) async throws -> [UInt8]? {
        guard let line = try await connection.take(through: "\r\n"), let size = Int(line, radix: 16), size > 0 else {
            return nil
        }
        let bytes = try await connection.take(size + 2)
        return bytes.count == size + 2 ? bytes.dropLast(2) : nil
    }
}
