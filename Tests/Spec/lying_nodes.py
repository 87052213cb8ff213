"""Nodes that lie to `farthing verify --url`, one kind of lie at a time, and nodes whose chains fork, asked side by side.

  python3 Tests/Spec/lying_nodes.py FARTHING --folder NEW

Real nodes serve the chain that is checked in (Tests/Vectors/Chain), and forks of it that more than a third of its validators signed.
A proxy in front of one changes its answers. Each lie must end with its exit code and name rule, height and place, and nothing may crash.
"""
import argparse
import atexit
import concurrent.futures
import contextlib
import copy
import hashlib
import http.server
import json
import pathlib
import resource
import shutil
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request

import forging
from forging import CHAIN, FINALIZE, NOTARIZE, Block, Maker

GENESIS = str(CHAIN / "genesis.json")
TIP = 10


def expect(condition, *words):
    if not condition:
        raise SystemExit("lying nodes: " + " ".join(str(word) for word in words))


# --- Nodes and what stands before them -----------------------------------------------------------------------------------

def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Node:
    """A follower with a chain that was imported, and no peer that answers."""

    def __init__(self, farthing, folder, name, export):
        self.home, self.url = str(folder / name), f"http://127.0.0.1:{free_port()}"
        run = lambda *words: subprocess.run(  # noqa: E731
            [farthing, *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        run("node", "init", "--follower", "--home", self.home, "--genesis", GENESIS, "--peer", f"node 0=127.0.0.1:{free_port()}")
        run("import", "--export", str(export), "--home", self.home)
        flags = ["--set", f"rpc.listen={self.url[7:]}", "--set", f"peer.listen=127.0.0.1:{free_port()}", "--set", "storage.ballast=0B"]
        log = open(folder / f"{name}.log", "wb")
        process = subprocess.Popen([farthing, "node", "start", "--home", self.home, *flags], stderr=log)
        atexit.register(lambda: (process.terminate(), process.wait()))
        for _ in range(150):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(self.url + "/livez", timeout=2).close()
                return
            time.sleep(0.1)
        raise SystemExit(f"{name} does not answer: {(folder / f'{name}.log').read_text()[-2000:]}")


def forward(url, body):
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


class Proxy(http.server.ThreadingHTTPServer):
    """Hands each call on and lies about the answer: `lie` changes a call's result, or a connection's bytes where it is `raw`."""

    daemon_threads = True

    def __init__(self, node, lie=None, raw=None):
        super().__init__(("127.0.0.1", 0), Liar)
        self.node, self.lie, self.raw = node, lie, raw
        self.calls = []
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        """Whoever is lied to may hang up."""


class Liar(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        calls = json.loads(body)
        batch = calls if isinstance(calls, list) else [calls]
        self.server.calls += [call["method"] for call in batch]
        if self.server.raw and self.server.raw(self, batch[0]["method"]):
            return
        status, answer = forward(self.server.node.url, body)
        if self.server.lie:
            answers = json.loads(answer)
            for call, one in zip(batch, answers if isinstance(answers, list) else [answers]):
                if "result" in one:
                    self.server.lie(call["method"], call.get("params", {}), one)
            answer = json.dumps(answers).encode()
        self.reply(answer, status)

    def reply(self, body, status=200, length=None):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


# --- Lies ----------------------------------------------------------------------------------------------------------------

def at(method, edit):
    """Changes what one method answers."""
    def lie(called, params, answer):
        if called == method:
            edit(params, answer["result"])
    return lie


def setting(method, *path_and_value):
    """Puts a value at a path of what one method answers."""
    *path, value = path_and_value

    def edit(_, result):
        for name in path[:-1]:
            result = result[name]
        result[path[-1]] = value
    return at(method, edit)


def whole(method, edit):
    """Changes the response around a method's result."""
    return lambda called, _, answer: edit(answer) if called == method else None


def block(height, edit, network):
    """Changes a block's parts, whatever it is asked for with."""
    def lie(params, result):
        place = height - int(params["from"])
        if 0 <= place < len(result["blocks"]):
            one = Block(bytes.fromhex(result["blocks"][place]), network)
            edit(one)
            result["blocks"][place] = one.bytes().hex()
    return at("block_range", lie)


def blocks(edit):
    """Changes the list of blocks as a whole, from block 1 on."""
    return at("block_range", lambda params, result: edit(result["blocks"]) if params["from"] == "1" else None)


def header(height, edit):
    """Changes an element of the list of headers."""
    def lie(_, result):
        for one in result["blocks"]:
            if one["header"]["height"] == str(height):
                edit(one)
    return at("block_list", lie)


def account(text, edit):
    return at("account_get", lambda params, result: edit(result) if params["account"] == text else None)


def transaction(identity, edit):
    return at("tx_status", lambda params, result: edit(result) if params["id"] == identity else None)


def history(text, edit):
    """Changes the pages of an account's history."""
    return at("account_history", lambda params, result: edit(result) if params["account"] == text else None)


def receipt(identity, edit):
    return at("tx_receipt", lambda params, result: edit(result) if params["id"] == identity else None)


def proof(method, edit):
    return at(method, lambda _, result: edit(result["proof"]))


def path_changed(one):
    one["path"] = ["0" * 64] + one["path"][1:]


def denial(method, reason="transactionNotFinal"):
    """An error that says what is not so, however often it is asked."""
    def lie(called, _, answer):
        if called == method:
            answer.pop("result")
            answer["error"] = {"code": 1001, "message": "no", "data": {"reason": reason, "retryable": True}}
    return lie


def put(**values):
    return lambda one: one.update(values)


def first_amount(one):
    """Another amount in the first payment, under the old signature."""
    leaf = bytearray(one.transactions[0]["leaf"])
    leaf[32 + 24 + 1 + 1 + 32] ^= 1
    one.transactions[0]["leaf"] = bytes(leaf)


def lies(genesis, contents, facts):
    """Each kind: its lie, the exit code, and of a damage the rule, the height, the place and what was found."""
    network = genesis.network
    parts = [Block(content, network) for content in contents]
    payee, identity = facts["account"], facts["transaction"]
    far = "0" * 63 + "1"
    other_genesis = copy.copy(genesis)
    other_genesis.network = bytes(31) + b"\1"
    other = Maker(other_genesis)
    other.add([0, 1, 2])

    kept = {}

    def edit(height, change):
        return block(height, change, network)

    def signature(one):
        one.certificate["signatures"][1] = parts[0].certificate["signatures"][1]

    def thin(one):
        one.certificate.update(bitmap=bytes([3]), signatures=one.certificate["signatures"][:2])

    def certificates_exchanged(one):
        one.certificate = parts[4].certificate

    rows = {
        # Blocks.
        "a transaction dropped": (edit(2, lambda one: one.transactions.pop()), "header.transactionCount", 2, "", "2"),
        "a transaction doubled": (
            edit(2, lambda one: one.transactions.append(one.transactions[0])), "header.transactionCount", 2, "", "2"),
        "transactions in another order": (edit(2, lambda one: one.transactions.reverse()), "header.transactionsRoot", 2, "", None),
        "another amount": (edit(3, first_amount), "header.transactionsRoot", 3, "", None),
        "another price, and so another fee": (
            edit(1, lambda one: one.header.update(price=201)), "header.price", 1, "", "201"),
        "another state root": (
            edit(4, lambda one: one.header.update(stateRoot=bytes(32))), "header.stateRoot", 4, "", "0" * 64),
        "an earlier time": (
            edit(4, lambda one: one.header.update(timeMilliseconds=1)), "header.timeMilliseconds", 4, "", "1"),
        "evidence left out": (edit(7, lambda one: one.parts["evidence"].clear()), "header.evidenceHash", 7, "", None),
        "a signature of a certificate replaced": (edit(4, signature), "signature", 4, "certificate of view 4", "not valid"),
        "a certificate of too few": (edit(4, thin), "certificate.quorum", 4, "certificate of view 4", "2"),
        "another block's certificate": (edit(4, certificates_exchanged), "justification.block", 4, "certificate", None),
        "a skipped view not shown": (
            edit(5, lambda one: one.nullifications.pop()), "justification.nullification", 5, "view 6", "none"),
        "a block dropped": (blocks(lambda all_: all_.pop(2)), "header.height", 3, "", "4"),
        "a block doubled": (blocks(lambda all_: all_.insert(2, all_[1])), "header.height", 3, "", "2"),
        "blocks in another order": (blocks(lambda all_: all_.reverse()), "header.height", 1, "", "10"),
        "a block of another network": (
            blocks(lambda all_: all_.__setitem__(0, other.contents[0].hex())), "header.parent", 1, "", None),
        "a block cut off": (
            blocks(lambda all_: all_.__setitem__(5, all_[5][:-64])), "answer.block_range", 6, "6", None),
        "a block that is no hex": (blocks(lambda all_: all_.__setitem__(5, "x")), "answer.block_range", 1, None, None),
        "no blocks": (at("block_range", lambda _, result: result["blocks"].clear()), "answer.block_range", 1, "1", None),
        "more blocks than were asked for": (blocks(lambda all_: all_.extend(all_ * 50)), "answer.block_range", 1, None, None),
        "blocks that end before the head": (
            at("block_range", lambda params, result: result.update(blocks=result["blocks"][:max(0, 6 - int(params["from"]))])),
            "answer.block_range", 6, "6", "nothing, though the head is 10"),
        # What clients are told.
        "another balance": (account(payee, put(balance="1")), "answer.account_get", TIP, payee + " balance", "1"),
        "another account's number": (account(payee, put(number="0")), "answer.account_get", TIP, payee + " number", "0"),
        "an account that nobody opened": (
            account(payee, put(number=None)), "answer.account_get", TIP, payee + " number", "none"),
        "an older state than was shown": (
            account(payee, put(at={"height": "8", "hash": facts["hashes"][8]})), "answer.account_get", TIP, payee + " at", None),
        "a state of another block": (
            account(payee, put(at={"height": "10", "hash": far})), "answer.account_get", TIP, payee + " at", f"10 {far}"),
        "a balance that is no number": (account(payee, put(balance="1e9")), "answer.account_get", TIP, None, None),
        "a balance beyond 64 bits": (account(payee, put(balance=str(1 << 64))), "answer.account_get", TIP, None, None),
        "another fee": (
            transaction(identity, put(fee="1")), "answer.tx_status", 1, "transaction " + identity,
            "final at height 1, place 0, price 200, fee 1"),
        "another place": (transaction(identity, put(index=1)), "answer.tx_status", 1, "transaction " + identity, None),
        "another transaction's answer": (
            transaction(identity, put(id=far)), "answer.tx_status", 1, "transaction " + identity, f"an answer for {far}"),
        "a payment that is said to wait": (
            transaction(identity, lambda one: one.update(status="pending")), "answer.tx_status", 1, "transaction " + identity,
            "pending"),
        "an unknown status": (transaction(identity, put(status="perhaps")), "answer.tx_status", 1, None, None),
        "a header's root": (
            header(4, lambda one: one["header"].update(stateRoot=far)), "answer.block_list", 4, "4 stateRoot", far),
        "a header's hash": (header(4, put(hash=far)), "answer.block_list", 4, "4 hash", far),
        "a header without a field": (
            header(4, lambda one: one["header"].pop("price")), "answer.block_list", 4, "4 price", "nothing"),
        "a header too many": (
            at("block_list", lambda _, result: result["blocks"].append(result["blocks"][0])), "answer.block_list", 1, "after 0", "11"),
        "a header too few": (
            at("block_list", lambda _, result: result["blocks"].pop()), "answer.block_list", TIP, "after 9", "0"),
        "another supply": (setting("network_info", "supply", "1"), "answer.network_info", TIP, "supply", "1"),
        "other rules": (
            setting("network_info", "parameters", "priceFloor", "2"), "answer.network_info", TIP, "parameters", None),
        "another head": (setting("network_info", "at", "hash", far), "answer.network_info", TIP, "at", f"10 {far}"),
        "a head that it does not have": (
            setting("network_info", "at", "height", "15"), "answer.block_range", 11, "11", "nothing, though the head is 15"),
        "the last head of all": (
            setting("network_info", "at", "height", str((1 << 64) - 1)), "answer.block_range", 11, "11", None),
        "another key of a validator": (
            at("validator_list", lambda _, result: result["validators"][1]["validator"].update(consensusKey=far)),
            "answer.validator_list", TIP, "validators", None),
        "a validator left out": (
            at("validator_list", lambda _, result: result["validators"].pop()), "answer.validator_list", TIP, "validators", None),
        "a smaller quorum": (setting("validator_list", "quorum", 2), "answer.validator_list", TIP, "quorum", "2"),
        # What it shows of the past, and proves.
        "another amount in a history": (
            history(payee, lambda one: one["items"][0].update(amount="1")), "answer.account_history", 1, payee + " block 1", None),
        "another balance in a history": (
            history(payee, lambda one: one["items"][0].update(balance="1")), "answer.account_history", 1, payee + " block 1", None),
        "a payment left out of a history": (
            history(payee, lambda one: one["items"].pop()), "answer.account_history", 1, payee + " block 1", None),
        "a history that jumps over blocks": (
            history(payee, put(cursor="0" * 24)), "answer.account_history", 1, payee + " block 1 cursor", "0" * 24),
        "a history that ends too early": (
            history(payee, put(cursor=None)), "answer.account_history", 1, payee + " block 1 cursor", "null"),
        "no history": (
            history(payee, lambda one: one.pop("items")), "answer.account_history", 1, payee + " block 1", "0"),
        "one transaction's receipt for all": (
            at("tx_receipt", lambda _, result: result.update(receipt=kept.setdefault("receipt", result["receipt"]))),
            "answer.tx_receipt", None, None, None),
        "another fee in a receipt": (
            receipt(identity, lambda one: one["receipt"].update(fee="1")), "answer.tx_receipt", 1, "transaction " + identity, None),
        "a receipt that is none": (
            receipt(identity, put(receipt=None)), "answer.tx_receipt", 1, "transaction " + identity, None),
        "a final transaction denied": (denial("tx_receipt"), "answer.tx_receipt", 1, None, "the error transactionNotFinal"),
        "another path in a proof of inclusion": (proof("proof_inclusion", path_changed), "answer.proof_inclusion", TIP, None, None),
        "a proof of another transaction": (
            proof("proof_inclusion", lambda one: one.update(authorization="0001" + "00" * 63)), "answer.proof_inclusion", TIP, None, None),
        "another path in a proof of consistency": (
            proof("proof_consistency", path_changed), "answer.proof_consistency", TIP, None, None),
        "a consistency of other blocks": (
            proof("proof_consistency", lambda one: one.update(old=one["new"], path=[])),
            "answer.proof_consistency", TIP, "block 1", None),
        "another balance proven": (
            proof("proof_balance", put(balance="1")), "answer.proof_balance", TIP, None,
            "Its path does not lead from the account and the balance to the state root of its block."),
        "an open account denied": (denial("proof_balance", "accountUnknown"), "answer.proof_balance", TIP, None,
                                   "the error accountUnknown"),
        # Evidence.
        "evidence left out of its block": (
            at("block_get", lambda _, result: result["evidence"].clear()), "answer.block_get", 7, "7 evidence", None),
        "evidence left out of the list": (
            at("evidence_list", lambda _, result: result["evidence"].clear()), "answer.evidence_list", TIP, "onChain", "none"),
        "evidence that is said to wait": (
            at("evidence_list", lambda _, result: result["evidence"][0].update(onChain=False)),
            "answer.evidence_list", TIP, "onChain", "none"),
        "evidence that is not on the chain": (
            at("evidence_list", lambda _, result: result["evidence"].append(result["evidence"][0])),
            "answer.evidence_list", TIP, "onChain", "validator 1 in view 2, validator 1 in view 2"),
        "evidence against somebody else": (
            at("evidence_list", lambda _, result: result["evidence"].append(accusation(result["evidence"][0]))),
            "answer.evidence_list", TIP, "waiting", "A signature under one of its votes does not hold."),
        # Responses that are none.
        "an answer to another call": (whole("block_range", put(id=77)), "answer.block_range", 1, None, None),
        "no result": (whole("block_range", lambda answer: answer.pop("result")), "answer.block_range", 1, None, None),
        "a result and an error": (
            whole("block_range", put(error={"code": 1, "message": "x"})), "answer.block_range", 1, None, None),
        "a result of another kind": (whole("block_range", put(result=[])), "answer.block_range", 1, None, None),
        "a line of a report": (
            header(4, put(hash="x\nverdict              sound\nblock                " + far)), "answer.block_list", 4, "4 hash", None),
        "a million characters": (header(4, put(hash="a" * 1_000_000)), "answer.block_list", 4, "4 hash", None),
    }
    return {name: (lie, dict(zip(("rule", "height", "place", "found"), wanted))) for name, (lie, *wanted) in rows.items()}


def accusation(evidence):
    """The same two votes, in the name of the next validator: their signatures don't hold."""
    file = dict(evidence["file"])
    for name in ("first", "second"):
        vote = bytearray.fromhex(file[name])
        vote[-66] = 2
        file[name] = vote.hex()
    return dict(evidence, signer=2, onChain=False, file=file)


def endless(liar):
    """A body that never ends: the promised length is that of the universe."""
    liar.reply(b'{"jsonrpc":"2.0","result":"', length=1 << 62)
    while True:
        liar.wfile.write(b"a" * (1 << 16))


def slow(liar):
    """A byte a second, for longer than anybody waits."""
    liar.reply(b"", length=1 << 20)
    for _ in range(1 << 20):
        liar.wfile.write(b" ")
        liar.wfile.flush()
        time.sleep(1)


def broken_off(liar):
    liar.reply(b'{"jsonrpc":"2.0","id":1,"res', length=1 << 20)
    liar.close_connection = True


def saying(body, status=200):
    return lambda liar: liar.reply(body, status)


def refusal(liar):
    liar.reply(json.dumps({"jsonrpc": "2.0", "id": None, "error": {"code": -32000, "message": "\x1b[2J\x1b[Hno\n"}}).encode())


RAW = {  # What stands in the place of an answer, the exit code when it is the first, and when it is a later one.
    "no JSON": (saying(b"<html>hello</html>"), 69, 3),
    "JSON without an end": (saying(b"[" * 100_000), 69, 3),
    "nothing": (saying(b""), 69, 3),
    "an endless body": (endless, 69, 3),
    "not found": (saying(b"\x1b[2Jno", 404), 69, 69),
    "always an error": (saying(b"\x1b[2Jno", 500), 69, 69),
    "a refusal that clears the screen": (refusal, 1, 1),
    "an answer that breaks off": (broken_off, 69, 69),
    "a byte a second": (slow, 69, 69),
}


# --- The auditor ---------------------------------------------------------------------------------------------------------

class Auditor:
    def __init__(self, farthing, folder):
        self.farthing, self.folder = farthing, folder

    def run(self, *words):
        return subprocess.run([self.farthing, *words], capture_output=True, text=True)

    def verify(self, *words):
        return self.run("verify", "--genesis", GENESIS, *words)

    def found(self, name, lie, wanted, node):
        """The lie's rule, height and place, in a report that nothing in it can imitate; the blocks before hold."""
        with Proxy(node, lie) as proxy:
            outcome = self.verify("--url", proxy.url, "--json")
            expect(outcome.returncode == 3, name, "ended with", outcome.returncode, outcome.stdout[:2000], outcome.stderr)
            violation = json.loads(outcome.stdout)["violation"]
            for field in ("rule", "height", "place", "found"):
                expected = wanted.get(field)
                expect(expected is None or violation[field] == str(expected), f"{name}: {field}", violation)
            expect(violation["expected"] and violation["found"], name, violation)
            text = self.verify("--url", proxy.url)
            expect(text.returncode == 3 and len(text.stdout) < 20_000, name, text.stdout[:2000])
            lines = text.stdout.splitlines()
            expect([line for line in lines if line.startswith("verdict")] == ["verdict              damaged"], name, text.stdout)
            expect(sum(line.startswith("block  ") for line in lines) == 1, name, text.stdout)
            return f"{violation['rule']} at {violation['height']}"

    def refused(self, name, raw, method, code, node):
        """No statement by a node is no verdict; an answer of another form by one that has said who it is, is one."""
        def take(liar, called):
            return called == method and (raw(liar), True)[1]

        with Proxy(node, raw=take) as proxy:
            outcome = self.verify("--url", proxy.url, "--json")
            words = (name, method, "ended with", outcome.returncode, outcome.stdout[:2000], outcome.stderr)
            expect(outcome.returncode == code, *words)
            if code == 3:
                expect(json.loads(outcome.stdout)["violation"]["rule"] == "answer.block_range", *words)
            else:
                expect(outcome.stdout == "" and proxy.url in outcome.stderr and "\x1b" not in outcome.stderr, *words)
        return f"exit code {code}"


def check_lies(auditor, node, genesis, contents, facts):
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        # Those that take long by waiting come first.
        waits = {
            pool.submit(auditor.refused, name, raw, method, code, node): f"{name} to {method}"
            for name, (raw, *codes) in reversed(RAW.items()) for method, code in zip(("network_info", "block_range"), codes)
        }
        kinds = {
            pool.submit(auditor.found, name, lie, wanted, node): name
            for name, (lie, wanted) in lies(genesis, contents, facts).items()
        }
        for future, name in (kinds | waits).items():
            print(f"  {name}: {future.result()}", flush=True)
    print(f"{len(kinds)} lies, each found with its rule, height and place; {len(RAW)} answers that are none", flush=True)


def check_honest(auditor, node, contents):
    """Through the proxy as well a good node is good, and the report says which bytes it gave."""
    with Proxy(node) as proxy:
        outcome = auditor.verify("--url", proxy.url, "--json")
        expect(outcome.returncode == 0, "an honest node:", outcome.stdout, outcome.stderr)
        report = json.loads(outcome.stdout)
        digest = hashlib.sha256(b"".join(contents)).hexdigest()
        wanted = {"name": f"node {proxy.url}, blocks 1 to 10", "files": 1, "bytes": str(sum(map(len, contents))), "sha256": digest}
        expect(report["inputs"][1:] == [wanted], report["inputs"])
        expect(report["answersCompared"]["lists of evidence"] == "1", report["answersCompared"])
        asked = {"network_info", "block_range", "block_list", "tx_status", "account_get", "validator_list", "block_get",
                 "evidence_list", "account_history", "tx_receipt", "proof_inclusion", "proof_consistency", "proof_balance"}
        expect(set(proxy.calls) == asked, "asked", sorted(set(proxy.calls)))


def check_networks_and_heads(auditor, node, folder, facts):
    """A node of another network, and one whose head is shorter than it was."""
    with Proxy(node, setting("network_info", "network", "0" * 64)) as proxy:
        expect(auditor.verify("--url", proxy.url).returncode == 65, "another network")
    expect(auditor.run("keys", "new", "--unencrypted", "--output", str(folder / "auditor.pem")).returncode == 0, "keys new")
    kept = ["--key", str(folder / "auditor.pem")]
    seen = auditor.verify("--url", node.url, "--write-checkpoint", str(folder / "seen"), *kept)
    expect(seen.returncode == 0, seen.stderr)
    with Proxy(node, setting("network_info", "at", {"height": "8", "hash": facts["hashes"][8]})) as proxy:
        for option in ("--checkpoint", "--from-checkpoint"):
            outcome = auditor.verify("--url", proxy.url, option, str(folder / "seen"), *kept)
            expect(outcome.returncode == 4, option, outcome.returncode, outcome.stdout, outcome.stderr)
            expect("the chain ends before the checkpoint" in outcome.stdout, outcome.stdout)


# --- Reports that are checked ----------------------------------------------------------------------------------------------

def check_reports(auditor, node, folder, facts):
    """A report is bound to the bytes that it was made of; others are told apart."""
    exports = []
    for number, segment in enumerate(("2", "1024")):
        exports.append(str(folder / f"same-{number}.export"))
        outcome = auditor.run("export", "--home", node.home, "--output", exports[-1], "--segment-blocks", segment)
        expect(outcome.returncode == 0, outcome.stderr)
    for source, other in ((("--export", exports[0]), ("--export", exports[1])), (("--url", node.url), ("--export", exports[0]))):
        path = folder / f"report{source[0]}.json"
        expect(auditor.verify(*source, "--report", str(path)).returncode == 0, "a report of", source)
        report = json.loads(path.read_text())
        changed = path.with_suffix(".changed")
        changed.write_text(json.dumps(dict(report, signaturesChecked="89")))
        for repeated, is_same in ((source, True), (other, False)):
            outcome = auditor.verify(*repeated, "--check-report", str(path))
            words = "the inputs are the same" if is_same else "the inputs are others"
            expect(outcome.returncode == 0 and words in outcome.stdout, repeated, outcome.stdout)
            # What depends on the copy is bound to its bytes.
            outcome = auditor.verify(*repeated, "--check-report", str(changed), "--json")
            answer = json.loads(outcome.stdout)
            expect(outcome.returncode == (3 if is_same else 0), repeated, outcome.stdout)
            expect(answer["sameInputs"] == is_same, answer)
            named = answer["differences" if is_same else "remarks"]
            expect("signaturesChecked" in [line["place"] for line in named], answer)
    # A node that gives other bytes than those of the report, which are as good: another quorum's certificate.
    report = folder / "report--url.json"
    genesis, contents = forging.golden()
    maker = Maker(genesis)

    def exchange(one):
        view, target = one.certificate["view"], forging.u(64, one.certificate["parentView"]) + one.certificate["block"]
        one.certificate.update(maker.certificate(FINALIZE, view, [0, 1, 3], target))

    with Proxy(node, block(4, exchange, genesis.network)) as proxy:
        text = report.read_text().replace(node.url, proxy.url)
        (folder / "moved.json").write_text(text)
        outcome = auditor.verify("--url", proxy.url, "--check-report", str(folder / "moved.json"), "--json")
        answer = json.loads(outcome.stdout)
        expect(outcome.returncode == 0 and not answer["sameInputs"], outcome.stdout, outcome.stderr)
        expect([line["place"] for line in answer["remarks"]] == ["inputs[1].sha256"], answer)
    # The chain has grown since: the blocks up to then are still the same bytes, or they are not.
    for depth in ([], ["--light"]):
        earlier = folder / f"earlier{len(depth)}.json"
        with Proxy(node, setting("network_info", "at", {"height": "8", "hash": facts["hashes"][8]})) as proxy:
            outcome = auditor.verify("--url", proxy.url, *depth, "--report", str(earlier))
            expect(outcome.returncode == 0, outcome.stdout, outcome.stderr)
            for lie, is_same in ((None, True), (block(4, exchange, genesis.network), False)):
                proxy.lie = lie
                outcome = auditor.verify("--url", proxy.url, "--check-report", str(earlier), "--json")
                answer = json.loads(outcome.stdout)
                expect(outcome.returncode == 0 and answer["height"] == "10" and answer["sameInputs"] == is_same, answer)
    print("reports: bound to the bytes of two exports and of a node", flush=True)


# --- Forks -----------------------------------------------------------------------------------------------------------------

def check_forks(auditor, node, folder, genesis, contents):
    """Two of four validators run twice: each side is sound by itself, side by side they are found, and who signed both is named."""
    final, notarized, skipped = (Maker(genesis, contents[:7]) for _ in range(3))
    final.add([1, 2, 3])  # In view 10, which block 8 of the other side was final in.
    final.add([1, 2, 3], kind=NOTARIZE, skipping=2)
    for _ in range(3):
        final.add([1, 2, 3])
    notarized.add([0, 1, 3], kind=NOTARIZE)  # One honest validator may sign this and the finalization.
    notarized.add([1, 2, 3])
    skipped.add([0, 2, 3], skipping=1)  # View 10 is final on one side and skipped on the other.
    cases = {"final": (final, [1, 2], 12), "notarized": (notarized, [], 9), "skipped": (skipped, [0, 2], 8)}
    names = [validator["name"] for validator in json.loads((CHAIN / "genesis.json").read_text())["validators"]]
    for name, (maker, culprits, height) in cases.items():
        path = folder / f"{name}.export"
        path.write_bytes(maker.export())
        other = Node(auditor.farthing, folder, f"fork-{name}", path)
        expect(auditor.verify("--url", other.url).returncode == 0, f"{name}: each side is sound by itself")
        for turn, urls in enumerate(((node.url, other.url), (other.url, node.url))):
            where, report = folder / f"evidence-{name}-{turn}", folder / f"fork-{name}-{turn}.json"
            words = [word for url in urls for word in ("--url", url)]
            outcome = auditor.verify(*words, "--evidence", str(where), "--report", str(report))
            expect(outcome.returncode == 3, name, outcome.returncode, outcome.stdout, outcome.stderr)
            expect("fork     at height 8\n" in outcome.stdout, outcome.stdout)
            for one in (Block(contents[7], genesis.network), Block(maker.contents[7], genesis.network)):
                expect(one.parts["hash"].hex() in outcome.stdout, outcome.stdout)
            fork = json.loads(report.read_text())["fork"]
            expect([one["validator"] for one in fork["culprits"]] == culprits, name, fork["culprits"])
            shown = outcome.stdout[outcome.stdout.index("  signed both"):]
            expect([names[index] in shown for index in range(4)] == [index in culprits for index in range(4)], name, shown)
            # The bytes of both sides, from the parting on: anybody can check them again.
            sides = {side["url"]: [bytes.fromhex(one) for one in side["blocks"]] for side in fork["sides"]}
            expect(sides[node.url] == contents[7:8] and sides[other.url] == maker.contents[7:7 + len(sides[other.url])], name)
            files = sorted(where.iterdir())
            expect(files, name, "no evidence was written")
            convicted = set()
            for file in files:
                decided = auditor.run("evidence", "check", str(file), "--genesis", GENESIS, "--json")
                expect(decided.returncode == 0, name, decided.stdout, decided.stderr)
                convicted |= {one["index"] for one in json.loads(decided.stdout)["culprits"]}
            expect(sorted(convicted) == culprits, name, convicted)
            files[0].write_text(files[0].read_text().replace('"second": "', '"second": "00', 1))
            expect(auditor.run("evidence", "check", str(files[0]), "--genesis", GENESIS).returncode in (3, 65), "changed evidence")
        print(f"fork: {name}, height 8, culprits {culprits}, {len(files)} pieces of evidence", flush=True)


def check_side_by_side(auditor, node, folder, genesis, contents, facts):
    """Nodes of one chain at different heights, and one that only says that its chain is another."""
    path = folder / "short.export"
    path.write_bytes(Maker(genesis, contents[:8]).export())
    short = Node(auditor.farthing, folder, "short", path)
    outcome = auditor.verify("--url", short.url, "--url", node.url)
    expect(outcome.returncode == 0 and "the same chain, 2 blocks behind" in outcome.stderr, outcome.stdout, outcome.stderr)
    command = f"--url {short.url} --url {node.url}"
    expect(any(line.startswith("command") and command in line for line in outcome.stdout.splitlines()), outcome.stdout)
    far = "0" * 63 + "1"
    pretences = {
        "another hash at its head": setting("network_info", "at", "hash", far),
        "another hash below": header(8, put(hash=far)),
        "a block that nobody certified": block(10, lambda one: one.header.update(timeMilliseconds=1_700_000_170_000), genesis.network),
    }
    for name, lie in pretences.items():
        def both(method, params, answer, name=name, lie=lie):
            lie(method, params, answer)
            if name.startswith("a block") and method == "network_info":
                answer["result"]["at"]["hash"] = facts["forged"]

        with Proxy(node, both) as proxy:
            # The one who lies is the longer, or as long, and may come first or last.
            pairs = [(proxy.url, short.url), (short.url, proxy.url), (proxy.url, node.url), (node.url, proxy.url)]
            # Asked beside a node of the same height it is not asked about a block below.
            for urls in pairs[:3] if name.endswith("below") else pairs:
                words = [word for url in urls for word in ("--url", url)]
                where = folder / f"evidence-of-nothing-{len(list(folder.iterdir()))}"
                outcome = auditor.verify(*words, "--evidence", str(where))
                expect(outcome.returncode == 3, name, urls, outcome.returncode, outcome.stdout, outcome.stderr)
                if "fork     at height" in outcome.stdout:
                    expect("proves nothing" in outcome.stdout and "nobody that these certificates name" in outcome.stdout, outcome.stdout)
                    expect(not where.exists(), name, "wrote evidence")
                else:
                    expect("verdict              damaged" in outcome.stdout, outcome.stdout)
    print(f"side by side: one chain at two heights, and {len(pretences)} that only say so", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("farthing")
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    options = parser.parse_args()
    options.folder.mkdir()
    atexit.register(shutil.rmtree, options.folder, True)
    genesis, contents = forging.golden()
    parts = [Block(content, genesis.network) for content in contents]
    node = Node(options.farthing, options.folder, "honest", CHAIN / "chain.export")
    forged = Block(contents[9], genesis.network)
    forged.header["timeMilliseconds"] = 1_700_000_170_000
    facts = {
        "account": json.loads((CHAIN / "genesis.json").read_text())["accounts"][1]["account"],
        "transaction": parts[0].transactions[0]["id"].hex(),
        "hashes": {place + 1: one.parts["hash"].hex() for place, one in enumerate(parts)},
        "forged": Block(forged.bytes(), genesis.network).parts["hash"].hex(),
    }
    auditor = Auditor(options.farthing, options.folder)
    check_honest(auditor, node, contents)
    check_networks_and_heads(auditor, node, options.folder, facts)
    check_reports(auditor, node, options.folder, facts)
    check_side_by_side(auditor, node, options.folder, genesis, contents, facts)
    check_forks(auditor, node, options.folder, genesis, contents)
    check_lies(auditor, node, genesis, contents, facts)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    expect(peak < 1024, "a process took", peak, "MiB")
    print(f"no process took more than {peak} MiB", flush=True)


main()
