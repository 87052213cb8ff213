package import Cryptography
package import Primitives

/// The name of a transaction: a hash of everything but the authorization (spec 2.3).
///
/// Leaving the signature out is what keeps anybody from giving one transaction two ids.
package struct TransactionID: ThirtyTwoBytes {
    package let words: Words32
    package init(words: Words32) { self.words = words }
}

extension Transaction {
    /// Hashes the whole transaction once.
    package func id(in network: NetworkID) -> TransactionID {
        TransactionID(words: Hash32(tag: .transaction, network: network, body: encoded()).words)
    }
}

extension TransactionID {
    /// The bytes that the payer signs: the tag, a zero byte, the id.
    package var signingBytes: [UInt8] { DomainTag.signature.message(hash: self) }
}

/// A signed transaction with the names that the node looks it up by, each computed once.
///
/// One reference: it goes from message to pool to block to disk, and a copy of 250 bytes at each step would cost more than
/// its execution.
package struct IdentifiedTransaction: Hashable, Sendable {
    private final class Contents: Sendable {
        let signed: SignedTransaction
        let id: TransactionID
        let leaf: Hash32
        let byteCount: Int

        init(_ signed: SignedTransaction, id: TransactionID, leaf: Hash32, byteCount: Int) {
            self.signed = signed
            self.id = id
            self.leaf = leaf
            self.byteCount = byteCount
        }
    }

    private let contents: Contents

    package var signed: SignedTransaction { contents.signed }
    package var id: TransactionID { contents.id }
    /// The leaf in the block's tree and in the log; differs between two signatures of one transaction.
    package var leaf: Hash32 { contents.leaf }
    /// The length of the canonical encoding.
    package var byteCount: Int { contents.byteCount }

    package init(_ signed: SignedTransaction, network: NetworkID) {
        var writer = WireWriter(capacity: 256)
        signed.transaction.encode(into: &writer)
        let id = TransactionID(words: Hash32(tag: .transaction, network: network, body: writer.bytes).words)
        signed.authorization.encode(into: &writer)
        let leaf = Merkle.leafHash(writer.bytes)
        contents = Contents(signed, id: id, leaf: leaf, byteCount: writer.bytes.count)
    }

    /// Decodes a transaction and hashes the bytes that it was decoded from: a value has no others.
    package init(decoding rest: inout RawSpan, network: NetworkID) throws(WireError) {
        let all = rest
        let transaction = try Transaction(decoding: &rest)
        let unsigned = all.extracting(first: all.byteCount - rest.byteCount)
        let signed = SignedTransaction(transaction: transaction, authorization: try Authorization(decoding: &rest))
        let byteCount = all.byteCount - rest.byteCount
        let id = TransactionID(words: Hash32(tag: .transaction, network: network, body: unsigned).words)
        let leaf = Merkle.leafHash(all.extracting(first: byteCount))
        contents = Contents(signed, id: id, leaf: leaf, byteCount: byteCount)
    }

    package var transaction: Transaction { contents.signed.transaction }

    // The leaf is a hash of every byte: equal leaves are equal transactions.
    package static func == (left: Self, right: Self) -> Bool { left.leaf == right.leaf && left.id == right.id }
    package func hash(into hasher: inout Hasher) { hasher.combine(leaf) }
}

extension IdentifiedTransaction: CustomReflectable {
    /// What it holds, not how.
    package var customMirror: Mirror {
        Mirror(
            self,
            children: ["signed": signed, "id": id, "leaf": leaf, "byteCount": byteCount],
            displayStyle: .struct
        )
    }
}

extension RawSpan {
    /// Takes a vector of signed transactions and names each; the names depend on the network.
    package mutating func takeTransactions(
        of network: NetworkID,
        limit: Int = Int(UInt32.max)
    ) throws(WireError) -> [IdentifiedTransaction] {
        let count = try takeCount(limit: limit, minimumByteCount: SignedTransaction.minimumByteCount)
        var transactions: [IdentifiedTransaction] = []
        transactions.reserveCapacity(count)
        for _ in 0..<count { transactions.append(try IdentifiedTransaction(decoding: &self, network: network)) }
        return transactions
    }
}

extension IdentifiedTransaction: Signed {
    /// The id already names the network, so a check needs nothing else.
    package struct Context: Sendable {
        package init() {}
    }

    package func signatureClaims(in context: Context) -> [SignatureClaim]? {
        switch signed.authorization {
        case .owner(let signature):
            [SignatureClaim(key: transaction.payer.key, message: id.signingBytes, signature: signature)]
        }
    }
}
