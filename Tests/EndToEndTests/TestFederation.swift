import Cryptography
import Foundation
import Glibc
import LedgerCore
import Primitives
import RPCClient
import StrictJSON
import Testing

/// A federation of real processes on loopback, in a folder that goes away with it.
final class TestFederation {
    let folder: String
    let genesis: Genesis
    let urls: [String]
    let clients: [RPCClient]
    /// What `network create` said.
    let creation: Program.Outcome
    /// Node i listens for peers on this port + i.
    let firstPeerPort: Int
    private var processes: [Process?]
    /// Of homes that aren't the federation's own.
    private var copies: [Process] = []

    var size: Int { urls.count }

    private let validatorCount: Int

    /// Makes homes and keys in a new folder of `parent`; starts nothing.
    ///
    /// Followers are the nodes behind the validators.
    init(
        validators: Int,
        followers: Int = 0,
        loadAccounts: Int = 0,
        in parent: String = FileManager.default.temporaryDirectory.path
    ) throws {
        folder = parent + "/farthing-federation-\(UUID())"
        validatorCount = validators
        let port = try Self.freePorts(2 * validators + followers)
        firstPeerPort = port
        let made = try Program.run(
            "network",
            "create",
            "--validators",
            "\(validators)",
            "--followers",
            "\(followers)",
            "--output",
            folder,
            "--peer-port",
            "\(port)",
            "--rpc-port",
            "\(port + validators)",
            "--load-accounts",
            "\(loadAccounts)",
            "--json"
        )
        try #require(made.status == 0, "\(made.errors)")
        creation = made
        let answer = JSONReader(try JSON.parse(Array(made.output.utf8)))
        let nodes = try answer.member("nodes").elements() + answer.member("followers").elements()
        urls = try nodes.map { try $0.member("url").string() }
        clients = try urls.map { try RPCClient(url: $0) }
        processes = nodes.map { _ in nil }
        genesis = try Genesis(json: Array(Data(contentsOf: URL(fileURLWithPath: folder + "/genesis.json"))))
    }

