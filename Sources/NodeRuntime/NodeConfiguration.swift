import LevelDBStorage
package import MempoolCore
package import Primitives

/// What an operator sets for one node; the rules of the network are not among it, they stand in genesis.
package struct NodeConfiguration: Sendable {
    /// Where peers connect to.
    package var peerListen: HostAndPort
    /// Where to reach the other validators, by their names in genesis.
    package var peers: [String: HostAndPort]
    /// Who may follow this validator.
    package var followers: [FollowerEntry]
    package var rpcListen: HostAndPort
    /// Names by which clients may call the interface; IP addresses are always taken.
    package var rpcHostNames: [String]
    /// What one client address may call a second in the long run.
    package var rpcCallsPerSecond: Int
    package var logLevels: LogLevels
    package var logFormat: LogFormat
    /// Nil: standard error.
    package var logFile: String?
    package var pace: PacePreset
    /// How long without a block until an empty one is made; 0 = never.
    package var heartbeat: Milliseconds
    package var mempool: MempoolLimits
    package var space: SpaceLimits
    /// In bytes; 0 = none.
    package var ballastByteCount: UInt64

    package enum LogFormat: String, CaseIterable, Sendable {
        case text
        case json
    }

    /// The view timers, by how far apart the validators are (spec 3.6).
    package enum PacePreset: String, CaseIterable, Sendable {
        /// One machine or one local network.
        case lan
        /// Continents.
        case wan
    }
}

extension NodeConfiguration {
    /// Reads a node's configuration: flag before environment before file before default.
    ///
    /// `environment` is looked at for `FARTHING_…` only; `flags` are pairs of key and value. Everything in them and in the
    /// file must be known: a mistyped key would otherwise be a setting that is silently not made. The addresses of all
    /// validators but `own` must be set; for a follower, whose `own` is nil, the address of one is enough.
    package static func load(
        file path: String,
        environment: [String: String],
        flags: [(key: String, value: String)],
        validators: [Validator],
        own: Validator?
    ) throws(ConfigurationError) -> NodeConfiguration {
        try load(
            file: try ConfigurationFile(reading: path),
            environment: environment,
            flags: flags,
            validators: validators,
            own: own
        )
    }

    /// Every setting with its value and where that comes from; nothing but the keys is judged.
    ///
    /// In the order of the guide; a setting that nobody makes and that has no standard value is not there.
    package static func settings(
        file path: String,
        environment: [String: String],
        flags: [(key: String, value: String)],
        validators: [String]
    ) throws(ConfigurationError) -> [EffectiveSetting] {
        try settings(
            file: try ConfigurationFile(reading: path),
            environment: environment,
            flags: flags,
            validators: validators
        )
    }

    /// The same with the file's text at hand.
    package static func settings(
        file: ConfigurationFile,
        environment: [String: String],
        flags: [(key: String, value: String)],
        validators: [String]
    ) throws(ConfigurationError) -> [EffectiveSetting] {
        let keys = ConfigurationKey.all(validators: validators)
        let sources = try ConfigurationSources(file: file, environment: environment, flags: flags, keys: keys)
        var settings: [EffectiveSetting] = []
        for key in keys {
            guard let (value, origin) = try sources.text(of: key) else { continue }
            settings.append(EffectiveSetting(key: key, value: value, origin: origin))
        }
        return settings
    }

