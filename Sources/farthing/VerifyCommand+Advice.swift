import LedgerCore
import Primitives
package import VerifierCore

// What a verdict means for the command: its exit code, and what to do next.

extension VerificationReport {
    package var exitStatus: ExitStatus {
        switch verdict {
        case .sound: .success
        case .damaged: .damaged
        case .incomplete: .incomplete
        }
    }
}

extension VerificationReport {
    /// What to do about what was found; nil when nothing was.
    ///
    /// `home` is nil when it was found elsewhere.
    package func whatHelps(home: String?) -> String? {
        if let checkpointsAdvice { return checkpointsAdvice }
        guard let home else { return whatHelpsElsewhere }
        return switch verdict {
        case .sound: nil
        case .damaged(let violation) where violation.isByValidators:
            "Validators vouch for what breaks the rules: keep \(home) as it is, and compare the report with other operators'."
        case .damaged:
            "Keep \(home) as it is until others have looked at it, or set the chain aside and fetch it anew: "
                + "farthing node refetch --home \(home). A network of one validator needs a backup of data instead."
        case .incomplete:
            "What is there holds. Start the node, and its peers fill the gap; a network of one validator needs a newer "
                + "backup of \(home)/data."
        }
    }
}

extension VerificationReport {
    private var checkpointsAdvice: String? {
        switch verdict {
        case .damaged(let violation):
            guard case .checkpoint = violation.finding else { return nil }
            return "Two chains of one network: keep the checkpoint, this source and the report, and compare with other "
                + "operators before you trust either."
        case .incomplete(let gaps):
            let isBehind = gaps.contains { if case .checkpointAhead = $0 { true } else { false } }
            return isBehind
                ? "This source ends before what was verified earlier: keep the checkpoint, and verify another source."
                : nil
        case .sound: return nil
        }
    }

    private var whatHelpsElsewhere: String? {
        switch verdict {
        case .sound: nil
        case .damaged(let violation) where violation.isByValidators:
            "Validators vouch for what breaks the rules: keep the report, and compare it with other operators'."
        case .damaged: "Don't rely on this source: keep the report, and verify another one beside it."
        case .incomplete: "What is there holds. Verify again later, or another source."
        }
    }
}

extension Violation {
    /// Signed by somebody, and so no damage on a disk.
    fileprivate var isByValidators: Bool {
        if case .conflict = finding { true } else { !certifiedBy.isEmpty }
    }
}
