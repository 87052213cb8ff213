#!/usr/bin/env python3
"""Recomputes a chain from the genesis file and an export of it: a second implementation, made from Docs/Spec alone.

  Scripts/audit.py GENESIS EXPORT…

It shares no code with the node. Python 3.9 or later with the package `cryptography`. Prints the verdict and the figures;
exit codes are those of `farthing verify`: 0 sound, 3 damaged, 4 incomplete, 65 bad input. Where the two disagree, one of
them or the specification is wrong. Numbers in comments are rules of the specification.
"""
import hashlib
import json
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ZERO = bytes(32)

class Damage(Exception):
    """A broken rule by the name that chapter 7 gives it, with what it asks for and what is there."""
    def __init__(self, rule, expected="", found="", place=""):
        super().__init__(rule)
        self.rule, self.expected, self.found, self.place = rule, expected, found, place

class CutOff(Exception): """The file ends before its manifest."""
class BadInput(Exception): """The genesis file is none, or the export belongs to another network."""

def refuse(is_broken, rule, expected="", found="", place=""):
    if is_broken:
        raise Damage(rule, expected, found, place)

def require(rule, expected, found, place=""): refuse(expected != found, rule, expected, found, place)

# --- 2.1: bytes and hashes -------------------------------------------------------------------------------------------
def sha256(data): return hashlib.sha256(data).digest()
def tagged(tag, network, body): return sha256(tag.encode() + b"\0" + network + body)
def u(width, value): return value.to_bytes(width // 8, "little")

def uleb(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))

def vector(elements): return uleb(len(elements)) + b"".join(elements)

