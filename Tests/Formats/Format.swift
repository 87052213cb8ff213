/// A format in which bytes come from outside, and what must hold for any bytes that do.
///
/// The same check runs under libFuzzer (`Scripts/fuzz`) and, over the committed corpus and its mutations, in the ordinary
/// tests. A trap is the third way to fail, beside a broken promise and too much memory.
package struct Format: Sendable {
    /// Reads bytes as the node does, and throws when something doesn't hold that must.
    package enum Check: Sendable {
        case pure(@Sendable ([UInt8]) throws(BrokenPromise) -> Verdict)
        /// For what suspends, such as the answer to a call.
        case waiting(@Sendable ([UInt8]) async throws(BrokenPromise) -> Verdict)
    }

    /// What a reader made of the bytes.
    package enum Verdict: Hashable, Sendable {
        case refused
        case accepted
    }

    /// Names the folder of its corpus.
    package let name: String
    /// Longer inputs are not made: they find nothing that shorter ones don't.
    package let byteCountMax: Int
    package let heap: HeapBound
    package let check: Check
    /// Good inputs, made by the node's own encoders.
    package let seeds: @Sendable () -> [Seed]

    package init(
        _ name: String,
        byteCountMax: Int = 4_096,
        heap: HeapBound = HeapBound(),
        check: Check,
        seeds: @escaping @Sendable () -> [Seed]
    ) {
        self.name = name
        self.byteCountMax = byteCountMax
        self.heap = heap
        self.check = check
        self.seeds = seeds
    }

    package func run(_ bytes: [UInt8]) async throws(BrokenPromise) -> Verdict {
        switch check {
        case .pure(let check): try check(bytes)
        case .waiting(let check): try await check(bytes)
        }
    }
}

extension Format: CustomStringConvertible {
    package var description: String { name }
}

/// How many bytes a check may have allocated at once, at most; the fuzzer measures it.
package struct HeapBound: Hashable, Sendable {
    /// Whatever the input.
    package let base: Int
    package let perByte: Int

    package init(base: Int = 64 << 10, perByte: Int = 64) {
        self.base = base
        self.perByte = perByte
    }

    package func byteCount(forInputOf count: Int) -> Int { base + perByte * count }
}

/// An input with a name that says what it is.
package struct Seed: Hashable, Sendable {
    package let name: String
    package let bytes: [UInt8]

    package init(_ name: String, _ bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }

    package init(_ name: String, _ text: String) { self.init(name, Array(text.utf8)) }
}

/// What a format promised for any bytes, and did not keep for these.
package struct BrokenPromise: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

/// Throws unless the condition holds.
func promise(_ holds: Bool, _ what: @autoclosure () -> String) throws(BrokenPromise) {
    guard holds else { throw BrokenPromise(what()) }
}
