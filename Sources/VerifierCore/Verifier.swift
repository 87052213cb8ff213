package import ChainCore
package import ConsensusCore
package import Cryptography
package import LedgerCore
package import Primitives

/// Recomputes a chain from the genesis values and trusts nothing else.
///
/// Blocks come in the order of their heights, each with its signatures already looked at. A block is taken only when
/// everything in it is what the genesis, the blocks before and its own body make it; the first one that is not ends the
/// verification. Memory is the state of the ledger: it does not grow with the number of blocks.
package struct Verifier: Sendable {
    package let genesis: Genesis
    /// Whose votes count: the validators of genesis, since no rule changes them yet.
    package let electorate: Electorate
    package private(set) var ledger: Ledger
    package private(set) var tally = ChainTally()
    /// The last block taken; block 0 before the first.
    package private(set) var header: Header
    package private(set) var hash: Hash32
    /// Block 0's.
    let genesisHeader: Header
    /// The view in which the last block was certified.
    package private(set) var view = View.zero

    package let depth: VerificationDepth

    /// The log over all transactions, kept at light depth only; else the ledger has it.
    private var log = LogFrontier()
    private var loose: LooseCertificates
    private let rules: ChainRules
    private var shown = ShownEvidence()
    private var comparison: CheckpointComparison?

    /// Begins at block 0.
    ///
    /// `loose` are certificates that lie beside the chain; each is held against the chain's own. `held` is a checkpoint
    /// that the chain must contain.
    package init(
        genesis: Genesis,
        loose: [Verified<Certificate>] = [],
        depth: VerificationDepth = .full,
        held: HeldCheckpoint? = nil
    ) {
        self.genesis = genesis
        self.depth = depth
        rules = ChainRules(genesis: genesis)
        electorate = rules.electorate
        ledger = Ledger(genesis: genesis)
        self.loose = LooseCertificates(loose.map(\.value), validatorCount: electorate.validators.count)
        genesisHeader = rules.genesisHeader(ledger.head)
        header = genesisHeader
        hash = header.hash(network: genesis.networkID)
        comparison = nil
        let first = checkpoint
        comparison = held.map { CheckpointComparison($0, first: first) }
    }

    /// Holds certificates that lie beside the chain against its own; before the first block, in place of any earlier ones.
    package mutating func hold(_ certificates: [Verified<Certificate>]) {
        precondition(header.height == .zero, "a block that was taken would not be held against them")
        loose = LooseCertificates(certificates.map(\.value), validatorCount: electorate.validators.count)
    }

    /// Where log and chain stand at the last block taken.
    package var checkpoint: Checkpoint { Checkpoint(header, hash: hash, network: genesis.networkID) }

    package var held: HeldCheckpoint? { comparison?.held }

    /// What is missing if the chain ends here, before the checkpoint that it must contain.
    package var gapBeforeCheckpoint: Gap? {
        guard let held, held.checkpoint.height > header.height else { return nil }
        return .checkpointAhead(held: held.checkpoint, last: checkpoint)
    }

    /// Takes the next block, or says what is wrong with it; answers what it changes in the ledger.
    ///
    /// After a violation the verifier stands where it stood before the block.
    package mutating func check(_ checked: CheckedBlock) throws(Violation) -> LedgerDelta {
        precondition(depth == .full, "at light depth nothing is executed, so nothing changes in a ledger")
        return try judge(checked) { (verifier) throws(Finding) in try verifier.take(checked) }
    }

    /// Takes the next block at light depth, or says what is wrong with it.
    package mutating func checkLightly(_ checked: CheckedBlock) throws(Violation) {
        precondition(depth == .light, "at full depth the ledger must move with the chain")
        try judge(checked) { (verifier) throws(Finding) in try verifier.takeLightly(checked) }
    }

    private mutating func judge<Answer>(
        _ checked: CheckedBlock,
        _ take: (inout Verifier) throws(Finding) -> Answer
    ) throws(Violation) -> Answer {
        do throws(Finding) {
            return try take(&self)
        } catch {
            let isCertified = checked.item.justification.certificate.block == checked.item.block.hash
            // A wrong height is one of the findings, so the place is the one that the block was read for.
            throw Violation(
                height: header.height.next,
                finding: error,
                certifiedBy: isCertified && error.isOfTheBlockItself ? checked.certificateSigners : []
            )
        }
    }

    private mutating func take(_ checked: CheckedBlock) throws(Finding) -> LedgerDelta {
        let block = checked.item.block
        try requireLink(block, justifiedBy: checked.item.justification)
        try requireBody(block)
        if let part = checked.bodyFault { throw .signature(part) }
        let delta = try requireLedger(block)
        try requireCertificates(checked)
        ledger.finalize(delta)
        move(to: checked, payout: delta.payout)
        return delta
    }

    private mutating func takeLightly(_ checked: CheckedBlock) throws(Finding) {
        let block = checked.item.block
        try requireLink(block, justifiedBy: checked.item.justification)
        try requireBody(block)
        if let part = checked.bodyFault { throw .signature(part) }
        var log = log
        for transaction in block.transactions { log.append(leafHash: transaction.leaf) }
        var expected = block.header
        expected.logSize = log.size
        expected.logRoot = log.root
        try block.header.require([.logSize, .logRoot], of: expected)
        try requireCertificates(checked)
        self.log = log
        move(to: checked, payout: .zero)
    }

    private func requireCertificates(_ checked: CheckedBlock) throws(Finding) {
        let justification = checked.item.justification
        try requireJustification(justification, of: checked.item.block)
        if let fault = checked.certificateFault { throw fault }
        if let conflict = loose.conflict(with: justification) { throw .conflict(conflict) }
        try comparison?.require(checked.item.block, network: genesis.networkID)
    }

    private mutating func move(to checked: CheckedBlock, payout: Amount) {
        let block = checked.item.block
        shown.insert(block.evidence)
        comparison?.add(block)
        header = block.header
        hash = block.hash
        view = checked.item.justification.view
        tally.add(checked, payout: payout, validatorCount: electorate.validators.count)
    }

    /// What needs all accounts at once: their sum, their root from nothing but themselves, the pool's balance from the
    /// totals of fees and payouts, and the loose certificates.
    ///
    /// Time proportional to the number of accounts.
    package func checkTotals() throws(Violation) {
        if let conflict = loose.conflictAmongThemselves {
            throw Violation(height: header.height, finding: .conflict(conflict))
        }
        do throws(Finding) {
            try comparison?.requireGrowth(to: checkpoint)
        } catch {
            throw Violation(height: header.height, finding: error)
        }
        guard depth == .full else { return }
        var totals = AccountTotals()
        for index in 0..<ledger.accountCount() {
            guard let account = ledger.account(numbered: AccountNumber(UInt32(index))) else {
                preconditionFailure("accounts are numbered without a gap")
            }
            totals.add(account)
        }
        guard totals.sum == genesis.supply else {
            throw Violation(height: header.height, finding: .supply(expected: genesis.supply, found: totals.sum))
        }
        guard totals.root == header.stateRoot else {
            throw Violation(
                height: header.height,
                finding: .accountsRoot(expected: header.stateRoot, found: totals.root)
            )
        }
        let pool = Int128(tally.fees) - Int128(tally.payouts)
        guard let found = ledger.balance(of: .pool), Int128(found.units) == pool else {
            throw Violation(
                height: header.height,
                finding: .pool(expected: pool, found: ledger.balance(of: .pool) ?? .zero)
            )
        }
    }
}

