import Cryptography
import Primitives
import Testing

@Suite struct DomainTagTests {
    @Test func usesNoTagTwice() {
        #expect(Set(DomainTag.allCases.map(\.rawValue)).count == DomainTag.allCases.count)
    }

    @Test func endsEachTagAtItsZeroByte() {
        for tag in DomainTag.allCases {
            #expect(tag.rawValue.hasPrefix("farthing/"))
            #expect(tag.rawValue.hasSuffix("/v1"))
            #expect(
                tag.rawValue.utf8.allSatisfy { (0x21...0x7E).contains($0) },
                "a zero byte inside would end it early"
            )
        }
        let begun = DomainTag.allCases.map { Array($0.rawValue.utf8) + [0] }
        for (place, tag) in begun.enumerated() {
            for (other, longer) in begun.enumerated() where other != place { #expect(!longer.starts(with: tag)) }
        }
    }

    /// The digests were computed with Python's hashlib from the sentence of the specification.
    @Test func putsTagZeroNetworkBody() throws {
        let network = NetworkID(genesisBytes: [1, 2, 3])
        #expect(network.hex == "755bc178e596bd7171087315464accc7763a1ef51290ba410b0d3ea5ea2bb986")
        #expect(
            Hash32(tag: .transaction, network: network, body: [4, 5]).hex
                == "2473f22a52c6064fb661867fd433ec58d4c0ea8914b2dfb17a780fc05bc8b09b"
        )
        let vote = Array("farthing/vote/v1".utf8) + [0] + network.bytes + [4, 5]
        #expect(DomainTag.vote.message(network: network, body: [4, 5]) == vote)
        let id = Hash32(tag: .transaction, network: network, body: [4, 5])
        #expect(DomainTag.signature.message(hash: id) == Array("farthing/signature/v1".utf8) + [0] + id.bytes)
    }
}
