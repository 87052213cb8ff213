package import ChainCore
import Cryptography
package import LedgerCore
package import Primitives
package import StrictJSON

/// Makes the rows of all tables from blocks that hold (spec 8.6), and the manifest over them.
///
/// Every row has one form, so who recomputes the chain makes the same bytes. Memory: 48 bytes an account.
package struct TableBook: Sendable {
    package let format: TableFormat
    private let genesis: Genesis
    private let prefix: String
    private var accounts: [Account]
    private var files: [FileTally]
    private var height = Height.zero
    private var hash: Hash32
    private var time: Milliseconds
    private var sums = Sums()

    /// Rows that belong at the end of a table's file.
    package struct Piece: Sendable {
        package let table: Table
        package let bytes: [UInt8]
    }

    private struct FileTally: Sendable {
        var rows: UInt64 = 0
        var byteCount: UInt64 = 0
        var hasher = SHA256()
    }

    /// Wider than amounts: one unit may be paid again and again.
    private struct Sums: Sendable {
        var payments: UInt128 = 0
        var fees: UInt128 = 0
        var payouts: UInt128 = 0
    }

    /// Begins at block 0, whose ledger this is.
    package init(_ ledger: Ledger, format: TableFormat) {
        self.format = format
        genesis = ledger.genesis
        prefix = genesis.parameters.accountPrefix
        accounts = (0..<UInt32(ledger.accountCount())).map { number in
            guard let account = ledger.account(numbered: AccountNumber(number)) else {
                preconditionFailure("accounts are numbered without a gap")
            }
            return account
        }
        files = Table.allCases.map { _ in FileTally() }
        hash = ChainRules(genesis: genesis).genesisHeader(ledger.head).hash(network: genesis.networkID)
        time = genesis.time
    }

    package var last: Height { height }

    /// The beginnings of all files, and the validators.
    package mutating func begin() -> [Piece] {
        var pieces: [Piece] = []
        for table in Table.allCases {
            let head = format.head(table.columns)
            files[table.rawValue].byteCount += UInt64(head.count)
            files[table.rawValue].hasher.update(head)
            pieces.append(Piece(table: table, bytes: head))
        }
        let validators = genesis.validators.enumerated().map { index, validator -> [TableCell] in
            [
                .number(UInt64(index)),
                TableFormat.readable(Array(validator.name.utf8)).map { .free($0) } ?? .absent,
                .plain(validator.consensusKey.hex), .plain(validator.nodeKey.hex), .plain(validator.noteKey.hex),
                account(validator.payoutAccount),
            ]
        }
        pieces.append(piece(.validators, validators))
        return pieces
    }

    /// The rows of the next block, which holds.
    package mutating func rows(of final: FinalBlock) -> [Piece] {
        let block = final.block.block
        precondition(block.height == height.next, "blocks come one height after another")
        height = block.height
        hash = block.hash
        time = block.time
        let payments = paymentRows(final)
        touch(final.delta)
        return [piece(.blocks, [blockRow(final)]), piece(.payments, payments), piece(.payouts, payoutRows(final))]
    }

    /// Some rows of the accounts as the last block left them, from a place on; empty at the end.
    package mutating func accountRows(from start: Int) -> Piece {
        let end = min(accounts.count, start + Self.accountsAtOnce)
        let rows = (min(start, end)..<end).map { number -> [TableCell] in
            [
                .number(UInt64(number)), account(accounts[number].id), .number(genesisBalance(number).units),
                .number(accounts[number].balance.units), .number(accounts[number].touched.number),
            ]
        }
        return piece(.accounts, rows)
    }

    package static let accountsAtOnce = 4_096

    /// The manifest over all rows so far.
    package var manifest: JSON {
        let files = zip(Table.allCases, files).map { table, file -> JSON in
            [
                "name": .string(table.fileName(format)), "rows": .decimal(file.rows), "bytes": .decimal(file.byteCount),
                "sha256": .string(file.hasher.finish().hex),
            ]
        }
        let balances = accounts.reduce(UInt128(0)) { $0 + UInt128($1.balance.units) }
        return [
            "manifest": "farthing tables 1",
            "format": .string(format.rawValue),
            "network": .string(genesis.networkID.hex),
            "unit": .string(genesis.parameters.unit),
            "decimals": .integer(genesis.parameters.decimals),
            "height": .decimal(height.number),
            "block": .string(hash.hex),
            "timeMilliseconds": .decimal(time.number),
            "files": .array(files),
            "sums": [
                "payments": .string(String(sums.payments)), "fees": .string(String(sums.fees)),
                "payouts": .string(String(sums.payouts)), "balances": .string(String(balances)),
                "supply": .decimal(genesis.supply.units),
            ],
        ]
    }

    private mutating func piece(_ table: Table, _ rows: [[TableCell]]) -> Piece {
        var bytes: [UInt8] = []
        for row in rows { format.append(row, named: table.columns, to: &bytes) }
        files[table.rawValue].rows += UInt64(rows.count)
        files[table.rawValue].byteCount += UInt64(bytes.count)
        files[table.rawValue].hasher.update(bytes)
        return Piece(table: table, bytes: bytes)
    }

    private func account(_ id: AccountID) -> TableCell { .plain(id.text(prefix: prefix)) }

    /// The pool is number 0, then come the accounts of genesis, in its order.
    private func genesisBalance(_ number: Int) -> Amount {
        number >= 1 && number <= genesis.accounts.count ? genesis.accounts[number - 1].balance : .zero
    }

    private mutating func touch(_ delta: LedgerDelta) {
        for account in delta.touched {
            let now = Account(id: account.id, balance: account.balance, touched: delta.head.height)
            if account.isOpened { accounts.append(now) } else { accounts[Int(account.number.value)] = now }
        }
    }
}

