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
    /// In the order of the command line.
    let heads: [PatientNode]
    /// The longest chain's place among them.
    let longest: Int
    /// Against the longest chain; nil when every chain is a beginning of it.
    let fork: Fork?

    init(_ urls: [String], _ genesis: Genesis) async throws(SourceStop) {
        var heads: [PatientNode] = []
        for url in urls { heads.append(try await PatientNode(url, genesis)) }
        var longest = 0
        for (index, head) in heads.enumerated() where head.head.height > heads[longest].head.height { longest = index }
        var fork: Fork?
        for (index, head) in heads.enumerated() where index != longest && fork == nil && head.head.height > .zero {
            let same = try await Self.hash(heads[longest], at: head.head.height)
            guard same != head.head.hash else { continue }
            fork = try await Fork(heads[longest], head, genesis)
        }
        self.heads = heads
        self.longest = longest
        self.fork = fork
    }

    /// The hash that a node says its block at a height has.
    static func hash(_ node: PatientNode, at height: Height) async throws(SourceStop) -> Hash32 {
        if height == node.head.height { return node.head.hash }
        let found = try await node.ask("block_list", at: height) { (client) throws(RPCClientError) in
            try await client.headers(after: Height(height.number - 1), limit: 1)
        }
        guard let hash = found.first?["hash"]?.asString.flatMap({ Hash32(hex: $0) }) else {
            let place = "\(height) of \(node.url)"
            throw .answer("block_list", place, expected: "a header", found: "none", at: height)
        }
        return hash
    }

    var lines: [String] {
        var lines = ["compared \(heads.count) nodes"]
        for (index, head) in heads.enumerated() {
            let gap = heads[longest].head.height.number - head.head.height.number
            let relation =
                fork.map { [$0.first.url, $0.second.url].contains(head.url) ? "forked" : "not judged beside a fork" }
                ?? (index == longest
                    ? "the longest" : gap == 0 ? "the same chain" : "the same chain, \(gap.of("block")) behind")
            lines.append("  \(head.url)  height \(head.head.height), block \(head.head.hash): \(relation)")
        }
        if let fork { lines += fork.lines }
        return lines
    }

    var json: JSON {
        [
            "nodes": .array(
                heads.map {
                    [
                        "url": .string($0.url), "height": .decimal($0.head.height.number),
                        "hash": .string($0.head.hash.hex),
                    ]
                }
            ),
            "longest": .string(heads[longest].url),
            "fork": fork?.json ?? .null,
        ]
    }
}
