import Cryptography
import Foundation
import LedgerCore
import Primitives
import StrictJSON
import Testing

struct GenesisRulesTests {
    struct Case: Sendable {
        let path: String
        var parameters: @Sendable (inout Parameters) -> Void = { _ in }
        var accounts: [(AccountID, UInt64)] = [(alice, 1)]
        var validators: @Sendable ([Validator]) -> [Validator] = { $0 }
    }

    private static func changed(
        _ old: Validator,
        name: String? = nil,
        consensusKey: PublicKey? = nil,
        nodeKey: PublicKey? = nil,
        noteKey: PublicKey? = nil,
        payoutAccount: AccountID? = nil
    ) -> Validator {
        Validator(
            name: name ?? old.name,
            consensusKey: consensusKey ?? old.consensusKey,
            nodeKey: nodeKey ?? old.nodeKey,
            noteKey: noteKey ?? old.noteKey,
            payoutAccount: payoutAccount ?? old.payoutAccount
        )
    }

    static let cases: [Case] = [
        Case(path: "parameters.unit", parameters: { $0.unit = "" }),
        Case(path: "parameters.unit", parameters: { $0.unit = String(repeating: "x", count: 17) }),
        Case(path: "parameters.unit", parameters: { $0.unit = "a b" }),
        Case(path: "parameters.decimals", parameters: { $0.decimals = 19 }),
        Case(path: "parameters.accountPrefix", parameters: { $0.accountPrefix = "" }),
        Case(path: "parameters.accountPrefix", parameters: { $0.accountPrefix = "Far" }),
        Case(path: "parameters.accountPrefix", parameters: { $0.accountPrefix = "far1" }),
        Case(path: "parameters.accountPrefix", parameters: { $0.accountPrefix = String(repeating: "x", count: 17) }),
        Case(path: "parameters.maxLifetime", parameters: { $0.maxLifetime = .zero }),
        Case(path: "parameters.maxPaymentsPerTransaction", parameters: { $0.maxPaymentsPerTransaction = 0 }),
        Case(path: "parameters.maxPaymentsPerTransaction", parameters: { $0.maxPaymentsPerTransaction = 65_536 }),
        Case(path: "parameters.priceCap", parameters: { $0.priceCap = 1 << 32 }),
        Case(path: "parameters.priceFloor", parameters: { $0.priceFloor = 201 }),
        Case(path: "parameters.payoutInterval", parameters: { $0.payoutInterval = .zero }),
        Case(path: "parameters.maxBlockBytes", parameters: { $0.maxBlockBytes = 0 }),
        Case(path: "parameters.maxBlockBytes", parameters: { $0.maxBlockBytes = (64 << 20) + 1 }),
        Case(path: "accounts[1].account", accounts: [(alice, 1), (.pool, 1)]),
        Case(path: "accounts[0].account", accounts: [(AccountID(words: Words32(1, 0, 0, 0)), 1)]),
        Case(path: "accounts[2].account", accounts: [(alice, 1), (bob, 1), (alice, 1)]),
        Case(path: "accounts[1].balance", accounts: [(alice, 1), (bob, (1 << 63) - 1)]),
        Case(path: "accounts[1].balance", accounts: [(bob, 1), (alice, .max)]),
        Case(path: "validators", validators: { _ in [] }),
        Case(path: "validators[1].name", validators: { [$0[0], changed($0[1], name: ""), $0[2]] }),
        Case(
            path: "validators[0].name",
            validators: { [changed($0[0], name: String(repeating: "x", count: 65))] }
        ),
        Case(path: "validators[0].consensusKey", validators: { [changed($0[0], consensusKey: .zero)] }),
        Case(path: "validators[0].noteKey", validators: { [changed($0[0], noteKey: .zero)] }),
        Case(path: "validators[0].payoutAccount", validators: { [changed($0[0], payoutAccount: .pool)] }),
        Case(path: "validators[0].nodeKey", validators: { [changed($0[0], nodeKey: $0[0].consensusKey)] }),
        Case(path: "validators[1].noteKey", validators: { [$0[0], changed($0[1], noteKey: $0[0].nodeKey)] }),
        Case(
            path: "validators[1].payoutAccount",
            validators: { [$0[0], changed($0[1], payoutAccount: $0[0].payoutAccount)] }
        ),
        Case(path: "validators[1].consensusKey", validators: { $0.reversed() }),
    ]

