import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives
import RPCClient
import StrictJSON
import VerifierCore

/// Two chains of one network that part at a height, with what each side shows for its own.
struct Fork {
    struct Side {
        let url: String
        /// From the parting on to the first that has a finalization of its own, or to the node's head.
        let blocks: [JustifiedBlock]
        /// Why the last of these blocks can't stand there; then this side proves nothing.
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
    private let network: NetworkID

    /// Both sides show a quorum's certificates for other blocks.
    var isProven: Bool { first.fault == nil && second.fault == nil }

    /// Each pair of certificates that contradict one another, as a file that anybody can decide.
    var evidence: [EvidenceFile] { conflicts.map { $0.file(network: network) } }

    /// How far a side is followed that no finalization ends.
    private static let blocksMax = 1_000

    /// Finds the parting by halving, then reads both sides.
    init(_ one: PatientNode, _ other: PatientNode, _ genesis: Genesis) async throws(SourceStop) {
        var same: UInt64 = 0
        var different = min(one.head.height, other.head.height).number
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
        network = genesis.networkID
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
        _ node: PatientNode,
        from start: Height,
        _ electorate: Electorate
    ) async throws(SourceStop) -> Side {
        var blocks: [JustifiedBlock] = []
        var height = start
        while height <= node.head.height, blocks.count < Self.blocksMax {
            let pages = try await node.ask("block_range", at: height) { (client) throws(RPCClientError) in
                try await client.blocks(from: height, limit: 1).blocks
            }
            let place = "\(height) of \(node.url)"
            guard let bytes = pages.first else {
                throw .answer("block_range", place, expected: "a block", found: "nothing", at: height)
            }
            let block: JustifiedBlock
            do throws(WireError) {
                block = try JustifiedBlock(decodingAll: bytes, network: electorate.network)
            } catch {
                throw .answer("block_range", place, expected: "a block", found: "none: \(error)", at: height)
            }
            let claimed = blocks.isEmpty ? try await NodeComparison.hash(node, at: start) : nil
            let fault = fault(of: block, at: height, after: blocks.last, claimed: claimed, electorate)
            blocks.append(block)
            if fault != nil || block.justification.isFinalization {
                return Side(url: node.url, blocks: blocks, fault: fault)
            }
            height = height.next
        }
        return Side(url: node.url, blocks: blocks, fault: nil)
    }

    /// The first reason why a block can't stand where the node has it; `claimed` is the hash that the node named for it.
    private static func fault(
        of item: JustifiedBlock,
        at height: Height,
        after parent: JustifiedBlock?,
        claimed: Hash32?,
        _ electorate: Electorate
    ) -> VerifierCore.Finding? {
        let (header, hash) = (item.block.header, item.block.hash)
        if let claimed, claimed != hash {
            let place = "\(height) hash"
            return .answer(AnswerFault(method: "block_list", place: place, expected: hash.hex, found: claimed.hex))
        }
        guard header.height == height else {
            return .header(.height, expected: .number(height.number), found: .number(header.height.number))
        }
        if let parent, header.parent != parent.block.hash {
            return .header(.parent, expected: .hash(parent.block.hash), found: .hash(header.parent))
        }
        guard item.justification.covers(hash) else {
            return .justification(.block(expected: hash, found: item.justification.certificate.block ?? .zero))
        }
        return CheckedBlock(item, electorate: electorate, scheme: StrictEd25519(), depth: .light).certificateFault
    }

    var lines: [String] {
        var lines = ["fork     at height \(height)"]
        for side in [first, second] {
            let certificate = side.first.justification.certificate
            lines.append("  \(side.url)  block \(side.first.block.hash), view \(certificate.view)")
            if let fault = side.fault {
                let text = fault.text
                let place = text.place.isEmpty ? "" : ", \(text.place)"
                lines.append(
                    "    proves nothing: \(text.rule)\(place), expected \(text.expected), found \(text.found)"
                )
            } else {
                let state = side.isFinal ? "final" : "certified, not final yet"
                let count = UInt64(side.blocks.count)
                lines.append("    \(state), by the certificates of \(count.of("block"))")
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
        lines.append("  signed both" + (names.isEmpty ? "  nobody that these certificates name" : ""))
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
