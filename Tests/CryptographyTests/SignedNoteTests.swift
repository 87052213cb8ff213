import Cryptography
import Primitives
import Testing

@Suite struct SignedNoteTests {
    private let scheme = StrictEd25519()
    private let text = "example.com/log\n7\nqqo=\n"
    private let key: SigningKey

    init() throws { key = try #require(SigningKey(seed: [UInt8](repeating: 7, count: 32))) }

    private func signer(_ kind: NoteKey.Kind, _ name: String = "example.com/log") -> NoteKey {
        NoteKey(name: name, kind: kind, key: key.publicKey)
    }

    /// The example of the C2SP text signed-note, whose key is the one of Go's sumdb/note.
    @Test func readsAPublishedVerifierKey() throws {
        let text = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
        let key = try #require(NoteKey(text: text))
        #expect(key.name == "PeterNeumann" && key.kind == .note && Hex.encode(key.id) == "c74f20a3" && key.text == text)
        let note = """
            If you think cryptography is the answer to your problem,
            then you don't know what your problem is.

            — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=

            """
        let read = try SignedNote(bytes: Array(note.utf8))
        #expect(read.bytes == Array(note.utf8))
        #expect(read.verdict(on: key, by: scheme) == .good(seconds: nil))
    }

    @Test func signsAndCosignsAndFindsWhoDid() throws {
        var note = SignedNote(text: text)
        note.sign(by: key, as: "example.com/log")
        note.cosign(by: key, as: "witness", at: 1_700_000_000)
        let read = try SignedNote(bytes: note.bytes)
        #expect(read == note)
        #expect(read.verdict(on: signer(.note), by: scheme) == .good(seconds: nil))
        #expect(read.verdict(on: signer(.cosignature, "witness"), by: scheme) == .good(seconds: 1_700_000_000))
        #expect(read.verdict(on: signer(.note, "witness"), by: scheme) == .absent)
        // Who signs again replaces what it said before.
        note.cosign(by: key, as: "witness", at: 1_700_000_001)
        #expect(note.signatures.count == 2)
        #expect(note.verdict(on: signer(.cosignature, "witness"), by: scheme) == .good(seconds: 1_700_000_001))
    }

    /// Every single bit of a note with two signatures: it is unreadable, or at least one signature is gone or invalid.
    @Test func noticesEveryChangedBit() {
        var note = SignedNote(text: text)
        note.sign(by: key, as: "example.com/log")
        note.cosign(by: key, as: "witness", at: 1_700_000_000)
        let keys = [signer(.note), signer(.cosignature, "witness")]
        for index in note.bytes.indices {
            for bit in 0..<8 {
                var changed = note.bytes
                changed[index] ^= 1 << UInt8(bit)
                guard let read = try? SignedNote(bytes: changed) else { continue }
                let good = keys.filter { if case .good = read.verdict(on: $0, by: scheme) { true } else { false } }
                #expect(good.count < 2, "byte \(index), bit \(bit)")
            }
        }
    }

    @Test func aBadLineOfAKnownKeyMakesTheNoteInvalidEvenBesideAGoodOne() throws {
        var note = SignedNote(text: text)
        note.sign(by: key, as: "example.com/log")
        var other = SignedNote(text: "another\n")
        other.sign(by: key, as: "example.com/log")
        let both = SignedNote(text: text, signatures: note.signatures + other.signatures)
        #expect(both.verdict(on: signer(.note), by: scheme) == .invalid)
    }

    @Test func refusesWhatIsNoSignedNote() {
        let line = "— a AAAAAAA="
        let rows: [(String, SignedNoteError)] = [
            ("", .noSignatures), ("text\n", .noSignatures), ("text\n\n", .noSignatures),
            ("\n\n\(line)\n", .character(offset: 0)),
            ("text\n\n\(line)", .noSignatures), ("te\u{1}xt\n\n\(line)\n", .character(offset: 2)),
            ("te\rxt\n\n\(line)\n", .character(offset: 2)), ("tëxt\n\n\(line)\n", .character(offset: 1)),
            ("text\n\n- a AAAAAAA=\n", .signatureLine(number: 1)),
            ("text\n\n— a  AAAAAAA=\n", .signatureLine(number: 1)),
            ("text\n\n— a+b AAAAAAA=\n", .signatureLine(number: 1)),
            ("text\n\n— a AAAAAA==\n", .signatureLine(number: 1)),
            ("text\n\n\(line)\n— b\n", .signatureLine(number: 2)),
            ("text\n\n" + String(repeating: line + "\n", count: 65), .tooManySignatures(count: 65, limit: 64)),
            (String(repeating: "x", count: 1 << 16) + "\n", .tooLong(byteCount: (1 << 16) + 1, limit: 1 << 16)),
        ]
        for (text, expected) in rows where text != "\n\n\(line)\n" {
            #expect(throws: expected, "\(text.prefix(40))") { try SignedNote(bytes: Array(text.utf8)) }
        }
    }

    @Test func refusesTextsThatAreNoKey() throws {
        let good = signer(.note, "a+".replacing("+", with: "")).text
        #expect(NoteKey(text: good) != nil)
        for index in good.utf8.indices {
            var bytes = Array(good.utf8)
            bytes[good.utf8.distance(from: good.utf8.startIndex, to: index)] ^= 1
            #expect(NoteKey(text: String(decoding: bytes, as: UTF8.self)) == nil)
        }
        for name in ["", "a b", "a+b", "ä", "a\n"] { #expect(!NoteKey.isName(name), "\(name)") }
    }
}
