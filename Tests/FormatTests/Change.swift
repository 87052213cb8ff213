import Simulator

/// Changes of the kind that find bugs in readers: bits, edge values, pieces cut out, doubled, and taken from elsewhere.
enum Change {
    /// One of the inputs, with one to four changes.
    static func some(of inputs: [[UInt8]], byteCountMax: Int, _ generator: inout SplitMix64) -> [UInt8] {
        var bytes = generator.pick(inputs) ?? []
        for _ in 0...generator.below(4) { change(&bytes, inputs, &generator) }
        return Array(bytes.prefix(byteCountMax))
    }

    private static let edges: [UInt8] = [0, 1, 0x7F, 0x80, 0xFE, 0xFF]

    private static func change(_ bytes: inout [UInt8], _ inputs: [[UInt8]], _ generator: inout SplitMix64) {
        guard !bytes.isEmpty else {
            bytes = [UInt8(truncatingIfNeeded: generator.next())]
            return
        }
        let place = generator.below(bytes.count)
        let range = place..<min(bytes.count, place + 1 + generator.below(16))
        switch generator.below(8) {
        case 0: bytes[place] ^= 1 << UInt8(generator.below(8))
        case 1: bytes[place] = generator.pick(edges) ?? 0
        case 2: bytes.removeSubrange(range)
        case 3: bytes.insert(contentsOf: bytes[range], at: place)
        case 4: bytes.insert(UInt8(truncatingIfNeeded: generator.next()), at: place)
        case 5: for index in range { bytes[index] = 0xFF }
        case 6: bytes.removeLast(bytes.count - place)
        default:
            let other = generator.pick(inputs) ?? []
            guard !other.isEmpty else { return }
            let start = generator.below(other.count)
            bytes.replaceSubrange(range, with: other[start..<min(other.count, start + 1 + generator.below(64))])
        }
    }
}
