/// What will happen, the earliest first; what happens at the same moment keeps the order in which it was foreseen.
///
/// The heap holds small tickets; events, which are large, lie still until their turn comes.
struct EventQueue<Event: Sendable>: Sendable {
    private struct Ticket: Sendable {
        let time: Microseconds
        let order: UInt64
        let place: Int

        func precedes(_ other: Ticket) -> Bool { (time, order) < (other.time, other.order) }
    }

    private var heap: [Ticket] = []
    private var events: [Event?] = []
    private var freePlaces: [Int] = []
    private var nextOrder: UInt64 = 0

    /// How many events wait.
    var count: Int { heap.count }

    mutating func insert(_ event: Event, at time: Microseconds) {
        let place: Int
        if let free = freePlaces.popLast() {
            events[free] = event
            place = free
        } else {
            place = events.count
            events.append(event)
        }
        heap.append(Ticket(time: time, order: nextOrder, place: place))
        nextOrder += 1
        siftUp()
    }

    mutating func popFirst() -> (time: Microseconds, event: Event)? {
        guard let first = heap.first, let event = events[first.place] else { return nil }
        events[first.place] = nil
        freePlaces.append(first.place)
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            siftDown()
        }
        return (first.time, event)
    }

    private mutating func siftUp() {
        var index = heap.count - 1
        while index > 0, heap[index].precedes(heap[(index - 1) / 2]) {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private mutating func siftDown() {
        var index = 0
        while true {
            var least = index
            for child in (2 * index + 1)...(2 * index + 2) where child < heap.count && heap[child].precedes(heap[least])
            {
                least = child
            }
            guard least != index else { return }
            heap.swapAt(index, least)
            index = least
        }
    }
}

/// Virtual time since the start of a simulation.
typealias Microseconds = UInt64
