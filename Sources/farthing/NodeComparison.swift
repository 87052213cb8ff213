import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives
import RPCClient
import StrictJSON
import VerifierCore

/// Several nodes' chains side by side, each held to be the beginning of the longest one.
///
/// Blocks name their parents by hash, so the same hash at one height means the same blocks below. A fork is proven by the
/// certificates of both sides, and these name who signed both.
struct NodeComparison {
    struct Head {
        let url: String
        let node: PatientNode
        let height: Height
        let hash: Hash32
    }

    /// In the order of the command line.
    let heads: [Head]
    /// The longest chain's place among them.
    let longest: Int
    /// Against the longest chain; nil when every chain is a beginning of it.
    let fork: Fork?

    init(_ urls: [String], _ genesis: Genesis) async throws(SourceStop) {
        var heads: [Head] = []
        for url in urls {
            let node: PatientNode
            do throws(RPCClientError) {
                node = PatientNode(try RPCClient(url: url))
            } catch {
                throw .failure(.node(url: url, CommandFailure(error)))
            }
            let facts = try await node.ask { (client) throws(RPCClientError) in try await client.networkInfo() }
            guard facts.network == genesis.networkID else {
                throw .failure(.nodeOfOtherNetwork(url: url, found: facts.network, wanted: genesis.networkID))
            }
            heads.append(Head(url: url, node: node, height: facts.at.height, hash: facts.at.hash))
        }
        var longest = 0
        for (index, head) in heads.enumerated() where head.height > heads[longest].height { longest = index }
        var fork: Fork?
        for (index, head) in heads.enumerated() where index != longest && fork == nil && head.height > .zero {
            let same = try await Self.hash(heads[longest], at: head.height)
            guard same != head.hash else { continue }
            fork = try await Fork(heads[longest], head, genesis)
        }
        self.heads = heads
        self.longest = longest
        self.fork = fork
    }

    fileprivate static func hash(_ head: Head, at height: Height) async throws(SourceStop) -> Hash32 {
        if height == head.height { return head.hash }
        let found = try await head.node.ask { (client) throws(RPCClientError) in
            try await client.headers(after: Height(height.number - 1), limit: 1)
        }
        guard let hash = found.first?["hash"]?.asString.flatMap({ Hash32(hex: $0) }) else {
            throw .damaged(StoreDamage(key: "\(head.url) block_list \(height)", what: "no header"))
        }
        return hash
    }

    var lines: [String] {
        var lines = ["compared \(heads.count) nodes"]
        for (index, head) in heads.enumerated() {
            let gap = heads[longest].height.number - head.height.number
            let relation =
                fork.map { [$0.first.url, $0.second.url].contains(head.url) ? "forked" : "not judged beside a fork" }
                ?? (index == longest
                    ? "the longest" : gap == 0 ? "the same chain" : "the same chain, \(gap) blocks behind")
            lines.append("  \(head.url)  height \(head.height), block \(head.hash): \(relation)")
        }
        if let fork { lines += fork.lines }
        return lines
    }

    var json: JSON {
        [
            "nodes": .array(
                heads.map {
                    ["url": .string($0.url), "height": .decimal($0.height.number), "hash": .string($0.hash.hex)]
                }
            ),
            "longest": .string(heads[longest].url),
            "fork": fork?.json ?? .null,
        ]
    }
}

/// Two chains of one network that part at a height, with what each side shows for its own.
struct Fork {
    struct Side {
        let url: String
        /// From the parting on to the first that has a finalization of its own, or to the node's head.
        let blocks: [JustifiedBlock]
        /// The first certificate that does not hold; then this side proves nothing.
        let fault: VerifierCore.Finding?

        var first: JustifiedBlock { blocks[0] }
        var isFinal: Bool { blocks.last?.justification.isFinalization ?? false }
    }

    /// Of the first blocks that differ.
    let height: Height
    let first: Side
    let second: Side
    /// Certificates of both sides that cannot both exist while fewer than a third are faulty.
    let conflicts: [CertificateConflict]
    /// Whose own two votes contradict each other, in the order of the list.
    let culprits: [UInt16]
    private let validators: [Validator]

