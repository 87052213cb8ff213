import ChainCore
import Primitives

/// What lies in the bodies database above the final view: which bodies, which certificates.
///
/// A key stands here only once its value is written, and leaves before its value is deleted.
struct UnfinalIndex: Sendable {
    private var bodies: [Hash32: [StoreKey]] = [:]
    private var certificates: Set<StoreKey> = []

    func contains(_ key: StoreKey) -> Bool {
        switch key {
        case .body(_, _, let hash): bodies[hash]?.contains(key) ?? false
        default: certificates.contains(key)
        }
    }

    mutating func insert(_ key: StoreKey) {
        guard !contains(key) else { return }
        switch key {
        case .body(_, _, let hash): bodies[hash, default: []].append(key)
        default: certificates.insert(key)
        }
    }

    /// Where the block with this hash was stored first.
    func body(_ hash: Hash32) -> StoreKey? { bodies[hash]?.first }

    /// Forgets everything at or below a final view, and answers, in order, what is not on the final chain.
    mutating func prune(epoch: Epoch, finalView: View, keeping final: Set<StoreKey>) -> [StoreKey] {
        let isPast = { (key: StoreKey) in
            key.epochAndView.map { $0.epoch < epoch || ($0.epoch == epoch && $0.view <= finalView) } ?? false
        }
        let pastBodies = bodies.values.joined().filter(isPast)
        for key in pastBodies {
            guard case .body(_, _, let hash) = key else { continue }
            let rest = bodies[hash, default: []].filter { $0 != key }
            bodies[hash] = rest.isEmpty ? nil : rest
        }
        let pastCertificates = certificates.filter(isPast)
        certificates.subtract(pastCertificates)
        return (pastBodies + pastCertificates).filter { !final.contains($0) }
            .sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    }
}

extension StoreKey {
    /// The epoch and view of a key of the bodies database.
    var epochAndView: (epoch: Epoch, view: View)? {
        switch self {
        case .body(let epoch, let view, _), .certificate(let epoch, let view, _, _),
            .nullification(let epoch, let view):
            (epoch, view)
        default: nil
        }
    }
}
