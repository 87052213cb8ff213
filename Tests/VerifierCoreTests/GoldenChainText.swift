import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives
import VerifierCore

/// The golden chain in words, so that a reviewer sees what a changed byte changes.
struct GoldenChainText {
    private(set) var text = ""
    private let chain: TestChain
    private var ledger: Ledger

    init(_ golden: GoldenChain, export: [UInt8]) throws {
        chain = golden.chain
        ledger = Ledger(genesis: golden.chain.genesis)
        add("Ten blocks of a network of four validators; GoldenChainTests wrote this file and the two beside it.")
        add("")
        add("network", chain.network.hex)
        add("block 0", chain.blocks[0].block.parent.hex)
        add("chain.export", "\(export.count) bytes, SHA-256 \(SHA256.hash(export))")
        for (item, story) in zip(chain.blocks, golden.stories) { try add(item, story) }
        add("\nbeside the chain")
        for certificate in golden.waiting { add(certificate) }
        for evidence in golden.waitingEvidence { add(evidence) }
        try addRecords(of: export)
        addBalances()
    }

    private mutating func add(_ line: String) { text += line + "\n" }

    private mutating func add(_ name: String, _ value: String) {
        add("  " + name + String(repeating: " ", count: max(1, 21 - name.utf8.count)) + value)
    }

    // MARK: - A block

    private mutating func add(_ item: JustifiedBlock, _ story: String) throws {
        let block = item.block
        add("\nblock \(block.height): \(story)")
        add("hash", block.hash.hex)
        for field in HeaderField.allCases { add(field.rawValue, field.value(in: block.header).description) }
        add("bytes", "\(block.encoded().count) of the block, SHA-256 \(SHA256.hash(block.encoded()))")
        add(item.justification.certificate)
        for nullification in item.justification.nullifications { add(nullification) }
        for transaction in block.transactions { add(transaction, price: block.header.price) }
        for evidence in block.evidence { add(evidence) }
        let delta = try ledger.execute(block.transactions, at: block.time, payoutTo: chain.rules.payoutAccounts)
        if delta.payout > .zero { add("payout", "\(delta.payout) to each validator") }
        ledger.finalize(delta)
    }

    private mutating func add(_ item: IdentifiedTransaction, price: UInt64) {
        let transaction = item.signed.transaction
        add("transaction", item.id.hex)
        add("  by", "\(account(transaction.payer)), nonce \(transaction.nonce), fee \(price * transaction.shares)")
        for payment in transaction.payments {
            let reference = payment.reference.isEmpty ? "" : ", reference \(Hex.encode(payment.reference))"
            add("  pays", "\(payment.amount) to \(account(payment.payee))\(reference)")
        }
    }

    private mutating func add(_ certificate: Certificate) {
        let signers = certificate.signers.signers(of: chain.electorate.validators.count) ?? []
        add(
            "\(certificate.body.kind)",
            "view \(certificate.view)\(parent(certificate.body)), signed by "
                + signers.map(String.init).joined(separator: ", ")
        )
    }

    private mutating func add(_ evidence: Evidence) {
        add("evidence", "validator \(evidence.signer), view \(evidence.view)")
        for vote in [evidence.first, evidence.second] {
            add("  \(vote.body.kind)", vote.body.block.map(\.hex) ?? "no block")
        }
    }

    private func parent(_ body: VoteBody) -> String { body.target.map { " on view \($0.parentView)" } ?? "" }

    private func account(_ id: AccountID) -> String { id.text(prefix: chain.genesis.parameters.accountPrefix) }

    // MARK: - The file, and what is left in the end

    private mutating func addRecords(of export: [UInt8]) throws {
        add("\nrecords of chain.export, each with the byte at which it begins")
        var reader = ExportReader()
        reader.feed(export)
        var place = ExportPlace.header
        while let item = try reader.next() {
            add("\(place.offset)", name(item))
            place = reader.place
        }
        add("\(place.offset)", "the end")
    }

    private func name(_ item: ExportItem) -> String {
        switch item {
        case .header(let header): "header: blocks \(header.first) to \(header.last)"
        case .certificate(let certificate): "certificate: \(certificate.body.kind), view \(certificate.view)"
        case .evidence(let evidence): "evidence: validator \(evidence.signer)"
        case .block(let block): "block \(block.height)"
        case .segment(let segment): "segment: blocks \(segment.first) to \(segment.last), root \(segment.root)"
        case .manifest(let manifest): "manifest: root \(manifest.root)"
        }
    }

    private mutating func addBalances() {
        add("\naccounts after block \(chain.header.height)")
        for index in 0..<ledger.accountCount() {
            guard let account = ledger.account(numbered: AccountNumber(UInt32(index))) else {
                preconditionFailure("accounts are numbered without a gap")
            }
            add("\(index)", "\(self.account(account.id)) \(account.balance)")
        }
    }
}
