import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives
import StrictJSON
import Testing
import VerifierCore

/// Proofs as a node would make them, over the sample chain, and all that is wrong with others.
@Suite struct ProofCheckTests {
    private let chain: TestChain

    init() throws { chain = try TestChain.sample(validators: 4) }

    private func facts(_ proof: Proof, genesis: Genesis? = nil) throws(ProofFault) -> ProofFacts {
        try ProofCheck.facts(of: proof, genesis: genesis ?? chain.genesis, scheme: StrictEd25519())
    }

    private func fault(_ statement: Proof.Statement) -> ProofFault? {
        do throws(ProofFault) {
            _ = try facts(Proof(network: chain.network, statement: statement))
            return nil
        } catch {
            #expect(error.sentence.hasSuffix("."))
            return error
        }
    }

    @Test func everyTransactionIsInTheLogAtEveryLaterBlock() throws {
        for block in chain.blocks {
            for index in block.block.transactions.indices {
                for head in block.block.height.number...UInt64(chain.blocks.count) {
                    let proof = chain.inclusion(height: block.block.height.number, index: index, at: head)
                    guard case .inclusion(let settled, _, let shown) = try facts(proof) else {
                        Issue.record("another kind of proof")
                        continue
                    }
                    #expect(settled == block.block.transactions[index] && shown.header.height == Height(head))
                }
            }
        }
    }

    @Test func everyLogBeginsWithEveryEarlierOne() throws {
        for old in 1...UInt64(chain.blocks.count) {
            for new in old...UInt64(chain.blocks.count) {
                let shown = try facts(chain.consistency(old, new))
                #expect(shown.head.header.height == Height(new))
            }
        }
    }

    @Test func everyAccountIsInTheState() throws {
        for number in 0..<UInt32(chain.ledger.accountCount()) {
            let proof = try #require(chain.balance(AccountNumber(number)))
            guard case .balance(let claim, _) = try facts(proof) else { continue }
            #expect(claim.balance == chain.ledger.balance(of: AccountNumber(number)))
        }
        #expect(chain.ledger.path(of: AccountID(TestChain.key(9, 9).publicKey)) == nil)
    }

    @Test func survivesTheWayThroughJSON() throws {
        for proof in try samples {
            for text in [proof.json(prefix: "far").text, proof.json(prefix: "far").prettyText] {
                #expect(try Proof(JSONReader(JSON.parse(text)), prefix: "far") == proof)
            }
        }
    }

