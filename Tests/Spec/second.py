"""A second node's arithmetic, after Docs/Spec: encodings, ids, roots, the shared price, block after block.

Plain Python, slow on purpose. It shares no code with the node but the curve of Tests/Vectors/make_ed25519.py. Where it and the
node disagree, one of them or the specification is wrong.
"""
import hashlib
import json
import pathlib
import sys
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "Vectors"))
from make_ed25519 import verdict  # noqa: E402  rule 2.6

sha256 = lambda data: hashlib.sha256(data).digest()  # noqa: E731
ZERO = bytes(32)


# --- 2.1: bytes ------------------------------------------------------------------------------------------------------

def u(width, value):
    return int(value).to_bytes(width // 8, "little")


def uleb(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


def vector(elements):
    return uleb(len(elements)) + b"".join(elements)


def text(value):
    raw = value.encode()
    return uleb(len(raw)) + raw


class Reader:
    """Takes values off bytes and refuses what is left over."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def raw(self, count):
        assert self.at + count <= len(self.data), "bytes end too early"
        self.at += count
        return self.data[self.at - count:self.at]

    def u(self, width):
        return int.from_bytes(self.raw(width // 8), "little")

    def length(self):
        value, shift = 0, 0
        while True:
            byte = self.u(8)
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                assert (byte or not shift) and value < 2**32, "not the shortest form"
                return value
            shift += 7

    def vector(self, element):
        return [element() for _ in range(self.length())]

    def end(self):
        assert self.at == len(self.data), "bytes are left over"


def tagged(tag, network, body):
    return sha256(tag.encode() + b"\0" + network + body)


def bech32m(prefix, account):
    """The 32 bytes of an account's text form."""
    letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    hrp, _, data = account.rpartition("1")
    assert hrp == prefix and account == account.lower() and len(data) == 58
    values = [letters.index(letter) for letter in data]
    check = 1
    for value in [ord(c) >> 5 for c in hrp] + [0] + [ord(c) & 31 for c in hrp] + values:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> bit & 1 else 0
    assert check == 0x2BC830A3
    number = 0
    for value in values[:-6]:
        number = number << 5 | value
    assert number & 0xF == 0
    return (number >> 4).to_bytes(32, "big")


def root(leaves):
    """RFC 6962 over leaf hashes."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"")
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\1" + root(leaves[:k]) + root(leaves[k:]))


def leaf(data):
    return sha256(b"\0" + data)


# --- 2.3: transactions -----------------------------------------------------------------------------------------------

def transaction(value, prefix):
    """BCS of the JSON form of a transaction, without its authorization."""
    pay = value["action"]["pay"]
    return (
        bech32m(prefix, value["payer"]) + u(64, value["nonce"]) + u(64, value["validUntil"]) + u(64, value["maxPrice"])
        + uleb(0) + vector([
            bech32m(prefix, one["payee"]) + u(64, one["amount"]) + vector([bytes([b]) for b in bytes.fromhex(one["reference"])])
            for one in pay
        ])
    )


def transaction_id(network, body):
    return tagged("farthing/transaction/v1", network, body)


def signing_bytes(identity):
    return b"farthing/signature/v1\0" + identity


# --- 2.5: genesis, headers, blocks -----------------------------------------------------------------------------------

WIDTHS = {
    "openingMinimum": 64, "maxLifetime": 64, "maxPaymentsPerTransaction": 32, "blockCost": 64, "priceFloor": 64,
    "priceCap": 64, "reserveTarget": 64, "payoutInterval": 64, "payoutMaximum": 64, "maxBlockBytes": 32,
    "maxBlockShares": 32, "minBlockInterval": 64,
}


class Genesis:
    def __init__(self, value):
        p = value["parameters"]
        self.prefix = p["accountPrefix"]
        self.rules = {name: int(p[name]) for name in WIDTHS}
        self.time = int(value["time"])
        self.accounts = [(bech32m(self.prefix, a["account"]), int(a["balance"])) for a in value["accounts"]]
        self.payouts = [bech32m(self.prefix, v["payoutAccount"]) for v in value["validators"]]
        self.keys = [bytes.fromhex(v["consensusKey"]) for v in value["validators"]]
        validators = vector([
            text(v["name"]) + bytes.fromhex(v["consensusKey"] + v["nodeKey"] + v["noteKey"]) + bech32m(self.prefix, v["payoutAccount"])
            for v in value["validators"]
        ])
        encoded = (
            text(p["unit"]) + u(8, p["decimals"]) + text(self.prefix)
            + b"".join(u(width, p[name]) for name, width in WIDTHS.items())
            + u(64, self.time) + vector([key + u(64, balance) for key, balance in self.accounts]) + validators
        )
        self.network = sha256(b"farthing/genesis/v1\0" + encoded)
        self.validators_hash = tagged("farthing/validators/v1", self.network, validators)


HEADER = [
    ("version", 16), ("epoch", 64), ("height", 64), ("parent", 256), ("timeMilliseconds", 64), ("proposer", 16), ("floor", 64),
    ("cost", 64), ("price", 64), ("shares", 32), ("transactionCount", 32), ("transactionBytes", 32), ("transactionsRoot", 256),
    ("logSize", 64), ("logRoot", 256), ("stateRoot", 256), ("evidenceHash", 256), ("changeHash", 256), ("validatorsHash", 256),
    ("nextValidatorsHash", 256),
]


def header_bytes(header):
    return b"".join(header[name] if width == 256 else u(width, header[name]) for name, width in HEADER)


def read_header(data):
    reader = Reader(data)
    header = {name: reader.raw(32) if width == 256 else reader.u(width) for name, width in HEADER}
    reader.end()
    return header


def block_hash(network, header):
    return tagged("farthing/block/v1", network, header_bytes(header))


class Chain:
    """The ledger of 2.2 to 2.5: takes the blocks one after another and says what each header must be."""

    def __init__(self, genesis):
        self.genesis = genesis
        self.balances = {ZERO: 0, **dict(genesis.accounts)}  # in the order of the account numbers
        for account in genesis.payouts:
            self.balances.setdefault(account, 0)
        self.log = []
        empty = sha256(b"")
        self.header = dict(
            version=1, epoch=0, height=0, parent=genesis.network, timeMilliseconds=genesis.time, proposer=0,
            floor=genesis.rules["priceFloor"], cost=0, price=0, shares=0, transactionCount=0, transactionBytes=0,
            transactionsRoot=empty, logSize=0, logRoot=empty, stateRoot=self.state_root(), evidenceHash=ZERO, changeHash=ZERO,
            validatorsHash=genesis.validators_hash, nextValidatorsHash=genesis.validators_hash,
        )

    def state_root(self):
        return root([leaf(account + u(64, balance)) for account, balance in self.balances.items()])

    def floor(self, now):
        rules, parent = self.genesis.rules, self.header
        floor = parent["floor"]
        lower = lambda: floor - max(1, floor // 8)  # noqa: E731
        full = any(4 * parent[used] > 3 * rules[limit] for used, limit in
                   (("shares", "maxBlockShares"), ("transactionBytes", "maxBlockBytes")))
        floor = min(rules["priceCap"], floor + max(1, floor // 4)) if full else max(rules["priceFloor"], lower())
        for _ in range(min(256, (now - parent["timeMilliseconds"]) // 1000)):
            floor = max(rules["priceFloor"], lower())
        return max(floor, rules["priceFloor"])

    def append(self, proposer, now, transactions):
        """Executes a block of [JSON form] and returns its header; without evidence, which an honest network has none of."""
        genesis, rules, parent, balances = self.genesis, self.genesis.rules, self.header, self.balances
        target, pool = rules["reserveTarget"], balances[ZERO]
        cost = rules["blockCost"] * (target - min(pool, target)) // target if target else rules["blockCost"]
        shares = sum(1 + len(t["transaction"]["action"]["pay"]) for t in transactions)
        floor = self.floor(now)
        price = max(floor, min(rules["priceCap"], -(-cost // shares))) if shares else 0
        leaves, size = [], 0
        for item in transactions:
            body = transaction(item["transaction"], genesis.prefix)
            signature = bytes.fromhex(item["authorization"]["owner"])
            identity = transaction_id(genesis.network, body)
            payer = body[:32]
            assert verdict(payer, signing_bytes(identity), signature), "a signature does not hold"
            pay = item["transaction"]["action"]["pay"]
            fee = price * (1 + len(pay))
            assert identity.hex() == item["id"] and fee == int(item["fee"]) and price <= int(item["transaction"]["maxPrice"])
            balances[payer] -= sum(int(one["amount"]) for one in pay) + fee
            assert balances[payer] >= 0, "a balance below zero"
            for one in pay:
                payee = bech32m(genesis.prefix, one["payee"])
                assert payee in balances or int(one["amount"]) >= rules["openingMinimum"]
                balances[payee] = balances.get(payee, 0) + int(one["amount"])
            balances[ZERO] += fee
            signed = body + uleb(0) + signature
            leaves.append(leaf(signed))
            size += len(signed)
        passed = now // rules["payoutInterval"] - parent["timeMilliseconds"] // rules["payoutInterval"]
        if passed >= 1:
            each = min(balances[ZERO], rules["payoutMaximum"] * passed) // len(genesis.payouts)
            for account in genesis.payouts:
                balances[ZERO] -= each
                balances[account] += each
        self.log += leaves
        self.header = dict(
            parent, height=parent["height"] + 1, parent=block_hash(genesis.network, parent), timeMilliseconds=now, proposer=proposer,
            floor=floor, cost=cost, price=price, shares=shares, transactionCount=len(transactions),
            transactionBytes=size + len(uleb(len(transactions))) if transactions else 0, transactionsRoot=root(leaves),
            logSize=len(self.log), logRoot=root(self.log), stateRoot=self.state_root(),
        )
        return self.header


# --- 3.2, 3.3: votes and certificates --------------------------------------------------------------------------------

def read_vote_body(reader):
    kind = ("notarize", "nullify", "finalize")[reader.length()]
    body = dict(kind=kind, epoch=reader.u(64), view=reader.u(64))
    return body if kind == "nullify" else dict(body, parentView=reader.u(64), block=reader.raw(32))


def check_certificate(genesis, data):
    """The body of a certificate whose signatures hold and make a quorum."""
    reader = Reader(data)
    body = read_vote_body(reader)
    signed = data[:reader.at]
    bitmap = bytes(reader.vector(lambda: reader.u(8)))
    signatures = reader.vector(lambda: reader.raw(64))
    reader.end()
    n = len(genesis.keys)
    signers = [i for i in range(8 * len(bitmap)) if bitmap[i // 8] >> i % 8 & 1]
    assert len(bitmap) == -(-n // 8) and all(i < n for i in signers)
    assert len(signers) == len(signatures) >= 2 * n // 3 + 1, "no quorum"
    message = b"farthing/vote/v1\0" + genesis.network + signed
    assert all(verdict(genesis.keys[i], message, s) for i, s in zip(signers, signatures)), "a vote's signature does not hold"
    return body


# --- Asking a node ---------------------------------------------------------------------------------------------------

def call(url, method, **params):
    body = json.dumps(dict(jsonrpc="2.0", id=1, method=method, params=params)).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    answer = json.load(urllib.request.urlopen(request, timeout=30))
    assert "result" in answer, f"{method}: {answer.get('error')}"
    return answer["result"]
