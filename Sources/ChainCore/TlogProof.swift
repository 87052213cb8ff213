package import Cryptography
package import LedgerCore
package import Primitives

/// A transaction's proof of inclusion in the text form of transparency logs, with a checkpoint (C2SP tlog-proof).
///
///     c2sp.org/tlog-proof@v1
///     extra <the leaf, base64>
///     index <place in the log>
///     <hash, base64>, from the leaf's neighbour up
///
///     <signed checkpoint>
///
/// The extra data is the leaf itself, BCS(SignedTransaction), without which nobody could hash it.
package struct TlogProof: Hashable, Sendable {
    package let signed: SignedTransaction
    package let index: UInt64
    package let path: [Hash32]
    package let note: SignedNote

    package static let firstLine = "c2sp.org/tlog-proof@v1"

    package init(signed: SignedTransaction, index: UInt64, path: [Hash32], note: SignedNote) {
        self.signed = signed
        self.index = index
        self.path = path
        self.note = note
    }

    package var bytes: [UInt8] {
        let lines =
            [Self.firstLine, "extra " + Base64.encode(signed.encoded()), "index \(index)"]
            + path.map { Base64.encode($0.bytes) } + [""]
        return Array((lines.joined(separator: "\n") + "\n").utf8) + note.bytes
    }

    /// Reads the form that `bytes` writes, and no other; nil for anything else.
    package init?(bytes: [UInt8]) {
        guard let blank = bytes.indices.dropLast().first(where: { bytes[$0] == 0x0A && bytes[$0 + 1] == 0x0A }) else {
            return nil
        }
        let lines = String(decoding: bytes[..<blank], as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 3, lines[0] == Self.firstLine, lines[1].hasPrefix("extra "), lines[2].hasPrefix("index "),
            let leaf = Base64.decode(lines[1].dropFirst(6)), let index = UInt64(lines[2].dropFirst(6))
        else { return nil }
        var path: [Hash32] = []
        for line in lines[3...] {
            guard let hash = Base64.decode(line).flatMap({ Hash32(bytes: $0) }) else { return nil }
            path.append(hash)
        }
        do {
            self.init(
                signed: try SignedTransaction(decodingAll: leaf),
                index: index,
                path: path,
                note: try SignedNote(bytes: Array(bytes[(blank + 2)...]))
            )
        } catch {
            return nil
        }
        guard self.bytes == bytes else { return nil }
    }
}