    /// Every bit of each text: it is unreadable, or does not hold.
    ///
    /// One thing may change unnoticed: the number of an account and the count of accounts, which no header fixes alone.
    @Test func isRefusedWithAnyByteChanged() throws {
        for proof in try samples {
            let bytes = proof.json(prefix: "far").bytes
            for index in bytes.indices {
                for bit in [0, 3] {
                    var changed = bytes
                    changed[index] ^= 1 << UInt8(bit)
                    guard let json = try? JSON.parse(changed), let read = try? Proof(JSONReader(json), prefix: "far")
                    else {
                        continue
                    }
                    if case .balance(let one) = read.statement, case .balance(let other) = proof.statement,
                        one.account == other.account, one.balance == other.balance, one.head == other.head,
                        one.path.hashes == other.path.hashes
                    {
                        continue
                    }
                    #expect(throws: ProofFault.self, "byte \(index): \(String(decoding: changed, as: UTF8.self))") {
                        try facts(read)
                    }
                }
            }
        }
    }

    private var samples: [Proof] {
        get throws {
            [
                chain.inclusion(height: 2, index: 1, at: 5), chain.consistency(1, 4),
                try #require(chain.balance(AccountNumber(1))),
            ]
        }
    }

    // MARK: - One row for each rule

    @Test func refusesAnotherNetwork() throws {
        let other = try TestChain(validators: 4, name: "other")
        #expect(throws: ProofFault.network(expected: other.network, found: chain.network)) {
            try facts(chain.consistency(1, 4), genesis: other.genesis)
        }
    }

    @Test func refusesAHeadThatIsNotFinal() throws {
        guard case .consistency(let claim) = chain.consistency(1, 4).statement else { return }
        let empty = FinalHead(headers: [], finalization: claim.new.finalization)
        #expect(
            fault(.consistency(Proof.Consistency(old: claim.old, new: empty, path: claim.path))) == .head(.noHeaders)
        )
        #expect(
            fault(.consistency(Proof.Consistency(old: empty, new: claim.new, path: claim.path))) == .oldHead(.noHeaders)
        )
        let few = FinalHead(
            headers: claim.new.headers,
            finalization: chain.certificate(claim.new.finalization.body, by: [0, 1])
        )
        guard
            case .head(.finalization(.justification(.noQuorum)))? = fault(
                .consistency(Proof.Consistency(old: claim.old, new: few, path: claim.path))
            )
        else {
            Issue.record("two of four are no quorum")
            return
        }
    }

    @Test func refusesTheWrongOrderAndAPathThatShowsNothing() throws {
        guard case .consistency(let claim) = chain.consistency(1, 5).statement else { return }
        #expect(
            fault(.consistency(Proof.Consistency(old: claim.new, new: claim.old, path: claim.path)))
                == .order(old: Height(5), new: Height(1))
        )
        for path in [[], claim.path + [.zero], claim.path.map { _ in Hash32.zero }] {
            #expect(
                fault(.consistency(Proof.Consistency(old: claim.old, new: claim.new, path: path))) == .inconsistent
            )
        }
    }

    @Test func refusesATransactionElsewhereAndAnotherBalance() throws {
        guard case .inclusion(let claim) = chain.inclusion(height: 2, index: 1, at: 5).statement,
            case .balance(let balance) = try #require(chain.balance(AccountNumber(1))).statement
        else { return }
        for (index, path) in [(0, claim.path), (2, []), (.max, claim.path)] as [(UInt64, [Hash32])] {
            let wrong = Proof.Inclusion(signed: claim.signed, logIndex: index, path: path, head: claim.head)
            #expect(fault(.inclusion(wrong)) == .notInLog(index: index))
        }
        let richer = Proof.Balance(
            account: balance.account,
            balance: Amount(units: balance.balance.units + 1),
            path: balance.path,
            head: balance.head
        )
        #expect(fault(.balance(richer)) == .notInState)
        let other = Proof.Balance(account: .pool, balance: balance.balance, path: balance.path, head: balance.head)
        #expect(fault(.balance(other)) == .notInState)
    }

    // MARK: - Checkpoints and proofs in the form of transparency logs

    private func note(_ height: UInt64, by keys: [SigningKey]) -> SignedNote {
        let item = chain.blocks[Int(height) - 1].block
        var note = SignedNote(text: Checkpoint(item.header, hash: item.hash, network: chain.network).text)
        for key in keys { note.sign(by: key, as: Checkpoint.origin(of: chain.network)) }
        return note
    }

    private func check(_ note: SignedNote, others: [NoteKey] = []) throws(CheckpointFault) -> CheckedCheckpoint {
        try CheckpointCheck.check(note, genesis: chain.genesis, others: others, scheme: StrictEd25519())
    }

    @Test func aCheckpointNamesWhoSignedIt() throws {
        let auditor = TestChain.key(9, 1)
        var note = note(4, by: [TestChain.key(3, 0), TestChain.key(3, 2), TestChain.key(8, 8)])
        note.cosign(by: auditor, as: "auditor", at: 5)
        let own = NoteKey(name: "auditor", kind: .cosignature, key: auditor.publicKey)
        let checked = try check(note, others: [own])
        #expect(
            Set(checked.validators.map(\.noteKey)) == [TestChain.key(3, 0).publicKey, TestChain.key(3, 2).publicKey]
        )
        #expect(checked.others == [CheckedCheckpoint.Signer(key: own, seconds: 5)])
        #expect(checked.checkpoint.block == chain.blocks[3].block.hash)
        #expect(throws: CheckpointFault.nobodyKnown) { try check(self.note(4, by: [TestChain.key(8, 8)])) }
        let other = try TestChain(validators: 4, name: "other")
        #expect(throws: CheckpointFault.network(expected: other.network, found: chain.network)) {
            try CheckpointCheck.check(note, genesis: other.genesis, scheme: StrictEd25519())
        }
        #expect(throws: CheckpointFault.form) { try check(SignedNote(text: "a\n1\n2\n")) }
        let moved = SignedNote(text: self.note(3, by: []).text, signatures: note.signatures)
        #expect(throws: CheckpointFault.self) { try check(moved) }
    }

    @Test func aCheckpointHasOneSpelling() throws {
        let text = note(4, by: []).text
        let point = try #require(Checkpoint(text: text))
        #expect(point.text == text)
        #expect(Checkpoint(text: text + "more\n") == nil)
        #expect(Checkpoint(text: text.replacing("farthing 4", with: "farthing 04")) == nil)
        #expect(Checkpoint(text: text.replacing("farthing 4", with: "farthing +4")) == nil)
        #expect(Checkpoint(text: text.replacing("\nfarthing ", with: "\nfarthings ")) == nil)
    }

    @Test func aTlogProofRestsOnTheCheckpointsSigners() throws {
        guard case .inclusion(let claim) = chain.inclusion(height: 2, index: 1, at: 5).statement else { return }
        let proof = TlogProof(
            signed: claim.signed,
            index: claim.logIndex,
            path: claim.path,
            note: note(5, by: [TestChain.key(3, 1)])
        )
        #expect(TlogProof(bytes: proof.bytes) == proof)
        let facts = try TlogProofFacts(proof, genesis: chain.genesis, scheme: StrictEd25519())
        #expect(facts.settled == chain.blocks[1].block.transactions[1] && facts.signed.validators.count == 1)
        for index in proof.bytes.indices {
            for bit in 0..<8 {
                var changed = proof.bytes
                changed[index] ^= 1 << UInt8(bit)
                guard let read = TlogProof(bytes: changed) else { continue }
                #expect(throws: TlogProofFault.self, "byte \(index), bit \(bit)") {
                    try TlogProofFacts(read, genesis: chain.genesis, scheme: StrictEd25519())
                }
            }
        }
    }
}

