/// One setting: its name, what it takes, and what holds when nobody sets it.
///
/// This table is all there is: reading, refusing and suggesting go by it.
package struct ConfigurationKey: Hashable, Sendable {
    /// Such as `rpc.listen`; in the file each dot is a level.
    package let name: String
    /// What a value looks like, with its article, for messages.
    package let wanted: String
    /// Nil: what is not set is not there.
    package let standard: String?
    /// What it is for, as the operators' guide says it.
    package let summary: String

    /// Such as `FARTHING_RPC_HOST_NAMES`: a capital after a small letter begins a new word.
    package var environmentName: String {
        var text = "FARTHING_"
        var follows = false
        for character in name.unicodeScalars {
            let isSmall = ("a"..."z").contains(character) || ("0"..."9").contains(character)
            let isCapital = ("A"..."Z").contains(character)
            if isCapital, follows { text += "_" }
            text += isSmall || isCapital ? String(character).uppercased() : "_"
            follows = isSmall
        }
        return text
    }
}

extension ConfigurationKey {
    private static let hostAndPort = "a host and a port, such as 127.0.0.1:8645"

    static let peerListen = ConfigurationKey(
        name: "peer.listen",
        wanted: hostAndPort,
        standard: "127.0.0.1:8644",
        summary: "where the other validators connect to"
    )
    static let peerFollowers = ConfigurationKey(
        name: "peer.followers",
        wanted: "names and node keys, such as reader=<64 hex digits>, each once",
        standard: nil,
        summary: "who may follow this validator: names with the node keys that `farthing node init --follower` printed"
    )
    static let rpcListen = ConfigurationKey(
        name: "rpc.listen",
        wanted: hostAndPort,
        standard: "127.0.0.1:8645",
        summary: "where clients are answered; put a proxy that speaks TLS before it"
    )
    static let rpcHostNames = ConfigurationKey(
        name: "rpc.hostNames",
        wanted: "host names in lower case, separated by commas",
        standard: "localhost",
        summary: "names that clients may call this host by, besides IP addresses"
    )
    static let rpcCallsPerSecond = ConfigurationKey(
        name: "rpc.callsPerSecond",
        wanted: "a whole number from 1 to 1000000",
        standard: "2000",
        summary: "calls from one client address in the long run"
    )
    static let logLevel = ConfigurationKey(
        name: "log.level",
        wanted: "trace, debug, info, notice, warning, error or critical, or levels by label "
            + "(\(LogLabel.list)), such as consensus=debug,*=info",
        standard: "info",
        summary: "trace, debug, info, notice, warning, error, critical; or by label, such as `consensus=debug,*=info`"
    )
    static let logFormat = ConfigurationKey(
        name: "log.format",
        wanted: "text or json",
        standard: "text",
        summary: "text or json, a line each, in UTC"
    )
    static let logFile = ConfigurationKey(
        name: "log.file",
        wanted: "the path of a file",
        standard: nil,
        summary: "write the log to this file instead of standard error; relative to the home; opened again on SIGHUP"
    )
    static let pacePreset = ConfigurationKey(
        name: "pace.preset",
        wanted: "lan or wan",
        standard: "lan",
        summary: "view timers: lan for one local network, wan for continents"
    )
    static let paceHeartbeat = ConfigurationKey(
        name: "pace.heartbeat",
        wanted: "a length of time with its unit, such as 60s, or 0s for never",
        standard: "60s",
        summary: "how long without a block until an empty one is made; `0s`: never"
    )
    static let mempoolBytes = ConfigurationKey(
        name: "mempool.bytes",
        wanted: "a size with its unit, such as 64MiB, at least 1MiB",
        standard: "64MiB",
        summary: "how much may wait to be put into a block"
    )
    static let mempoolFreeShares = ConfigurationKey(
        name: "mempool.freeSharesPerMinute",
        wanted: "a whole number",
        standard: "6000",
        summary: "on a network without fees: shares a payer may use in a minute"
    )

    static let storageSpaceSoftLimit = ConfigurationKey(
        name: "storage.spaceSoftLimit",
        wanted: "a size with its unit, such as 2GiB, or auto",
        standard: "auto",
        summary: "with less room than this on the home's disk no new transactions are taken; "
            + "`auto`: 1 GiB, or 5 % of the disk if that is more"
    )
    static let storageSpaceHardLimit = ConfigurationKey(
        name: "storage.spaceHardLimit",
        wanted: "a size with its unit, such as 256MiB, or 0B for none",
        standard: "256MiB",
        summary: "with less room than this the node ends; `0B`: never"
    )
    static let storageBallast = ConfigurationKey(
        name: "storage.ballast",
        wanted: "a size with its unit, such as 256MiB, or 0B for none",
        standard: "256MiB",
        summary: "how large a ballast is made where there is none and room for it; `0B`: none"
    )

    /// Where to reach a validator.
    static func peer(_ validator: String) -> ConfigurationKey {
        ConfigurationKey(
            name: "peers.\(validator)",
            wanted: hostAndPort,
            standard: nil,
            summary: "where to reach a validator, by its name in genesis; needed for each but the own"
        )
    }

    /// Every setting of a node, in the order of the guide.
    package static func all(validators: [String]) -> [ConfigurationKey] {
        [peerListen, peerFollowers] + validators.map(peer) + [
            rpcListen, rpcHostNames, rpcCallsPerSecond, logLevel, logFormat, logFile, pacePreset, paceHeartbeat,
            mempoolBytes, mempoolFreeShares, storageSpaceSoftLimit, storageSpaceHardLimit, storageBallast,
        ]
    }

    /// The first two lines of the guide's table.
    package static let guideHead = ["| key | environment | default | what |", "|---|---|---|---|"]

    /// The setting's row in the guide's table, Markdown.
    package var guideRow: String {
        "| `\(name)` | `\(environmentName)` | \(standard.map { "`\($0)`" } ?? "none") | \(summary) |"
    }

    /// The known name that somebody who wrote this one most probably meant; nil when none is near.
    package static func nearest(to text: String, among names: [String]) -> String? {
        let ranked = names.map { (name: $0, distance: distance(Array(text.utf8), Array($0.utf8))) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }), best.distance <= max(1, text.utf8.count / 3)
        else { return nil }
        return best.name
    }

    /// How many bytes must be put in, taken out or changed (Levenshtein).
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, b) in right.enumerated() {
                let changed = diagonal + (a == b ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(changed, row[j] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }
}
