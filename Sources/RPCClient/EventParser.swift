package import StrictJSON

/// What a node tells of its own accord: a final block or transaction, or, without a topic, how far it has told.
package struct NodeEvent: Equatable, Sendable {
    /// The place behind it, `height:index`; connect again with this, and everything later comes once.
    package let id: String
    /// `block`, `tx` or `overflow`; empty for a place alone.
    package let topic: String
    /// Null for a place alone.
    package let data: JSON
}

/// Server-Sent Events as bytes come in (WHATWG HTML, 9.2.6), each event that has an id once.
struct EventParser {
    private var line: [UInt8] = []
    private var id = ""
    private var topic = ""
    private var data = ""
    private var isIDNew = false

    /// Takes the next bytes; answers the events that they complete, in order.
    ///
    /// Throws when a line is too long or data is no JSON.
    mutating func take(_ bytes: some Sequence<UInt8>) throws(RPCClientError) -> [NodeEvent] {
        var events: [NodeEvent] = []
        for byte in bytes {
            guard byte == UInt8(ascii: "\n") else {
                line.append(byte)
                guard line.count <= Self.lineByteCountMax else {
                    throw .malformed("an event has more than \(Self.lineByteCountMax) bytes")
                }
                continue
            }
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            if let event = try take(line: String(decoding: line, as: UTF8.self)) { events.append(event) }
            line.removeAll(keepingCapacity: true)
        }
        return events
    }

    private mutating func take(line: String) throws(RPCClientError) -> NodeEvent? {
        guard !line.isEmpty else { return try dispatch() }
        let name = line.prefix { $0 != ":" }
        var value = line.dropFirst(name.count + 1)
        if value.first == " " { value = value.dropFirst() }
        switch name {
        case "id":
            id = String(value)
            isIDNew = true
        case "event": topic = String(value)
        case "data": data += (data.isEmpty ? "" : "\n") + value
        default: break
        }
        return nil
    }

    /// An empty line ends an event; the id stays for the next one.
    private mutating func dispatch() throws(RPCClientError) -> NodeEvent? {
        defer { (topic, data, isIDNew) = ("", "", false) }
        guard !data.isEmpty else { return isIDNew ? NodeEvent(id: id, topic: "", data: .null) : nil }
        do throws(JSONError) {
            return NodeEvent(id: id, topic: topic, data: try JSON.parse(Array(data.utf8)))
        } catch {
            throw .malformed("an event is no JSON: \(error)")
        }
    }

    private static let lineByteCountMax = 16 << 20
}