    deinit {
        for process in processes + copies {
            guard let process, process.isRunning else { continue }
            Glibc.kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        for client in clients { client.close() }
        try? FileManager.default.removeItem(atPath: folder)
    }

    // MARK: Processes

    func home(_ node: Int) -> String { "\(folder)/\(name(node))" }
    func name(_ node: Int) -> String {
        node < validatorCount ? "node-\(node + 1)" : "follower-\(node - validatorCount + 1)"
    }
    func log(_ node: Int) throws -> String { try String(contentsOfFile: home(node) + ".log", encoding: .utf8) }

    func start(_ node: Int, _ flags: String..., environment: [String: String] = [:]) throws {
        processes[node] = try launch(home(node), flags, environment)
    }

    /// Runs another home's node, on free ports of its own; answers its log.
    func startCopy(_ home: String) throws -> String {
        let port = try Self.freePorts(2)
        let process = try launch(
            home,
            ["--set", "peer.listen=127.0.0.1:\(port)", "--set", "rpc.listen=127.0.0.1:\(port + 1)"]
        )
        copies.append(process)
        return home + ".log"
    }

    private func launch(
        _ home: String,
        _ flags: [String],
        _ environment: [String: String] = [:]
    ) throws -> Process {
        let log = home + ".log"
        if !FileManager.default.fileExists(atPath: log) { try Data().write(to: URL(fileURLWithPath: log)) }
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
        try handle.seekToEnd()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Program.path)
        process.arguments = ["node", "start", "--home", home] + flags
        // Nobody waits for a full disk here: without a ballast a home stays small.
        process.environment = ProcessInfo.processInfo.environment.merging(["FARTHING_STORAGE_BALLAST": "0B"]) { $1 }
            .merging(environment) { $1 }
        process.standardError = handle
        process.standardInput = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// Starts all and waits until each answers.
    func startAll() async throws {
        for node in 0..<size { try start(node) }
        for node in 0..<size { try await waitUntilLive(node) }
    }

    func waitUntilLive(_ node: Int) async throws {
        let client = clients[node]
        try await waitUntil(seconds: 30, "node \(node) answers") { (try? await client.nodeStatus()) != nil }
    }

    /// Waits until a node has ended by itself; answers its exit code, or the number of the signal as a negative one.
    func waitUntilEnded(_ node: Int, seconds: Double = 20) async throws -> Int32 {
        guard let process = processes[node] else { throw WaitedInVain(what: "node \(node) was not started") }
        try await waitUntil(seconds: seconds, "node \(node) ends") { !process.isRunning }
        processes[node] = nil
        return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }

    func isRunning(_ node: Int) -> Bool { processes[node]?.isRunning ?? false }

    /// Asks a node to stop; the answer is its exit code.
    func stop(_ node: Int) -> Int32? { end(node, SIGTERM) }

    /// Sends a signal and goes on.
    func signal(_ node: Int, _ signal: Int32) {
        if let process = processes[node] { Glibc.kill(process.processIdentifier, signal) }
    }

    func kill(_ node: Int) { end(node, SIGKILL) }

    /// What each process holds in memory, in bytes.
    func residentBytes() throws -> [Int] {
        try processes.compactMap(\.self).map { process in
            let text = try String(contentsOfFile: "/proc/\(process.processIdentifier)/statm", encoding: .utf8)
            return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 4_096
        }
    }

    /// Stops all as an operator does; each must say that all went well.
    func stopAll() {
        for process in processes { process?.terminate() }
        for node in 0..<size where processes[node] != nil {
            #expect(end(node, SIGTERM) == 0, "node \(node)")
        }
    }

    @discardableResult
    private func end(_ node: Int, _ signal: Int32) -> Int32? {
        guard let process = processes[node] else { return nil }
        Glibc.kill(process.processIdentifier, signal)
        process.waitUntilExit()
        processes[node] = nil
        return process.terminationStatus
    }

    // MARK: Accounts

    var treasury: SigningKey {
        get throws { try key("accounts/treasury.pem") }
    }

    var payee: AccountID {
        get throws { AccountID(try key("accounts/client-1.pem").publicKey) }
    }

    func key(_ path: String) throws -> SigningKey {
        try KeyFile.read(pem: String(contentsOfFile: "\(folder)/\(path)", encoding: .utf8))
    }

    /// A payment from the treasury, valid for two minutes of our clock, which is the nodes'.
    func payment(
        to payee: AccountID? = nil,
        amount: UInt64 = 250,
        nonce: UInt64 = UInt64.random(in: 0...UInt64.max),
        maxPrice: UInt64 = 200,
        validFor milliseconds: Int64 = 120_000,
        by key: SigningKey? = nil,
        reference: [UInt8] = [],
        count: Int = 1
    ) throws -> SignedTransaction {
        let key = try key ?? treasury
        let payment = Payment(payee: try payee ?? self.payee, amount: Amount(units: amount), reference: reference)
        let now = Int64(Date().timeIntervalSince1970 * 1_000)
        return sign(
            Transaction(
                payer: AccountID(key.publicKey),
                nonce: nonce,
                validUntil: Milliseconds(UInt64(now + milliseconds)),
                maxPrice: maxPrice,
                action: .pay(Array(repeating: payment, count: count))
            ),
            by: key
        )
    }

    func sign(_ transaction: Transaction, by key: SigningKey) -> SignedTransaction {
        let id = transaction.id(in: genesis.networkID)
        return SignedTransaction(transaction: transaction, authorization: .owner(key.sign(id.signingBytes)))
    }

    func id(_ signed: SignedTransaction) -> TransactionID { signed.transaction.id(in: genesis.networkID) }

    func balance(of account: AccountID, at node: Int = 0) async throws -> UInt64 {
        try await clients[node].account(account.text(prefix: genesis.parameters.accountPrefix)).balance.units
    }

    func height(of node: Int) async throws -> UInt64 {
        let status = try await clients[node].nodeStatus()
        return try JSONReader(status).member("head").member("height").decimal()
    }

    // MARK: -

    static func freePorts(_ count: Int) throws -> Int {
        for _ in 0..<1_000 {
            let first = Int.random(in: 20_000..<(32_000 - count))
            if (first..<(first + count)).allSatisfy(isFree) { return first }
        }
        throw NoFreePorts()
    }

    private struct NoFreePorts: Error {}

    private static func isFree(_ port: Int) -> Bool {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}

/// Asks every tenth of a second until the answer is yes; fails the test when it takes too long.
func waitUntil(
    seconds: Double,
    _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let end = ContinuousClock.now + .seconds(seconds)
    while try await !condition() {
        guard ContinuousClock.now < end else {
            Issue.record("not within \(seconds) s: \(what)", sourceLocation: sourceLocation)
            throw WaitedInVain(what: what)
        }
        try await Task.sleep(for: .milliseconds(100))
    }
}

struct WaitedInVain: Error {
    let what: String
}
