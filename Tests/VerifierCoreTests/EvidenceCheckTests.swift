import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives
import StrictJSON
import Testing
import VerifierCore

/// Evidence is decided from its bytes and the genesis alone.
@Suite struct EvidenceCheckTests {
    private let chain: TestChain
    private let one = Hash32(words: Words32(1, 1, 1, 1))
    private let two = Hash32(words: Words32(2, 2, 2, 2))

    init() throws { chain = try TestChain(validators: 4) }

    private func facts(_ content: EvidenceFile.Content) throws(EvidenceFileFault) -> EvidenceFacts {
        try facts(EvidenceFile(network: chain.network, content: content))
    }

    private func facts(_ file: EvidenceFile) throws(EvidenceFileFault) -> EvidenceFacts {
        try EvidenceCheck.facts(of: file, genesis: chain.genesis, scheme: StrictEd25519())
    }

    private func certificate(_ kind: VoteBody.Kind, _ block: Hash32, by signers: [Int]) -> Certificate {
        let body: VoteBody =
            switch kind {
            case .notarize: .notarize(epoch: .zero, view: View(9), parentView: View(8), block: block)
            case .finalize: .finalize(epoch: .zero, view: View(9), parentView: View(8), block: block)
            case .nullify: .nullify(epoch: .zero, view: View(9))
            }
        return chain.certificate(body, by: signers)
    }

    private var conflict: EvidenceFile.Content {
        .certificates(certificate(.finalize, one, by: [0, 1, 2]), certificate(.finalize, two, by: [1, 2, 3]))
    }

    @Test func namesWhoVotedTwice() throws {
        let facts = try facts(.votes(try chain.evidence(against: 2)))
        #expect(facts.culprits.map(\.index) == [2])
        #expect(facts.culprits[0].validator == chain.electorate.validators.validators[2])
    }

    @Test func namesWhoSignedTwoCertificates() throws {
        #expect(try facts(conflict).culprits.map(\.index) == [1, 2])
        // An honest validator may have signed both of these.
        let pair = EvidenceFile.Content.certificates(
            certificate(.notarize, one, by: [0, 1, 2]),
            certificate(.finalize, two, by: [1, 2, 3])
        )
        #expect(try facts(pair).culprits.isEmpty)
    }

    @Test func refusesWhatShowsNothing() throws {
        let other = try TestChain(validators: 4, name: "other")
        let votes = try chain.evidence(against: 1)
        #expect(throws: EvidenceFileFault.network(expected: chain.network, found: other.network)) {
            try facts(EvidenceFile(network: other.network, content: .votes(votes)))
        }
        #expect(throws: EvidenceFileFault.epoch(Epoch(1))) {
            try facts(.votes(try chain.evidence(against: 1, epoch: Epoch(1))))
        }
        #expect(throws: EvidenceFileFault.voteSignature) { try facts(.votes(try other.evidence(against: 1))) }
        let stranger = [one, two].map { block in
            let body = VoteBody.notarize(epoch: .zero, view: View(1), parentView: .zero, block: block)
            return Vote(body: body, signer: 4, signature: chain.vote(body, by: 0).signature)
        }
        #expect(throws: EvidenceFileFault.signerUnknown(4, count: 4)) {
            try facts(.votes(try #require(Evidence(stranger[0], stranger[1]))))
        }
        let first = certificate(.finalize, one, by: [0, 1, 2])
        #expect(throws: EvidenceFileFault.noConflict) { try facts(.certificates(first, first)) }
        #expect(throws: EvidenceFileFault.noConflict) {
            try facts(
                .certificates(certificate(.notarize, one, by: [0, 1, 2]), certificate(.nullify, one, by: [0, 1, 2]))
            )
        }
        let part = SignedPart.certificate(view: View(9))
        #expect(
            throws: EvidenceFileFault.certificate(
                position: 1,
                .justification(.noQuorum(part, signers: 2, quorum: 3))
            )
        ) { try facts(.certificates(first, certificate(.finalize, two, by: [0, 1]))) }
        let forged = Certificate(
            body: certificate(.finalize, two, by: [0, 1, 2]).body,
            signers: first.signers,
            signatures: first.signatures
        )
        #expect(throws: EvidenceFileFault.certificate(position: 1, .signature(part))) {
            try facts(.certificates(first, forged))
        }
    }

    @Test func isRefusedWithAnyBitChanged() throws {
        for content in [.votes(try chain.evidence(against: 2)), conflict] {
            let bytes = EvidenceFile(network: chain.network, content: content).json.bytes
            #expect(
                try EvidenceFile(JSONReader(JSON.parse(bytes)))
                    == EvidenceFile(network: chain.network, content: content)
            )
            for index in bytes.indices {
                for bit in 0..<8 {
                    var changed = bytes
                    changed[index] ^= 1 << UInt8(bit)
                    guard let json = try? JSON.parse(changed), let read = try? EvidenceFile(JSONReader(json)) else {
                        continue
                    }
                    #expect(throws: EvidenceFileFault.self, "byte \(index), bit \(bit)") { try facts(read) }
                }
            }
        }
    }
}
