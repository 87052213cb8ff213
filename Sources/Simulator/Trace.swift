import Cryptography
import Primitives

/// The order of everything that happened, as one hash; with lines for people when they ask.
struct Trace: Sendable {
    private var hasher = SHA256()
    private(set) var eventCount = 0
    private(set) var lines: [String] = []
    /// The highest view that an honest node has entered.
    private(set) var view = View(1)
    /// Where the lines of each view begin.
    private var viewStarts: [Int] = []
    let keepsLines: Bool

    init(keepsLines: Bool) { self.keepsLines = keepsLines }

    /// Takes in one event: when, what kind, whose, and the bytes that it carries.
    mutating func note(_ kind: Kind, node: Int, at time: Microseconds, bytes: [UInt8] = []) {
        var writer = WireWriter(capacity: 24 + bytes.count)
        writer.write(time)
        writer.write(kind.rawValue)
        writer.write(UInt16(node))
        writer.write(vector: bytes)
        hasher.update(writer.bytes)
        eventCount += 1
    }

    mutating func say(_ line: @autoclosure () -> String, at time: Microseconds) {
        guard keepsLines else { return }
        let milliseconds = time / 1000
        lines.append("\(milliseconds / 1000).\(String(milliseconds % 1000 + 1000).dropFirst()) \(line())")
    }

    /// An honest node is the first to enter a view.
    mutating func enter(_ view: View, ledBy leader: Int, at time: Microseconds) {
        self.view = view
        guard keepsLines else { return }
        viewStarts.append(lines.count)
        say("—— view \(view), led by n\(leader)", at: time)
    }

    /// The lines since the third last view began.
    var lastViews: ArraySlice<String> { lines[(viewStarts.suffix(3).first ?? 0)...] }

    var digest: Hash32 {
        let copy = hasher
        return copy.finish()
    }

    enum Kind: UInt8 {
        case started
        case crashed
        case connected
        case disconnected
        case delivered
        case sent
        case voted
        case committed
        case answered
        case submitted
        case woken
        case fault
    }
}
