import ChainCore
import ConsensusCore
import LedgerCore
import Primitives

extension VerificationReport {
    /// The report for people, and for signing: fixed layout, ASCII, each line ended by a line feed.
    ///
    /// A line is a name padded to 20 columns and a value, or begins with two spaces and belongs to the line above. The
    /// same report always has the same bytes.
    package var text: String {
        var lines = ReportLines()
        lines.add("farthing verification report 2")
        lines.add("verdict", verdict.word)
        add(verdict, to: &lines)
        lines.add("depth", depth.rawValue)
        for omission in depth.omissions { lines.add("  not checked", omission) }
        if let held {
            lines.add("checkpoint", held.checkpoint.line)
            if let last = takenUpTo {
                lines.add("  on its word", "the signatures of transactions in blocks 1 to \(last)")
            }
        }
        lines.add("network", network.hex)
        lines.add("unit", "\(parameters.unit), \(parameters.decimals) decimals; amounts below are base units")
        lines.add("height", height.description)
        lines.add("block", hash.hex)
        lines.add("time", "\(time) ms, \(Timestamp.text(time))")
        lines.add("view", view.description)
        lines.add("final by certificate", "height \(tally.certifiedHeight)")
        lines.add("uncertified tail", "\((height.number - tally.certifiedHeight.number).of("block"))")
        lines.add("blocks", String(tally.blocks))
        lines.add("  finalized", String(tally.views.finalized))
        lines.add("  notarized", String(tally.views.notarized))
        lines.add("views skipped", String(tally.views.nullified))
        lines.add("transactions", String(tally.transactions))
        lines.add("payments", String(tally.payments))
        lines.add("signatures checked", String(tally.signatures))
        lines.add("accounts", accounts.map { String($0) } ?? "not recomputed")
        lines.add("supply", supply.description)
        lines.add("fee pool", pool?.description ?? "not recomputed")
        lines.add("amount paid", String(tally.turnover))
        lines.add("fees", String(tally.fees))
        lines.add("paid to validators", depth == .full ? String(tally.payouts) : "not recomputed")
        lines.add("price per share", priceLine)
        lines.add("validators", String(validators.count))
        for (index, validator) in validators.enumerated() {
            lines.add("  \(index) \(validator.consensusKey.hex) \(validator.name.quotedASCII)")
            let own = leader(index)
            lines.add(
                "    led \(own.blocks.of("block")), \(own.transactions.of("transaction")), \(own.payments.of("payment")), "
                    + "fees \(own.fees)"
            )
        }
        lines.add("evidence", String(tally.evidence.count))
        for misdeed in tally.evidence {
            let evidence = misdeed.evidence
            lines.add(
                "  height \(misdeed.height): validator \(evidence.signer), view \(evidence.view): "
                    + "\(evidence.first.body.text); \(evidence.second.body.text)"
            )
            let accused = validators[Int(evidence.signer)]
            lines.add("    key \(accused.consensusKey.hex) \(accused.name.quotedASCII)")
        }
        if let store {
            lines.add("entries compared", String(store.total))
            for count in store.counts { lines.add("  \(count.space)/", String(count.entries)) }
        }
        if let answers {
            lines.add("answers compared", String(answers.total))
            for count in answers.counts { lines.add("  \(count.name)", String(count.answers)) }
        }
        if store == nil, answers == nil { lines.add("entries compared", "none: the chain alone was checked") }
        if let origin { add(origin, to: &lines) }
        return lines.text
    }

    /// Lowest, highest and the mean over all shares, rounded down.
    private var priceLine: String {
        guard let prices = tally.prices, tally.shares > 0 else { return "none yet" }
        return "\(prices.lowerBound) to \(prices.upperBound), mean \(tally.fees / tally.shares)"
    }

    private func add(_ origin: ReportOrigin, to lines: inout ReportLines) {
        lines.add("inputs", String(origin.inputs.count))
        for input in origin.inputs { lines.add("  \(input.line)") }
        lines.add("table of blocks", origin.blocks.line)
        lines.add("version", origin.version)
        lines.add("command", origin.command.map(\.shellWord).joined(separator: " "))
    }

    private func add(_ verdict: Verdict, to lines: inout ReportLines) {
        switch verdict {
        case .sound: break
        case .incomplete(let gaps):
            for gap in gaps { lines.add("  \(gap.sentence)") }
        case .damaged(let violation):
            let finding = violation.finding.text
            lines.add("  at height", violation.height.description)
            lines.add("  rule", finding.rule)
            if !finding.place.isEmpty { lines.add("  place", finding.place) }
            lines.add("  expected", finding.expected)
            lines.add("  found", finding.found)
            if case .conflict(let conflict) = violation.finding {
                lines.add("  signed both", names(conflict.culprits))
            }
            lines.add("  certified by", names(violation.certifiedBy))
        }
    }

    /// Validators by their places in the list below.
    private func names(_ signers: [UInt16]) -> String {
        signers.isEmpty ? "nobody" : "validators " + signers.map { String($0) }.joined(separator: ", ")
    }
}

extension VerificationReport {
    func leader(_ index: Int) -> LeaderTally { tally.leaders.isEmpty ? LeaderTally() : tally.leaders[index] }
}

extension ReportInput {
    fileprivate var line: String {
        "\(digest.hex) \(name), \(byteCount.of("byte"))" + (fileCount == 1 ? "" : " in \(fileCount) files")
    }
}

extension String {
    /// As a shell takes it, in ASCII.
    fileprivate var shellWord: String {
        let isPlain =
            !isEmpty
            && utf8.allSatisfy { byte in
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
                    || UInt8(ascii: "-")...UInt8(ascii: ":") ~= byte || byte == UInt8(ascii: "_")
            }
        return isPlain ? self : quotedASCII
    }
}

extension Verdict {
    package var word: String {
        switch self {
        case .sound: "sound"
        case .incomplete: "incomplete"
        case .damaged: "damaged"
        }
    }
}

extension Gap {
    package var sentence: String {
        switch self {
        case .uncertifiedTail(let certified, let last):
            "no finalization covers the blocks above height \(certified), up to \(last)"
        case .voteLogAhead(let finalView, let lastView):
            "the vote log knows view \(finalView) as final, the chain ends at view \(lastView)"
        case .votedBlockMissing(let view, let block):
            "the vote log holds a vote for block \(block) in view \(view), which is not stored"
        case .exportCutOff(let last, let promised):
            "the export is cut off after block \(last); its header promises \(promised) and a manifest"
        case .checkpointAhead(let held, let last):
            "the chain ends before the checkpoint; held: \(held.line); found: \(last.line)"
        }
    }
}

/// Lines of a report, each with its line feed.
private struct ReportLines {
    private(set) var text = ""

    mutating func add(_ line: String) { text += line + "\n" }

    mutating func add(_ name: String, _ value: String) {
        let padding = String(repeating: " ", count: max(1, 21 - name.utf8.count))
        add(name + padding + value)
    }
}

extension UInt64 {
    /// With a noun that takes an s beside any other number than one.
    package func of(_ noun: String) -> String { "\(self) \(noun)\(self == 1 ? "" : "s")" }
}

extension String {
    /// In quotation marks; whatever is not printable ASCII as `\u{…}`, so that a name can't imitate a line.
    var quotedASCII: String {
        var text = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"", "\\": text += "\\" + String(scalar)
            case " "..."~": text.unicodeScalars.append(scalar)
            default: text += "\\u{" + String(scalar.value, radix: 16) + "}"
            }
        }
        return text + "\""
    }
}