    @Test(arguments: cases)
    func refusesAndNamesThePlace(row: Case) throws {
        var parameters = Parameters.defaults
        row.parameters(&parameters)
        let error = #expect(throws: GenesisError.self) {
            try Genesis(
                parameters: parameters,
                time: start,
                accounts: row.accounts.map { GenesisAccount(id: $0.0, balance: Amount(units: $0.1)) },
                validators: row.validators(validators(3))
            )
        }
        #expect(error?.path == row.path)
    }

    /// The bytes obey the same rules, so a genesis that came over the wire is as good as one from a file.
    @Test func bytesAreRefusedForTheSameReasons() throws {
        let genesis = try makeGenesis()
        #expect(try Genesis(decodingAll: genesis.encoded()).networkID == genesis.networkID)
        var parameters = genesis.parameters
        parameters.priceFloor = 201
        let bytes = parameters.encoded() + genesis.encoded().dropFirst(genesis.parameters.encoded().count)
        #expect(throws: WireError.outOfRange("genesis parameters.priceFloor: expected at most priceCap")) {
            try Genesis(decodingAll: bytes)
        }
    }

    @Test func theEdgesAreAllowed() throws {
        let genesis = try makeGenesis(
            {
                $0.unit = String(repeating: "x", count: 16)
                $0.decimals = 18
                $0.priceCap = (1 << 32) - 1
                $0.priceFloor = (1 << 32) - 1
                $0.maxPaymentsPerTransaction = 65_535
                $0.maxBlockBytes = 64 << 20
            },
            accounts: [(alice, (1 << 63) - 2), (bob, 1), (carol, 0)],
            validatorCount: 1
        )
        #expect(genesis.supply == Amount(units: (1 << 63) - 1))
    }
}

struct BlockZeroTests {
    @Test func initialValuesAreThoseOfTheSpec() throws {
        let genesis = try makeGenesis { $0.priceFloor = 7 }
        let ledger = Ledger(genesis: genesis)
        let nothing = SHA256.hash([])
        let ids = [.pool, alice, bob, carol] + genesis.payoutAccounts
        let leaves = ids.map { id in
            Merkle.leafHash(id.bytes + Amount(units: [alice, bob, carol].contains(id) ? 1_000_000 : 0).encoded())
        }
        #expect(
            ledger.head
                == LedgerHead(
                    height: Height(0),
                    time: start,
                    floor: 7,
                    cost: 0,
                    price: 0,
                    shares: 0,
                    transactionCount: 0,
                    transactionBytes: 0,
                    transactionsRoot: nothing,
                    logSize: 0,
                    logRoot: nothing,
                    stateRoot: Merkle.root(leafHashes: leaves)
                )
        )
        #expect(ids.map { ledger.account($0)?.number.value } == (0..<8).map { UInt32($0) })
    }

    @Test func aPayoutAccountAmongTheAccountsIsNotOpenedTwice() throws {
        let list = validators(2)
        let genesis = try makeGenesis(accounts: [(bob, 5), (list[1].payoutAccount, 6)], validatorCount: 2)
        let ledger = Ledger(genesis: genesis)
        #expect(ledger.accountCount() == 4)
        #expect(ledger.balance(list[1].payoutAccount) == 6)
        #expect(ledger.account(list[0].payoutAccount)?.number == AccountNumber(3))
    }

    @Test func theNetworkIDIsTheTaggedHashOfTheBytes() throws {
        let genesis = try makeGenesis()
        let bytes = Array("farthing/genesis/v1".utf8) + [0] + genesis.encoded()
        #expect(genesis.networkID.words == SHA256.hash(bytes).words)
    }

    @Test func everyValueEntersTheNetworkID() throws {
        let changes: [(inout Parameters) -> Void] = [
            { $0.unit = "u" }, { $0.decimals = 5 }, { $0.accountPrefix = "fa" },
            { $0.openingMinimum = Amount(units: 1) }, { $0.maxLifetime = Milliseconds(1) },
            { $0.maxPaymentsPerTransaction = 9 }, { $0.blockCost = 9 }, { $0.priceFloor = 9 }, { $0.priceCap = 9 },
            { $0.reserveTarget = Amount(units: 9) }, { $0.payoutInterval = Milliseconds(9) },
            { $0.payoutMaximum = Amount(units: 9) }, { $0.maxBlockBytes = 9 }, { $0.maxBlockShares = 9_999 },
            { $0.minBlockInterval = Milliseconds(9) },
        ]
        var ids = Set(try changes.map { try makeGenesis($0).networkID })
        ids.insert(try makeGenesis().networkID)
        ids.insert(try makeGenesis(validatorCount: 3).networkID)
        ids.insert(try makeGenesis(accounts: [(alice, 1)]).networkID)
        ids.insert(try makeGenesis(accounts: [(alice, 2)]).networkID)
        #expect(ids.count == changes.count + 4)
    }
}

