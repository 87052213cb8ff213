/// What will happen, the earliest first; what happens at the same moment keeps the order in which it was foreseen.
struct EventQueue<Event: Sendable>: Sendable {
    private struct Entry: Sendable {
        let time: Microseconds
        let order: UInt64
        let event: Event

        func precedes(_ other: Entry) -> Bool { (time, order) < (other.time, other.order) }
    }

    private var heap: [Entry] = []
    private var nextOrder: UInt64 = 0

    mutating func insert(_ event: Event, at time: Microseconds) {
        heap.append(Entry(time: time, order: nextOrder, event: event))
        nextOrder += 1
        var index = heap.count - 1
        while index > 0, heap[index].precedes(heap[(index - 1) / 2]) {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    mutating func popFirst() -> (time: Microseconds, event: Event)? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            siftDown()
        }
        return (first.time, first.event)
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
