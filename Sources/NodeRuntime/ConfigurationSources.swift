import Configuration
package import LevelDBStorage
import Synchronization

/// Why a configuration is refused: which key, where it was set, and what was wanted.
package enum ConfigurationError: Error, Hashable, Sendable {
    case file(FileError)
    /// Not the subset of YAML that we read: mappings, scalars, lists of scalars.
    case malformed(path: String, reason: String)
    case setTwice(key: String, in: ConfigurationOrigin)
    case unknown(key: String, in: ConfigurationOrigin, nearest: String?)
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
struct ConfigurationFile {
    let path: String
    /// Every key in the file, in its order.
    let keys: [String]
    private let snapshot: YAMLSnapshot

    init(path: String, text: [UInt8]) throws(ConfigurationError) {
        self.path = path
        // The parser keeps the list of keys to itself, but asks about each whether it is secret: that is how we learn them.
        let seen = Mutex<[String]>([])
        let asked = SeenKeys(seen)
        do {
            snapshot = try YAMLSnapshot(
                data: unsafe text.span.bytes,
                providerName: path,
                parsingOptions: YAMLSnapshot.ParsingOptions(
                    secretsSpecifier: .dynamic { key, _ in
                        asked.add(key)
                        return false
                    }
                )
            )
        } catch {
            throw .malformed(path: path, reason: "\(error)")
        }
        keys = asked.all
    }

    /// Nil when the file doesn't set the key; a list is joined by commas.
    func text(of key: String) throws(ConfigurationError) -> String? {
        let components = AbsoluteConfigKey(key.split(separator: ".", omittingEmptySubsequences: false).map(String.init))
        do {
            if case .string(let text) = try snapshot.value(forKey: components, type: .string).value?.content {
                return text
            }
            return nil
        } catch {
            return try list(of: components, key: key)
        }
    }

    private func list(of components: AbsoluteConfigKey, key: String) throws(ConfigurationError) -> String? {
        do {
            guard case .stringArray(let texts) = try snapshot.value(forKey: components, type: .stringArray).value?.content
            else { return nil }
            return texts.joined(separator: ",")
        } catch {
            throw .malformed(path: path, reason: "\(key): \(error)")
        }
    }
}
