import Cryptography
import NodeRuntime
import Primitives

/// The secret that all accounts of a load generator are made from: ten thousand of them need no ten thousand files.
struct LoadSeed {
    let accountCount: Int
    private let bytes: [UInt8]

    static func generate(accountCount: Int) -> LoadSeed {
        LoadSeed(accountCount: accountCount, bytes: RandomBytes.make(32))
    }

    private init(accountCount: Int, bytes: [UInt8]) {
        self.accountCount = accountCount
        self.bytes = bytes
    }

    /// Reads a seed file, which only its owner may read.
    init(file path: String) throws(CommandFailure) {
        let text = try running { () throws(HomeError) in try Home.secret(at: path) }
        let words = String(decoding: text, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard words.count == 2, let bytes = Hex.decode(words[0]), bytes.count == 32, let count = Int(words[1]),
            count >= 0
        else {
            throw CommandFailure(
                .badInput,
                "\(path) is no seed of a load generator: `farthing network create` makes one"
            )
        }
        self.init(accountCount: count, bytes: bytes)
    }

    /// What stands in the file: the secret and how many accounts were made from it.
    var text: [UInt8] { Array("\(Hex.encode(bytes)) \(accountCount)\n".utf8) }

    /// The key of the account of an index.
    func key(_ index: Int) -> SigningKey {
        var writer = WireWriter()
        writer.write(UInt64(index))
        let seed = SHA256.hash(Array("farthing load account".utf8) + bytes + writer.bytes)
        guard let key = SigningKey(seed: seed.bytes) else { preconditionFailure("a hash has the 32 bytes of a seed") }
        return key
    }
}
