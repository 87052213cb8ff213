package import ChainCore
import ConsensusCore
package import Cryptography
package import LedgerCore
package import Primitives

/// A final block, and who vouches for it.
package struct FinalHeadFacts: Hashable, Sendable {
    package let header: Header
    package let block: Hash32
    /// The block that the finalization is over: the same, or one that builds on it.
    package let finalized: Header
    package let finalizedBlock: Hash32
    /// Who signed the finalization, in the order of the list of validators.
    package let signers: [Validator]
}

/// Why headers and a certificate do not show their first block to be final; in the order of the checks.
package enum FinalHeadFault: Error, Hashable, Sendable {
    case noHeaders
    /// This header, counted from 0, does not follow the one before it.
    case doesNotFollow(position: Int, HeaderField)
    /// This header names other validators than those of genesis.
    case validators(position: Int, expected: Hash32, found: Hash32)
    /// The finalization does not make the last header final, as `Finding` says why.
    case finalization(Finding)
}

extension FinalHeadFacts {
    /// Checks what shows a block to be final; a hash for each header and one signature check for each signer.
    package init(
        _ head: FinalHead,
        genesis: Genesis,
        scheme: some SignatureScheme
    ) throws(FinalHeadFault) {
        guard let first = head.headers.first, let last = head.headers.last else { throw .noHeaders }
        let rules = ChainRules(genesis: genesis)
        let hashes = try Self.chain(head.headers, rules: rules)
        let final = hashes[hashes.count - 1]
        signers = try Self.finalization(head.finalization, over: final, electorate: rules.electorate, scheme: scheme)
        header = first
        block = hashes[0]
        finalized = last
        finalizedBlock = final
    }

    /// The hash of each header; each must follow the one before and name the validators of genesis.
    private static func chain(_ headers: [Header], rules: ChainRules) throws(FinalHeadFault) -> [Hash32] {
        let validators = rules.electorate.validators.hash(network: rules.network)
        var hashes: [Hash32] = []
        for (position, header) in headers.enumerated() {
            if position > 0 {
                let parent = headers[position - 1]
                guard header.parent == hashes[position - 1] else { throw .doesNotFollow(position: position, .parent) }
                guard header.height.follows(parent.height) else { throw .doesNotFollow(position: position, .height) }
                guard header.logSize == parent.logSize.addingWithCap(UInt64(header.transactionCount)) else {
                    throw .doesNotFollow(position: position, .logSize)
                }
            }
            guard header.validatorsHash == validators else {
                throw .validators(position: position, expected: validators, found: header.validatorsHash)
            }
            hashes.append(header.hash(network: rules.network))
        }
        return hashes
    }

    private static func finalization(
        _ certificate: Certificate,
        over block: Hash32,
        electorate: Electorate,
        scheme: some SignatureScheme
    ) throws(FinalHeadFault) -> [Validator] {
        guard certificate.kind == .finalize, let found = certificate.block else {
            throw .finalization(.justification(.wrongKind(certificate.kind)))
        }
        guard found == block else { throw .finalization(.justification(.block(expected: block, found: found))) }
        let check = CertificateCheck(certificate, electorate: electorate, scheme: scheme)
        if let fault = check.fault { throw .finalization(fault) }
        return check.signers.map { electorate.validators.validators[Int($0)] }
    }
}

extension UInt64 {
    fileprivate func addingWithCap(_ other: UInt64) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}

extension FinalHeadFault {
    /// Why it shows nothing, in a sentence.
    package var sentence: String {
        switch self {
        case .noHeaders: "It holds no header."
        case .doesNotFollow(let position, let field):
            "Its header \(position) does not follow the one before: the \(field.rawValue) is another."
        case .validators(let position, let expected, let found):
            "Its header \(position) names the validators \(found.hex), and the genesis file those of \(expected.hex)."
        case .finalization(let finding):
            "Its certificate does not make the last block final: \(finding.text.rule), expected "
                + "\(finding.text.expected), found \(finding.text.found)."
        }
    }
}
