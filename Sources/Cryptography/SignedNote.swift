import Primitives

/// One line of signature under a note.
package struct NoteSignature: Hashable, Sendable {
    package let name: String
    /// The four bytes of `NoteKey.id`.
    package let keyID: [UInt8]
    /// What the kind of key makes of it: 64 bytes, or a time before them.
    package let bytes: [UInt8]
}

/// Why a text is no signed note.
package enum SignedNoteError: Error, Hashable, Sendable {
    case tooLong(byteCount: Int, limit: Int)
    /// Not UTF-8, a control character, or another than printable ASCII in the text.
    case character(offset: Int)
    /// No blank line before signatures, or the last line is not ended.
    case noSignatures
    case signatureLine(number: Int)
    case tooManySignatures(count: Int, limit: Int)
}

/// What a note's signatures say of one key.
package enum NoteVerdict: Hashable, Sendable {
    /// No line names this key.
    case absent
    /// A line names it, and the signature does not hold: the whole note is refused (C2SP signed-note).
    case invalid
    /// It holds; with the time in seconds since 1970 for a cosignature.
    case good(seconds: UInt64?)
}

/// A text with signatures below it, in the form that transparency logs use (C2SP signed-note).
///
///     text, one or more lines
///
///     — name base64(key id, signature)
///
/// The text may be believed only once a signature by a known key has been checked.
package struct SignedNote: Hashable, Sendable {
    /// Ends with a newline.
    package let text: String
    package private(set) var signatures: [NoteSignature]

    package static let byteCountMax = 1 << 16
    package static let signaturesMax = 64
    /// An em dash and a blank.
    private static let mark: [UInt8] = [0xE2, 0x80, 0x94, 0x20]

    package init(text: String, signatures: [NoteSignature] = []) {
        precondition(text.utf8.last == UInt8(ascii: "\n"), "a note's text ends its last line")
        self.text = text
        self.signatures = signatures
    }

    // MARK: Signing

    /// Puts the key's signature under the text, in place of an earlier one by the same key.
    package mutating func sign(by key: SigningKey, as name: String) {
        let signer = NoteKey(name: name, kind: .note, key: key.publicKey)
        put(key.sign(Array(text.utf8)).bytes, by: signer)
    }

    /// Cosigns as a witness, at a time in seconds since 1970.
    package mutating func cosign(by key: SigningKey, as name: String, at seconds: UInt64) {
        let signer = NoteKey(name: name, kind: .cosignature, key: key.publicKey)
        let time = (0..<8).map { UInt8(truncatingIfNeeded: seconds >> UInt64(56 - 8 * $0)) }
        put(time + key.sign(cosignedMessage(at: seconds)).bytes, by: signer)
    }

    private mutating func put(_ bytes: [UInt8], by signer: NoteKey) {
        signatures.removeAll { $0.isBy(signer) }
        signatures.append(NoteSignature(name: signer.name, keyID: signer.id, bytes: bytes))
    }

    private func cosignedMessage(at seconds: UInt64) -> [UInt8] {
        Array("cosignature/v1\ntime \(seconds)\n\(text)".utf8)
    }

    // MARK: Checking

    /// What the lines that name this key are worth; one bad line among them makes it invalid.
    package func verdict(on key: NoteKey, by scheme: some SignatureScheme) -> NoteVerdict {
        var verdict = NoteVerdict.absent
        for line in signatures where line.isBy(key) {
            guard let good = goodness(of: line, by: key, scheme) else { return .invalid }
            verdict = good
        }
        return verdict
    }

    private func goodness(of line: NoteSignature, by key: NoteKey, _ scheme: some SignatureScheme) -> NoteVerdict? {
        var seconds: UInt64?
        var rest = line.bytes[...]
        var message = Array(text.utf8)
        if key.kind == .cosignature {
            guard rest.count == 72 else { return nil }
            let time = rest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
            guard time <= UInt64(Int64.max) else { return nil }
            seconds = time
            message = cosignedMessage(at: time)
            rest = rest.dropFirst(8)
        }
        guard let signature = Signature(bytes: Array(rest)) else { return nil }
        let claim = SignatureClaim(key: key.key, message: message, signature: signature)
        return scheme.verdicts(on: [claim]) == [true] ? .good(seconds: seconds) : nil
    }

    // MARK: Bytes

    package var bytes: [UInt8] {
        var bytes = Array(text.utf8) + [UInt8(ascii: "\n")]
        for line in signatures {
            bytes += Self.mark + Array("\(line.name) \(Base64.encode(line.keyID + line.bytes))\n".utf8)
        }
        return bytes
    }

    /// Reads what `bytes` writes, and signatures of kinds that we don't know.
    package init(bytes: [UInt8]) throws(SignedNoteError) {
        let limit = Self.byteCountMax
        guard bytes.count <= limit else { throw .tooLong(byteCount: bytes.count, limit: limit) }
        // The text is separated from the signatures by the last empty line.
        guard bytes.last == UInt8(ascii: "\n"),
            let blank = bytes.indices.dropLast().last(where: { bytes[$0] == 0x0A && bytes[$0 + 1] == 0x0A }), blank > 0
        else { throw .noSignatures }
        let head = bytes[...blank]
        if let offset = head.firstIndex(where: { $0 != 0x0A && !(0x20...0x7E).contains($0) }) {
            throw .character(offset: offset)
        }
        let lines = bytes[(blank + 2)...].dropLast().split(separator: 0x0A, omittingEmptySubsequences: false)
        guard bytes.count > blank + 2 else { throw .noSignatures }
        guard lines.count <= Self.signaturesMax else {
            throw .tooManySignatures(count: lines.count, limit: Self.signaturesMax)
        }
        var signatures: [NoteSignature] = []
        for (index, line) in lines.enumerated() {
            guard let signature = Self.signature(in: Array(line)) else { throw .signatureLine(number: index + 1) }
            signatures.append(signature)
        }
        self.init(text: String(decoding: head, as: UTF8.self), signatures: signatures)
    }

    private static func signature(in line: [UInt8]) -> NoteSignature? {
        guard line.starts(with: mark) else { return nil }
        let words = line.dropFirst(mark.count).split(separator: 0x20, omittingEmptySubsequences: false)
        guard words.count == 2 else { return nil }
        let name = String(decoding: words[0], as: UTF8.self)
        guard NoteKey.isName(name), let bytes = Base64.decode(String(decoding: words[1], as: UTF8.self)),
            bytes.count > 4
        else { return nil }
        return NoteSignature(name: name, keyID: Array(bytes.prefix(4)), bytes: Array(bytes.dropFirst(4)))
    }
}

extension NoteSignature {
    /// The name and the id together name a key.
    fileprivate func isBy(_ key: NoteKey) -> Bool { name == key.name && keyID == key.id }
}
