import LedgerCore
import Primitives
import StrictJSON

/// A transaction as a client sent it: in hex of its canonical bytes, or in its JSON form, which the node encodes itself.
enum TransactionArgument {
    case own(IdentifiedTransaction)
    /// It says that it is meant for another network: that alone is the answer, and nothing goes to the gate.
    case foreign(Rejection)

    init(_ reader: JSONReader, genesis: Genesis) throws(JSONReadError) {
        if case .string(let text) = reader.value {
            guard let bytes = Hex.decode(text) else { throw reader.expected(Self.kinds) }
            do throws(WireError) {
                self = .own(
                    IdentifiedTransaction(try SignedTransaction(decodingAll: bytes), network: genesis.networkID)
                )
            } catch {
                throw reader.refused("these bytes are not a transaction: \(error.sentence)")
            }
            return
        }
        guard case .object = reader.value else { throw reader.expected(Self.kinds) }
        let written = try WrittenTransaction(reader, prefix: genesis.parameters.accountPrefix)
        if let rejection = written.rejection(by: genesis.networkID) {
            self = .foreign(rejection)
        } else {
            self = .own(IdentifiedTransaction(written.signed, network: genesis.networkID))
        }
    }

    static let kinds = "a transaction, in lower-case hex or as an object"
}

/// A transaction to look at, in either form; the authorization may be left out of both.
struct DraftArgument {
    /// With a signature of zeros when it was given without one.
    let identified: IdentifiedTransaction
    let isSigned: Bool
    /// It says that it is meant for another network.
    let rejection: Rejection?

    init(_ reader: JSONReader, genesis: Genesis) throws(JSONReadError) {
        let network = genesis.networkID
        if case .string(let text) = reader.value {
            guard let bytes = Hex.decode(text) else { throw reader.expected(TransactionArgument.kinds) }
            rejection = nil
            // Either form ends where it says, so no bytes are both.
            if let transaction = Self.unsigned(bytes) {
                isSigned = false
                identified = IdentifiedTransaction(transaction.unsigned, network: network)
                return
            }
            isSigned = true
            do throws(WireError) {
                identified = IdentifiedTransaction(try SignedTransaction(decodingAll: bytes), network: network)
            } catch {
                throw reader.refused("these bytes are not a transaction: \(error.sentence)")
            }
            return
        }
        guard case .object = reader.value else { throw reader.expected(TransactionArgument.kinds) }
        let draft = try DraftTransaction(reader, prefix: genesis.parameters.accountPrefix)
        isSigned = draft.authorization != nil
        rejection = draft.network.flatMap { $0 == network ? nil : .wrongNetwork($0) }
        let signed = draft.authorization.map {
            SignedTransaction(transaction: draft.transaction, authorization: $0)
        }
        identified = IdentifiedTransaction(signed ?? draft.transaction.unsigned, network: network)
    }

    private static func unsigned(_ bytes: [UInt8]) -> Transaction? {
        do throws(WireError) { return try Transaction(decodingAll: bytes) } catch { return nil }
    }
}

extension Transaction {
    /// As long as signed, for what depends on the length.
    fileprivate var unsigned: SignedTransaction { SignedTransaction(transaction: self, authorization: .owner(.zero)) }
}

extension WireError {
    fileprivate var sentence: String {
        switch self {
        case .truncated(let wanted, let available): "they end where \(wanted) more should stand, after \(available)"
        case .leftOver(let byteCount): "\(byteCount) bytes are left over"
        case .lengthNotShortest: "a length is not in its shortest form"
        case .lengthTooLarge(let length, let limit): "a length is \(length), more than \(limit)"
        case .unknownTag(let tag, let kind): "\(tag) is no kind of \(kind)"
        case .notABoolean(let byte): "\(byte) is neither true nor false"
        case .outOfRange(let what): what
        }
    }
}
