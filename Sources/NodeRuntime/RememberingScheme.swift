package import Cryptography
import Primitives
import Synchronization

/// A scheme that doesn't check again what held lately: each peer passes on what the others do.
///
/// A claim is known by the hash of all of it, so another signature under the same message is another claim. What did not
/// hold is not remembered. Two generations of hashes, so that forgetting costs nothing; 32 bytes for each, and what the set takes.
package final class RememberingScheme<Base: SignatureScheme>: SignatureScheme {
    private struct Generations {
        var young: Set<Hash32> = []
        var old: Set<Hash32> = []
    }

    private let base: Base
    private let generationCountMax: Int
    private let generations = Mutex(Generations())

    /// Remembers the last `generationCountMax` claims that held, and at most as many more.
    package init(_ base: Base, generationCountMax: Int = 1 << 17) {
        self.base = base
        self.generationCountMax = generationCountMax
    }

    package func verdicts(on claims: [SignatureClaim]) -> [Bool] {
        let digests = claims.map(\.digest)
        var verdicts = recall(digests)
        let open = verdicts.indices.filter { !verdicts[$0] }
        guard !open.isEmpty else { return verdicts }
        for (index, holds) in zip(open, base.verdicts(on: open.map { claims[$0] })) { verdicts[index] = holds }
        remember(open.filter { verdicts[$0] }.map { digests[$0] })
        return verdicts
    }

    /// Says yes to what held lately and to nothing else; checks no signature.
    package var memory: Memory { Memory(scheme: self) }

    package struct Memory: SignatureScheme {
        fileprivate let scheme: RememberingScheme

        package func verdicts(on claims: [SignatureClaim]) -> [Bool] { scheme.recall(claims.map(\.digest)) }
    }

    private func recall(_ digests: [Hash32]) -> [Bool] {
        generations.withLock { generations in
            digests.map { generations.young.contains($0) || generations.old.contains($0) }
        }
    }

    private func remember(_ digests: [Hash32]) {
        generations.withLock { generations in
            for digest in digests {
                if generations.young.count >= generationCountMax {
                    generations.old = generations.young
                    generations.young = []
                }
                generations.young.insert(digest)
            }
        }
    }
}
