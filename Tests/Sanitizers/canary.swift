import Dispatch
import Synchronization

// What each sanitizer must find, and what it must not: Scripts/sanitize runs this before it believes a silence.
//
//     canary wrong thread|address    a race, or a byte behind the end; a report must follow
//     canary right thread|address    the same work, done right; no report may

final class Unguarded: @unchecked Sendable { var count = 0 }

final class Guarded: Sendable { let list = Mutex<[Int]>([]) }

@inline(never) func increment(_ value: Unguarded) { value.count += 1 }

/// Two threads write to one variable, and nothing orders them.
func race() {
    let value = Unguarded()
    let bothRun = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: 2) { _ in
        bothRun.add(1, ordering: .relaxed)
        while bothRun.load(ordering: .relaxed) < 2 {}
        for _ in 0..<10_000 { increment(value) }
    }
    print(value.count)
}

/// Behind a mutex under contention; out of copies that others let go; out of tasks and continuations.
func takeTurns() async {
    let value = Guarded()
    let sum = await withTaskGroup(of: Int.self) { group in
        for task in 0..<4 {
            group.addTask {
                var sum = 0
                for step in 0..<5_000 {
                    let copy = value.list.withLock { list in
                        if task == 0 { list.append(step) }
                        if list.count > 100 { list.removeAll(keepingCapacity: true) }
                        return list
                    }
                    sum &+= copy.reduce(0, &+)
                }
                return sum
            }
        }
        return await group.reduce(0, &+)
    }
    var handed = 0
    for round in 0..<1_000 {
        let list: [Int] = await withUnsafeContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: Array(0...round)) }
        }
        handed += list.count
    }
    print(sum, handed)
}

/// Reads up to the end of an allocation, or one behind it.
func read(behindTheEnd: Bool) {
    let values = UnsafeMutablePointer<Int>.allocate(capacity: 10)
    values.initialize(repeating: 1, count: 10)
    let count = behindTheEnd ? 11 : 10
    print((0..<count).reduce(0) { $0 + values[$1] })
    values.deallocate()
}

@main enum Canary {
    static func main() async {
        switch Array(CommandLine.arguments.dropFirst()) {
        case ["wrong", "thread"]: race()
        case ["right", "thread"]: await takeTurns()
        case ["wrong", "address"]: read(behindTheEnd: true)
        case ["right", "address"]: read(behindTheEnd: false)
        default: fatalError("wrong or right, thread or address")
        }
    }
}
