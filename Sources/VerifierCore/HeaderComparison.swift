package import ChainCore
import Primitives

extension HeaderField {
    package func value(in header: Header) -> FieldValue {
        switch self {
        case .version: .number(UInt64(header.version))
        case .epoch: .number(header.epoch.number)
        case .height: .number(header.height.number)
        case .parent: .hash(header.parent)
        case .timeMilliseconds: .number(header.time.number)
        case .proposer: .number(UInt64(header.proposer))
        case .floor: .number(header.floor)
        case .cost: .number(header.cost)
        case .price: .number(header.price)
        case .shares: .number(UInt64(header.shares))
        case .transactionCount: .number(UInt64(header.transactionCount))
        case .transactionBytes: .number(UInt64(header.transactionBytes))
        case .transactionsRoot: .hash(header.transactionsRoot)
        case .logSize: .number(header.logSize)
        case .logRoot: .hash(header.logRoot)
        case .stateRoot: .hash(header.stateRoot)
        case .evidenceHash: .hash(header.evidenceHash)
        case .changeHash: .hash(header.changeHash)
        case .validatorsHash: .hash(header.validatorsHash)
        case .nextValidatorsHash: .hash(header.nextValidatorsHash)
        }
    }
}

extension Header {
    /// Throws the first of these fields in which this header, the found one, differs from the expected one.
    func require(_ fields: [HeaderField], of expected: Header) throws(Finding) {
        for field in fields {
            let wanted = field.value(in: expected)
            let found = field.value(in: self)
            guard wanted == found else { throw .header(field, expected: wanted, found: found) }
        }
    }
}