class Reader:
    """Takes values off bytes; whatever does not fit is Damage `bytes`."""
    def __init__(self, data):
        self.data, self.at = data, 0
    def raw(self, count):
        refuse(self.at + count > len(self.data), "bytes", "more bytes", "the end")
        self.at += count
        return self.data[self.at - count:self.at]
    def u(self, width): return int.from_bytes(self.raw(width // 8), "little")
    def length(self, limit=2**32 - 1):
        value = shift = 0
        while True:
            byte = self.u(8)
            value |= (byte & 0x7F) << shift
            if byte < 0x80 or shift == 28:
                break
            shift += 7
        if byte >= 0x80 or shift and not byte or value > limit:
            raise Damage("bytes", "a length in its shortest form and within its limit", value)
        return value
    def vector(self, element, limit=2**32 - 1, least=1):
        count = self.length(limit)
        refuse(count * least > len(self.data) - self.at, "bytes", "as many elements as the bytes can hold", count)
        return [element() for _ in range(count)]
    def span(self, element):
        """What `element` reads, and the bytes that it read."""
        start = self.at
        value = element()
        return value, self.data[start:self.at]
    def end(self):
        refuse(self.at != len(self.data), "bytes", "the end", "bytes that are left over")

def leaf_hash(data): return sha256(b"\0" + data)

class Tree:
    """RFC 6962 over leaves that may change and be appended; one level is an array of hashes, a last odd one moves up."""
    def __init__(self):
        self.levels = [[]]
    def __len__(self): return len(self.levels[0])
    def set(self, index, hash_):
        level = 0
        while True:
            nodes = self.levels[level]
            nodes[index:index + 1] = [hash_]
            if len(nodes) == 1:
                return
            pair = nodes[index & ~1:(index & ~1) + 2]
            hash_ = sha256(b"\1" + pair[0] + pair[1]) if len(pair) == 2 else pair[0]
            index //= 2
            level += 1
            if level == len(self.levels):
                self.levels.append([])
    def append(self, hash_): self.set(len(self), hash_)
    @property
    def root(self): return self.levels[-1][0] if self.levels[0] else sha256(b"")

def merkle_root(leaves):
    tree = Tree()
    for leaf in leaves: tree.append(leaf)
    return tree.root

# --- 2.6: Ed25519, one strict rule -----------------------------------------------------------------------------------
L, P = 2**252 + 27742317777372353535851937790883648493, 2**255 - 19
SMALL_ORDER = {  # y of the points of small order, either sign bit
    int.from_bytes(bytes.fromhex(y), "little") for y in (
        "01" + 31 * "00", "ec" + 30 * "ff" + "7f", 32 * "00",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    )
}

def is_key(encoding):
    """Steps 3 and 4: canonical and not of small order."""
    y = int.from_bytes(encoding, "little") & (1 << 255) - 1
    return y < P and y not in SMALL_ORDER

def holds(key, message, signature):
    """Rule 2.6: our own comparisons first, then one verification without the cofactor, by OpenSSL."""
    if int.from_bytes(signature[32:], "little") >= L or not is_key(key) or not is_key(signature[:32]):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
        return True
    except (InvalidSignature, ValueError):
        return False

# --- Genesis ---------------------------------------------------------------------------------------------------------
PARAMETERS = {
    "openingMinimum": 64, "maxLifetime": 64, "maxPaymentsPerTransaction": 32, "blockCost": 64, "priceFloor": 64, "priceCap": 64,
    "reserveTarget": 64, "payoutInterval": 64, "payoutMaximum": 64, "maxBlockBytes": 32, "maxBlockShares": 32, "minBlockInterval": 64,
}
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

def bech32m(prefix, account):
    """The 32 bytes of an account's text form (BIP-350)."""
    hrp, _, data = account.rpartition("1")
    if hrp != prefix or len(data) != 58 or any(letter not in BECH32 for letter in data):
        raise BadInput(f"{account} is no account")
    values = [BECH32.index(letter) for letter in data]
    check = 1
    for value in [ord(c) >> 5 for c in hrp] + [0] + [ord(c) & 31 for c in hrp] + values:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> bit & 1 else 0
    number = int("".join(f"{value:05b}" for value in values[:-6]), 2)
    if check != 0x2BC830A3 or number & 0xF:
        raise BadInput(f"{account} is no account")
    return (number >> 4).to_bytes(32, "big")

def text(value): return vector([bytes([byte]) for byte in value.encode()])

class Genesis:
    """The values of a genesis file; its rules are in Genesis/README.md, and `farthing genesis check` holds a file to them."""
    def __init__(self, file):
        p = file["parameters"]
        self.prefix = p["accountPrefix"]
        self.rules = {name: int(p[name]) for name in PARAMETERS}
        self.time = int(file["time"])
        self.accounts = [(bech32m(self.prefix, a["account"]), int(a["balance"])) for a in file["accounts"]]
        self.supply = sum(balance for _, balance in self.accounts)
        self.keys = [bytes.fromhex(v["consensusKey"]) for v in file["validators"]]
        self.payouts = [bech32m(self.prefix, v["payoutAccount"]) for v in file["validators"]]
        self.n = len(self.keys)
        self.quorum = 2 * self.n // 3 + 1  # 3.1
        validators = vector([
            text(v["name"]) + bytes.fromhex(v["consensusKey"] + v["nodeKey"] + v["noteKey"]) + payout
            for v, payout in zip(file["validators"], self.payouts)
        ])
        self.encoded = (
            text(p["unit"]) + u(8, int(p["decimals"])) + text(self.prefix)
            + b"".join(u(width, self.rules[name]) for name, width in PARAMETERS.items())
            + u(64, self.time) + vector([key + u(64, balance) for key, balance in self.accounts]) + validators
        )
        self.network = sha256(b"farthing/genesis/v1\0" + self.encoded)
        self.validators_hash = tagged("farthing/validators/v1", self.network, validators)

# --- 2.3, 2.5, 3.3: layouts ------------------------------------------------------------------------------------------
HEADER = {
    "version": 16, "epoch": 64, "height": 64, "parent": 256, "timeMilliseconds": 64, "proposer": 16, "floor": 64, "cost": 64,
    "price": 64, "shares": 32, "transactionCount": 32, "transactionBytes": 32, "transactionsRoot": 256, "logSize": 64,
    "logRoot": 256, "stateRoot": 256, "evidenceHash": 256, "changeHash": 256, "validatorsHash": 256, "nextValidatorsHash": 256,
}
NOTARIZE, NULLIFY, FINALIZE = range(3)
def read_header(reader):
    header = {name: reader.raw(32) if width == 256 else reader.u(width) for name, width in HEADER.items()}
    require("bytes", 1, header["version"], "version")
    return header
def header_bytes(header):
    return b"".join(header[name] if width == 256 else u(width, header[name]) for name, width in HEADER.items())
def tag_zero(reader):
    require("bytes", 0, reader.length(), "tag")
def read_transaction(reader):
    t = {"payer": reader.raw(32), "nonce": reader.u(64), "validUntil": reader.u(64), "maxPrice": reader.u(64)}
    tag_zero(reader)
    t["payments"] = reader.vector(lambda: (reader.raw(32), reader.u(64), reader.raw(reader.length())), least=41)
    return t
def read_signed(reader, network):
    start = reader.at
    t, body = reader.span(lambda: read_transaction(reader))
    tag_zero(reader)
    t["signature"] = reader.raw(64)
    t["id"] = tagged("farthing/transaction/v1", network, body)
    t["leaf"] = reader.data[start:reader.at]
    t["shares"] = 1 + len(t["payments"])
    return t
def read_vote_body(reader):
    kind = reader.length(2)
    body = {"kind": kind, "epoch": reader.u(64), "view": reader.u(64), "parentView": None, "block": None}
    if kind != NULLIFY:
        body.update(parentView=reader.u(64), block=reader.raw(32))
    return body
def read_vote(reader):
    body, signed = reader.span(lambda: read_vote_body(reader))
    return dict(body, signed=signed, signer=reader.u(16), signature=reader.raw(64))
def vote_order(vote): return (vote["kind"], vote["block"] or ZERO, vote["parentView"] or 0)
def read_evidence(reader):
    (first, second), raw = reader.span(lambda: (read_vote(reader), read_vote(reader)))
    refuse(not vote_order(first) < vote_order(second), "bytes", "two votes in their order", "another order", "evidence")
    same = all(first[name] == second[name] for name in ("epoch", "view", "signer"))
    kinds = (first["kind"], second["kind"])
    if not same or kinds not in ((NOTARIZE, NOTARIZE), (FINALIZE, FINALIZE), (NULLIFY, FINALIZE)):
        raise Damage("bytes", "two votes that no honest validator casts both", "others", "evidence")
    return {"votes": (first, second), "epoch": first["epoch"], "signer": first["signer"], "raw": raw}
def read_certificate(reader):
    body, signed = reader.span(lambda: read_vote_body(reader))
    bitmap = reader.raw(reader.length())
    return dict(body, signed=signed, bitmap=bitmap, signatures=reader.vector(lambda: reader.raw(64), least=64))
def read_block(reader, network):
    block = {"header": read_header(reader), "transactions": reader.vector(lambda: read_signed(reader, network), least=130)}
    block["evidence"] = reader.vector(lambda: read_evidence(reader), 65535, least=100)
    block["changes"] = reader.length(1)
    refuse(block["changes"], "change", "none", block["changes"])
    block["hash"] = tagged("farthing/block/v1", network, header_bytes(block["header"]))
    return block

# --- 2.2 to 2.5: the ledger ------------------------------------------------------------------------------------------
class Ledger:
    """Accounts by number, the replay window, the log: what a block's transactions do to them."""
    def __init__(self, genesis):
        self.genesis = genesis
        self.numbers, self.accounts = {}, []
        self.state, self.log = Tree(), Tree()
        self.window = {}  # (payer, nonce): the greatest validUntil of a transaction that settled
        self.dirty = set()
        for key, balance in [(ZERO, 0), *genesis.accounts]: self.open(key, balance)
        for key in genesis.payouts:
            if key not in self.numbers:
                self.open(key, 0)
        self.state_root()
    def open(self, key, balance):
        self.numbers[key] = len(self.accounts)
        self.accounts.append([key, balance])
        self.dirty.add(self.numbers[key])
    def balance(self, key): return self.accounts[self.numbers[key]][1]
    def add(self, key, amount):
        number = self.numbers[key]
        self.accounts[number][1] += amount
        self.dirty.add(number)
    def state_root(self):
        for number in sorted(self.dirty):
            key, balance = self.accounts[number]
            self.state.set(number, leaf_hash(key + u(64, balance)))
        self.dirty.clear()
        return self.state.root
    def floor(self, parent, now):
        """2.4: it rises after a full block, falls with quiet."""
        rules, floor = self.genesis.rules, parent["floor"]
        least = rules["priceFloor"]
        lower = lambda: max(least, floor - max(1, floor // 8))  # noqa: E731
        is_full = any(4 * parent[used] > 3 * rules[limit] for used, limit in
                      (("shares", "maxBlockShares"), ("transactionBytes", "maxBlockBytes")))
        floor = min(rules["priceCap"], floor + max(1, floor // 4)) if is_full else lower()
        for _ in range(min(256, (now - parent["timeMilliseconds"]) // 1000)): floor = lower()
        return max(least, floor)
    def rejection(self, t):
        """2.3: what the bytes and genesis alone forbid, in the order of the checks; None when nothing does."""
        rules, payments = self.genesis.rules, t["payments"]
        checks = [("tooLarge", 1 + len(t["leaf"]) > rules["maxBlockBytes"]), ("noPayments", not payments),
                  ("tooManyPayments", len(payments) > rules["maxPaymentsPerTransaction"])]
        for payee, amount, reference in payments:
            checks += [("amountIsZero", amount == 0), ("referenceTooLong", len(reference) > 64), ("payeeInvalid", not is_key(payee))]
        checks += [("payerInvalid", not is_key(t["payer"])), ("maxPriceBelowFloor", t["maxPrice"] < rules["priceFloor"]),
                   ("totalAboveSupply", sum(amount for _, amount, _ in payments) > self.genesis.supply)]
        return next((reason for reason, is_broken in checks if is_broken), None)
    def execute(self, parent, header, transactions):
        """The ledger's fields of the header; settles as it goes, so after Damage the ledger is of no more use."""
        rules, now = self.genesis.rules, header["timeMilliseconds"]
        shares = sum(t["shares"] for t in transactions)
        for rule, used, limit in (("bytes", header["transactionBytes"], "maxBlockBytes"), ("shares", shares, "maxBlockShares")):
            refuse(used > rules[limit], "transactions." + rule, f"at most {rules[limit]}", used)
        target, pool = rules["reserveTarget"], self.balance(ZERO)
        cost = rules["blockCost"] * (target - min(pool, target)) // target if target else rules["blockCost"]
        floor = self.floor(parent, now)
        price = max(floor, min(rules["priceCap"], -(-cost // shares))) if shares else 0
        for index, t in enumerate(transactions):
            self.settle(t, f"transaction {index}", now, price, price * t["shares"])
            self.log.append(leaf_hash(t["leaf"]))
        fees = price * shares
        self.add(ZERO, fees)
        return {
            "floor": floor, "cost": cost, "price": price, "shares": shares, "payout": self.pay_out(parent, now), "fees": fees,
            "logSize": len(self.log), "logRoot": self.log.root, "stateRoot": self.state_root(),
        }
    def settle(self, t, place, now, price, fee):
        """2.3, 2.4: one transaction, its checks in their order."""
        lifetime, key = self.genesis.rules["maxLifetime"], (t["payer"], t["nonce"])
        wanted = sum(amount for _, amount, _ in t["payments"]) + fee
        number = self.numbers.get(t["payer"])
        for rule, is_broken in (  # in this order
            ("rejected", self.rejection(t)), ("expired", now > t["validUntil"]), ("notYetValid", t["validUntil"] > now + lifetime),
            ("price", price > t["maxPrice"]), ("payer", number is None),
            ("nonce", key in self.window and self.window[key] + lifetime >= t["validUntil"]),
            ("funds", number is not None and self.accounts[number][1] < wanted),
        ):
            refuse(is_broken, "transactions." + rule, "a transaction that can settle", is_broken, place)
        self.window[key] = max(self.window.get(key, 0), t["validUntil"])
        self.add(t["payer"], -wanted)
        for payee, amount, _ in t["payments"]:
            if payee in self.numbers:
                self.add(payee, amount)
            elif amount >= self.genesis.rules["openingMinimum"]:
                self.open(payee, amount)
            else:
                raise Damage("transactions.opening", "enough to open an account", amount, place)
    def pay_out(self, parent, now):
        """2.4: what each validator receives at the first block of a new interval."""
        interval = self.genesis.rules["payoutInterval"]
        passed = now // interval - parent["timeMilliseconds"] // interval
        part = min(self.balance(ZERO), self.genesis.rules["payoutMaximum"] * passed) // self.genesis.n
        for key in self.genesis.payouts: self.add(key, part)
        self.add(ZERO, -part * self.genesis.n)
        return part

# --- 7.2: the chain --------------------------------------------------------------------------------------------------
class Chain:
    """Takes justified blocks from height 1 on, in the order of the checks of 7.2; the first broken rule is Damage."""
    def __init__(self, genesis):
        self.genesis, self.ledger = genesis, Ledger(genesis)
        empty = sha256(b"")
        self.header = dict(
            version=1, epoch=0, height=0, parent=genesis.network, timeMilliseconds=genesis.time, proposer=0,
            floor=genesis.rules["priceFloor"], cost=0, price=0, shares=0, transactionCount=0, transactionBytes=0,
            transactionsRoot=empty, logSize=0, logRoot=empty, stateRoot=self.ledger.state.root, evidenceHash=ZERO,
            changeHash=ZERO, validatorsHash=genesis.validators_hash, nextValidatorsHash=genesis.validators_hash,
        )
        self.hash = tagged("farthing/block/v1", genesis.network, header_bytes(self.header))
        self.view = self.certified = 0  # the tip's view; the height up to which all is final
        self.accused = {}
        self.certificates = {}  # (view, kind): the certificate's body, for conflicts
        self.transactions = self.payments = self.fees = self.payouts = 0
    def take(self, block, certificate, nullifications):
        header, parent, genesis = block["header"], self.header, self.genesis
        found = lambda rule, value: require("header." + rule, value, header[rule])  # noqa: E731
        for rule, value in (("epoch", 0), ("height", parent["height"] + 1), ("parent", self.hash)): found(rule, value)
        earliest = parent["timeMilliseconds"] + max(1, genesis.rules["minBlockInterval"])
        if header["timeMilliseconds"] < earliest:
            raise Damage("header.timeMilliseconds", f"at least {earliest}", header["timeMilliseconds"])
        if certificate["block"] == block["hash"]:
            found("proposer", certificate["view"] % genesis.n)
        for rule, value in (("changeHash", ZERO), ("validatorsHash", genesis.validators_hash),
                            ("nextValidatorsHash", genesis.validators_hash)):
            found(rule, value)
        transactions = block["transactions"]
        found("transactionCount", len(transactions))
        size = len(uleb(len(transactions))) + sum(len(t["leaf"]) for t in transactions) if transactions else 0
        found("transactionBytes", size)
        found("transactionsRoot", merkle_root([leaf_hash(t["leaf"]) for t in transactions]))
        self.take_evidence(block["evidence"])
        raw = parent["evidenceHash"] + vector([one["raw"] for one in block["evidence"]])
        is_new = bool(block["evidence"])
        found("evidenceHash", tagged("farthing/evidence/v1", genesis.network, raw) if is_new else parent["evidenceHash"])
        self.check_signatures(block)
        result = self.ledger.execute(parent, header, transactions)
        for name in ("floor", "cost", "price", "shares", "logSize", "logRoot", "stateRoot"): found(name, result[name])
        self.check_justification(block["hash"], certificate, nullifications)
        for one in [certificate, *nullifications]: self.check_conflict(one)
        self.transactions += len(transactions)
        self.payments += sum(len(t["payments"]) for t in transactions)
        self.fees += result["fees"]
        self.payouts += result["payout"] * genesis.n
        self.header, self.hash, self.view = header, block["hash"], certificate["view"]
        self.certified = header["height"] if certificate["kind"] == FINALIZE else self.certified
    def take_evidence(self, evidence):
        """3.8: at most n, of this epoch, each validator once on the chain."""
        refuse(len(evidence) > self.genesis.n, "evidence.count", f"at most {self.genesis.n}", len(evidence))
        for index, one in enumerate(evidence):
            require("evidence.epoch", 0, one["epoch"], f"evidence {index}")
            if one["signer"] in self.accused:
                raise Damage("evidence.repeated", "one for each validator and epoch", one["signer"], f"evidence {index}")
            self.accused[one["signer"]] = self.header["height"] + 1
    def check_signatures(self, block):
        for index, t in enumerate(block["transactions"]):
            if not holds(t["payer"], b"farthing/signature/v1\0" + t["id"], t["signature"]):
                raise Damage("signature", "valid", "not valid", f"transaction {index}")
        for index, one in enumerate(block["evidence"]): self.check_evidence(one, f"evidence {index}")
    def check_evidence(self, one, place):
        for vote in one["votes"]:
            if vote["signer"] >= self.genesis.n or not self.vote_holds(vote["signer"], vote["signed"], vote["signature"]):
                raise Damage("signature", "valid", "not valid", place)
    def vote_holds(self, signer, signed, signature):
        return holds(self.genesis.keys[signer], b"farthing/vote/v1\0" + self.genesis.network + signed, signature)
    def check_justification(self, hash_, certificate, nullifications):
        """3.11: a certificate over this block on the parent's view, and every view between was skipped."""
        if certificate["kind"] == NULLIFY:
            raise Damage("justification.kind", "notarization or finalization", "nullification", "certificate")
        require("justification.block", hash_, certificate["block"], "certificate")
        require("justification.parentView", self.view, certificate["parentView"], "certificate")
        if certificate["view"] <= self.view:
            raise Damage("justification.view", f"more than {self.view}", certificate["view"], "certificate")
        found = [one["view"] if one["kind"] == NULLIFY else None for one in nullifications]
        between = [self.view + 1 + place for place in range(len(found))]
        refuse(found != between or self.view + 1 + len(found) != certificate["view"], "justification.nullification", "each", found)
        for one in [certificate, *nullifications]: self.check_certificate(one)
    def check_certificate(self, certificate):
        kind = "nullification" if certificate["kind"] == NULLIFY else "certificate"
        place, n, bitmap = f"{kind} of view {certificate['view']}", self.genesis.n, certificate["bitmap"]
        require("certificate.epoch", 0, certificate["epoch"], place)
        signers = [i for i in range(8 * len(bitmap)) if bitmap[i // 8] >> i % 8 & 1]
        if len(bitmap) != -(-n // 8) or any(i >= n for i in signers) or len(signers) != len(certificate["signatures"]):
            raise Damage("certificate.signers", "one signature for each validator named", "others", place)
        if len(signers) < self.genesis.quorum:
            raise Damage("certificate.quorum", f"at least {self.genesis.quorum}", len(signers), place)
        for signer, signature in zip(signers, certificate["signatures"]):
            refuse(not self.vote_holds(signer, certificate["signed"], signature), "signature", "valid", "not valid", place)
    def check_conflict(self, certificate):
        """3.12: one notarization a view, never a finalization and a nullification of one."""
        view, kind = certificate["view"], certificate["kind"]
        target = (certificate["parentView"], certificate["block"])
        clash = self.certificates.setdefault((view, kind), target) != target
        for other in {NOTARIZE: (FINALIZE,), NULLIFY: (FINALIZE,), FINALIZE: (NOTARIZE, NULLIFY)}[kind]:
            held = self.certificates.get((view, other))
            clash = clash or held is not None and (NULLIFY in (kind, other) or held != target)
        refuse(clash, "conflict", "one certificate", "two that contradict each other", f"view {view}")
    def check_totals(self):
        """7.2, at the end: the supply, the root over all accounts once more, the pool."""
        require("supply", self.genesis.supply, sum(balance for _, balance in self.ledger.accounts))
        root = merkle_root([leaf_hash(key + u(64, balance)) for key, balance in self.ledger.accounts])
        require("accountsRoot", self.header["stateRoot"], root)
        require("pool", self.fees - self.payouts, self.ledger.balance(ZERO))

# --- 8: the export file ----------------------------------------------------------------------------------------------
MAGIC = b"farthing export\n"
HEAD, CERTIFICATE, EVIDENCE, BLOCK, SEGMENT, MANIFEST = range(6)
# What may stand behind what; a segment's place is checked by its heights.
MAY_FOLLOW = {
    None: (HEAD,), HEAD: (CERTIFICATE, EVIDENCE, BLOCK, MANIFEST), CERTIFICATE: (CERTIFICATE, EVIDENCE, BLOCK, MANIFEST),
    EVIDENCE: (EVIDENCE, BLOCK, MANIFEST), BLOCK: (BLOCK, SEGMENT), SEGMENT: (BLOCK, MANIFEST),
}

def records(file):
    """Each record's kind and content, once its check has held (8.1)."""
    magic = file.read(len(MAGIC))
    if magic != MAGIC:
        raise BadInput("this is no export")
    check, index, before = sha256(magic), 0, None
    while True:
        place, head = f"record {index}", file.read(5)
        if not head and before == MANIFEST:
            return
        refuse(before == MANIFEST, "export.end", "the end", "more bytes", place)
        if len(head) < 5:
            raise CutOff
        kind, length = head[0], int.from_bytes(head[1:], "little")
        refuse(kind > MANIFEST, "export.kind", "0 to 5", kind, place)
        refuse(length > 2**28, "export.length", "at most 2^28", length, place)
        refuse(kind not in MAY_FOLLOW[before], "export.order", "another kind", kind, place)
        content, found = file.read(length), file.read(32)
        if len(found) < 32:
            raise CutOff
        check = sha256(check + head + content)
        require("export.check", check, found, place)
        yield kind, content, place
        index, before = index + 1, kind

def decoded(content, place, read):
    reader = Reader(content)
    try:
        value = read(reader)
        reader.end()
    except Damage as damage:
        raise Damage("export.record", damage.expected, damage.found, place) from damage
    return value

def read_head(reader, genesis):
    require("bytes", 1, reader.u(16), "format")
    head = {"network": reader.raw(32), "first": reader.u(64), "last": reader.u(64), "segmentBlocks": reader.u(32),
            "parent": reader.raw(32)}
    head["genesis"] = reader.raw(len(reader.data) - reader.at)
    if head["first"] < 1 or head["last"] + 1 < head["first"] or head["segmentBlocks"] < 1:
        raise Damage("bytes", "heights in their order", "others")
    if head["network"] != genesis.network or head["genesis"] != genesis.encoded:
        raise BadInput(f"the export is of network {head['network'].hex()}, not {genesis.network.hex()}")
    return head

class Export:
    """One file, record by record, into the chain that is recomputed."""
    def __init__(self, path, genesis):
        self.path, self.genesis = path, genesis
        with open(path, "rb") as file:
            _, content, place = next(records(file))
            self.head = decoded(content, place, lambda reader: read_head(reader, genesis))
    def verify(self, chain):
        require("export.parent", chain.hash, self.head["parent"])
        self.counts, self.sums = {kind: 0 for kind in range(6)}, [0, 0]
        self.segments, self.open, self.last_evidence = [], [], (-1, -1)
        with open(self.path, "rb") as file:
            for kind, content, place in records(file):
                self.counts[kind] += 1
                self.last = self.head["first"] + self.counts[BLOCK] - 1
                if kind in (CERTIFICATE, EVIDENCE):
                    self.take_beside(kind, content, place, chain)
                elif kind == BLOCK:
                    self.take_block(content, place, chain)
                elif kind == SEGMENT:
                    self.take_segment(content, place)
                elif kind == MANIFEST:
                    if self.open or self.last != self.head["last"]:
                        raise Damage("export.order", "a block or a segment", "the manifest", place)
                    counts = [self.counts[BLOCK], *self.sums, self.counts[CERTIFICATE], self.counts[EVIDENCE], self.counts[SEGMENT]]
                    expected = b"".join(u(64, count) for count in counts) + chain.hash + merkle_root(self.segments)
                    require("export.manifest", expected, content, place)
    def take_beside(self, kind, content, place, chain):
        one = decoded(content, place, read_certificate if kind == CERTIFICATE else read_evidence)
        try:
            chain.check_certificate(one) if kind == CERTIFICATE else chain.check_evidence(one, place)
        except Damage as damage:
            raise Damage("export.signature", damage.expected, damage.found, place) from damage
        if kind == CERTIFICATE:
            return chain.check_conflict(one)
        key = (one["epoch"], one["signer"])
        refuse(key <= self.last_evidence, "export.order", "evidence in ascending order", key, place)
        self.last_evidence = key
    def take_block(self, content, place, chain):
        if self.last > self.head["last"] or len(self.open) == self.head["segmentBlocks"]:
            raise Damage("export.order", "a segment or the manifest", "a block", place)
        block, certificate, nullifications = decoded(content, place, lambda reader: (
            read_block(reader, self.genesis.network), read_certificate(reader),
            reader.vector(lambda: read_certificate(reader), least=19)))
        chain.take(block, certificate, nullifications)
        self.open.append((leaf_hash(content), len(block["transactions"]), block["header"]["shares"], len(content)))
    def take_segment(self, content, place):
        if len(self.open) != self.head["segmentBlocks"] and self.last != self.head["last"]:
            raise Damage("export.order", "a block", "a segment", place)
        leaves, counts, shares, sizes = zip(*self.open)
        sums = (sum(counts), sum(shares) - sum(counts))
        numbers = (self.last - len(self.open) + 1, self.last, *sums, sum(sizes))
        require("export.segment", b"".join(u(64, number) for number in numbers) + merkle_root(leaves), content, place)
        self.sums = [total + one for total, one in zip(self.sums, sums)]
        self.segments.append(leaf_hash(content))
        self.open = []

# --- The verdict -----------------------------------------------------------------------------------------------------
def audit(genesis, paths):
    """The chain as far as it was recomputed, the verdict, and the broken rule where there is one."""
    chain = Chain(genesis)
    try:
        for export in sorted((Export(path, genesis) for path in paths), key=lambda export: export.head["first"]):
            require("export.order", chain.header["height"] + 1, export.head["first"], "files")
            export.verify(chain)
        chain.check_totals()
    except CutOff:
        return chain, "incomplete", None
    except Damage as damage:
        return chain, "damaged", damage
    return chain, "sound" if chain.certified == chain.header["height"] else "incomplete", None

def shown(value): return value.hex() if isinstance(value, bytes) else str(value)

def main():
    arguments = sys.argv[1:]
    if len(arguments) < 2 or any(one.startswith("-") for one in arguments):
        return print(__doc__, file=sys.stderr) or 64
    try:
        with open(arguments[0], encoding="utf-8") as file:
            genesis = Genesis(json.load(file))
        chain, verdict, damage = audit(genesis, arguments[1:])
    except (BadInput, OSError, KeyError, ValueError) as error:
        return print(f"audit: {error}", file=sys.stderr) or 65
    broken = damage and {"at height": chain.header["height"] + 1, "rule": damage.rule, "place": damage.place,
                         "expected": shown(damage.expected), "found": shown(damage.found)}
    report = {"verdict": verdict} | (broken or {}) | {
        "network": genesis.network.hex(), "height": chain.header["height"], "block": chain.hash.hex(),
        "time": chain.header["timeMilliseconds"], "view": chain.view, "final by certificate": chain.certified,
        "transactions": chain.transactions, "payments": chain.payments, "accounts": len(chain.ledger.accounts),
        "supply": sum(balance for _, balance in chain.ledger.accounts), "fees": chain.fees, "payouts": chain.payouts,
        "pool": chain.ledger.balance(ZERO), "log root": chain.header["logRoot"].hex(),
        "state root": chain.header["stateRoot"].hex(), "accused": ", ".join(map(str, sorted(chain.accused))) or "nobody",
    }
    print("\n".join(f"{name:20} {value}" for name, value in report.items()))
    return {"sound": 0, "damaged": 3, "incomplete": 4}[verdict]

if __name__ == "__main__":
    sys.exit(main())
