import StrictJSON

// The schemas of the results, in the order of the table of methods; `AnswerJSON` writes what they describe.

extension Schema {
    /// What a node says of a transaction; which members belong to which status, Docs/Spec/6-rpc.md says.
    private static let statusMembers: JSONObject = [
        "height": decimal, "index": integer(), "price": decimal, "fee": decimal, "validUntil": decimal,
        "historyFrom": decimal, "reason": text, "retryable": bool, "message": text, "facts": facts,
    ]

    private static let statuses = ["final", "rejected", "expired", "pending", "unknown", "refused"]
    private static let status = one(of: statuses)

    static let submission = object(["id": orNull(hash), "status": status], optional: statusMembers)
    static let submissions = object(["results": array(of: submission)])
    static let transactionStatus = object(
        ["id": orNull(hash), "status": status, "at": at],
        optional: statusMembers
    )

    static let dryRun = object(
        ["id": orNull(hash), "signed": bool, "status": one(of: ["admissible"] + statuses), "at": at],
        optional: [
            "shares": decimal, "price": ["oneOf": [decimal, object(["now": decimal, "atMost": decimal])]],
            "fee": ["oneOf": [decimal, object(["now": decimal, "atMost": decimal])]], "balance": decimal,
            "reserved": decimal, "remains": object(["now": decimal, "atLeast": decimal]), "empties": bool,
            "height": decimal, "index": integer(), "validUntil": decimal, "historyFrom": decimal, "reason": text,
            "retryable": bool, "message": text, "facts": facts,
        ]
    )

    static let encoding = object(["id": hash, "signingBytes": hex])

    static let receipt = object([
        "receipt": object([
            "format": one(of: ["farthing/receipt/v1"]), "network": hash, "id": hash, "fee": decimal,
            "transaction": unsigned, "authorization": object(["owner": hex]), "logIndex": decimal,
            "inclusionPath": array(of: hash), "headers": array(of: hex), "finalization": hex, "changes": array(of: hex),
        ]),
        "at": at,
    ])

    private static let finalHead = object(["headers": array(of: hex), "finalization": hex])

    static let proof = object([
        "proof": [
            "oneOf": [
                object([
                    "format": one(of: ["farthing/proof/v1"]), "network": hash, "kind": one(of: ["inclusion"]),
                    "transaction": unsigned, "authorization": object(["owner": hex]), "logIndex": decimal,
                    "path": array(of: hash), "head": finalHead,
                ]),
                object([
                    "format": one(of: ["farthing/proof/v1"]), "network": hash, "kind": one(of: ["consistency"]),
                    "old": finalHead, "new": finalHead, "path": array(of: hash),
                ]),
                object([
                    "format": one(of: ["farthing/proof/v1"]), "network": hash, "kind": one(of: ["balance"]),
                    "account": account, "balance": decimal, "number": decimal, "accounts": decimal,
                    "path": array(of: hash), "head": finalHead,
                ]),
            ]
        ],
        "at": at,
    ])

    static let checkpoint = object([
        "note": text, "height": decimal, "hash": hash, "logSize": decimal, "logRoot": hash, "at": at,
    ])

    static let evidenceList = object([
        "evidence": array(
            of: object([
                "epoch": decimal, "view": decimal, "signer": integer(), "onChain": bool,
                "file": object([
                    "format": one(of: ["farthing/evidence/v1"]), "network": hash,
                    "kind": one(of: ["votes", "certificates"]), "first": hex, "second": hex,
                ]),
            ])
        ),
        "at": at,
    ])

    static let accountHistory = object([
        "account": account,
        "items": array(
            of: object([
                "kind": one(of: ["genesis", "payment", "fee", "payout"]), "direction": one(of: ["in", "out"]),
                "amount": decimal, "counterparty": orNull(account), "reference": hex, "id": orNull(hash),
                "height": decimal, "index": orNull(integer()), "payment": orNull(integer()),
                "timeMilliseconds": decimal, "balance": decimal,
            ])
        ),
        "cursor": orNull(hex), "at": at,
    ])

    static let blockList = object([
        "blocks": array(of: object(["hash": hash, "header": header])), "cursor": orNull(decimal), "at": at,
    ])

    static let blockRange = object(["blocks": array(of: hex), "at": at])

