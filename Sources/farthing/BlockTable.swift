import ChainCore
import Cryptography
import LedgerCore
import LevelDBStorage
import Primitives
import VerifierCore

/// Every block's price, fees and payout as CSV (RFC 4180, line feeds), beside a report: row by row, so the chain's length
/// costs no memory.
///
/// It follows from the chain alone: two auditors get the same bytes.
struct BlockTable: ~Copyable {
    /// Nil without a path, or while no block holds yet: who is refused at the start finds no empty table.
    private var file: NewFile?
    private let path: String?
    private var digest = SHA256()
    private var byteCount: UInt64 = 0

    static let header = "height,timeMilliseconds,proposer,transactions,payments,shares,price,fees,poolAfter\n"

    /// Without a path only the digest is reckoned.
    init(path: String?) {
        file = nil
        self.path = path
        reckon(Array(Self.header.utf8))
    }

    /// The pool's balance is left empty at light depth.
    mutating func append(_ step: VerificationStep) throws(FileError) {
        let header = step.block.header
        let pool =
            step.verifier.depth == .full ? step.verifier.ledger.balance(of: .pool).map { String($0.units) } ?? "" : ""
        try append(
            "\(header.height),\(header.time),\(header.proposer),\(header.transactionCount),"
                + "\(step.block.paymentCount),\(header.shares),\(header.price),\(header.fees),\(pool)\n"
        )
    }

    private mutating func append(_ line: String) throws(FileError) {
        try begin()
        let bytes = Array(line.utf8)
        reckon(bytes)
        try file?.append(bytes)
    }

    private mutating func reckon(_ bytes: [UInt8]) {
        digest.update(bytes)
        byteCount += UInt64(bytes.count)
    }

    private mutating func begin() throws(FileError) {
        guard let path, file == nil else { return }
        var new = try NewFile(path)
        try new.append(Array(Self.header.utf8))
        file = consume new
    }

    /// What was written so far, by its digest.
    var input: ReportInput {
        let digest = digest
        return ReportInput(name: "CSV", byteCount: byteCount, digest: digest.finish())
    }

    mutating func finish() throws(FileError) {
        try begin()
        try file.take()?.finish()
    }
}