    /// The same with the file's text at hand.
    package static func load(
        file: ConfigurationFile,
        environment: [String: String],
        flags: [(key: String, value: String)],
        validators: [Validator],
        own: Validator?
    ) throws(ConfigurationError) -> NodeConfiguration {
        let names = validators.map(\.name)
        let sources = try ConfigurationSources(
            file: file,
            environment: environment,
            flags: flags,
            keys: ConfigurationKey.all(validators: names)
        )
        var peers: [String: HostAndPort] = [:]
        for name in names where name != own?.name {
            peers[name] =
                own == nil
                ? try sources.optional(.peer(name), HostAndPort.init(text:))
                : try sources.required(.peer(name), HostAndPort.init(text:))
        }
        if own == nil, peers.isEmpty, let first = names.first {
            peers[first] = try sources.required(.peer(first), HostAndPort.init(text:))
        }
        return NodeConfiguration(
            peerListen: try sources.value(.peerListen, HostAndPort.init(text:)),
            peers: peers,
            followers: try sources.optional(.peerFollowers, FollowerEntry.list) ?? [],
            rpcListen: try sources.value(.rpcListen, HostAndPort.init(text:)),
            rpcHostNames: try sources.value(.rpcHostNames, HostNames.init(text:)).names,
            rpcCallsPerSecond: try sources.value(.rpcCallsPerSecond, callRate),
            logLevels: try sources.value(.logLevel, LogLevels.init(text:)),
            logFormat: try sources.value(.logFormat, LogFormat.init(rawValue:)),
            logFile: try sources.optional(.logFile) { $0.isEmpty ? nil : $0 },
            pace: try sources.value(.pacePreset, PacePreset.init(rawValue:)),
            heartbeat: try sources.value(.paceHeartbeat, Milliseconds.init(settingText:)),
            mempool: MempoolLimits(
                byteCountMax: try sources.value(.mempoolBytes, ByteCount.init(text:)).count,
                freeSharesPerMinute: try sources.value(.mempoolFreeShares, \.wholeNumber)
            ),
            space: SpaceLimits(
                soft: try sources.value(.storageSpaceSoftLimit, SoftLimit.init(text:)).byteCount,
                hard: try sources.value(.storageSpaceHardLimit, ByteCount.room)
            ),
            ballastByteCount: try sources.value(.storageBallast, ByteCount.room)
        )
    }
}

extension ConfigurationFile {
    fileprivate init(reading path: String) throws(ConfigurationError) {
        let text: [UInt8]
        do throws(FileError) { text = try PosixPath.read(path) } catch { throw .file(error) }
        try self.init(path: path, text: text)
    }
}

/// A setting as it holds.
package struct EffectiveSetting: Hashable, Sendable {
    package let key: ConfigurationKey
    package let value: String
    package let origin: ConfigurationOrigin
}

/// The value of `storage.spaceSoftLimit`: a size, or `auto`.
private struct SoftLimit {
    /// Nil for `auto`.
    let byteCount: UInt64?

    init?(text: String) {
        if text == "auto" {
            byteCount = nil
        } else {
            guard let room = ByteCount.room(text) else { return nil }
            byteCount = room
        }
    }
}

/// A follower as a validator's operator lists it.
package struct FollowerEntry: Hashable, Sendable {
    /// For people.
    package let name: String
    package let nodeKey: PublicKey

    package init(name: String, nodeKey: PublicKey) {
        self.name = name
        self.nodeKey = nodeKey
    }

    /// Such as `reader=<64 hex digits>, auditor=<64 hex digits>`; nil unless each is one, and none stands twice.
    static func list(_ text: String) -> [FollowerEntry]? {
        var list: [FollowerEntry] = []
        for part in text.split(separator: ",") {
            let words = part.split(separator: "=", maxSplits: 1).map { String($0.filter { $0 != " " }) }
            guard words.count == 2, !words[0].isEmpty, let key = PublicKey(hex: words[1]),
                !list.contains(where: { $0.nodeKey == key || $0.name == words[0] })
            else { return nil }
            list.append(FollowerEntry(name: words[0], nodeKey: key))
        }
        return list
    }
}

/// From 1 to a million.
private func callRate(_ text: String) -> Int? {
    guard let number = text.wholeNumber, (1...1_000_000).contains(number) else { return nil }
    return Int(number)
}

/// The names in `rpc.hostNames`.
private struct HostNames {
    let names: [String]

    init?(text: String) {
        let names = text.split(separator: ",").map { String($0.drop { $0 == " " }) }
        guard names.allSatisfy({ name in !name.isEmpty && name.utf8.allSatisfy(Self.isNameByte) }) else { return nil }
        self.names = names
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }
}
