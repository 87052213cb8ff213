package import Primitives

// What values look like. Each has one meaning and carries its unit; nothing is guessed.

/// A place to listen at or to connect to, such as `127.0.0.1:8645` or `[::1]:8645`.
package struct HostAndPort: Hashable, Sendable, CustomStringConvertible {
    /// A name or an IP address, without brackets.
    package let host: String
    package let port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Nil unless there is a host, a colon, and a port from 0 to 65,535.
    package init?(text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let host = text[..<colon]
        let digits = text[text.index(after: colon)...]
        guard let port = digits.wholeNumber, port <= 65_535, !host.isEmpty, !host.contains(where: \.isWhitespace)
        else { return nil }
        if host.hasPrefix("["), host.hasSuffix("]") {
            self.init(host: String(host.dropFirst().dropLast()), port: Int(port))
        } else {
            guard !host.contains(":") else { return nil }
            self.init(host: String(host), port: Int(port))
        }
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// A size with its unit: `B`, `KiB`, `MiB` or `GiB`.
struct ByteCount: Hashable, Sendable {
    let count: Int

    /// Nil unless it is a whole number of a known unit, from 1 MiB to 1 TiB.
    init?(text: String) {
        guard let (number, unit) = text.numberAndUnit,
            let factor = ["B": UInt64(1), "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30][unit]
        else { return nil }
        let (count, overflow) = number.multipliedReportingOverflow(by: factor)
        guard !overflow, (1 << 20...1 << 40).contains(count) else { return nil }
        self.count = Int(count)
    }

    /// The same for room on a disk, where `0B` means none.
    static func room(_ text: String) -> UInt64? {
        text == "0B" ? 0 : ByteCount(text: text).map { UInt64($0.count) }
    }
}

extension Milliseconds {
    /// A length of time with its unit: `ms`, `s`, `min` or `h`; at most 1,000 h.
    package init?(settingText text: String) {
        guard let (number, unit) = text.numberAndUnit,
            let factor = ["ms": UInt64(1), "s": 1_000, "min": 60_000, "h": 3_600_000][unit]
        else { return nil }
        let (count, overflow) = number.multipliedReportingOverflow(by: factor)
        guard !overflow, count <= 3_600_000_000 else { return nil }
        self.init(count)
    }
}

extension String {
    fileprivate var numberAndUnit: (number: UInt64, unit: String)? {
        let digits = prefix { ("0"..."9").contains($0) }
        guard let number = digits.wholeNumber else { return nil }
        return (number, String(dropFirst(digits.count)))
    }
}

extension StringProtocol {
    /// Digits only; `UInt64.init` would take a sign as well.
    var wholeNumber: UInt64? {
        guard utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return UInt64(self)
    }
}
