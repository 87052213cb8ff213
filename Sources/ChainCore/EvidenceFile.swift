package import ConsensusCore
package import Primitives
package import StrictJSON

/// What shows a misdeed of validators, as a file: two signed things that no honest validators make both (spec 3.8).
///
/// It claims; `EvidenceCheck` decides, with the genesis file alone.
package struct EvidenceFile: Hashable, Sendable {
    package let network: NetworkID
    package let content: Content

    package enum Content: Hashable, Sendable {
        /// Two votes of one validator in one view.
        case votes(Evidence)
        /// Two certificates of one view that can't both exist unless a third of the validators signed both.
        case certificates(Certificate, Certificate)
    }

    /// The member `format`; another form gets another name.
    package static let format = "farthing/evidence/v1"

    package init(network: NetworkID, content: Content) {
        self.network = network
        self.content = content
    }

    /// Reads the form that `json` writes, and no other.
    package init(_ reader: JSONReader) throws(JSONReadError) {
        try reader.only(["format", "network", "kind", "first", "second"])
        _ = try reader.member("format").string(as: "\"\(Self.format)\"") { $0 == Self.format ? $0 : nil }
        network = try reader.member("network").network()
        let first = try reader.member("first")
        let second = try reader.member("second")
        switch try reader.member("kind").string() {
        case "votes":
            let one: Vote = try first.wire("a vote")
            guard let evidence = Evidence(one, try second.wire("a vote")), evidence.first == one else {
                throw second.refused("does not contradict `first`, or stands in the wrong order")
            }
            content = .votes(evidence)
        case "certificates":
            content = .certificates(try first.wire("a certificate"), try second.wire("a certificate"))
        default: throw try reader.member("kind").expected("one of votes, certificates")
        }
    }

    package var json: JSON {
        let (kind, first, second) =
            switch content {
            case .votes(let evidence): ("votes", evidence.first.encoded(), evidence.second.encoded())
            case .certificates(let first, let second): ("certificates", first.encoded(), second.encoded())
            }
        return [
            "format": .string(Self.format), "network": .string(network.hex), "kind": .string(kind),
            "first": .string(Hex.encode(first)), "second": .string(Hex.encode(second)),
        ]
    }
}
