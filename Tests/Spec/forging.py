"""Blocks of the chain that is checked in (Tests/Vectors/Chain), taken apart, changed, and made anew with its validators' keys.

Made on Scripts/audit.py, so that nothing here is the node's. The keys come from the fixed seeds of `TestChain.key`.
"""
import copy
import io
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "Scripts"))
import audit  # noqa: E402
from audit import u, uleb, vector  # noqa: E402
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: E402

CHAIN = ROOT / "Tests/Vectors/Chain"
NOTARIZE, NULLIFY, FINALIZE = range(3)


class Block:
    """A justified block's parts; `bytes()` is what they make."""

    def __init__(self, content, network):
        reader = audit.Reader(content)
        self.parts = audit.read_block(reader, network)
        self.certificate = audit.read_certificate(reader)
        self.nullifications = reader.vector(lambda: audit.read_certificate(reader))
        reader.end()
        assert self.bytes() == content

    @property
    def header(self):
        return self.parts["header"]

    @property
    def transactions(self):
        return self.parts["transactions"]

    def bytes(self):
        return (
            audit.header_bytes(self.header) + vector([t["leaf"] for t in self.transactions])
            + vector([one["raw"] for one in self.parts["evidence"]]) + uleb(0)
            + certificate_bytes(self.certificate) + vector([certificate_bytes(one) for one in self.nullifications])
        )


def certificate_bytes(one):
    return one["signed"] + uleb(len(one["bitmap"])) + one["bitmap"] + vector(one["signatures"])


def golden():
    """The genesis values and the contents of the ten blocks."""
    genesis = audit.Genesis(json.loads((CHAIN / "genesis.json").read_text()))
    records = audit.records(io.BytesIO((CHAIN / "chain.export").read_bytes()))
    return genesis, [content for kind, content, _ in records if kind == audit.BLOCK]


def key(role, index):
    return Ed25519PrivateKey.from_private_bytes(bytes([role, index, 7, 7]) + bytes([7]) * 28)


class Maker:
    """A chain that goes on as its validators let it: any of them sign any block."""

    def __init__(self, genesis, contents=()):
        self.genesis, self.chain, self.contents = genesis, audit.Chain(genesis), []
        keys = {one.public_key().public_bytes_raw(): one for one in (key(1, index) for index in range(64))}
        self.keys = [keys[public] for public in genesis.keys]
        for content in contents:
            self.take(content)

    def take(self, content):
        block = Block(content, self.genesis.network)
        self.chain.take(block.parts, block.certificate, block.nullifications)
        self.contents.append(content)

    def certificate(self, kind, view, signers, target=b""):
        signed = uleb(kind) + u(64, 0) + u(64, view) + target
        message = b"farthing/vote/v1\0" + self.genesis.network + signed
        bitmap = u(8 * (-(-self.genesis.n // 8)), sum(1 << signer for signer in signers))
        return {"signed": signed, "bitmap": bitmap, "signatures": [self.keys[signer].sign(message) for signer in signers]}

    def add(self, signers, after=1000, kind=FINALIZE, skipping=0):
        """An empty block that `signers` make final or notarize, and nullifications of the views that it skips."""
        chain, parent = self.chain, self.chain.header
        view = chain.view + 1 + skipping
        header = dict(
            parent, height=parent["height"] + 1, parent=chain.hash, timeMilliseconds=parent["timeMilliseconds"] + after,
            proposer=view % self.genesis.n, transactionCount=0, transactionBytes=0, transactionsRoot=audit.merkle_root([]),
        )
        ledger = copy.deepcopy(chain.ledger).execute(parent, header, [])
        header |= {name: ledger[name] for name in ("floor", "cost", "price", "shares", "logSize", "logRoot", "stateRoot")}
        block = audit.tagged("farthing/block/v1", self.genesis.network, audit.header_bytes(header))
        certificate = self.certificate(kind, view, signers, u(64, chain.view) + block)
        nullifications = [self.certificate(NULLIFY, chain.view + 1 + place, signers) for place in range(skipping)]
        self.take(
            audit.header_bytes(header) + vector([]) + vector([]) + uleb(0) + certificate_bytes(certificate)
            + vector([certificate_bytes(one) for one in nullifications])
        )

    def export(self):
        """The chain as an export file in one segment (Docs/Spec/8-export.md)."""
        first = audit.Chain(self.genesis).hash
        head = (
            u(16, 1) + self.genesis.network + u(64, 1) + u(64, len(self.contents)) + u(32, 1024) + first + self.genesis.encoded
        )
        blocks = [Block(content, self.genesis.network) for content in self.contents]
        sums = (
            sum(len(block.transactions) for block in blocks),
            sum(len(one["payments"]) for block in blocks for one in block.transactions),
        )
        segment = (
            u(64, 1) + u(64, len(blocks)) + u(64, sums[0]) + u(64, sums[1]) + u(64, sum(map(len, self.contents)))
            + audit.merkle_root([audit.leaf_hash(content) for content in self.contents])
        )
        manifest = (
            b"".join(u(64, value) for value in (len(blocks), *sums, 0, 0, 1)) + self.chain.hash
            + audit.merkle_root([audit.leaf_hash(segment)])
        )
        records = [(audit.HEAD, head)] + [(audit.BLOCK, content) for content in self.contents]
        records += [(audit.SEGMENT, segment), (audit.MANIFEST, manifest)]
        out, check = [audit.MAGIC], audit.sha256(audit.MAGIC)
        for kind, content in records:
            begin = u(8, kind) + u(32, len(content))
            check = audit.sha256(check + begin + content)
            out.append(begin + content + check)
        return b"".join(out)