// MARK: - The rules, in the order of the checks

extension Verifier {
    /// The fields that follow from the parent and the place of the block alone (spec 2.5, 3.6, 3.10).
    private func requireLink(_ block: Block, justifiedBy justification: Justification) throws(Finding) {
        let found = block.header
        var expected = found
        expected.version = Header.version
        expected.epoch = electorate.epoch
        expected.height = header.height.next
        expected.parent = hash
        try found.require([.version, .epoch, .height, .parent], of: expected)

        let earliest = header.time.adding(genesis.parameters.blockSpacing)
        guard found.time >= earliest else { throw .timeTooEarly(earliest: earliest, found: found.time) }

        // The certificate names the view, and so the leader, but only if it is over this block.
        if justification.certificate.block == block.hash {
            expected.proposer = UInt16(electorate.validators.leader(of: justification.view, in: electorate.epoch))
            try found.require([.proposer], of: expected)
        }

        guard block.change.isEmpty else { throw .changeOfValidators(count: block.change.count) }
        // No block changes the validators, so these three are what they were in block 0.
        expected.changeHash = header.changeHash
        expected.validatorsHash = header.validatorsHash
        expected.nextValidatorsHash = header.nextValidatorsHash
        try found.require([.changeHash, .validatorsHash, .nextValidatorsHash], of: expected)
    }

