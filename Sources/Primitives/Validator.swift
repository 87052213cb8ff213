/// One validator of an epoch's list (spec 3.1); all keys are distinct over all roles.
package struct Validator: Hashable, Sendable, WireCodable {
    /// For people; at most 64 bytes of UTF-8.
    package let name: String
    /// Signs votes.
    package let consensusKey: PublicKey
    /// Identifies the node in TLS.
    package let nodeKey: PublicKey
    /// Signs checkpoints.
    package let noteKey: PublicKey
    /// Receives this validator's part of the fee pool.
    package let payoutAccount: AccountID

    package init(
        name: String,
        consensusKey: PublicKey,
        nodeKey: PublicKey,
        noteKey: PublicKey,
        payoutAccount: AccountID
    ) {
        self.name = name
        self.consensusKey = consensusKey
        self.nodeKey = nodeKey
        self.noteKey = noteKey
        self.payoutAccount = payoutAccount
    }

    package static var minimumByteCount: Int { 129 }
    package static let nameByteCountMax = 64

    package init(decoding rest: inout RawSpan) throws(WireError) {
        name = try rest.takeString(limit: Self.nameByteCountMax)
        consensusKey = try PublicKey(decoding: &rest)
        nodeKey = try PublicKey(decoding: &rest)
        noteKey = try PublicKey(decoding: &rest)
        payoutAccount = try AccountID(decoding: &rest)
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(string: name)
        writer.write(consensusKey)
        writer.write(nodeKey)
        writer.write(noteKey)
        writer.write(payoutAccount)
    }
}
