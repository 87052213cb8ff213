import ChainCore
import ConsensusCore
import LedgerCore
import Primitives
import StrictJSON

// Answers as JSON. Numbers of 64 bits are decimal strings; counts and places, which stay small, are numbers.

extension ChainPoint {
    var json: JSON { ["height": .decimal(height.number), "hash": .string(hash.hex)] }
}

extension SubmissionAnswer {
    var json: JSON { .object(Self.members(id: id, status: status)) }

    static func members(id: TransactionID?, status: TransactionStatus) -> JSONObject {
        var members: JSONObject = ["id": id.map { .string($0.hex) } ?? .null]
        for member in status.members.members { members.append(member.name, member.value) }
        return members
    }
}

extension StatusAnswer {
    var json: JSON {
        var members = SubmissionAnswer.members(id: id, status: status)
        members.append("at", at.json)
        return .object(members)
    }
}

extension Header {
    var json: JSON {
        [
            "version": .integer(version), "epoch": .decimal(epoch.number), "height": .decimal(height.number),
            "parent": .string(parent.hex), "timeMilliseconds": .decimal(time.number), "proposer": .integer(proposer),
            "floor": .decimal(floor), "cost": .decimal(cost), "price": .decimal(price), "shares": .integer(shares),
            "transactionCount": .integer(transactionCount), "transactionBytes": .integer(transactionBytes),
            "transactionsRoot": .string(transactionsRoot.hex), "logSize": .decimal(logSize),
            "logRoot": .string(logRoot.hex), "stateRoot": .string(stateRoot.hex),
            "evidenceHash": .string(evidenceHash.hex), "changeHash": .string(changeHash.hex),
            "validatorsHash": .string(validatorsHash.hex), "nextValidatorsHash": .string(nextValidatorsHash.hex),
        ]
    }
}

extension Justification {
    /// Why the block is final: the certificate's kind, views and signers, and the skipped views.
    func json(validatorCount: Int) -> JSON {
        [
            "kind": .string(isFinalization ? "finalization" : "notarization"),
            "view": .decimal(view.number), "parentView": .decimal(parentView.number),
            "signers": .array(certificate.signers.signers(of: validatorCount).map { $0.map { .integer($0) } } ?? []),
            "nullifiedViews": .array(nullifications.map { .decimal($0.view.number) }),
        ]
    }
}

extension Evidence {
    var json: JSON {
        [
            "epoch": .decimal(epoch.number), "view": .decimal(view.number), "signer": .integer(signer),
            "first": .string(Hex.encode(first.encoded())), "second": .string(Hex.encode(second.encoded())),
        ]
    }
}

/// How much of a block's transactions an answer shows.
enum TransactionDetail: String, CaseIterable {
    case none
    case ids
    case full

    func json(of block: Block, prefix: String) -> JSON? {
        switch self {
        case .none: nil
        case .ids: .array(block.transactions.map { .string($0.id.hex) })
        case .full: .array(block.transactions.enumerated().map { Self.json($1, index: $0, block: block, prefix) })
        }
    }

    static func json(_ item: IdentifiedTransaction, index: Int, block: Block, _ prefix: String) -> JSON {
        let fee = Amount(units: block.header.price).multiplied(by: item.transaction.shares)
        var members: JSONObject = ["id": .string(item.id.hex), "index": .integer(index)]
        members.append("fee", ifPresent: fee.map { .decimal($0.units) })
        guard case .object(let signed) = item.signed.json(prefix: prefix) else { return .object(members) }
        for member in signed.members { members.append(member.name, member.value) }
        return .object(members)
    }
}

extension FeeQuote {
    var json: JSON {
        [
            "price": .decimal(price), "floor": .decimal(floor), "cap": .decimal(cap),
            "median": median.map { .decimal($0) } ?? .null,
            "percentile90": percentile90.map { .decimal($0) } ?? .null,
            "blocks": .integer(blockCount), "pool": .decimal(pool.units),
            "pendingTransactions": .integer(pendingTransactions),
            "suggestions": .array(suggestions.map(\.json)), "at": at.json,
        ]
    }
}

extension FeeQuote.Suggestion {
    var json: JSON {
        [
            "horizon": .string(horizon.name), "maxPrice": .decimal(maxPrice),
            "observed": ["transactions": .decimal(observed), "madeIt": .decimal(madeIt)],
        ]
    }
}

extension FeeQuote.Horizon {
    var name: String {
        switch self {
        case .nextBlock: "nextBlock"
        case .tenSeconds: "10s"
        case .sixtySeconds: "60s"
        }
    }
}

extension NodeStatus {
    func json(network: NetworkID) -> JSON {
        [
            "version": .string(version), "network": .string(network.hex), "role": role.json, "mode": mode.json,
            "head": [
                "height": .decimal(head.height.number), "hash": .string(head.hash.hex),
                "timeMilliseconds": .decimal(head.time.number),
            ],
            "epoch": .decimal(epoch.number), "view": .decimal(view.number), "leader": .string(leader),
            "armed": .bool(isArmed), "quorum": .integer(quorum), "votes": .array(votes.map(\.json)),
            "missing": .array(missing.map { .string($0) }), "peers": .array(peers.map { .string($0) }),
            "finalityAgeMilliseconds": .decimal(finalityAge.number),
            "pendingTransactions": .integer(pendingTransactions), "pendingBytes": .integer(pendingBytes),
            "sync": sync.json(head: head.height), "why": .array(why.map(\.json)), "at": head.json,
        ]
    }

    /// Who is missing for a quorum, by name; nobody when one is there or can be had.
    ///
    /// While a view is being worked on: those not heard in it, as long as no kind of vote has a quorum. In an idle network
    /// nobody has reason to vote, so then it is those who are not connected, if the others are too few.
    var missing: [String] {
        guard isArmed else {
            let gone = votes.map(\.name).filter { !peers.contains($0) && role != .validator(name: $0) }
            return votes.count - gone.count < quorum ? gone : []
        }
        let isReached = VoteBody.Kind.allCases.contains { kind in votes.count { $0.kinds.contains(kind) } >= quorum }
        return isReached ? [] : votes.filter(\.kinds.isEmpty).map(\.name)
    }
}

extension NodeStatus.Role {
    var json: JSON {
        switch self {
        case .validator(let name): ["kind": "validator", "name": .string(name)]
        case .follower: ["kind": "follower"]
        }
    }
}

extension NodeStatus.Mode {
    var json: JSON {
        switch self {
        case .signing: ["kind": "signing"]
        case .observer(let why): ["kind": "observer", "why": .string(why)]
        }
    }
}

extension NodeStatus.Sync {
    func json(head: Height) -> JSON {
        switch self {
        case .upToDate:
            ["state": "upToDate"]
        case .behind(let target):
            [
                "state": "behind", "target": .decimal(target.number),
                "lag": .decimal(target > head ? target.number - head.number : 0),
            ]
        }
    }
}

extension NodeStatus.ValidatorVotes {
    var json: JSON {
        [
            "name": .string(name), "notarize": .bool(kinds.contains(.notarize)),
            "nullify": .bool(kinds.contains(.nullify)), "finalize": .bool(kinds.contains(.finalize)),
        ]
    }
}

extension ValidatorsAnswer {
    func json(prefix: String) -> JSON {
        let list: [JSON] = validators.enumerated().map { index, standing in
            [
                "index": .integer(index), "validator": standing.validator.json(prefix: prefix),
                "connected": .bool(standing.isConnected),
            ]
        }
        return [
            "epoch": .decimal(epoch.number), "quorum": .integer(quorum), "validators": .array(list), "at": at.json,
        ]
    }
}
