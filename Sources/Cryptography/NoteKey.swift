package import Primitives

/// A key that signs notes, as those who check them know it: a name and a public key (C2SP signed-note, tlog-cosignature).
package struct NoteKey: Hashable, Sendable {
    /// What is signed; the byte stands in the key's id and in its text.
    package enum Kind: UInt8, Hashable, Sendable {
        /// The note's text: the log's own word.
        case note = 0x01
        /// The note's text behind a time: a witness's word that the log has only grown.
        case cosignature = 0x04
    }

    package let name: String
    package let kind: Kind
    package let key: PublicKey

    /// The name must be one that `isName` takes.
    package init(name: String, kind: Kind, key: PublicKey) {
        precondition(Self.isName(name), "a key's name stands between blanks on a line")
        self.name = name
        self.kind = kind
        self.key = key
    }

    /// Printable ASCII without a blank or a plus; C2SP also takes other letters, whose many spellings we leave out.
    package static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 255
            && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "+") }
    }

    /// The four bytes that stand before each signature: SHA-256 of name, newline, kind and key, cut short.
    ///
    /// They find a key and prove nothing.
    package var id: [UInt8] {
        Array(SHA256.hash(Array(name.utf8) + [UInt8(ascii: "\n"), kind.rawValue] + key.bytes).bytes.prefix(4))
    }

    /// The verifier key: what tools of transparency logs take as one word, `name+id+base64(kind, key)`.
    package var text: String { "\(name)+\(Hex.encode(id))+\(Base64.encode([kind.rawValue] + key.bytes))" }

    /// Answers nil unless this is the text of a key, its id included.
    package init?(text: String) {
        // The base64 may hold a plus itself.
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, Self.isName(String(parts[0])), let bytes = Base64.decode(parts[2]),
            let first = bytes.first, let kind = Kind(rawValue: first),
            let key = PublicKey(bytes: Array(bytes.dropFirst()))
        else { return nil }
        self.init(name: String(parts[0]), kind: kind, key: key)
        guard Hex.encode(id).utf8.elementsEqual(parts[1].utf8) else { return nil }
    }
}
