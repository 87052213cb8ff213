#!/usr/bin/env python3
"""Recomputes a chain from the genesis file and an export: a second implementation, made from Docs/Spec alone.

  Scripts/audit.py GENESIS EXPORT [--json]

It shares no code with the node. Python 3.9 or later with the package `cryptography`. Prints the verdict and the roots;
exit codes as those of `farthing verify`: 0 sound, 3 damaged, 4 incomplete, 65 bad input. Where the two disagree, one of
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


class Incomplete(Exception):
    """What is there holds, and something is missing."""


class BadInput(Exception):
    """The genesis file is none, or the export belongs to another network."""


def require(rule, expected, found, place=""):
    if expected != found:
        raise Damage(rule, expected, found, place)


# --- 2.1: bytes and hashes -------------------------------------------------------------------------------------------

def sha256(data):
    return hashlib.sha256(data).digest()


def tagged(tag, network, body):
    return sha256(tag.encode() + b"\0" + network + body)


def u(width, value):
    return value.to_bytes(width // 8, "little")


def uleb(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


def vector(elements):
    return uleb(len(elements)) + b"".join(elements)


class Reader:
    """Takes values off bytes; whatever does not fit is Damage `bytes`."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def raw(self, count):
        if self.at + count > len(self.data):
            raise Damage("bytes", "more bytes", "the end")
        self.at += count
        return self.data[self.at - count:self.at]

    def u(self, width):
        return int.from_bytes(self.raw(width // 8), "little")

    def length(self, limit=2**32 - 1):
        value = shift = 0
        while True:
            byte = self.u(8)
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
            shift += 7
            if shift > 28:
                raise Damage("bytes", "a length below 2^32", "a longer one")
        if shift and not byte or value > limit:
            raise Damage("bytes", "a length in its shortest form and within its limit", value)
        return value

    def vector(self, element, limit=2**32 - 1, least=1):
        count = self.length(limit)
        if count * least > len(self.data) - self.at:
            raise Damage("bytes", "as many elements as the bytes can hold", count)
        return [element() for _ in range(count)]

    def span(self, element):
        """What `element` reads, and the bytes that it read."""
        start = self.at
        value = element()
        return value, self.data[start:self.at]

    def end(self):
        if self.at != len(self.data):
            raise Damage("bytes", "the end", "bytes that are left over")


def leaf_hash(data):
    return sha256(b"\0" + data)


class Tree:
    """RFC 6962 over leaves that may change and be appended; one level is an array of hashes, a last odd one moves up."""

    def __init__(self):
        self.levels = [[]]

    def __len__(self):
        return len(self.levels[0])

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
                # The tree grows a level: everything to the left of the new leaf moves up first.
                self.levels.append([sha256(b"\1" + nodes[0] + nodes[1])] if len(nodes) == 2 else [])

    def append(self, hash_):
        self.set(len(self), hash_)

    @property
    def root(self):
        return self.levels[-1][0] if self.levels[0] else sha256(b"")


def merkle_root(leaves):
    tree = Tree()
    for leaf in leaves:
        tree.append(leaf)
    return tree.root


# --- 2.6: Ed25519, one strict rule -----------------------------------------------------------------------------------

L = 2**252 + 27742317777372353535851937790883648493
P = 2**255 - 19
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
    number = 0
    for value in values[:-6]:
        number = number << 5 | value
    if check != 0x2BC830A3 or number & 0xF:
        raise BadInput(f"{account} is no account")
    return (number >> 4).to_bytes(32, "big")


def text(value):
    raw = value.encode()
    return uleb(len(raw)) + raw


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
    t["payments"] = reader.vector(
        lambda: (reader.raw(32), reader.u(64), reader.raw(reader.length())), least=41)
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


def vote_order(vote):
    return (vote["kind"], vote["block"] or ZERO, vote["parentView"] or 0)


def read_evidence(reader):
    (first, second), raw = reader.span(lambda: (read_vote(reader), read_vote(reader)))
    if not vote_order(first) < vote_order(second):
        raise Damage("bytes", "two votes in their order", "another order", "evidence")
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
    if block["changes"]:
        raise Damage("change", "none", block["changes"])
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
        for key, balance in [(ZERO, 0), *genesis.accounts]:
            self.open(key, balance)
        for key in genesis.payouts:
            if key not in self.numbers:
                self.open(key, 0)
        self.state_root()

    def open(self, key, balance):
        self.numbers[key] = len(self.accounts)
        self.accounts.append([key, balance])
        self.dirty.add(self.numbers[key])

    def balance(self, key):
        return self.accounts[self.numbers[key]][1]

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
        is_full = (4 * parent["shares"] > 3 * rules["maxBlockShares"]
                   or 4 * parent["transactionBytes"] > 3 * rules["maxBlockBytes"])
        if is_full:
            floor = min(rules["priceCap"], floor + max(1, floor // 4))
        else:
            floor = max(least, floor - max(1, floor // 8))
        for _ in range(min(256, (now - parent["timeMilliseconds"]) // 1000)):
            floor = max(least, floor - max(1, floor // 8))
        return max(least, floor)

    def rejection(self, t):
        """2.3: what the bytes and genesis alone forbid, in the order of the checks; None when nothing does."""
        rules, payments = self.genesis.rules, t["payments"]
        if 1 + len(t["leaf"]) > rules["maxBlockBytes"]:
            return "tooLarge"
        if not payments:
            return "noPayments"
        if len(payments) > rules["maxPaymentsPerTransaction"]:
            return "tooManyPayments"
        for payee, amount, reference in payments:
            if amount == 0:
                return "amountIsZero"
            if len(reference) > 64:
                return "referenceTooLong"
            if not is_key(payee):
                return "payeeInvalid"
        if not is_key(t["payer"]):
            return "payerInvalid"
        if sum(amount for _, amount, _ in payments) > self.genesis.supply:
            return "totalAboveSupply"
        if t["maxPrice"] < rules["priceFloor"]:
            return "maxPriceBelowFloor"
        return None

    def execute(self, parent, header, transactions):
        """The ledger's fields of the header; settles as it goes, so after Damage the ledger is of no more use."""
        rules, now = self.genesis.rules, header["timeMilliseconds"]
        size = len(uleb(len(transactions))) + sum(len(t["leaf"]) for t in transactions) if transactions else 0
        if size > rules["maxBlockBytes"]:
            raise Damage("transactions.bytes", f"at most {rules['maxBlockBytes']}", size)
        shares = sum(t["shares"] for t in transactions)
        if shares > rules["maxBlockShares"]:
            raise Damage("transactions.shares", f"at most {rules['maxBlockShares']}", shares)
        target, pool = rules["reserveTarget"], self.balance(ZERO)
        cost = rules["blockCost"] * (target - min(pool, target)) // target if target else rules["blockCost"]
        floor = self.floor(parent, now)
        price = max(floor, min(rules["priceCap"], -(-cost // shares))) if shares else 0
        fees = 0
        for index, t in enumerate(transactions):
            fee = price * t["shares"]
            self.settle(t, index, now, price, fee)
            fees += fee
        if fees:
            self.add(ZERO, fees)
        for t in transactions:
            self.log.append(leaf_hash(t["leaf"]))
        return {
            "floor": floor, "cost": cost, "price": price, "shares": shares, "payout": self.pay_out(parent, now), "fees": fees,
            "logSize": len(self.log), "logRoot": self.log.root, "stateRoot": self.state_root(),
        }

    def settle(self, t, index, now, price, fee):
        place, lifetime = f"transaction {index}", self.genesis.rules["maxLifetime"]

        def refuse(rule, expected="", found=""):
            raise Damage("transactions." + rule, expected, found, place)

        if reason := self.rejection(t):
            refuse("rejected", "a transaction that can settle", reason)
        if now > t["validUntil"]:
            refuse("expired", f"at least {now}", t["validUntil"])
        if t["validUntil"] > now + lifetime:
            refuse("notYetValid", f"at most {now + lifetime}", t["validUntil"])
        if price > t["maxPrice"]:
            refuse("price", f"at most {t['maxPrice']}", price)
        if t["payer"] not in self.numbers:
            refuse("payer", "an open account", "none")
        key = (t["payer"], t["nonce"])
        if key in self.window and self.window[key] + lifetime >= t["validUntil"]:
            refuse("nonce", "a nonce that is not used up", t["nonce"])
        self.window[key] = max(self.window.get(key, 0), t["validUntil"])
        wanted = sum(amount for _, amount, _ in t["payments"]) + fee
        if self.balance(t["payer"]) < wanted:
            refuse("funds", f"at least {wanted}", self.balance(t["payer"]))
        self.add(t["payer"], -wanted)
        for payee, amount, _ in t["payments"]:
            if payee in self.numbers:
                self.add(payee, amount)
            elif amount >= self.genesis.rules["openingMinimum"]:
                self.open(payee, amount)
            else:
                refuse("opening", "enough to open an account", amount)

    def pay_out(self, parent, now):
        """2.4: what each validator receives at the first block of a new interval."""
        interval = self.genesis.rules["payoutInterval"]
        passed = now // interval - parent["timeMilliseconds"] // interval
        if passed < 1:
            return 0
        part = min(self.balance(ZERO), self.genesis.rules["payoutMaximum"] * passed) // self.genesis.n
        if part:
            for key in self.genesis.payouts:
                self.add(key, part)
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
        found("epoch", 0)
        found("height", parent["height"] + 1)
        found("parent", self.hash)
        earliest = parent["timeMilliseconds"] + max(1, genesis.rules["minBlockInterval"])
        if header["timeMilliseconds"] < earliest:
            raise Damage("header.timeMilliseconds", f"at least {earliest}", header["timeMilliseconds"])
        if certificate["block"] == block["hash"]:
            found("proposer", certificate["view"] % genesis.n)
        found("changeHash", ZERO)
        found("validatorsHash", genesis.validators_hash)
        found("nextValidatorsHash", genesis.validators_hash)

        transactions = block["transactions"]
        found("transactionCount", len(transactions))
        size = len(uleb(len(transactions))) + sum(len(t["leaf"]) for t in transactions) if transactions else 0
        found("transactionBytes", size)
        found("transactionsRoot", merkle_root([leaf_hash(t["leaf"]) for t in transactions]))
        self.take_evidence(block["evidence"])
        evidence_hash = parent["evidenceHash"]
        if block["evidence"]:
            raw = vector([one["raw"] for one in block["evidence"]])
            evidence_hash = tagged("farthing/evidence/v1", genesis.network, evidence_hash + raw)
        found("evidenceHash", evidence_hash)
        self.check_signatures(block)

        result = self.ledger.execute(parent, header, transactions)
        for name in ("floor", "cost", "price", "shares", "logSize", "logRoot", "stateRoot"):
            found(name, result[name])
        self.check_justification(block["hash"], certificate, nullifications)
        for one in [certificate, *nullifications]:
            self.check_conflict(one)

        self.transactions += len(transactions)
        self.payments += sum(len(t["payments"]) for t in transactions)
        self.fees += result["fees"]
        self.payouts += result["payout"] * genesis.n
        self.header, self.hash, self.view = header, block["hash"], certificate["view"]
        if certificate["kind"] == FINALIZE:
            self.certified = header["height"]

    def take_evidence(self, evidence):
        """3.8: at most n, of this epoch, each validator once on the chain."""
        if len(evidence) > self.genesis.n:
            raise Damage("evidence.count", f"at most {self.genesis.n}", len(evidence))
        for index, one in enumerate(evidence):
            require("evidence.epoch", 0, one["epoch"], f"evidence {index}")
            if one["signer"] in self.accused:
                raise Damage("evidence.repeated", "one for each validator and epoch", one["signer"], f"evidence {index}")
            self.accused[one["signer"]] = self.header["height"] + 1

    def check_signatures(self, block):
        for index, t in enumerate(block["transactions"]):
            if not holds(t["payer"], b"farthing/signature/v1\0" + t["id"], t["signature"]):
                raise Damage("signature", "valid", "not valid", f"transaction {index}")
        for index, one in enumerate(block["evidence"]):
            for vote in one["votes"]:
                if vote["signer"] >= self.genesis.n or not self.vote_holds(vote["signer"], vote["signed"], vote["signature"]):
                    raise Damage("signature", "valid", "not valid", f"evidence {index}")

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
        wanted = self.view + 1
        for index, one in enumerate(nullifications):
            if one["kind"] != NULLIFY or wanted >= certificate["view"] or one["view"] < wanted:
                raise Damage("justification.nullification", "the next view", "another", f"nullification {index}")
            if one["view"] != wanted:
                break
            wanted += 1
        if wanted != certificate["view"]:
            raise Damage("justification.nullification", "a nullification", "none", f"view {wanted}")
        for one in [certificate, *nullifications]:
            self.check_certificate(one)

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
            if not self.vote_holds(signer, certificate["signed"], signature):
                raise Damage("signature", "valid", "not valid", place)

    def check_conflict(self, certificate):
        """3.12: one notarization a view, never a finalization and a nullification of one."""
        view, kind = certificate["view"], certificate["kind"]
        target = (certificate["parentView"], certificate["block"])
        other = self.certificates.setdefault((view, kind), target)
        clash = other != target
        if kind == NULLIFY:
            clash = clash or (view, FINALIZE) in self.certificates
        elif kind == FINALIZE:
            clash = clash or (view, NULLIFY) in self.certificates
            clash = clash or self.certificates.get((view, NOTARIZE), target) != target
        else:
            clash = clash or self.certificates.get((view, FINALIZE), target) != target
        if clash:
            raise Damage("conflict", "one certificate", "two that contradict each other", f"view {view}")

    def check_totals(self):
        """7.2, at the end: the supply, the root over all accounts once more, the pool."""
        require("supply", self.genesis.supply, sum(balance for _, balance in self.ledger.accounts))
        root = merkle_root([leaf_hash(key + u(64, balance)) for key, balance in self.ledger.accounts])
        require("accountsRoot", self.header["stateRoot"], root)
        require("pool", self.fees - self.payouts, self.ledger.balance(ZERO))