    /// Finds the parting by halving, then reads both sides.
    init(_ one: NodeComparison.Head, _ other: NodeComparison.Head, _ genesis: Genesis) async throws(SourceStop) {
        var same: UInt64 = 0
        var different = min(one.height, other.height).number
        while different - same > 1 {
            let middle = Height(same + (different - same) / 2)
            let a = try await NodeComparison.hash(one, at: middle)
            let b = try await NodeComparison.hash(other, at: middle)
            if a == b { same = middle.number } else { different = middle.number }
        }
        height = Height(different)
        let electorate = Verifier(genesis: genesis).electorate
        first = try await Self.side(one, from: height, electorate)
        second = try await Self.side(other, from: height, electorate)
        validators = electorate.validators.validators
        var conflicts: [CertificateConflict] = []
        if first.fault == nil, second.fault == nil {
            let count = validators.count
            for a in first.certificates {
                for b in second.certificates {
                    if let conflict = CertificateConflict(a, b, validatorCount: count) { conflicts.append(conflict) }
                }
            }
        }
        self.conflicts = conflicts
        culprits = Set(conflicts.flatMap(\.culprits)).sorted()
    }

    private static func side(
        _ head: NodeComparison.Head,
        from start: Height,
        _ electorate: Electorate
    ) async throws(SourceStop) -> Side {
        var blocks: [JustifiedBlock] = []
        while blocks.last?.justification.isFinalization != true {
            let next = Height(start.number + UInt64(blocks.count))
            guard next <= head.height else { break }
            let pages = try await head.node.ask { (client) throws(RPCClientError) in
                try await client.blocks(from: next, limit: 1).blocks
            }
            let key = "\(head.url) block_range \(next)"
            guard let bytes = pages.first else { throw .damaged(StoreDamage(key: key, what: "no block")) }
            do throws(WireError) {
                blocks.append(try JustifiedBlock(decodingAll: bytes, network: electorate.network))
            } catch {
                throw .damaged(StoreDamage(key: key, what: "no block: \(error)"))
            }
        }
        guard !blocks.isEmpty else {
            throw .damaged(StoreDamage(key: "\(head.url) block_range \(start)", what: "no block"))
        }
        var fault: VerifierCore.Finding?
        for block in blocks where fault == nil {
            fault =
                block.justification.covers(block.block.hash)
                ? CheckedBlock(block, electorate: electorate, scheme: StrictEd25519(), depth: .light).certificateFault
                : .justification(
                    .block(expected: block.block.hash, found: block.justification.certificate.block ?? .zero)
                )
        }
        return Side(url: head.url, blocks: blocks, fault: fault)
    }

    var lines: [String] {
        var lines = ["fork     at height \(height)"]
        for side in [first, second] {
            let certificate = side.first.justification.certificate
            lines.append("  \(side.url)  block \(side.first.block.hash), view \(certificate.view)")
            if let fault = side.fault {
                lines.append("    proves nothing: \(fault.text.rule) \(fault.text.place), found \(fault.text.found)")
            } else {
                let state = side.isFinal ? "final" : "certified, not final yet"
                lines.append("    \(state), by the certificates of \(side.blocks.count) blocks")
            }
        }
        for conflict in conflicts {
            lines.append("  conflict in view \(conflict.view)")
            lines.append("    \(conflict.first.text)")
            lines.append("    \(conflict.second.text)")
        }
        let names = culprits.map {
            "\($0) \(validators[Int($0)].consensusKey) \(validators[Int($0)].name.debugDescription)"
        }
        lines.append("  signed both  " + (names.isEmpty ? "nobody that these certificates name" : ""))
        for name in names { lines.append("    \(name)") }
        return lines
    }

    var json: JSON {
        [
            "height": .decimal(height.number),
            "sides": .array(
                [first, second].map { side in
                    [
                        "url": .string(side.url), "hash": .string(side.first.block.hash.hex),
                        "final": .bool(side.fault == nil && side.isFinal),
                        "fault": side.fault.map { .string($0.text.rule) } ?? .null,
                        "blocks": .array(
                            side.blocks.map {
                                var writer = WireWriter()
                                $0.encode(into: &writer)
                                return .string(Hex.encode(writer.bytes))
                            }
                        ),
                    ]
                }
            ),
            "conflicts": .array(
                conflicts.map {
                    [
                        "view": .decimal($0.view.number), "first": .string($0.first.text),
                        "second": .string($0.second.text), "signedBoth": .array($0.culprits.map { .integer($0) }),
                    ]
                }
            ),
            "culprits": .array(
                culprits.map {
                    [
                        "validator": .integer($0), "name": .string(validators[Int($0)].name),
                        "consensusKey": .string(validators[Int($0)].consensusKey.hex),
                    ]
                }
            ),
        ]
    }
}

extension Fork.Side {
    var certificates: [Certificate] {
        blocks.flatMap { [$0.justification.certificate] + $0.justification.nullifications }
    }
}
