/// How often each client may ask: a bucket of tokens for each, filled at a steady rate.
///
/// A bucket is one number, the time at which it will be full again; a full bucket takes no memory. A batch is taken as a
/// whole, into debt if need be, and what comes after it waits.
package struct ClientRates {
    private let nanosecondsPerCall: UInt64
    /// How long an empty bucket takes to fill.
    private let fillTime: UInt64
    private let clientsMax: Int
    private var fullAt: [String: UInt64] = [:]
    private var nextSweep: UInt64 = 0

    private static let second: UInt64 = 1_000_000_000

    package init(callsPerSecond: Int, callsBurst: Int, clientsMax: Int = 10_000) {
        nanosecondsPerCall = max(1, Self.second / UInt64(max(1, callsPerSecond)))
        fillTime = nanosecondsPerCall * UInt64(max(1, callsBurst))
        self.clientsMax = clientsMax
    }

    /// Takes a token for each call; answers how long to wait instead, in nanoseconds, when there is none at all.
    ///
    /// `now` counts nanoseconds from any fixed instant.
    package mutating func take(_ calls: Int, by client: String, at now: UInt64) -> UInt64? {
        let due = max(fullAt[client] ?? 0, now)
        // An empty bucket is one that needs the whole time.
        guard due - now + nanosecondsPerCall <= fillTime else { return due - now + nanosecondsPerCall - fillTime }
        if fullAt[client] == nil, fullAt.count >= clientsMax {
            sweep(at: now)
            guard fullAt.count < clientsMax else { return Self.second }
        }
        fullAt[client] = due + nanosecondsPerCall * UInt64(calls)
        return nil
    }

    /// Takes more tokens for a request that was let in.
    package mutating func charge(_ calls: Int, to client: String, at now: UInt64) {
        guard calls > 0 else { return }
        fullAt[client] = max(fullAt[client] ?? 0, now) + nanosecondsPerCall * UInt64(calls)
    }

    /// Forgets full buckets; at most once a second, since it looks at all of them.
    private mutating func sweep(at now: UInt64) {
        guard now >= nextSweep else { return }
        nextSweep = now + Self.second
        fullAt = fullAt.filter { $0.value > now }
    }
}

/// Which client an address belongs to: an IPv4 address, or the first half of an IPv6 address, which one host has whole.
package enum ClientAddress {
    package static func client(of address: String?) -> String {
        guard let address else { return "unknown" }
        guard address.contains(":") else { return address }
        // An IPv4 address in IPv6 clothes: ::ffff:192.0.2.1.
        if address.contains("."), let last = address.split(separator: ":").last { return String(last) }
        let halves = (address.split(separator: "%").first ?? "").split(
            separator: "::",
            omittingEmptySubsequences: false
        )
        let left = halves[0].split(separator: ":")
        let right = halves.count > 1 ? halves[1].split(separator: ":") : []
        let zeros = Array(repeating: Substring("0"), count: max(0, 8 - left.count - right.count))
        return (left + zeros + right).prefix(4).joined(separator: ":")
    }
}
