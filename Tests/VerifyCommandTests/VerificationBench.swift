import CSodium
import ChainCore
import ConsensusCore
import Cryptography
import Foundation
import LedgerCore
import LevelDBStorage
import Primitives
import Testing
import VerifierCore
import farthing

/// P4: how much of the time of a verification is spent on what cannot be spared, the signatures.
///
/// Runs only when `Scripts/bench-verify` sets how many blocks; nothing in it is asserted.
@Suite struct VerificationBench {
    static let blocks = ProcessInfo.processInfo.environment["FARTHING_BENCH_BLOCKS"].flatMap { Int($0) }

    @Test(.enabled(if: VerificationBench.blocks != nil, "Scripts/bench-verify runs it"))
    func measuresVerificationBesideBareSignatures() async throws {
        let environment = ProcessInfo.processInfo.environment
        let accounts = environment["FARTHING_BENCH_ACCOUNTS"].flatMap { Int($0) } ?? 100_000
        let rounds = environment["FARTHING_BENCH_ROUNDS"].flatMap { Int($0) } ?? 5
        var chain = try TestChain(validators: 4, payers: accounts)
        for block in 0..<(Self.blocks ?? 0) {
            let payments = (0..<1_000).map { number in
                let payer = (block * 1_000 + number) % accounts
                return chain.payment(from: payer, to: chain.account((payer + 7_919) % accounts), amount: 1)
            }
            try chain.append(try chain.next(payments, after: 1_000))
        }
        let home = try TestHome(chain)
        for item in chain.blocks { try home.commit([item]) }
        home.close()
        let jobs = ProcessInfo.processInfo.activeProcessorCount
        let verification = Verification(genesis: chain.genesis, jobs: jobs)
        let items = chain.blocks.flatMap { $0.block.transactions.flatMap { $0.signatureClaims(in: .init()) ?? [] } }
        let sample = Array(items.prefix(40_000))
        print("bench: \(items.count) payments, \(accounts) accounts, \(jobs) processors")
        print("bench: round  bare/s  recomputed/s  ratio  cpu ratio  compared/s  ratio  cpu ratio")
        var ratios: [[Double]] = [[], [], [], []]
        for round in 1...rounds {
            let bare = await Self.measure(sample.count) { await Self.bare(sample, jobs) }
            let recomputed = try await Self.measureReport {
                try await verification.run { (_) throws(SourceStop) in
                    (MemorySource(chain.blocks, network: chain.network), [])
                }
            }
            let compared = try await Self.measureReport {
                try await TestHome.verify(home.path, by: verification)
            }
            let values = [
                recomputed.wall / bare.wall, recomputed.cpu / bare.cpu, compared.wall / bare.wall,
                compared.cpu / bare.cpu,
            ]
            for (index, value) in values.enumerated() { ratios[index].append(value) }
            let words = [
                "\(round)", "\(Int(bare.wall))", "\(Int(recomputed.wall))", Self.text(values[0]), Self.text(values[1]),
                "\(Int(compared.wall))", Self.text(values[2]), Self.text(values[3]),
            ]
            print("bench: " + words.joined(separator: "  "))
        }
        for (name, values) in zip(["recomputed", "recomputed cpu", "compared", "compared cpu"], ratios) {
            let sorted = values.sorted()
            let middle = sorted[sorted.count / 2]
            print(
                "bench: \(name): min \(Self.text(sorted[0])) median \(Self.text(middle)) "
                    + "max \(Self.text(sorted[sorted.count - 1]))"
            )
        }
    }

    /// Checks per second of wall time, and per second of processor time.
    private struct Rate {
        let wall: Double
        let cpu: Double
    }

    private static func measure(_ count: Int, _ work: () async throws -> Void) async rethrows -> Rate {
        let clock = ContinuousClock()
        let cpuBefore = cpuSeconds()
        let start = clock.now
        try await work()
        let wall = (clock.now - start) / .seconds(1)
        return Rate(wall: Double(count) / wall, cpu: Double(count) / (cpuSeconds() - cpuBefore))
    }

    private static func measureReport(
        _ work: () async throws -> VerificationReport
    ) async throws -> Rate {
        var report: VerificationReport?
        let once = try await measure(1) { report = try await work() }
        let done = try #require(report)
        #expect(done.verdict == .sound)
        let count = Double(done.tally.signatures)
        return Rate(wall: once.wall * count, cpu: once.cpu * count)
    }

    /// libsodium alone, on as many threads as there are processors.
    private static func bare(_ claims: [SignatureClaim], _ jobs: Int) async {
        await withTaskGroup(of: Int.self) { group in
            let share = (claims.count + jobs - 1) / jobs
            for start in stride(from: 0, to: claims.count, by: share) {
                let own = claims[start..<min(claims.count, start + share)].map { claim in
                    var writer = WireWriter()
                    writer.write(claim.signature)
                    let signature = writer.bytes
                    writer = WireWriter()
                    writer.write(claim.key)
                    return (signature: signature, message: claim.message, key: writer.bytes)
                }
                group.addTask {
                    own.count {
                        crypto_sign_verify_detached($0.signature, $0.message, UInt64($0.message.count), $0.key) == 0
                    }
                }
            }
            var good = 0
            for await count in group { good += count }
            precondition(good == claims.count, "the chain's signatures are valid")
        }
    }

    private static func cpuSeconds() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        let seconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
        let micros = usage.ru_utime.tv_usec + usage.ru_stime.tv_usec
        return Double(seconds) + Double(micros) / 1e6
    }

    private static func text(_ value: Double) -> String { String(format: "%.3f", value) }
}

/// A chain in memory in the bytes in which an export or a node hands it over.
private struct MemorySource: ChainSource {
    struct Unopened: UnopenedBlock {
        let height: Height
        let bytes: [UInt8]
        let network: NetworkID

        func open() throws(SourceStop) -> OpenedBlock {
            do throws(WireError) {
                let block = try JustifiedBlock(decodingAll: bytes, network: network)
                return OpenedBlock(block: block, bodyView: block.justification.view)
            } catch {
                throw .damaged(StoreDamage(key: "memory", what: "\(error)"))
            }
        }
    }

    private let blocks: [[UInt8]]
    private let network: NetworkID
    private var nextHeight = Height.zero.next

    init(_ blocks: [JustifiedBlock], network: NetworkID) {
        self.blocks = blocks.map {
            var writer = WireWriter()
            $0.encode(into: &writer)
            return writer.bytes
        }
        self.network = network
    }

    var last: Height { Height(UInt64(blocks.count)) }
    var tally: StoreTally? { nil }

    mutating func next() -> Unopened? {
        guard nextHeight <= last else { return nil }
        defer { nextHeight = nextHeight.next }
        return Unopened(height: nextHeight, bytes: blocks[Int(nextHeight.number) - 1], network: network)
    }

    mutating func compare(_ block: FinalBlock) {}
    mutating func finish(_ verifier: Verifier) -> [Gap] { [] }
}
