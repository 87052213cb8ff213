import Cryptography
import Foundation
import LedgerCore
import Primitives
import RPCClient
import StrictJSON
import Testing

extension EndToEnd {
    /// Hostile clients at full speed on every node, beside an honest one: it loses nothing, and they gain nothing.
    ///
    /// `Scripts/flood` runs this for longer and holds the finality it saw in the flood against that of the quiet phase
    /// before it; here nothing is timed.
    @Test func honestPaymentsSettleInAFlood() async throws {
        let seconds = ProcessInfo.processInfo.environment["FLOOD_SECONDS"].flatMap { Int($0) } ?? 4
        let federation = try TestFederation(validators: 4, loadAccounts: 500)
        try await federation.startAll()
        let attack = try await Attack(on: federation)

        let quiet = try federation.load(seconds: seconds)
        let memoryBefore = try federation.residentBytes()
        let hostile = HostileClients()
        attack.begin(hostile)
        // The flood is at its height before it is measured.
        try await Task.sleep(for: .seconds(1))
        let flooded = try federation.load(seconds: seconds)
        let memory = try federation.residentBytes()
        hostile.stop()

        #expect(quiet.final == quiet.sent && flooded.final == flooded.sent)
        #expect(hostile.answers[200, default: 0] > 0, "the flood reached somebody: \(hostile.answers)")
        // A conflict settles once at the most, on all nodes; what has no valid signature or no funds never does.
        for node in 0..<federation.size {
            #expect(try await attack.settlementsOfOneConflict(at: node) <= 1)
            for account in attack.unfunded {
                #expect(try await federation.balance(of: account, at: node) == 0)
            }
        }
        for (before, after) in zip(memoryBefore, memory) {
            #expect(after < before + 512 << 20, "a flood costs bounded memory: \(before) bytes, then \(after)")
        }
        print(
            """
            flood: quiet p50 \(quiet.p50) ms, p99 \(quiet.p99) ms; flooded p50 \(flooded.p50) ms, p99 \(flooded.p99) ms; \
            \(hostile.answers.sorted { $0.key < $1.key }.map { "\($0.value) × \($0.key)" }.joined(separator: ", ")); \
            memory \(memoryBefore.map { $0 >> 20 }) MiB, then \(memory.map { $0 >> 20 }) MiB
            """
        )
        federation.stopAll()
    }
}

/// What the hostile clients send, signed beforehand: it costs them nothing while they send it.
private struct Attack {
    /// Transactions in one call.
    private static let batch = 50
    private static let accountCount = 1_000

    let federation: TestFederation
    /// Accounts that nobody has ever paid to.
    let unfunded: [AccountID]
    /// Versions of one payment, of which one may settle.
    private let oneConflict: [SignedTransaction]
    /// Requests by kind.
    private let bodies: [(kind: String, requests: [[UInt8]])]

    /// Pays a thousand accounts first, so that they can conflict with themselves.
    init(on federation: TestFederation) async throws {
        self.federation = federation
        let keys = (0..<Self.accountCount).map { _ in SigningKey.generate() }
        let strangers = (0..<Self.accountCount).map { _ in SigningKey.generate() }
        let opening = try federation.payments(to: keys.map { AccountID($0.publicKey) }, amount: 1_000_000)
        _ = try await federation.clients[0].submit(opening)
        guard case .final = try await federation.clients[0].wait(for: federation.id(opening)).status else {
            throw WaitedInVain(what: "a thousand accounts")
        }
        unfunded = strangers.prefix(20).map { AccountID($0.publicKey) }

        let payee = try federation.payee
        func versions(of key: SigningKey, _ count: Int) throws -> [SignedTransaction] {
            try (0..<count).map { try federation.payment(to: payee, amount: 1 + UInt64($0), nonce: 7, by: key) }
        }
        let good = try federation.payment(amount: 1, nonce: 9, by: keys[0])
        let badSignatures = try (0..<5_000).map { _ in
            SignedTransaction(
                transaction: try federation.payment(to: payee, amount: 2, by: keys[0]).transaction,
                authorization: good.authorization
            )
        }
        oneConflict = try versions(of: keys[1], 5_000)
        let conflicts = try keys.dropFirst(2).flatMap { try versions(of: $0, 4) }
        let poor = try strangers.flatMap { key in
            try (0..<4).map { _ in try federation.payment(to: payee, amount: 5, by: key) }
        }
        let pauper = try (0..<4_000).map { _ in try federation.payment(to: payee, amount: 5, by: strangers[0]) }
        bodies = [
            ("bad signatures of one account", badSignatures), ("conflicts of one account", oneConflict),
            ("conflicts of a thousand", conflicts), ("a thousand without funds", poor), ("one without funds", pauper),
        ]
        .map { kind, transactions in (kind, Self.requests(transactions)) }
    }