struct GenesisFileTests {
    static let folder = URL(filePath: #filePath).appending(path: "../../../Genesis").standardizedFileURL

    private func example() throws -> [UInt8] {
        Array(try Data(contentsOf: Self.folder.appending(path: "example.json")))
    }

    /// What example.json says, as values; `FARTHING_RECORD=1` writes the file anew from them.
    private func exampleValues() throws -> Genesis {
        var parameters = Parameters.defaults
        parameters.unit = "EUR"
        return try Genesis(
            parameters: parameters,
            time: Milliseconds(1_795_046_400_000),
            accounts: [1, 2, 3].map { GenesisAccount(id: account($0), balance: Amount(units: 1_000_000_000_000)) },
            validators: validators(4)
        )
    }

    @Test func theExampleIsTheseValuesAndHasThisNetworkID() throws {
        if ProcessInfo.processInfo.environment["FARTHING_RECORD"] == "1" {
            let text = try exampleValues().json(pretty: true)
            try Data(text.utf8).write(to: Self.folder.appending(path: "example.json"))
        }
        let genesis = try Genesis(json: example())
        #expect(genesis == (try exampleValues()))
        #expect(genesis.networkID.hex == Self.exampleNetworkID)
        #expect(Array(genesis.json(pretty: true).utf8) == (try example()))
    }

    @Test func theReadmeNamesTheNetworkID() throws {
        let text = String(
            decoding: try Data(contentsOf: Self.folder.appending(path: "README.md")),
            as: UTF8.self
        )
        #expect(text.contains(Self.exampleNetworkID))
    }

    static let exampleNetworkID = "0763fcecac00aec718bb1b20cd26463c5068108879683405ba253af0da549875"

    @Test func theTextDoesNotEnterTheNetworkID() throws {
        let genesis = try Genesis(json: example())
        #expect(try Genesis(json: Array(genesis.json(pretty: false).utf8)).networkID == genesis.networkID)
    }

    @Test(arguments: [
        ("\"unit\"", "\"unite\"", "parameters.unite", "is not a known member"),
        ("\"decimals\": \"6\",", "", "parameters.decimals", "is missing"),
        ("\"decimals\": \"6\"", "\"decimals\": 6", "parameters.decimals", "expected a decimal string"),
        (
            "\"decimals\": \"6\"", "\"decimals\": \"256\"", "parameters.decimals",
            "expected a decimal string of at most 255"
        ),
        (
            "\"maxBlockShares\": \"65536\"", "\"maxBlockShares\": \"4294967296\"", "parameters.maxBlockShares",
            "expected a decimal string of at most 4294967295"
        ),
        ("\"priceFloor\": \"1\"", "\"priceFloor\": \"201\"", "parameters.priceFloor", "expected at most priceCap"),
        ("\"time\": \"1795046400000\"", "\"time\": \"-1\"", "time", "expected a decimal string"),
        (
            "\"accountPrefix\": \"far\"", "\"accountPrefix\": \"fair\"", "accounts[0].account",
            "expected an account, such as fair1…"
        ),
        ("\"balance\"", "\"amount\"", "accounts[0].amount", "is not a known member"),
        ("\"nodeKey\": \"", "\"nodeKey\": \"0", "validators[0].nodeKey", "expected a key of 64 lower-case hex digits"),
        ("\"validators\": [", "\"validators\": [],\"x\": [", "x", "is not a known member"),
    ])
    func refusesAndNamesThePlace(part: String, replacement: String, path: String, reason: String) throws {
        let text = String(decoding: try example(), as: UTF8.self)
        let wrong = text.replacing(part, with: replacement, maxReplacements: 1)
        try #require(wrong != text)
        #expect(throws: GenesisError(path: path, reason: reason)) { try Genesis(json: Array(wrong.utf8)) }
    }

    @Test func whatIsNoJSONIsRefusedWithItsPlace() {
        let error = #expect(throws: GenesisError.self) {
            try Genesis(json: Array("{\"time\": \"1\",\n \"time\": \"1\"}".utf8))
        }
        #expect(error?.path == "")
        #expect(error?.reason.hasPrefix("line 2") == true)
    }
}