// MARK: - Rows

extension TableBook {
    /// A transaction's signature is paid for with its first payment; the balances are those after this payment and its fee.
    private mutating func paymentRows(_ final: FinalBlock) -> [[TableCell]] {
        let header = final.block.block.header
        // Looked up by key only.
        var balances: [AccountID: Amount] = [:]
        for account in final.delta.touched { balances[account.id] = account.balanceBefore }
        let time = Timestamp.text(header.time)
        var rows: [[TableCell]] = []
        for (index, identified) in final.block.block.transactions.enumerated() {
            let transaction = identified.transaction
            for (place, payment) in transaction.payments.enumerated() {
                let fee = Amount(units: header.price * (place == 0 ? 2 : 1))
                let payerBalance = Self.less(balances[transaction.payer], payment.amount, fee)
                balances[transaction.payer] = payerBalance
                let payeeBalance = Self.more(balances[payment.payee], payment.amount)
                balances[payment.payee] = payeeBalance
                sums.payments += UInt128(payment.amount.units)
                sums.fees += UInt128(fee.units)
                rows.append([
                    .number(header.height.number), .number(UInt64(index)), .number(UInt64(place)), .plain(time),
                    .plain(identified.id.hex), account(transaction.payer), account(payment.payee),
                    .number(payment.amount.units), .number(fee.units), .plain(Hex.encode(payment.reference)),
                    TableFormat.readable(payment.reference).map { .free($0) } ?? .absent,
                    .number((balances[transaction.payer] ?? payerBalance).units), .number(payeeBalance.units),
                ])
            }
        }
        return rows
    }

    private func blockRow(_ final: FinalBlock) -> [TableCell] {
        let block = final.block.block
        let header = block.header
        return [
            .number(header.height.number), .plain(block.hash.hex), .number(header.time.number),
            .plain(Timestamp.text(header.time)), .number(final.view.number), .number(UInt64(header.proposer)),
            .bool(final.block.justification.isFinalization), .number(header.floor), .number(header.cost),
            .number(header.price), .number(UInt64(header.shares)), .number(UInt64(block.transactions.count)),
            .number(block.countedPayments), .number(header.price * UInt64(header.shares)),
            .number(final.delta.payout.units), .number(accounts[0].balance.units),
        ]
    }

    private mutating func payoutRows(_ final: FinalBlock) -> [[TableCell]] {
        guard final.delta.payout > .zero else { return [] }
        let header = final.block.block.header
        var rows: [[TableCell]] = []
        for (index, validator) in genesis.validators.enumerated() {
            guard let paid = final.delta.touched.first(where: { $0.id == validator.payoutAccount }) else {
                preconditionFailure("a payout touches every payout account")
            }
            sums.payouts += UInt128(final.delta.payout.units)
            rows.append([
                .number(header.height.number), .plain(Timestamp.text(header.time)), .number(UInt64(index)),
                account(validator.payoutAccount), .number(final.delta.payout.units), .number(paid.balance.units),
            ])
        }
        return rows
    }

    private static func less(_ balance: Amount?, _ amount: Amount, _ fee: Amount) -> Amount {
        guard let rest = balance?.subtracting(amount)?.subtracting(fee) else {
            preconditionFailure("the block holds: a payer has what its transaction takes")
        }
        return rest
    }

    private static func more(_ balance: Amount?, _ amount: Amount) -> Amount {
        guard let sum = (balance ?? .zero).adding(amount) else {
            preconditionFailure("all balances together are the supply, which is below 2^63")
        }
        return sum
    }
}
