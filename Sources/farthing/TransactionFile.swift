import LedgerCore
import Primitives
import StrictJSON

/// A transaction as it travels between `tx build`, `tx sign` and `tx submit`: JSON that names its network.
///
///     {"network": …, "transaction": {payer, nonce, validUntil, maxPrice, action}, "authorization": {"owner": …}}
struct TransactionFile {
    let path: String
    let network: NetworkID
    /// What accounts of that network begin with, taken from the payer.
    let prefix: String
    let transaction: Transaction
    /// Nil while it is unsigned.
    let signed: SignedTransaction?

    /// `-` is standard input.
    init(_ path: String) throws(CommandFailure) {
        self.path = path == "-" ? "standard input" : path
        let bytes = try InputFile.bytes(of: path, limit: 4 << 20)
        let json: JSON
        do throws(JSONError) {
            json = try JSON.parse(bytes)
        } catch {
            throw CommandFailure(.badInput, "\(path): \(error). `farthing tx build` prints such a file")
        }
        do throws(JSONReadError) {
            let reader = JSONReader(json)
            let member = try reader.member("transaction")
            let payer = try member.member("payer").string()
            let prefix = payer.lastIndex(of: "1").map { String(payer[..<$0]) } ?? ""
            network = try reader.member("network").string(as: "a network id of 64 hex digits") { NetworkID(hex: $0) }
            if json["authorization"] == nil {
                try reader.only(["network", "transaction"])
                transaction = try Transaction(member, prefix: prefix)
                signed = nil
            } else {
                let written = try WrittenTransaction(reader, prefix: prefix)
                transaction = written.signed.transaction
                signed = written.signed
            }
            self.prefix = prefix
        } catch {
            throw CommandFailure(.badInput, "\(path): \(error). `farthing tx build` prints such a file")
        }
    }

    var id: TransactionID { transaction.id(in: network) }
    var payments: [Payment] {
        switch transaction.action {
        case .pay(let payments): payments
        }
    }
}