    private static func requests(_ transactions: [SignedTransaction]) -> [[UInt8]] {
        stride(from: 0, to: transactions.count, by: batch).map { start in
            let batch = transactions[start..<min(start + Self.batch, transactions.count)]
            let list = batch.map { "\"\(Hex.encode($0.encoded()))\"" }.joined(separator: ",")
            return Array(
                #"{"jsonrpc":"2.0","id":1,"method":"tx_submitBatch","params":{"transactions":[\#(list)]}}"#.utf8
            )
        }
    }

    /// Every kind from an address of its own to every node; silent, trickling and stalling connections to the first.
    func begin(_ hostile: HostileClients) {
        for (node, url) in federation.urls.enumerated() {
            guard let port = url.split(separator: ":").last.flatMap({ Int($0) }) else { continue }
            for (index, kind) in bodies.enumerated() {
                hostile.post(kind.requests, to: port, from: "127.0.\(1 + node).\(1 + index)")
            }
            guard node == 0 else { continue }
            for address in 1...4 { hostile.idle(500, to: port, from: "127.0.9.\(address)") }
            hostile.trickle(100, to: port, from: "127.0.8.1")
            hostile.stall(300, to: port, from: "127.0.7.1")
        }
    }

    func settlementsOfOneConflict(at node: Int) async throws -> Int {
        var count = 0
        for version in oneConflict.prefix(500) {
            if case .final = try await federation.clients[node].status(of: federation.id(version)).status { count += 1 }
        }
        return count
    }
}

/// What `farthing load` reported.
private struct LoadResult {
    let sent: Int, final: Int, p50: Int, p99: Int
}

extension TestFederation {
    /// An honest client with fifty payments a second through all nodes.
    fileprivate func load(seconds: Int) throws -> LoadResult {
        let outcome = try Program.run(
            ["load", "--seed-file", "\(folder)/accounts/load.seed", "--payments", "\(50 * seconds)", "--rate", "50"]
                + ["--batch-share", "0", "--json"] + urls.flatMap { ["--url", $0] }
        )
        let line = try #require(outcome.output.split(separator: "\n").last, "\(outcome.errors)")
        let report = try JSONReader(JSON.parse(Array(line.utf8))).member("report")
        let finality = try report.member("finalityMilliseconds")
        return LoadResult(
            sent: try report.member("payments").member("sent").integer(max: .max),
            final: try report.member("payments").member("final").integer(max: .max),
            p50: try finality.member("p50").integer(max: .max),
            p99: try finality.member("p99").integer(max: .max)
        )
    }

    fileprivate func payments(to payees: [AccountID], amount: UInt64) throws -> SignedTransaction {
        let first = try payment(count: 1).transaction
        let payments = payees.map { Payment(payee: $0, amount: Amount(units: amount), reference: []) }
        return sign(
            Transaction(
                payer: first.payer,
                nonce: first.nonce,
                validUntil: first.validUntil,
                maxPrice: first.maxPrice,
                action: .pay(payments)
            ),
            by: try treasury
        )
    }
}
