/// A growing array that never moves as a whole: growing copies one chunk at most.
///
/// So a block that opens an account costs the same with a thousand accounts as with ten million.
struct ChunkedArray<Element: Sendable>: Sendable {
    private var chunks: [[Element]] = []
    private(set) var count = 0

    private static var chunkBits: Int { 12 }
    private static var chunkSize: Int { 1 << chunkBits }

    subscript(index: Int) -> Element {
        get { chunks[index >> Self.chunkBits][index & (Self.chunkSize - 1)] }
        _modify { yield &chunks[index >> Self.chunkBits][index & (Self.chunkSize - 1)] }
    }

    mutating func append(_ element: Element) {
        if count & (Self.chunkSize - 1) == 0 { chunks.append([]) }
        chunks[count >> Self.chunkBits].append(element)
        count += 1
    }

    mutating func popLast() -> Element? {
        guard count > 0 else { return nil }
        count -= 1
        let last = chunks[count >> Self.chunkBits].removeLast()
        if count & (Self.chunkSize - 1) == 0 { chunks.removeLast() }
        return last
    }
}
