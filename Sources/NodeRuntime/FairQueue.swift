import Primitives

/// Work of many sources, taken in turn: however much one has queued, the next in line waits for one piece of it at most.
///
/// Within a source the order is that of arrival. A source without work takes no memory. Adding and taking cost constant
/// time, amortised.
package struct FairQueue<Source: Hashable, Work> {
    /// A line of work; taken pieces are dropped by the half, not one by one.
    private struct Line {
        var work: [Work?]
        var first = 0

        var isEmpty: Bool { first == work.count }

        mutating func takeFirst() -> Work? {
            guard first < work.count else { return nil }
            let taken = work[first]
            work[first] = nil
            first += 1
            if first * 2 > work.count {
                work.removeFirst(first)
                first = 0
            }
            return taken
        }
    }

    private var lines: [Source: Line] = [:]
    /// Sources that have work, the next one first; taking rotates them.
    private var turns: [Source] = []
    private var nextTurn = 0

    package private(set) var count = 0

    package init() {}

    package mutating func add(_ work: Work, of source: Source) {
        count += 1
        guard lines[source] == nil else {
            lines[source]?.work.append(work)
            return
        }
        lines[source] = Line(work: [work])
        turns.append(source)
    }

    package mutating func take() -> Work? {
        guard nextTurn < turns.count else { return nil }
        let source = turns[nextTurn]
        nextTurn += 1
        if nextTurn * 2 > turns.count {
            turns.removeFirst(nextTurn)
            nextTurn = 0
        }
        let work = lines[source]?.takeFirst()
        precondition(work != nil, "a source in the order of turns has work")
        count -= 1
        if lines[source]?.isEmpty == true { lines[source] = nil } else { turns.append(source) }
        return work
    }
}
