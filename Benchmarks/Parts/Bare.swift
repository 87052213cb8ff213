import ArgumentParser
import CSodium
import Cryptography
import Glibc
import Histogram
import LevelDBStorage
import Primitives
import StrictJSON

/// What can't be spared, with nothing around it: the other side of every ratio.
struct Bare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bare costs: Ed25519 by libsodium, SHA-256, a synced batch of LevelDB, one fsync"
    )

    @Option(help: "How long to measure each, in milliseconds")
    var milliseconds: UInt64 = 500

    @Option(help: "Where to write, on the disk that is to be measured; nothing is written if left out")
    var folder: String?

    func run() async throws {
        precondition(sodium_init() >= 0, "libsodium starts wherever the kernel gives random bytes")
        let claims = (0..<256).map { Claim($0) }
        let verify = await onAllProcessors { deadline in
            var count: UInt64 = 0
            while Times.wallNow < deadline {
                for claim in claims.dropFirst(Int(count) % 256).prefix(32) where claim.verifies() { count += 1 }
            }
            return count
        }
        let sign = await onAllProcessors { deadline in
            var count: UInt64 = 0
            while Times.wallNow < deadline {
                for claim in claims.prefix(32) where claim.signsTheSame() { count += 1 }
            }
            return count
        }
        let hash = await onAllProcessors { deadline in
            var count: UInt64 = 0
            var value = Hash32.zero
            while Times.wallNow < deadline {
                for _ in 0..<1_000 {
                    var hasher = SHA256()
                    hasher.update(value)
                    hasher.update(value)
                    value = hasher.finish()
                }
                count += value == .zero ? 0 : 1_000
            }
            return count
        }
        var figures: JSONObject = [
            "part": "bare", "processors": .integer(processorCount),
            "verifyNanoseconds": .integer(verify.processorEach), "verifyPerSecond": .integer(verify.perSecond),
            "signNanoseconds": .integer(sign.processorEach), "hash64Nanoseconds": .integer(hash.processorEach),
        ]
        if let folder {
            let disk = try Disk(folder: folder, milliseconds: milliseconds)
            figures.append("fsyncNanoseconds", .integer(disk.fsync.valueAtPercentile(50)))
            figures.append("fsyncP99Nanoseconds", .integer(disk.fsync.valueAtPercentile(99)))
            figures.append("batchEntryNanoseconds", .integer(disk.batchEntryWall))
        }
        report(.object(figures))
    }

    private struct Rate {
        let count: UInt64
        let times: Times

        var processorEach: UInt64 { times.processor / max(1, count) }
        var perSecond: UInt64 { count * 1_000_000_000 / max(1, times.wall) }
    }

    /// Does the work on as many threads as there are processors, as a busy node does: two threads of one core share it.
    private func onAllProcessors(_ work: @escaping @Sendable (_ deadline: UInt64) -> UInt64) async -> Rate {
        var times = Times()
        let deadline = Times.wallNow + milliseconds * 1_000_000
        let count = await times.add {
            await withTaskGroup(of: UInt64.self) { group in
                for _ in 0..<processorCount { group.addTask { work(deadline) } }
                return await group.reduce(0, +)
            }
        }
        return Rate(count: count, times: times)
    }
}

/// One signature as libsodium takes it.
private struct Claim: Sendable {
    let key: [UInt8]
    let secret: [UInt8]
    let message: [UInt8]
    let signature: [UInt8]

    /// 54 bytes, as long as what a transaction's owner signs.
    init(_ number: Int) {
        var key = [UInt8](repeating: 0, count: Int(crypto_sign_PUBLICKEYBYTES))
        var secret = [UInt8](repeating: 0, count: Int(crypto_sign_SECRETKEYBYTES))
        let seed = SHA256.hash([UInt8(number & 0xFF), UInt8(number >> 8)]).bytes
        precondition(crypto_sign_seed_keypair(&key, &secret, seed) == 0, "any 32 bytes are a seed")
        message = Array((seed + seed).prefix(54))
        var signature = [UInt8](repeating: 0, count: Int(crypto_sign_BYTES))
        precondition(crypto_sign_detached(&signature, nil, message, 54, secret) == 0, "libsodium signs everything")
        (self.key, self.secret, self.signature) = (key, secret, signature)
    }

    func verifies() -> Bool { crypto_sign_verify_detached(signature, message, UInt64(message.count), key) == 0 }

    func signsTheSame() -> Bool {
        var again = [UInt8](repeating: 0, count: Int(crypto_sign_BYTES))
        return crypto_sign_detached(&again, nil, message, UInt64(message.count), secret) == 0 && again == signature
    }
}

/// What the disk takes: appended bytes made durable, and a synced batch of 5,000 entries of 140 bytes in ascending order.
private struct Disk {
    private(set) var fsync = Histogram<UInt64>(numberOfSignificantValueDigits: .three)
    let batchEntryWall: UInt64

    init(folder: String, milliseconds: UInt64) throws {
        let path = "\(folder)/bench-fsync-\(getpid())"
        let file = open(path, O_CREAT | O_EXCL | O_WRONLY | O_APPEND, 0o600)
        precondition(file >= 0, "\(path) can be made")
        let bytes = [UInt8](repeating: 7, count: 256)
        var end = Times.wallNow + milliseconds * 1_000_000
        while Times.wallNow < end || fsync.totalCount < 20 {
            let began = Times.wallNow
            precondition(write(file, bytes, bytes.count) == bytes.count && fdatasync(file) == 0, "the disk has room")
            fsync.record(Times.wallNow - began)
        }
        close(file)
        unlink(path)

        let data = "\(folder)/bench-leveldb-\(getpid())"
        precondition(mkdir(data, 0o700) == 0, "\(data) can be made")
        var count: UInt64 = 0
        var times = Times()
        do {
            let database = try Database(path: data, isNew: true)
            end = Times.wallNow + milliseconds * 1_000_000
            while Times.wallNow < end {
                var batch = WriteBatch()
                for _ in 0..<5_000 {
                    count += 1
                    batch.put((0..<8).map { UInt8(truncatingIfNeeded: count >> (56 - 8 * UInt64($0))) }, Self.value)
                }
                try times.add { try database.write(batch, isSynced: true) }
            }
        }
        batchEntryWall = times.wall / max(1, count)
        for name in try PosixPath.names(in: data) { unlink("\(data)/\(name)") }
        rmdir(data)
    }

    private static let value = [UInt8](repeating: 3, count: 132)
}
