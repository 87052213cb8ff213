import Cryptography
package import Primitives

/// Where the log of all transactions and the chain stand at a final block (spec 2.7), as a note says it (C2SP tlog-checkpoint).
///
///     farthing/<network id>
///     <log size>
///     <log root, base64>
///     farthing <height> <block hash>
///
/// Size and root alone don't fix where blocks begin; the fourth line does.
package struct Checkpoint: Hashable, Sendable {
    package let network: NetworkID
    package let height: Height
    package let block: Hash32
    /// How many transactions there are since genesis.
    package let logSize: UInt64
    package let logRoot: Hash32

    package init(network: NetworkID, height: Height, block: Hash32, logSize: UInt64, logRoot: Hash32) {
        self.network = network
        self.height = height
        self.block = block
        self.logSize = logSize
        self.logRoot = logRoot
    }

    package init(_ header: Header, hash: Hash32, network: NetworkID) {
        self.init(
            network: network,
            height: header.height,
            block: hash,
            logSize: header.logSize,
            logRoot: header.logRoot
        )
    }

    /// The log's name, and that of its validators' note keys: the same for all, their ids tell them apart.
    package static func origin(of network: NetworkID) -> String { "farthing/\(network.hex)" }

    package var text: String {
        "\(Self.origin(of: network))\n\(logSize)\n\(Base64.encode(logRoot.bytes))\nfarthing \(height) \(block.hex)\n"
    }

    /// Reads the form that `text` writes, and no other; nil for anything else.
    package init?(text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 5, lines[0].hasPrefix("farthing/"),
            let network = NetworkID(hex: lines[0].dropFirst("farthing/".count)), let size = UInt64(lines[1]),
            let root = Base64.decode(lines[2]).flatMap({ Hash32(bytes: $0) })
        else { return nil }
        let words = lines[3].split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, let height = UInt64(words[1]), let block = Hash32(hex: words[2]) else { return nil }
        self.init(network: network, height: Height(height), block: block, logSize: size, logRoot: root)
        // One value has one spelling: no sign, no leading zero, nothing else in the place of a word.
        guard self.text.utf8.elementsEqual(text.utf8) else { return nil }
    }
}