    /// The fields that follow from the body.
    private func requireBody(_ block: Block) throws(Finding) {
        let found = block.header
        var expected = found
        let byteCount = block.transactions.reduce(0) { $0 + $1.byteCount }
        expected.transactionCount = UInt32(block.transactions.count)
        expected.transactionBytes = UInt32(
            LedgerHead.transactionBytes(count: block.transactions.count, byteCount: byteCount)
        )
        expected.transactionsRoot = block.transactionsRoot
        try found.require([.transactionCount, .transactionBytes, .transactionsRoot], of: expected)

        if let fault = shown.fault(of: block.evidence, in: electorate) { throw .evidence(fault) }
        expected.evidenceHash = rules.evidenceHash(after: header.evidenceHash, block.evidence)
        try found.require([.evidenceHash], of: expected)
    }

    /// The fields that follow from executing the transactions after the parent.
    private func requireLedger(_ block: Block) throws(Finding) -> LedgerDelta {
        let delta: LedgerDelta
        do throws(BlockFault) {
            delta = try ledger.execute(
                block.transactions,
                at: block.time,
                payoutTo: electorate.validators.validators.map(\.payoutAccount),
                transactionsRoot: block.transactionsRoot
            )
        } catch {
            throw .transactions(error)
        }
        var expected = block.header
        expected.floor = delta.head.floor
        expected.cost = delta.head.cost
        expected.price = delta.head.price
        expected.shares = delta.head.shares
        expected.logSize = delta.head.logSize
        expected.logRoot = delta.head.logRoot
        expected.stateRoot = delta.head.stateRoot
        try block.header.require(
            [.floor, .cost, .price, .shares, .logSize, .logRoot, .stateRoot],
            of: expected
        )
        return delta
    }

    /// Spec 3.11: a certificate over this block on top of the parent's view, and every view between was skipped.
    private func requireJustification(_ justification: Justification, of block: Block) throws(Finding) {
        let certificate = justification.certificate
        guard let target = certificate.body.target else { throw .justification(.wrongKind(certificate.kind)) }
        guard target.block == block.hash else {
            throw .justification(.block(expected: block.hash, found: target.block))
        }
        guard target.parentView == view else {
            throw .justification(.parentView(expected: view, found: target.parentView))
        }
        guard certificate.view > view else {
            throw .justification(.viewNotAfterParent(view: certificate.view, parentView: view))
        }
        var next = view.next
        for (index, nullification) in justification.nullifications.enumerated() {
            guard nullification.kind == .nullify, next < certificate.view, nullification.view >= next else {
                throw .justification(.strayNullification(index: index))
            }
            guard nullification.view == next else { throw .justification(.missingNullification(view: next)) }
            next = next.next
        }
        guard next == certificate.view else { throw .justification(.missingNullification(view: next)) }
    }
}

extension Finding {
    /// Is the block wrong beside the parent that it names, whatever else is stored? Then its certificate is a fault too.
    fileprivate var isOfTheBlockItself: Bool {
        switch self {
        case .header(let field, _, _): field != .height && field != .parent
        case .timeTooEarly, .changeOfValidators, .evidence, .transactions: true
        case .signature(.transaction), .signature(.evidence): true
        case .signature(.certificate), .signature(.nullification), .justification, .conflict: false
        case .supply, .pool, .accountsRoot, .entry, .export, .table, .answer, .checkpoint: false
        }
    }
}