    static let accountState = object([
        "account": account, "open": bool, "number": orNull(decimal), "balance": decimal, "at": at,
    ])

    static let block = object(
        [
            "hash": hash, "header": header, "headerBytes": hex, "evidence": array(of: evidence),
            "justification": orNull(justification), "at": at,
        ],
        optional: ["transactions": array(of: ["oneOf": [hash, blockTransaction]])]
    )

    private static let evidence = object([
        "epoch": decimal, "view": decimal, "signer": integer(), "first": hex, "second": hex,
    ])

    private static let justification = object([
        "kind": one(of: ["finalization", "notarization"]), "view": decimal, "parentView": decimal,
        "signers": array(of: integer()), "nullifiedViews": array(of: decimal),
    ])

    private static let blockTransaction = object([
        "id": hash, "index": integer(), "fee": decimal, "transaction": unsigned,
        "authorization": object(["owner": hex]),
    ])

    static let feeQuote = object([
        "price": decimal, "floor": decimal, "cap": decimal, "median": orNull(decimal), "percentile90": orNull(decimal),
        "blocks": integer(), "pool": decimal, "pendingTransactions": integer(),
        "suggestions": array(
            of: object([
                "horizon": one(of: ["nextBlock", "10s", "60s"]), "maxPrice": decimal,
                "observed": object(["transactions": decimal, "madeIt": decimal]),
            ])
        ),
        "at": at,
    ])

    static let nodeStatus = object([
        "version": text, "network": hash,
        "role": object(["kind": one(of: ["validator", "follower"])], optional: ["name": text]),
        "mode": object(["kind": one(of: ["signing", "observer"])], optional: ["why": text]),
        "head": object(["height": decimal, "hash": hash, "timeMilliseconds": decimal]),
        "epoch": decimal, "view": decimal, "leader": text, "armed": bool, "quorum": integer(),
        "votes": array(of: object(["name": text, "notarize": bool, "nullify": bool, "finalize": bool])),
        "missing": array(of: text), "peers": array(of: text), "finalityAgeMilliseconds": decimal,
        "pendingTransactions": integer(), "pendingBytes": integer(),
        "sync": object(["state": one(of: ["upToDate", "behind"])], optional: ["target": decimal, "lag": decimal]),
        "why": array(of: reason), "at": at,
    ])

    private static let reason = object(
        ["reason": one(of: NodeReason.Name.allCases.map(\.rawValue)), "message": text, "next": text],
        optional: ["facts": facts]
    )

    static let nodePeers = object([
        "peers": array(
            of: object([
                "name": text, "nodeKey": hash, "role": one(of: ["validator", "follower"]), "address": text,
                "connected": bool,
                "session": orNull(
                    object([
                        "connections": array(of: text), "ageMilliseconds": decimal, "sentBytes": decimal,
                        "receivedBytes": decimal, "queuedBytes": integer(), "droppedMessages": decimal,
                    ])
                ),
                "said": orNull(
                    object([
                        "height": decimal, "view": decimal, "lag": decimal, "clockOffsetMilliseconds": signedInteger,
                    ])
                ),
                "lastProblem": orNull(text),
            ])
        ),
        "at": at,
    ])

    static let mempoolInfo = object([
        "transactions": integer(), "bytes": integer(), "bytesMax": integer(), "shares": decimal,
        "oldestMilliseconds": orNull(decimal),
        "levels": array(
            of: object(["from": decimal, "transactions": integer(), "bytes": integer(), "shares": decimal])
        ),
        "at": at,
    ])

    static let networkInfo = object([
        "network": hash, "genesisTimeMilliseconds": decimal, "supply": decimal, "parameters": facts,
        "limits": object([
            "bodyBytes": integer(), "batch": integer(), "transactions": integer(), "waitMilliseconds": integer(),
        ]),
        "at": at,
    ])

    static let validatorList = object([
        "epoch": decimal, "quorum": integer(),
        "validators": array(
            of: object([
                "index": integer(),
                "validator": object([
                    "name": text, "consensusKey": hash, "nodeKey": hash, "noteKey": hash, "payoutAccount": account,
                ]),
                "connected": bool,
            ])
        ),
        "at": at,
    ])
}
