import ChainCore
import Primitives

extension ExportFault {
    var text: FindingText {
        let (rule, expected, found) = reason.parts
        return FindingText(
            "export.\(rule)",
            at: "record \(place.record), byte \(place.offset)",
            expected: expected,
            found: found
        )
    }
}

extension ExportFault.Reason {
    /// The rule's name, what it asks for and what is there.
    fileprivate var parts: (rule: String, expected: String, found: String) {
        switch self {
        case .notAnExport: ("begin", "farthing export", "something else")
        case .cutOff: ("end", "a record", "the end of the file")
        case .unknownKind(let kind): ("kind", "0 to \(ExportKind.allCases.count - 1)", "\(kind)")
        case .tooLong(let byteCount): ("length", "at most \(ExportFormat.contentByteCountMax)", "\(byteCount)")
        case .check(let expected, let found): ("check", expected.hex, found.hex)
        case .order(let expected, let found):
            ("order", expected.map(\.name).joined(separator: " or "), found.name)
        case .malformed(let kind, let reason): ("record", "a \(kind.name)", reason)
        case .signature(let kind): ("signature", "a \(kind.name) that holds", "a signature that does not, or no quorum")
        case .evidenceOrder: ("order", "evidence in the order of epoch and validator", "other")
        case .segment(let expected, let found): ("segment", expected.text, found.text)
        case .manifest(let expected, let found): ("manifest", expected.text, found.text)
        case .leftOver: ("end", "the end of the file", "more bytes")
        case .height(let expected, let found): ("height", "\(expected)", "\(found)")
        case .parent(let expected, let found): ("parent", expected.hex, found.hex)
        }
    }
}

extension ExportKind {
    var name: String {
        switch self {
        case .header: "header"
        case .certificate: "certificate"
        case .evidence: "evidence"
        case .block: "block"
        case .segment: "segment"
        case .manifest: "manifest"
        }
    }
}

extension ExportSegment {
    fileprivate var text: String {
        "blocks \(first) to \(last), \(transactions) transactions, \(payments) payments, \(byteCount) bytes, \(root)"
    }
}

extension ExportManifest {
    fileprivate var text: String {
        "\(blocks) blocks, \(transactions) transactions, \(payments) payments, \(certificates) certificates, "
            + "\(evidence) evidence, \(segments) segments, tip \(tip), \(root)"
    }
}