// MARK: - As a node would make them

extension TestChain {
    private var leaves: [Hash32] { blocks.flatMap { $0.block.transactions.map(\.leaf) } }

    private func head(_ height: UInt64) -> FinalHead {
        let place = Int(height) - 1
        let end = blocks[place...].firstIndex(where: \.justification.isFinalization) ?? blocks.count - 1
        return FinalHead(
            headers: blocks[place...end].map(\.block.header),
            finalization: blocks[end].justification.certificate
        )
    }

    fileprivate func inclusion(height: UInt64, index: Int, at head: UInt64) -> Proof {
        let block = blocks[Int(height) - 1].block
        let place = block.header.logSize - UInt64(block.transactions.count) + UInt64(index)
        let size = Int(blocks[Int(head) - 1].block.header.logSize)
        let claim = Proof.Inclusion(
            signed: block.transactions[index].signed,
            logIndex: place,
            path: Merkle.inclusionPath(index: place, leafHashes: Array(leaves.prefix(size))),
            head: self.head(head)
        )
        return Proof(network: network, statement: .inclusion(claim))
    }

    fileprivate func consistency(_ old: UInt64, _ new: UInt64) -> Proof {
        let sizes = [old, new].map { blocks[Int($0) - 1].block.header.logSize }
        let path = Merkle.consistencyProof(oldSize: sizes[0], leafHashes: Array(leaves.prefix(Int(sizes[1]))))
        return Proof(
            network: network,
            statement: .consistency(Proof.Consistency(old: head(old), new: head(new), path: path))
        )
    }

    fileprivate func balance(_ number: AccountNumber) -> Proof? {
        guard let account = ledger.account(numbered: number), let path = ledger.path(of: account.id) else { return nil }
        let claim = Proof.Balance(
            account: account.id,
            balance: account.balance,
            path: path,
            head: head(UInt64(blocks.count))
        )
        return Proof(network: network, statement: .balance(claim))
    }
}
