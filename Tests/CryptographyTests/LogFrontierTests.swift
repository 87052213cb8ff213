import Cryptography
import Primitives
import Testing

@Suite struct LogFrontierTests {
    static func frontier(_ size: Int) -> LogFrontier {
        var frontier = LogFrontier()
        for leaf in 0..<size { frontier.append(leafHash: Merkle.leafHash([UInt8(leaf)])) }
        return frontier
    }

    @Test(arguments: [0, 1, 2, 3, 7, 8, 40]) func goesOnAfterBeingStored(_ size: Int) throws {
        var stored = try LogFrontier(decodingAll: Self.frontier(size).encoded())
        #expect(stored == Self.frontier(size))
        stored.append(leafHash: Merkle.leafHash([UInt8(size)]))
        #expect(stored == Self.frontier(size + 1))
    }

    @Test func refusesAHashTooManyOrTooFew() {
        for count in [0, 1, 3] {
            var writer = WireWriter()
            writer.write(UInt64(5))
            writer.write(vector: [Hash32](repeating: .zero, count: count))
            #expect(throws: WireError.self) { try LogFrontier(decodingAll: writer.bytes) }
        }
    }
}
