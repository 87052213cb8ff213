import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives
import Testing
import VerifierCore

/// Every field of the header has a row; the block under test is the second, with payments and skipped views.
@Suite struct HeaderViolationTests {
    private let chain: TestChain
    private let before: TestChain
    private let victim: JustifiedBlock

    init() throws {
        chain = try TestChain.sample(validators: 4)
        victim = chain.blocks[1]
        var before = try TestChain(validators: 4)
        try before.append(chain.blocks[0])
        self.before = before
    }

    private static let otherHash = Hash32(words: Words32(9, 9, 9, 9))

    private static func change(_ field: HeaderField, in header: inout Header) {
        switch field {
        case .version: header.version += 1
        case .epoch: header.epoch = header.epoch.next
        case .height: header.height = header.height.next
        case .parent: header.parent = otherHash
        case .timeMilliseconds: header.time = header.time.subtracting(Milliseconds(1))
        case .proposer: header.proposer = (header.proposer + 1) % 4
        case .floor: header.floor += 1
        case .cost: header.cost -= 1
        case .price: header.price += 1
        case .shares: header.shares += 1
        case .transactionCount: header.transactionCount -= 1
        case .transactionBytes: header.transactionBytes += 1
        case .transactionsRoot: header.transactionsRoot = otherHash
        case .logSize: header.logSize += 1
        case .logRoot: header.logRoot = otherHash
        case .stateRoot: header.stateRoot = otherHash
        case .evidenceHash: header.evidenceHash = otherHash
        case .changeHash: header.changeHash = otherHash
        case .validatorsHash: header.validatorsHash = otherHash
        case .nextValidatorsHash: header.nextValidatorsHash = otherHash
        }
    }

    private func finding(for field: HeaderField, in changed: Header) -> Finding {
        if field == .timeMilliseconds { return .timeTooEarly(earliest: victim.block.time, found: changed.time) }
        return .header(
            field,
            expected: field.value(in: victim.block.header),
            found: field.value(in: changed)
        )
    }

    @Test(arguments: HeaderField.allCases) func aCertifiedLieIsNamedWithItsQuorum(field: HeaderField) throws {
        let lie = before.resealed(victim) { Self.change(field, in: &$0) }
        let violation = try #require(chain.violation(of: [chain.blocks[0], lie]))
        #expect(violation.height == Height(2))
        #expect(violation.finding == finding(for: field, in: lie.block.header))
        // A block in the wrong place may be a good one elsewhere.
        #expect(violation.certifiedBy == (field == .height || field == .parent ? [] : [0, 1, 2]))
    }

    @Test(arguments: HeaderField.allCases) func aLaterChangeIsNamedAndNobodyVouchesForIt(field: HeaderField) throws {
        var header = victim.block.header
        Self.change(field, in: &header)
        let block = Block(
            header: header,
            network: chain.network,
            transactions: victim.block.transactions,
            evidence: victim.block.evidence
        )
        let changed = JustifiedBlock(block: block, justification: victim.justification)
        let violation = try #require(chain.violation(of: [chain.blocks[0], changed]))
        // The proposer follows from the view alone, and the view from the certificate, which is not over this block.
        let expected: Finding =
            field == .proposer
            ? .justification(.block(expected: block.hash, found: victim.block.hash))
            : finding(for: field, in: header)
        #expect(violation == Violation(height: Height(2), finding: expected))
    }

    @Test func aLaterTimeThatBreaksNoRuleIsStillNotTheCertifiedOne() throws {
        var header = victim.block.header
        header.time = header.time.adding(Milliseconds(1))
        let block = Block(
            header: header,
            network: chain.network,
            transactions: victim.block.transactions,
            evidence: []
        )
        let violation = chain.violation(
            of: [chain.blocks[0], JustifiedBlock(block: block, justification: victim.justification)])
        #expect(violation?.finding == .justification(.block(expected: block.hash, found: victim.block.hash)))
    }

    @Test func swappedBlocksAreNamedByTheFirstHeight() throws {
        var blocks = chain.blocks
        blocks.swapAt(1, 2)
        #expect(
            chain.violation(of: blocks)
                == Violation(
                    height: Height(2),
                    finding: .header(.height, expected: .number(2), found: .number(3))
                )
        )
    }

    @Test func aMissingBlockIsNamedByItsHeight() throws {
        var blocks = chain.blocks
        blocks.remove(at: 3)
        #expect(
            chain.violation(of: blocks)?.finding == .header(.height, expected: .number(4), found: .number(5))
        )
    }

    @Test func anotherNetworksChainEndsAtItsFirstBlock() throws {
        var parameters = Parameters.defaults
        parameters.blockCost += 1
        let other = try TestChain(validators: 4, parameters: parameters)
        let violation = other.violation(of: chain.blocks)
        #expect(
            violation?.finding
                == .header(.parent, expected: .hash(other.hash), found: .hash(chain.blocks[0].block.parent))
        )
    }

    @Test func anyChangedByteOfAStoredBlockIsNoticed() throws {
        var writer = WireWriter()
        victim.encode(into: &writer)
        let bytes = writer.bytes
        var unreadable = 0
        for position in bytes.indices {
            var changed = bytes
            changed[position] ^= 1 << UInt8(position % 8)
            guard let item = try? JustifiedBlock(decodingAll: changed, network: chain.network) else {
                unreadable += 1
                continue
            }
            #expect(
                chain.violation(of: [chain.blocks[0], item])?.height == Height(2),
                "a changed byte at \(position) of \(bytes.count) passed"
            )
        }
        #expect(unreadable < bytes.count / 4)
    }
}

extension JustifiedBlock {
    fileprivate init(decodingAll bytes: [UInt8], network: NetworkID) throws(WireError) {
        var rest = bytes.span.bytes
        try self.init(decoding: &rest, network: network)
        try rest.expectEnd()
    }
}
