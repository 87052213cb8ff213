/// Who has how many connections, and who has to make room when there are no more.
///
/// A client with fewer connections than the one with the most always gets in: the newcomer takes the place of the one that
/// the greediest client has left idle the longest. So holding connections keeps nobody out but oneself. Opening and closing
/// cost constant time below the limit, and a look at each client at it.
package struct ConnectionTable {
    package enum Admission: Equatable, Sendable {
        case admitted
        /// Admitted; the connection of this number is to be closed for it.
        case insteadOf(UInt64)
        case refused
    }

    private struct Client {
        /// In the order of arrival, or of the end of the last answer.
        var connections: [UInt64] = []
        var busy: Set<UInt64> = []
    }

    private let totalMax: Int
    private let perClientMax: Int
    private var clients: [String: Client] = [:]
    package private(set) var count = 0

    package init(totalMax: Int, perClientMax: Int) {
        self.totalMax = totalMax
        self.perClientMax = perClientMax
    }

    package func count(of client: String) -> Int { clients[client]?.connections.count ?? 0 }

    package mutating func open(_ connection: UInt64, by client: String) -> Admission {
        let own = count(of: client)
        guard own < perClientMax else { return .refused }
        var victim: UInt64?
        if count >= totalMax {
            // The name decides between equals, so that it is never the order of a table.
            guard
                let greedy = clients.max(by: {
                    ($0.value.connections.count, $0.key) < ($1.value.connections.count, $1.key)
                }),
                greedy.value.connections.count > own + 1
            else { return .refused }
            let idle = greedy.value.connections.first { !greedy.value.busy.contains($0) }
            victim = idle ?? greedy.value.connections[0]
            if let victim { close(victim, of: greedy.key) }
        }
        clients[client, default: Client()].connections.append(connection)
        count += 1
        return victim.map { .insteadOf($0) } ?? .admitted
    }

    /// Closing twice changes nothing.
    package mutating func close(_ connection: UInt64, of client: String) {
        guard let index = clients[client]?.connections.firstIndex(of: connection) else { return }
        clients[client]?.connections.remove(at: index)
        clients[client]?.busy.remove(connection)
        count -= 1
        if clients[client]?.connections.isEmpty == true { clients[client] = nil }
    }

    /// A request has begun on it, or its answer is written.
    package mutating func set(_ connection: UInt64, of client: String, isBusy: Bool) {
        guard let index = clients[client]?.connections.firstIndex(of: connection) else { return }
        if isBusy {
            clients[client]?.busy.insert(connection)
        } else {
            clients[client]?.busy.remove(connection)
            clients[client]?.connections.remove(at: index)
            clients[client]?.connections.append(connection)
        }
    }
}
