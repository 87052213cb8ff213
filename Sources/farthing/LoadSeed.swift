import Cryptography
import NodeRuntime
import Primitives

/// The secret that all accounts of a load generator are made from: ten thousand of them need no ten thousand files.
struct LoadSeed {
    private let bytes: [UInt8]

    static func generate() -> LoadSeed { LoadSeed(bytes: RandomBytes.make(32)) }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// Reads a seed file, which only its owner may read.
    init(file path: String) throws(CommandFailure) {
        let text = try running({ CommandFailure($0) }) { () throws(HomeError) in try Home.secret(at: path) }
        let line = String(decoding: text, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: true).first
        guard let line, let bytes = Hex.decode(line), bytes.count == 32 else {
            throw CommandFailure(
                .badInput,
                "\(path) is no seed of a load generator: `farthing network create` makes one"
            )
        }
        self.bytes = bytes
    }

    /// What stands in the file.
    var text: [UInt8] { Array((Hex.encode(bytes) + "\n").utf8) }

    /// The key of the account of an index.
    func key(_ index: Int) -> SigningKey {
        var writer = WireWriter()
        writer.write(UInt64(index))
        let seed = SHA256.hash(Array("farthing load account".utf8) + bytes + writer.bytes)
        guard let key = SigningKey(seed: seed.bytes) else { preconditionFailure("a hash has the 32 bytes of a seed") }
        return key
    }
}
