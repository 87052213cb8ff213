/// Who can reach whom: connections between pairs, and one-way obstacles that swallow what is sent.
struct Links: Sendable {
    private let count: Int
    private var isUp: [Bool]
    private var isBlocked: [Bool]
    /// Whether a node still takes another for connected; it may not have noticed yet.
    private var isBelieved: [Bool]
    /// Counts the connections of each pair: what was under way on an earlier one is lost.
    private var generations: [UInt64]

    init(count: Int) {
        self.count = count
        isUp = [Bool](repeating: false, count: count * count)
        isBlocked = isUp
        isBelieved = isUp
        generations = [UInt64](repeating: 0, count: count * count)
    }

    private func pair(_ one: Int, _ other: Int) -> Int { min(one, other) * count + max(one, other) }

    func isConnected(_ one: Int, _ other: Int) -> Bool { isUp[pair(one, other)] }
    func generation(_ one: Int, _ other: Int) -> UInt64 { generations[pair(one, other)] }

    mutating func connect(_ one: Int, _ other: Int) {
        isUp[pair(one, other)] = true
        isBelieved[one * count + other] = true
        isBelieved[other * count + one] = true
        generations[pair(one, other)] += 1
    }

    mutating func disconnect(_ one: Int, _ other: Int) {
        isUp[pair(one, other)] = false
        generations[pair(one, other)] += 1
    }

    /// Answers whether the node didn't know it before.
    mutating func notice(_ node: Int, theLossOf other: Int) -> Bool {
        guard !isConnected(node, other), isBelieved[node * count + other] else { return false }
        isBelieved[node * count + other] = false
        return true
    }

    /// Whether a node takes another for connected.
    func believes(_ node: Int, in other: Int) -> Bool { isBelieved[node * count + other] }

    mutating func forgetBeliefs(of node: Int) {
        for other in 0..<count { isBelieved[node * count + other] = false }
    }

    /// From one node to another, in this direction only.
    func isBlocked(from sender: Int, to receiver: Int) -> Bool { isBlocked[sender * count + receiver] }
    mutating func block(from sender: Int, to receiver: Int) { isBlocked[sender * count + receiver] = true }
    mutating func unblockAll() { isBlocked = isBlocked.map { _ in false } }
}
