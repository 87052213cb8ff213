import Configuration
package import LevelDBStorage
import Primitives
import Synchronization

/// Why a configuration is refused: which key, where it was set, and what was wanted.
package enum ConfigurationError: Error, Hashable, Sendable {
    case file(FileError)
    /// Not the subset of YAML that we read: mappings, scalars, lists of scalars.
    case malformed(path: String, reason: String)
    case setTwice(key: String, in: ConfigurationOrigin)
    case unknown(key: String, in: ConfigurationOrigin, nearest: String?)
    case missing(key: String, path: String, wanted: String)
    case malformedValue(key: String, value: String, in: ConfigurationOrigin, wanted: String)
}

/// Where a setting comes from, the strongest first.
package enum ConfigurationOrigin: Hashable, Sendable {
    case flag
    case environment
    case file(String)
    case standard
}

/// A configuration file's settings, as text by key.
package struct ConfigurationFile: Sendable {
    let path: String
    /// Every key in the file that has a value.
    let keys: [String]
    /// The keys of mappings with nothing in them, which the snapshot forgets.
    let emptySections: [String]
    private let snapshot: YAMLSnapshot

    package init(path: String, text: [UInt8]) throws(ConfigurationError) {
        // The snapshot doesn't list its keys, but asks about each one whether it is secret: so we learn them.
        let seen = SeenKeys()
        let characters = String(decoding: text, as: UTF8.self)
        let empty = try YAMLText.emptyMappings(in: characters, path: path)
        // To the parser a file of comments is no mapping; to us it sets nothing.
        let mapping = YAMLText.isBlank(characters) ? Array("{}".utf8) : text
        let options = YAMLSnapshot.ParsingOptions(secretsSpecifier: .dynamic { key, _ in seen.note(key) })
        do {
            // SAFETY: the parser reads the span during the call and keeps none of it.
            snapshot = try unsafe YAMLSnapshot(data: mapping.span.bytes, providerName: path, parsingOptions: options)
        } catch {
            throw .malformed(path: path, reason: "\(error)")
        }
        self.path = path
        keys = seen.keys
        emptySections = empty
    }

    /// Nil when the file doesn't set the key; the elements of a list are joined by commas.
    func text(of key: String) throws(ConfigurationError) -> String? {
        let components = AbsoluteConfigKey(key.split(separator: ".", omittingEmptySubsequences: false).map(String.init))
        let scalar: ConfigContent?
        do {
            scalar = try snapshot.value(forKey: components, type: .string).value?.content
        } catch {
            // It is there and no scalar, hence a list.
            return try list(at: components)
        }
        guard case .string(let text) = scalar else { return nil }
        return text
    }

    private func list(at key: AbsoluteConfigKey) throws(ConfigurationError) -> String? {
        do {
            let list = try snapshot.value(forKey: key, type: .stringArray).value?.content
            guard case .stringArray(let texts) = list else { return nil }
            return texts.joined(separator: ",")
        } catch {
            throw .malformed(path: path, reason: "\(key): \(error)")
        }
    }
}

/// The keys that a parser asked about.
private final class SeenKeys: Sendable {
    private let names = Mutex<[String]>([])

    var keys: [String] { names.withLock { $0 } }

    /// Answers that the key is no secret.
    func note(_ key: String) -> Bool {
        names.withLock { $0.append(key) }
        return false
    }
}

/// All sources together, checked: every key in them is known and stands once.
struct ConfigurationSources {
    private let file: ConfigurationFile
    private let environment: [String: String]
    private let flags: [(key: String, value: String)]

    init(
        file: ConfigurationFile,
        environment: [String: String],
        flags: [(key: String, value: String)],
        keys: [ConfigurationKey]
    ) throws(ConfigurationError) {
        self.file = file
        self.environment = environment
        self.flags = flags
        let names = keys.map(\.name)
        try Self.check(flags.map(\.key), in: .flag, known: names)
        let variables = environment.keys.filter { $0.hasPrefix("FARTHING_") && !Self.otherVariables.contains($0) }
        try Self.check(variables.sorted(), in: .environment, known: keys.map(\.environmentName))
        try Self.check(file.keys, in: .file(file.path), known: names)
        for section in file.emptySections where !names.contains(where: { $0.hasPrefix(section + ".") }) {
            let nearest = ConfigurationKey.nearest(to: section, among: names + Self.sections(of: names))
            throw .unknown(key: section, in: .file(file.path), nearest: nearest)
        }
    }

    /// What stands before a dot in the names, each once.
    private static func sections(of names: [String]) -> [String] {
        var sections: [String] = []
        for section in names.compactMap({ $0.split(separator: ".").first.map(String.init) })
        where !sections.contains(section) { sections.append(section) }
        return sections
    }

    /// Variables with our prefix that are no settings of a node: where clients and tests look.
    private static let otherVariables = ["FARTHING_HOME", "FARTHING_PASSPHRASE", "FARTHING_URL", "FARTHING_VECTORS"]

    private static func check(
        _ found: [String],
        in origin: ConfigurationOrigin,
        known: [String]
    ) throws(ConfigurationError) {
        var seen: Set<String> = []
        for name in found {
            guard known.contains(name) else {
                throw .unknown(key: name, in: origin, nearest: ConfigurationKey.nearest(to: name, among: known))
            }
            guard seen.insert(name).inserted else { throw .setTwice(key: name, in: origin) }
        }
    }

    /// The setting, from the strongest source that has it.
    func value<Value>(
        _ key: ConfigurationKey,
        _ convert: (String) -> Value?
    ) throws(ConfigurationError) -> Value {
        guard let value = try optional(key, convert) else {
            preconditionFailure("a key without a standard value is asked for with `optional`")
        }
        return value
    }

    /// Nil when nobody sets it and it has no standard value.
    func optional<Value>(
        _ key: ConfigurationKey,
        _ convert: (String) -> Value?
    ) throws(ConfigurationError) -> Value? {
        guard let (text, origin) = try text(of: key) else { return nil }
        guard let value = convert(text) else {
            throw .malformedValue(key: key.name, value: text, in: origin, wanted: key.wanted)
        }
        return value
    }

    /// For a key that has no standard value and must be set.
    func required<Value>(
        _ key: ConfigurationKey,
        _ convert: (String) -> Value?
    ) throws(ConfigurationError) -> Value {
        guard let value = try optional(key, convert) else {
            throw .missing(key: key.name, path: file.path, wanted: key.wanted)
        }
        return value
    }

    /// What the strongest source says, and which it is; nil when nobody sets it and it has no standard value.
    func text(of key: ConfigurationKey) throws(ConfigurationError) -> (String, ConfigurationOrigin)? {
        if let flag = flags.first(where: { $0.key == key.name }) { return (flag.value, .flag) }
        if let text = environment[key.environmentName] { return (text, .environment) }
        if let text = try file.text(of: key.name) { return (text, .file(file.path)) }
        return key.standard.map { ($0, .standard) }
    }
}
