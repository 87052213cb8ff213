import ConsensusCore
import Cryptography
import Primitives

/// Parts of vote logs, the same in every run.
enum Log {
    static func seededKey(_ number: UInt8) -> SigningKey {
        guard let key = SigningKey(seed: [UInt8](repeating: number, count: 32)) else {
            preconditionFailure("32 bytes are a seed")
        }
        return key
    }

    static let network = NetworkID(words: Words32(1, 2, 3, 4))
    static let me = seededKey(7).publicKey

    static func hash(_ number: UInt64) -> Hash32 { Hash32(words: Words32(number, 0, 0, 0)) }

    static func notarize(_ view: UInt64, _ block: UInt64 = 1) -> VoteBody {
        .notarize(epoch: .zero, view: View(view), parentView: View(view - 1), block: hash(block))
    }

    static func finalize(_ view: UInt64, _ block: UInt64 = 1) -> VoteBody {
        .finalize(epoch: .zero, view: View(view), parentView: View(view - 1), block: hash(block))
    }

    static func nullify(_ view: UInt64) -> VoteBody { .nullify(epoch: .zero, view: View(view)) }

    /// A vote whose signature tells its body apart; the log doesn't check signatures.
    static func vote(_ body: VoteBody) -> Vote {
        Vote(
            body: body,
            signer: 3,
            signature: Signature(r: SHA256.hash(body.encoded()).words, s: Words32(5, 6, 7, 8))
        )
    }

    static func header(generation: UInt64 = 0, finalView: UInt64 = 0, firstSequence: UInt64 = 0) -> VoteLogHeader {
        VoteLogHeader(
            generation: generation,
            network: network,
            key: me,
            epoch: .zero,
            finalView: View(finalView),
            firstSequence: firstSequence
        )
    }

    /// An image with these batches, each of which was one write.
    static func image(_ header: VoteLogHeader, _ batches: [[VoteBody]]) -> VoteLogImage {
        var image = VoteLogImage(header: header, records: [])
        for batch in batches {
            let first = image.nextSequence
            for body in batch {
                image.records.append(
                    VoteLogRecord(
                        generation: header.generation,
                        sequence: image.nextSequence,
                        batchFirst: first,
                        content: .vote(vote(body))
                    )
                )
            }
        }
        return image
    }
}
