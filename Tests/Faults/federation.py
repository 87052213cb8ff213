"""A federation of real processes that is made, hurt, and held to what it promised."""
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import time

from client import Bank, Broken, Endpoint, Key, Refused, Unreachable, expect
from votelog import VoteBook

PROGRAM = os.path.realpath(os.environ.get("FARTHING", ".build/release/farthing"))
ENVIRONMENT = {
    "FARTHING_STORAGE_BALLAST": "0B", "FARTHING_STORAGE_SPACE_SOFT_LIMIT": "0B", "FARTHING_STORAGE_SPACE_HARD_LIMIT": "0B",
    "FARTHING_RPC_CALLS_PER_SECOND": "1000000",
}
REJOIN_SECONDS = 10


def free_ports(count):
    def is_free(port):
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                return False
        return True

    while True:
        first = random.randrange(20000, 32000 - count)
        if all(is_free(first + i) for i in range(count)):
            return first


def run(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True)


class Node:
    """One process and its home."""

    def __init__(self, name, home, endpoint, prefix=()):
        self.name, self.home, self.endpoint, self.prefix = name, home, endpoint, prefix
        self.environment, self.process = {}, None
        self.log = home.parent / f"{name}.log"

    def start(self, **environment):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*self.prefix, PROGRAM, "node", "start", "--home", str(self.home)], stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=log, env={**os.environ, **ENVIRONMENT, **self.environment, **environment},
            )

    @property
    def runs(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        """Ends it as SIGKILL does."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def stop(self):
        """Ends it as an operator does."""
        self.process.send_signal(signal.SIGTERM)
        self.expect_end(0)

    def expect_end(self, code, *words, within=30):
        """It ends by itself, with this code and these words; answers after how many seconds."""
        began = time.monotonic()
        try:
            status = self.process.wait(within)
        except subprocess.TimeoutExpired:
            raise Broken(f"{self.name} has not ended after {within} s") from None
        self.process = None
        said = self.log.read_text(errors="replace")[-4000:]
        expect(status == code, f"{self.name} ended with {status}, not with {code}: {said}")
        for word in words:
            expect(word in said, f"{self.name} did not say {word!r}: {said}")
        return time.monotonic() - began

    def status(self):
        """What node_status answers; None where nobody answers."""
        try:
            return self.endpoint.call("node_status", timeout=5)
        except (Unreachable, Refused):
            return None

    @property
    def height(self):
        status = self.status()
        return int(status["head"]["height"]) if status else -1

    def wait_until_live(self, within=30):
        end = time.monotonic() + within
        while self.status() is None:
            expect(self.runs, f"{self.name} ended at its start: {self.log.read_text(errors='replace')[-4000:]}")
            expect(time.monotonic() < end, f"{self.name} does not answer after {within} s")
            time.sleep(0.02)

    def wait_until_back(self, height, within=REJOIN_SECONDS):
        """Waits until it signs and has reached a height; answers how long that took."""
        began = time.monotonic()
        while True:
            status = self.status()
            if status and status["mode"]["kind"] == "signing" and int(status["head"]["height"]) >= height:
                return time.monotonic() - began
            expect(self.runs, f"{self.name} ended at its start: {self.log.read_text(errors='replace')[-4000:]}")
            expect(
                time.monotonic() - began < within,
                f"{self.name} is not back after {within} s: wanted height {height}, it says {json.dumps(status)}",
            )
            time.sleep(0.02)


class Federation:
    """Nodes, the clients' bank and the votes that were seen; stops everything when it is left."""

    def __init__(self, folder, validators=4):
        self.folder = pathlib.Path(folder).resolve() / "network"
        port = free_ports(2 * validators)
        made = run(
            "network", "create", "--validators", validators, "--output", self.folder, "--peer-port", port, "--rpc-port",
            port + validators, "--json",
        )
        expect(made.returncode == 0, f"network create: {made.stderr}")
        genesis = json.loads((self.folder / "genesis.json").read_text())
        self.nodes = [
            Node(f"node-{i + 1}", self.folder / f"node-{i + 1}", Endpoint("127.0.0.1", port + validators + i))
            for i in range(validators)
        ]
        shown = run("keys", "show", "--json", self.folder / "accounts/treasury.pem")
        treasury = json.loads(shown.stdout)["account"]
        accounts = [treasury] + [a["account"] for a in genesis["accounts"] if a["account"] != treasury]
        accounts += [v["payoutAccount"] for v in genesis["validators"] if v["payoutAccount"] not in accounts]
        network = bytes.fromhex(json.loads(made.stdout)["network"])
        self.bank = Bank(network, genesis, Key(self.folder / "accounts/treasury.pem"), accounts)
        self.votes, self.endpoints = VoteBook(), [node.endpoint for node in self.nodes]
        self.evidence_checks = self.audits = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for node in self.nodes:
            node.kill()

    def start(self):
        for node in self.nodes:
            node.start()
        for node in self.nodes:
            node.wait_until_back(0, within=30)
        expect(self.bank.settle(self.endpoints[0]), "the first payment does not settle")
        # The pool of fees is an account too; the first fee names it.
        history = self.endpoints[0].call("account_history", account=self.bank.payer)
        pool = next(item["counterparty"] for item in history["items"] if item["kind"] == "fee")
        if pool not in self.bank.accounts:
            self.bank.accounts.append(pool)

    def height(self, besides=()):
        """The highest head of the nodes that answer."""
        return max((node.height for node in self.nodes if node not in besides), default=-1)

    def stop(self):
        for node in self.nodes:
            if node.runs:
                node.process.send_signal(signal.SIGTERM)
        for node in self.nodes:
            if node.process:
                node.expect_end(0)

    def check_evidence(self):
        """No running node has ever been shown two contradicting votes."""
        for node in self.nodes:
            if not node.runs:
                continue
            try:
                count = node.endpoint.metric("farthing_consensus_evidence_total")
            except Unreachable:
                continue
            expect(count == 0, f"{node.name} holds evidence: a key signed twice")
            self.evidence_checks += 1

    def finish(self):
        """Every promise at every node, then one chain, every vote and an audit of every home; ends with all nodes stopped."""
        top = max((promise.height for promise in self.bank.promises), default=0)
        for node in self.nodes:
            node.wait_until_back(max(top, self.height()), within=60)
        for node in self.nodes:
            self.bank.check(node.endpoint, self.bank.promises, f"at the end, {node.name}")
            self.bank.read(node.endpoint)
        self.check_evidence()
        self.stop()
        chains = []
        for node in self.nodes:
            self.votes.add(node.home)
            chains.append(self.audit(node))
        shortest = min(int(chain["height"]) for chain in chains)
        expect(shortest >= top, f"a chain ends at {shortest}, below a promise at {top}")

    def audit(self, node):
        """`verify` finds the home sound and without evidence; answers its report."""
        audit = run("verify", "--genesis", self.folder / "genesis.json", "--home", node.home, "--json")
        expect(audit.returncode == 0, f"verify of {node.name} ends with {audit.returncode}: {audit.stdout} {audit.stderr}")
        report = json.loads(audit.stdout)
        expect(report["evidence"] == [], f"verify of {node.name}: evidence {report['evidence']}")
        self.audits += 1
        return report

    def summary(self):
        """What was held against the nodes, in figures."""
        bank = self.bank
        return (
            f"{len(bank.promises)} transactions reported final, asked for again at {len(self.nodes)} nodes: 0 lost, 0 changed; "
            f"{bank.unsettled} unsettled in time; {len(self.votes.votes)} votes, 0 contradictions; "
            f"evidence 0 in {self.evidence_checks} looks; {bank.reads} full reads of all balances, supply {bank.supply} in each; "
            f"{self.audits} audits sound"
        )
