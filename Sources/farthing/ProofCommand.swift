import ArgumentParser
import ChainCore
import Cryptography
import LedgerCore
import LevelDBStorage
import Primitives
import RPCClient
import StrictJSON

struct ProofCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "proof",
        abstract: "Fetch proofs about the log and the state, or check one without asking anybody",
        subcommands: [ProofInclusion.self, ProofConsistency.self, ProofBalance.self, ProofCheckCommand.self]
    )
}

/// Where a fetched proof goes.
struct ProofOutput: ParsableArguments {
    @Option(help: ArgumentHelp("Write it to a new file instead of printing it", valueName: "file"))
    var output: String?

    @OptionGroup
    var node: NodeURL

    @OptionGroup
    var format: OutputOptions

    /// Fetches a proof and prints it, or writes it where the output is.
    func fetch(_ method: String, _ params: JSONObject) async throws {
        if let output { try NewProofFile.checkIsFree(output) }
        let client = try node.client()
        let answer = try await calling { () throws(RPCClientError) in
            try await client.call(method, params: .object(params))
        }
        let proof = try reading { () throws(JSONReadError) in
            try JSONReader(answer, root: "result").member("proof").value
        }
        try write(proof.prettyBytes)
    }

    func write(_ bytes: [UInt8]) throws {
        guard let output else {
            try Console.output(text: String(decoding: bytes, as: UTF8.self))
            return
        }
        try running { () throws(FileError) in try PosixPath.create(output, bytes, mode: 0o644) }
        try format.json
            ? Console.output(["proof": .string(output)])
            : Console.output("\(output)   check it with: farthing proof check \(output) --genesis GENESIS")
    }
}

/// A new file with a proof; none is ever written over.
enum NewProofFile {
    static func checkIsFree(_ path: String) throws(CommandFailure) {
        let isThere = try running { () throws(FileError) in try PosixPath.exists(path) }
        guard !isThere else {
            throw CommandFailure(.badInput, "\(path) is there already, and is not written over: choose another name")
        }
    }
}

struct ProofInclusion: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inclusion",
        abstract: "Print the proof that the log of all transactions holds a final one"
    )

    @Argument(help: ArgumentHelp("The transaction's id", valueName: "id"))
    var id: String

    @Option(help: ArgumentHelp("At the block of this height; the latest if left out", valueName: "height"))
    var height: UInt64?

    @Flag(help: "In the form that tools of transparency logs read, with the node's checkpoint instead of a certificate")
    var tlog = false

    @OptionGroup
    var output: ProofOutput

    func validate() throws {
        guard TransactionID(hex: id) != nil else { throw ValidationError("\(id): expected an id of 64 hex digits") }
    }

    func run() async throws {
        var params: JSONObject = ["id": .string(id)]
        if let height { params.append("height", .decimal(height)) }
        guard tlog else { return try await output.fetch("proof_inclusion", params) }
        try await fetchTlogProof(params)
    }

    /// The same proof beside a checkpoint of the block that it is for.
    private func fetchTlogProof(_ params: JSONObject) async throws {
        if let file = output.output { try NewProofFile.checkIsFree(file) }
        let client = try output.node.client()
        let network = try await calling { () throws(RPCClientError) in try await client.networkInfo() }
        let answer = try await calling { () throws(RPCClientError) in
            try await client.call("proof_inclusion", params: .object(params))
        }
        let proof = try reading { () throws(JSONReadError) in
            try Proof(JSONReader(answer, root: "result").member("proof"), prefix: network.accountPrefix)
        }
        guard case .inclusion(let claim) = proof.statement, let header = claim.head.headers.first else {
            throw CommandFailure(.unreachable, "the node answered another proof than the one that was asked for")
        }
        let fetched = try await FetchedCheckpoint(client, height: header.height)
        let tlog = TlogProof(signed: claim.signed, index: claim.logIndex, path: claim.path, note: fetched.note)
        try output.write(tlog.bytes)
    }
}

struct ProofConsistency: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "consistency",
        abstract: "Print the proof that the log at one final block begins with the log at an earlier one"
    )

    @Argument(help: ArgumentHelp("The height of the earlier block", valueName: "old"))
    var old: UInt64

    @Argument(help: ArgumentHelp("The height of the later block; the latest if left out", valueName: "new"))
    var new: UInt64?

    @OptionGroup
    var output: ProofOutput

    func run() async throws {
        var params: JSONObject = ["oldHeight": .decimal(old)]
        if let new { params.append("newHeight", .decimal(new)) }
        try await output.fetch("proof_consistency", params)
    }
}

struct ProofBalance: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "balance",
        abstract: "Print the proof that the latest final state holds an account with its balance"
    )

    @Argument(help: ArgumentHelp("The account, such as far1…", valueName: "account"))
    var account: String

    @OptionGroup
    var output: ProofOutput

    func run() async throws {
        try await output.fetch("proof_balance", ["account": .string(account)])
    }
}
