/// Names a pending transaction for as long as it waits: its place, and its arrival, which is never given twice.
struct Ticket: Hashable, Sendable {
    let place: Int
    let arrival: UInt64
}

/// A ticket in a heap, with what the heap is ordered by.
struct RankedTicket: Sendable {
    let key: UInt64
    /// Decides between equal keys.
    let tieBreak: UInt64
    let ticket: Ticket

    func precedes(_ other: RankedTicket) -> Bool { (key, tieBreak) < (other.key, other.tieBreak) }
}

/// A binary heap of tickets, the least key first.
///
/// Tickets of transactions that left the pool stay in it until they come up or outnumber the others: leaving costs
/// nothing here, and cleaning up is shared out over the leaving.
struct TicketHeap: Sendable {
    private var items: [RankedTicket] = []

    var count: Int { items.count }
    var first: RankedTicket? { items.first }

    mutating func insert(_ item: RankedTicket) {
        items.append(item)
        siftUp(from: items.count - 1)
    }

    mutating func popFirst() -> RankedTicket? {
        guard let first = items.first else { return nil }
        let last = items.removeLast()
        if !items.isEmpty {
            items[0] = last
            siftDown(from: 0)
        }
        return first
    }

    mutating func keepOnly(_ isWaiting: (Ticket) -> Bool) {
        items = items.filter { isWaiting($0.ticket) }
        for index in stride(from: items.count / 2 - 1, through: 0, by: -1) { siftDown(from: index) }
    }

    private mutating func siftUp(from start: Int) {
        var index = start
        while index > 0, items[index].precedes(items[(index - 1) / 2]) {
            items.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private mutating func siftDown(from start: Int) {
        var index = start
        while true {
            var least = index
            for child in (2 * index + 1)...(2 * index + 2) where child < items.count {
                if items[child].precedes(items[least]) { least = child }
            }
            guard least != index else { return }
            items.swapAt(index, least)
            index = least
        }
    }
}
