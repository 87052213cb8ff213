import Cryptography
import Foundation
import Primitives
import Testing

/// A changed byte of any format changes a file under `Tests/Vectors/Bytes` that a reviewer sees (spec 2.1, 3.3, 5).
///
/// Each file shows two values of a type in words and in bytes, and the hash over 65,536 of them. `FARTHING_RECORD=1` writes
/// the files anew: `Scripts/record` does.
@Suite struct GoldenBytesTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Vectors/Bytes")
    private static let isRecording = ProcessInfo.processInfo.environment["FARTHING_RECORD"] == "1"
    private static let valueCount = 65_536

    @Test(arguments: GoldenType.all) func hasTheBytesOfItsFile(_ type: GoldenType) throws {
        let seed = SHA256.hash(Array(type.name.utf8)).words.first
        var samples = Samples(seed: UInt64(littleEndian: seed))
        var hasher = SHA256()
        var text = "\(type.name)\n"
        for index in 0..<Self.valueCount {
            let value = type.make(&samples)
            guard value.isReadBack else {
                Issue.record("value \(index) does not read back as itself: \(Hex.encode(value.bytes))")
                return
            }
            var length = WireWriter()
            length.write(UInt32(value.bytes.count))
            hasher.update(length.bytes)
            hasher.update(value.bytes)
            guard index < 2 else { continue }
            text +=
                "\nvalue \(index)\n" + Shown.lines(value.shown, depth: 1) + "bytes \(index)\n" + Shown.hex(value.bytes)
        }
        text += "\nSHA-256 of \(Self.valueCount) values, each behind its length as u32\n  \(hasher.finish())\n"
        let file = Self.folder.appendingPathComponent(type.name + ".txt")
        if Self.isRecording {
            try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        let recorded = try String(contentsOf: file, encoding: .utf8)
        #expect(recorded == text, "the bytes of \(type.name) have changed: Scripts/record shows how")
    }

    @Test(.disabled(if: isRecording, "the files are just being written")) func everyFileBelongsToAType() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        #expect(Set(files) == Set(GoldenType.all.map { $0.name + ".txt" }))
    }
}

/// A value in words: one line a member, deeper ones further in.
private enum Shown {
    static func lines(_ value: Any, depth: Int, label: String? = nil) -> String {
        let indent = String(repeating: "  ", count: depth)
        let start = indent + (label.map { "\($0) " } ?? "")
        if let leaf = leaf(value) { return start + leaf + "\n" }
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .collection:
            let elements = mirror.children.enumerated().map {
                lines($0.element.value, depth: depth + 1, label: "\($0.offset)")
            }
            return elements.isEmpty ? start + "none\n" : indent + (label ?? "list") + "\n" + elements.joined()
        case .optional:
            guard let some = mirror.children.first else { return start + "none\n" }
            return lines(some.value, depth: depth, label: label)
        case .enum:
            guard let content = mirror.children.first else { return start + "\(value)\n" }
            return start + (content.label ?? "") + "\n" + members(content.value, depth: depth + 1)
        default:
            guard let label else { return members(value, depth: depth) }
            return indent + label + "\n" + members(value, depth: depth + 1)
        }
    }

    private static func members(_ value: Any, depth: Int) -> String {
        let mirror = Mirror(reflecting: value)
        guard leaf(value) == nil, mirror.displayStyle == .tuple || mirror.displayStyle == .struct else {
            return lines(value, depth: depth)
        }
        return mirror.children.map { lines($0.value, depth: depth, label: $0.label) }.joined()
    }

    /// What is one word.
    private static func leaf(_ value: Any) -> String? {
        switch value {
        case let value as any ThirtyTwoBytes: value.hex
        case let value as Signature: Hex.encode(value.bytes)
        case let bytes as [UInt8]: bytes.isEmpty ? "none" : Hex.encode(bytes)
        case let value as String: "\"\(value)\""
        case let value as any BinaryInteger: "\(value)"
        case let value as any WireCodable & CustomStringConvertible: value.description
        default: nil
        }
    }

    static func hex(_ bytes: [UInt8]) -> String {
        stride(from: 0, to: bytes.count, by: 48).map {
            "  " + Hex.encode(Array(bytes[$0..<min($0 + 48, bytes.count)])) + "\n"
        }.joined()
    }
}
