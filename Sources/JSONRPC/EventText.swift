import ChainCore
import LedgerCore
import Primitives
import StrictJSON

/// A block's events as Server-Sent Events (WHATWG HTML, 9.2), in order.
struct EventText {
    static let contentType = "text/event-stream"

    let query: EventQuery
    let accountPrefix: String

    /// The events of a block from an index on, as many as fit a piece, and the index of the next; nil when none is left.
    ///
    /// A piece is at least one event.
    func piece(of block: Block, from first: Int, byteCountMax: Int) -> (bytes: [UInt8], next: Int?) {
        var bytes: [UInt8] = []
        for index in first..<(block.transactions.count + 1) {
            guard bytes.count < byteCountMax else { return (bytes, index) }
            guard let (topic, data) = event(index, of: block) else { continue }
            let cursor = EventCursor(height: block.height, index: index)
            bytes.append(contentsOf: "id: \(cursor)\nevent: \(topic.rawValue)\ndata: ".utf8)
            bytes.append(contentsOf: data.bytes)
            bytes.append(contentsOf: "\n\n".utf8)
        }
        return (bytes, nil)
    }

    /// Nothing but a place: whoever connects again from there misses nothing and reads nothing twice.
    static func place(_ cursor: EventCursor) -> [UInt8] { Array("id: \(cursor)\n\n".utf8) }

    /// The first words: how long to wait before connecting again, and the place.
    static func greeting(_ cursor: EventCursor) -> [UInt8] { Array("retry: 1000\nid: \(cursor)\n\n".utf8) }

    /// A comment that keeps the connection open, and the place, since a narrow filter may have seen nothing for long.
    static func heartbeat(_ cursor: EventCursor) -> [UInt8] { Array(": heartbeat\nid: \(cursor)\n\n".utf8) }

    /// The last words to a client that takes nothing.
    static let overflow = Array(
        "event: overflow\ndata: {\"message\":\"Events were not taken in time; connect again with the last id.\"}\n\n"
            .utf8
    )

    private func event(_ index: Int, of block: Block) -> (EventQuery.Topic, JSON)? {
        guard index > 0 else { return query.topics.contains(.block) ? (.block, Self.json(of: block)) : nil }
        let item = block.transactions[index - 1]
        guard query.topics.contains(.tx), query.account.map({ Self.concerns($0, item) }) ?? true else { return nil }
        var members: JSONObject = ["height": .decimal(block.height.number)]
        if case .object(let more) = TransactionDetail.json(item, index: index - 1, block: block, accountPrefix) {
            for member in more.members { members.append(member.name, member.value) }
        }
        return (.tx, .object(members))
    }

    private static func json(of block: Block) -> JSON {
        [
            "height": .decimal(block.height.number), "hash": .string(block.hash.hex),
            "timeMilliseconds": .decimal(block.time.number), "price": .decimal(block.header.price),
            "shares": .integer(block.header.shares), "transactionCount": .integer(block.header.transactionCount),
        ]
    }

    private static func concerns(_ account: AccountID, _ item: IdentifiedTransaction) -> Bool {
        item.transaction.payer == account || item.transaction.payments.contains { $0.payee == account }
    }
}
