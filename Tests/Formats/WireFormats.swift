import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives
import TCPGossip

// Canonical bytes: what decodes encodes to the same bytes. Whatever the node derives from a value before it has checked a
// single signature is derived here as well.

extension Format {
    /// A value whose decoding needs nothing but the bytes.
    static func canonical<Value: WireCodable & Hashable & SendableMetatype>(
        _ name: String,
        _ type: Value.Type,
        byteCountMax: Int = 4_096,
        heap: HeapBound = HeapBound(),
        seeds: @escaping @Sendable () -> [Seed],
        derive: @escaping @Sendable (Value) throws(BrokenPromise) -> Void = { _ in }
    ) -> Format {
        Format(
            name,
            byteCountMax: byteCountMax,
            heap: heap,
            check: .pure { bytes throws(BrokenPromise) in
                let value: Value
                do throws(WireError) { value = try Value(decodingAll: bytes) } catch { return .refused }
                try promise(value.encoded() == bytes, "\(type): a value encodes to other bytes than it was read from")
                try promise(bytes.count >= Value.minimumByteCount, "\(type): shorter than its minimum")
                try derive(value)
                return .accepted
            },
            seeds: seeds
        )
    }

    static let transaction = canonical("transaction", SignedTransaction.self, seeds: Samples.transactions) {
        signed throws(BrokenPromise) in
        let genesis = TestNetwork.shared.genesis
        let identified = IdentifiedTransaction(signed, network: genesis.networkID)
        _ = identified.rejection(under: genesis)
        _ = identified.signatureClaims(in: .init())
        _ = signed.transaction.total
        try promise(signed.transaction.shares >= 1, "a transaction has a share of its own")
        try TextForm.check(signed)
    }

    static let vote = canonical("vote", Vote.self, byteCountMax: 256, seeds: Samples.votes) { vote in
        _ = vote.signatureClaims(in: Samples.electorate)
    }

    static let certificate = canonical("certificate", Certificate.self, seeds: Samples.certificates) {
        certificate throws(BrokenPromise) in
        _ = certificate.signatureClaims(in: Samples.electorate)
        for count in [1, 4, 7, 8, 9, 1_024] {
            guard let votes = certificate.votes(validatorCount: count) else { continue }
            let again = Certificate(body: certificate.body, votes: votes, validatorCount: count)
            try promise(again == certificate, "a certificate is not what its votes make")
        }
    }

    static let evidence = canonical("evidence", Evidence.self, byteCountMax: 512, seeds: Samples.evidence) {
        evidence throws(BrokenPromise) in
        _ = evidence.signatureClaims(in: Samples.electorate)
        try promise(Evidence(evidence.second, evidence.first) == evidence, "evidence depends on the order of its votes")
    }

    static let hello = canonical("hello", Hello.self, byteCountMax: 512, seeds: Samples.hellos) { hello in
        _ = hello.identity?.binds(Samples.peer.nodeKey, in: Samples.network)
    }

    static let genesisBytes = canonical(
        "genesis-bytes",
        Genesis.self,
        heap: HeapBound(base: 1 << 20),
        seeds: { [Seed("four-validators", TestNetwork.shared.genesis.encoded())] },
        derive: FirstBlocks.check
    )

    static let block = Format(
        "block",
        check: .pure { bytes throws(BrokenPromise) in
            let block: Block
            do throws(WireError) {
                block = try Block(decodingAll: bytes, network: Samples.network)
            } catch {
                return .refused
            }
            try promise(block.encoded() == bytes, "a block encodes to other bytes than it was read from")
            _ = block.bodyMatchesHeader
            _ = block.signatureClaims(in: Samples.electorate)
            return .accepted
        },
        seeds: Samples.blocks
    )

    /// The first byte is the frame's type, the rest its body.
    static let peerMessage = Format(
        "peer-message",
        byteCountMax: 8_192,
        check: .pure { bytes throws(BrokenPromise) in
            guard let type = bytes.first else { return .refused }
            let body = Array(bytes.dropFirst())
            let message: PeerMessage
            do throws(WireError) {
                message = try PeerMessage(typeCode: type, body: body, network: Samples.network)
            } catch {
                return .refused
            }
            try promise(message.typeCode == type, "a message of type \(type) says \(message.typeCode)")
            try promise(message.encoded() == body, "a message of type \(type) encodes to other bytes")
            try promise(PeerMessage.lane(ofTypeCode: type) == message.lane, "type \(type) has two lanes")
            switch message {
            case .proposal(let proposal): _ = proposal.signatureClaims(in: Samples.electorate)
            case .heldVotes(let held): _ = held.signatureClaims(in: Samples.electorate)
            case .syncResponse(let response): _ = response.signatureClaims(in: Samples.electorate)
            default: break
            }
            return .accepted
        },
        seeds: Samples.peerMessages
    )
}
