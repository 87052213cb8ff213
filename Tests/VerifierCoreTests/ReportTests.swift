import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives
import StrictJSON
import Testing
import VerifierCore

@Suite struct ReportTests {
    @Test func theTextOfAChainHasOneLayout() throws {
        let chain = try TestChain.sample(validators: 2)
        let keys = chain.consensusKeys.map(\.publicKey.hex)
        let votes = ["01", "02"].map { "notarize \($0)" + String(repeating: "0", count: 62) + " on view 0" }
        let led = (0..<2).map { index in
            let own = chain.blocks.map(\.block).filter { Int($0.header.proposer) == index }
            let transactions = own.reduce(0) { $0 + $1.transactions.count }
            let counts = [(own.count, "block"), (transactions, "transaction"), (transactions, "payment")]
                .map { "\($0) \($1)\($0 == 1 ? "" : "s")" }
            return "    led \(counts.joined(separator: ", ")), fees \(transactions * 400)"
        }
        #expect(
            chain.report().text == """
                farthing verification report 2
                verdict              sound
                depth                full
                network              \(chain.network)
                unit                 unit, 6 decimals; amounts below are base units
                height               5
                block                \(chain.hash)
                time                 1700000064650 ms, 2023-11-14T22:14:24.650Z
                view                 8
                final by certificate height 5
                uncertified tail     0 blocks
                blocks               5
                  finalized          3
                  notarized          2
                views skipped        3
                transactions         4
                payments             4
                signatures checked   22
                accounts             7
                supply               3000000000
                fee pool             400
                amount paid          10013
                fees                 1600
                paid to validators   1200
                price per share      200 to 200, mean 200
                validators           2
                  0 \(keys[0]) "node 0"
                \(led[0])
                  1 \(keys[1]) "node 1"
                \(led[1])
                evidence             1
                  height 4: validator 1, view 1: \(votes[0]); \(votes[1])
                    key \(keys[1]) "node 1"
                entries compared     none: the chain alone was checked

                """
        )
    }

    @Test func damageComesFirst() throws {
        let chain = try TestChain.sample(validators: 4)
        let before = try chain.blocks.prefix(1).reduce(into: TestChain(validators: 4)) { try $0.append($1) }
        let lie = before.resealed(chain.blocks[1]) { $0.price += 1 }
        let lines = chain.report(of: [chain.blocks[0], lie]).text.split(separator: "\n")
        #expect(
            lines[1...7] == [
                "verdict              damaged",
                "  at height          2",
                "  rule               header.price",
                "  expected           200",
                "  found              201",
                "  certified by       validators 0, 1, 2",
                "depth                full",
            ]
        )
        #expect(lines.contains("height               1"))
    }

    @Test func aForkNamesWhoSignedBoth() throws {
        let chain = try TestChain.sample(validators: 4)
        let text = chain.report(loose: [chain.nullification(View(1), by: [0, 2, 3])]).text
        #expect(text.contains("\n  rule               conflict\n"))
        #expect(text.contains("\n  place              view 1\n"))
        #expect(text.contains("\n  signed both        validators 0, 2\n"))
        #expect(text.contains("\n  certified by       nobody\n"))
    }

    @Test func aGapIsASentence() throws {
        var chain = try TestChain.sample(validators: 4)
        try chain.append(try chain.next(kind: .notarize))
        let gap = Gap.voteLogAhead(finalView: View(20), lastView: View(9))
        var verifier = Verifier(genesis: chain.genesis)
        for item in chain.blocks {
            _ = try verifier.check(
                CheckedBlock(item, electorate: verifier.electorate, scheme: StrictEd25519())
            )
        }
        let text = verifier.finish(gaps: [gap]).text
        #expect(
            text.contains(
                """
                verdict              incomplete
                  no finalization covers the blocks above height 5, up to 6
                  the vote log knows view 20 as final, the chain ends at view 9

                """
            )
        )
    }

    @Test func aNameCannotImitateALine() throws {
        let report = try TestChain(validators: 1, name: "a\"\\\nverdict sound é").report()
        #expect(report.text.contains(" \"a\\\"\\\\\\u{a}verdict sound \\u{e9} 0\"\n"))
        #expect(report.text.utf8.allSatisfy { $0 == 10 || (0x20...0x7E).contains($0) })
    }

    @Test func theJSONSaysTheSame() throws {
        let chain = try TestChain.sample(validators: 4)
        let json = chain.report().json
        #expect(json["verdict"] == "sound")
        #expect(json["violation"] == .null)
        #expect(json["height"] == "5")
        #expect(json["block"] == .string(chain.hash.hex))
        #expect(json["fees"] == "1600")
        #expect(json["lowestPrice"] == "200")
        #expect(json["validators"]?.asArray?.count == 4)
        #expect(json["entriesCompared"] == .null)
        let misdeed = try #require(json["evidence"]?.asArray?.first)
        #expect(misdeed["name"] == "node 1")
        #expect(misdeed["consensusKey"] == .string(chain.consensusKeys[1].publicKey.hex))
        let bytes = try #require(misdeed["bytes"]?.asString.flatMap { Hex.decode($0) })
        #expect(try Evidence(decodingAll: bytes) == chain.blocks[3].block.evidence[0])

        let fork = chain.report(loose: [chain.nullification(View(1), by: [0, 2, 3])]).json
        #expect(fork["verdict"] == "damaged")
        #expect(fork["violation"]?["rule"] == "conflict")
        #expect(fork["violation"]?["culprits"] == [0, 2])
    }

    @Test func theSameReportHasTheSameBytes() throws {
        let first = try TestChain.sample(validators: 4).report()
        let second = try TestChain.sample(validators: 4).report()
        #expect(first == second)
        #expect(first.text == second.text)
        #expect(first.json.bytes == second.json.bytes)
    }

    @Test func whatConvictsValidatorsIsThereAsFiles() throws {
        let chain = try TestChain.sample(validators: 4)
        let shown = EvidenceFile(network: chain.network, content: .votes(chain.blocks[3].block.evidence[0]))
        #expect(chain.report().evidence == [shown])
        // The first block's finalization and this one can't both be.
        let rival = chain.nullification(View(1), by: [0, 2, 3])
        let files = chain.report(loose: [rival]).evidence
        #expect(files.map(\.content) == [.certificates(chain.blocks[0].justification.certificate, rival)])
        let facts = try EvidenceCheck.facts(of: files[0], genesis: chain.genesis, scheme: StrictEd25519())
        #expect(facts.culprits.map(\.index) == [0, 2])
    }

    @Test func whatANodeSaysCannotImitateALineNorFillTheReport() {
        let line = AnswerFault(method: "m", place: "p", expected: "e", found: "x\nverdict              sound é")
        #expect(line.found == "\"x\\u{a}verdict              sound \\u{e9}\"")
        let long = AnswerFault(method: "m", place: "p", expected: "e", found: String(repeating: "a", count: 1_000_000))
        #expect(long.found == String(repeating: "a", count: 200) + ", and 999800 characters more")
        #expect(AnswerFault(method: "m", place: "p", expected: "e", found: "7").found == "7")
    }

    // MARK: - A report that is checked

    @Test func aReportHoldsAgainstItself() throws {
        let json = try TestChain.sample(validators: 4).report().json
        let comparison = ReportComparison(report: json, repeated: json, hasGrown: false)
        #expect(comparison.holds && comparison.remarks.isEmpty)
    }

    /// Counts of what a copy held are bound to its bytes: of the same ones they must be the same.
    @Test func aReportOfOtherBytesIsToldApart() throws {
        func report(_ digest: Hash32, signatures: JSON) throws -> JSON {
            var report = try TestChain.sample(validators: 4).report()
            let input = ReportInput(name: "export of blocks 1 to 5", byteCount: 1, digest: digest)
            let table = ReportInput(name: "CSV", byteCount: 1, digest: .zero)
            report.origin = ReportOrigin(command: [], version: "1", inputs: [input], blocks: table)
            var members = JSONObject()
            for member in try #require(report.json.asObject).members {
                members.append(member.name, member.name == "signaturesChecked" ? signatures : member.value)
            }
            return .object(members)
        }
        let said = try report(.zero, signatures: "7")
        let same = ReportComparison(report: said, repeated: try report(.zero, signatures: "8"), hasGrown: false)
        #expect(same.isSameInput && same.differences.map(\.place) == ["signaturesChecked"])
        let other = try report(SHA256.hash([1]), signatures: "8")
        let apart = ReportComparison(report: said, repeated: other, hasGrown: false)
        #expect(!apart.isSameInput && apart.holds)
        #expect(apart.remarks.map(\.place) == ["signaturesChecked", "inputs[0].sha256"])
    }

    @Test func everyChangedLineOfAReportIsNamed() throws {
        let json = try TestChain.sample(validators: 4).report().json
        let object = try #require(json.asObject)
        let free = [
            "inputs", "entriesCompared", "answersCompared", "signaturesChecked", "finalizedBlocks", "notarizedBlocks",
            "skippedViews", "view", "certifiedHeight", "uncertifiedTail", "version", "command",
        ]
        for changed in object.members {
            var members = JSONObject()
            for member in object.members {
                members.append(member.name, member.name == changed.name ? "?" : member.value)
            }
            let comparison = ReportComparison(report: .object(members), repeated: json, hasGrown: false)
            let isFree = free.contains(changed.name)
            #expect(comparison.holds == isFree, "\(changed.name)")
            let named = isFree ? comparison.remarks : comparison.differences
            #expect(named.contains { $0.place.hasPrefix(changed.name) }, "\(changed.name)")
        }
    }

    /// Whoever reads only the rule's name must know which check it was.
    @Test func noTwoRulesShareANameAndAPlace() {
        let part = SignedPart.certificate(view: View(1))
        let findings: [Finding] =
            HeaderField.allCases.filter { $0 != .timeMilliseconds }.map {
                .header($0, expected: .number(1), found: .number(2))
            }
            + [
                .timeTooEarly(earliest: Milliseconds(2), found: Milliseconds(1)),
                .changeOfValidators(count: 1),
                .evidence(.tooMuch(count: 2, limit: 1)),
                .evidence(.foreignEpoch(index: 0, Epoch(1))),
                .evidence(.repeated(index: 0, epoch: .zero, signer: 0)),
                .signature(part),
                .signature(.nullification(view: View(1))),
                .signature(.transaction(index: 1)),
                .signature(.evidence(index: 1)),
                .justification(.wrongKind(.nullify)),
                .justification(.block(expected: .zero, found: .zero)),
                .justification(.parentView(expected: .zero, found: .zero)),
                .justification(.viewNotAfterParent(view: .zero, parentView: .zero)),
                .justification(.missingNullification(view: View(1))),
                .justification(.strayNullification(index: 1)),
                .justification(.epoch(part, expected: .zero, found: .zero)),
                .justification(.malformedSigners(part)),
                .justification(.noQuorum(part, signers: 0, quorum: 1)),
                .supply(expected: .zero, found: nil),
                .pool(expected: 0, found: .zero),
                .accountsRoot(expected: .zero, found: .zero),
                .transactions(.tooEarly(time: .zero, earliest: .zero)),
                .transactions(.tooManyBytes(count: 2, limit: 1)),
                .transactions(.tooManyShares(count: 2, limit: 1)),
                .transactions(.rejected(transaction: 0, .noPayments)),
                .transactions(.expired(transaction: 0, validUntil: .zero)),
                .transactions(.notYetValid(transaction: 0, from: .zero)),
                .transactions(.priceAboveMaximum(transaction: 0, price: 2, maxPrice: 1)),
                .transactions(.payerUnknown(transaction: 0)),
                .transactions(.nonceUsed(transaction: 0, by: .zero)),
                .transactions(.insufficientFunds(transaction: 0, balance: .zero, wanted: .zero)),
                .transactions(.openingBelowMinimum(transaction: 0, payment: 0, amount: .zero)),
                .entry(.missing(.tip)),
                .entry(.different(.tip, expected: [1], found: [2])),
                .entry(.account(AccountNumber(1), expected: Self.account, found: Self.account)),
                .entry(.snapshotAheadOfTip(snapshot: .zero, tip: .zero)),
                .entry(.count(.blocks, expected: 1, found: 2)),
                .entry(.damaged(StoreDamage(.tip, "changed"))),
                .answer(AnswerFault(method: "tx_status", place: "x", expected: "1", found: "2")),
            ]
        let names = findings.map { "\($0.text.rule) \($0.text.place)" }
        #expect(Set(names).count == names.count)
        #expect(findings.allSatisfy { !$0.text.expected.isEmpty && !$0.text.found.isEmpty })
    }

    private static let account = StoredAccount(id: .zero, balance: .zero, touched: .zero)
}
