"""Homes whose bytes are not what was written: flipped, cut off, lost, or another node's; one at a time, in a fresh copy."""
import collections
import concurrent.futures
import json
import pathlib
import random
import shutil
import threading
import time

from client import Endpoint, Load, Refused, Unreachable, expect, promise_of
from federation import Federation, Node, free_ports, run
from votelog import VoteBook, final_view

REGION = 512
SAMPLED_REGIONS = 16
WHOLE_IN_SAMPLE = 5
REFETCH = "farthing node refetch --home"
# Docs/Spec, 7.6. Not 74: here nothing keeps the system from reading a file.
VERDICTS = {0: "sound", 3: "damaged", 4: "cut off", 65: "refused", 78: "refused"}
# What must be the same in a report that says sound. The rest depends on which of several valid certificates were kept.
FIGURES = (
    "height", "block", "timeMilliseconds", "certifiedHeight", "blocks", "transactions", "payments", "accounts", "supply", "pool",
    "amountPaid", "fees", "shares", "payouts", "lowestPrice", "highestPrice", "validators", "evidence", "entriesCompared",
)

Case = collections.namedtuple("Case", "node path change place mask")


def class_of(path):
    """What a file is; outcomes are counted by it."""
    if path.parts[0] == "keys":
        return "keys"
    if path.name in ("votes.a", "votes.b"):
        return "vote log"
    if path.parts[0] != "data":
        return path.name
    if path.name in ("LOG", "LOG.old", "LOCK"):
        return "LevelDB's LOG, LOCK"
    what = {".log": "log", ".ldb": "table"}.get(path.suffix, path.name.split("-")[0])
    return f"{path.parts[1]}: {what}"


class Original:
    """A federation at rest: its homes, and everything that its nodes said."""

    def __init__(self, folder):
        self.federation = Federation(folder)
        self.bank, self.nodes = self.federation.bank, self.federation.nodes
        with self.federation:
            self._live()
        self.genesis, self.home = self.federation.folder / "genesis.json", {node.name: node.home for node in self.nodes}
        # One stopped as an operator does it, one that died with votes in its log.
        self.reports = {node.name: self.federation.audit(node) for node in self.nodes}
        heads = {(report["height"], report["block"]) for report in self.reports.values()}
        expect(heads == {(str(self.height), self.hashes[self.height])}, f"the homes end differently: {heads}")

    def _live(self):
        """Some hundred payments over three lives, so that a home has tables and logs."""
        self.federation.start()
        for count in (50, 100):
            with Load(self.bank, self.federation.endpoints) as load:
                while len(self.bank.promises) < count:
                    load.wait(0.1)
            for node in self.nodes:
                node.kill()
                self.federation.votes.add(node.home)
                node.start()
            for node in self.nodes:
                node.wait_until_back(max(promise.height for promise in self.bank.promises))
        last = self.bank.settle(self.nodes[0].endpoint)
        expect(last, "the last payment does not settle")
        for node in self.nodes:
            node.wait_until_back(last.height)
        self.height, self.promises = self.federation.height(), list(self.bank.promises)
        blocks = self.nodes[0].endpoint.call("block_list", limit=1000, order="oldest")["blocks"]
        self.hashes = {int(block["header"]["height"]): block["hash"] for block in blocks}
        self.balances = self._balances(self.nodes[0].endpoint)
        expect(all(self._balances(node.endpoint) == self.balances for node in self.nodes), "the nodes' balances differ")
        self.nodes[0].stop()
        for node in self.nodes[1:]:
            node.kill()
            self.federation.votes.add(node.home)
        self.final_view = final_view(self.nodes[1].home)
        for node in self.nodes:
            (node.home / "ballast").write_bytes(bytes(1024))  # small, as no node would make it

    def _balances(self, endpoint):
        answers = ask(endpoint, [("account_get", dict(account=account)) for account in self.bank.accounts])
        return [str(answer) if isinstance(answer, Refused) else (answer.get("balance"), answer["at"]) for answer in answers]

    def ends_where_it_might(self, case, report):
        """The one damage that no file tells of (Docs/Spec, 5.5(5)): the last blocks of a node that was killed.

        LevelDB takes a log that was cut off or is gone for one that ended there, and the vote log learns with the next vote, or
        at a clean stop, that a view is final. Above that view it looks as if the node had died before it stored the blocks.
        Its peers have them.
        """
        height = int(report["height"])
        return (
            case.node is self.nodes[1] and class_of(case.path) == "chain: log" and case.change != "swapped"
            and report["verdict"] == "sound" and height < self.height and report["block"] == self.hashes[height]
            and int(report["view"]) >= self.final_view
        )

    def check_answers(self, endpoint, head):
        """What it says of everything up to its head is what was said before."""
        told = [promise for promise in self.promises if promise.height <= head]
        for promise, answer in zip(told, ask(endpoint, [("tx_status", dict(id=promise.id)) for promise in told])):
            same = not isinstance(answer, Refused) and answer["status"] == "final" and promise_of(answer) == promise
            expect(same, f"with a head at {head}: {promise} was told, now {answer!r}")
        if head == self.height:
            expect(self._balances(endpoint) == self.balances, "balances differ from those before the damage")


def ask(endpoint, calls):
    """The answers; Unreachable of a node that says it is about to end."""
    answers = [answer for start in range(0, len(calls), 100) for answer in endpoint.batch(calls[start:start + 100], 60)]
    if any(isinstance(answer, Refused) and str(answer) == "stopping" for answer in answers):
        raise Unreachable("it stops")
    return answers


def cases(original, everything):
    """All that can be done to the files of two homes, one byte of each region."""
    for node, other in (original.nodes[0], original.nodes[2]), (original.nodes[1], original.nodes[2]):
        for file in sorted(path for path in node.home.rglob("*") if path.is_file()):
            path, size = file.relative_to(node.home), file.stat().st_size
            step = REGION if everything else max(1, -(-size // SAMPLED_REGIONS))
            for start in range(0, size, step):
                yield Case(node, path, "flipped", random.randrange(start, min(start + step, size)), random.randrange(1, 256))
            for length in sorted({0, size // 2, size - 1} if size else ()):
                yield Case(node, path, "cut", length, None)
            yield Case(node, path, "deleted", None, None)
            its = other.home / path
            if its.exists() and its.read_bytes() != file.read_bytes():
                yield Case(node, path, "swapped", other.name, None)


def sample(every, count):
    """As many cases of each class of files and kind of change as of the others."""
    groups = collections.defaultdict(list)
    for case in every:
        groups[class_of(case.path), case.change].append(case)
    for group in groups.values():
        random.shuffle(group)
    taken = [group.pop() for _ in range(count) for group in groups.values() if group]
    return taken[:count]


def do(case, home, original):
    """Hurts a copy of the home."""
    file = home / case.path
    if case.change == "deleted":
        file.unlink()
    elif case.change == "swapped":
        file.write_bytes((original.home[case.place] / case.path).read_bytes())
    else:
        data = bytearray(file.read_bytes())
        if case.change == "cut":
            del data[case.place:]
        else:
            data[case.place] ^= case.mask
        file.write_bytes(data)


def words(case):
    place = "" if case.place is None else f" at {case.place}"
    return f"{case.path} of {case.node.name} {case.change}{place}" + (f" by {case.mask:#04x}" if case.mask else "")


class Examiner:
    """Looks at one damaged home after another; each thread has ports of its own."""

    def __init__(self, folder, original, threads=2):
        self.folder, self.original = pathlib.Path(folder).resolve(), original
        port = free_ports(2 * threads)
        self.ports, self.local = [(port + 2 * i, port + 2 * i + 1) for i in range(threads)], threading.local()
        self.pool = concurrent.futures.ThreadPoolExecutor(threads, initializer=self._take_ports)

    def _take_ports(self):
        self.local.ports = self.ports.pop()

    def examine(self, number, case):
        """The verdict of `verify`, and what became of the node, alone."""
        place = self.folder / f"case-{number}"
        home = place / "home"
        shutil.copytree(case.node.home, home)
        do(case, home, self.original)
        verdict = self.verify(case, home)
        start = self.start(case, home, verdict)
        shutil.rmtree(place)
        return verdict, start

    def verify(self, case, home):
        before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
        ended = run("verify", "--genesis", self.original.genesis, "--home", home, "--json")
        said = f"{words(case)}: verify ends with {ended.returncode}: {ended.stdout[:1000]} {ended.stderr}"
        expect(ended.returncode in VERDICTS, said)
        verdict = VERDICTS[ended.returncode]
        if verdict == "sound":
            report, whole = json.loads(ended.stdout), self.original.reports[case.node.name]
            if self.original.ends_where_it_might(case, report):
                return "sound, shorter"
            different = [name for name in FIGURES if report[name] != whole[name]]
            expect(not different and report["verdict"] == "sound", f"a wrong sound, in {different}: {said}")
        else:
            expect(ended.stderr.startswith("farthing: ") or json.loads(ended.stdout)["verdict"] != "sound", said)
        after = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
        expect(before == after, f"{words(case)}: verify changed the home")
        return verdict

    def start(self, case, home, verdict):
        """A start without peers: it serves what it served before or less, or stops and says how to go on."""
        peer, rpc = self.local.ports
        node = Node("node", home, Endpoint("127.0.0.1", rpc))
        node.start(FARTHING_PEER_LISTEN=f"127.0.0.1:{peer}", FARTHING_RPC_LISTEN=f"127.0.0.1:{rpc}")
        try:
            status = answer(node)
            if status is None:
                return self.ended(case, node, verdict)
            head, original = int(status["head"]["height"]), self.original
            expect(
                original.hashes.get(head) == status["head"]["hash"],
                f"{words(case)}: the node comes up with {status['head']}, the chain had {original.hashes.get(head)} there",
            )
            try:
                original.check_answers(node.endpoint, head)
            except Unreachable:
                node.process.wait(30)
                return self.ended(case, node, verdict)
            if head < original.height:
                known = verdict in ("cut off", "sound, shorter")
                expect(known, f"{words(case)}: the node comes up at {head}, and verify says {verdict}")
                return "up, behind"
            return "up" if status["mode"]["kind"] == "signing" else "up, reads only"
        finally:
            node.kill()

    def ended(self, case, node, verdict):
        code, said = node.process.returncode, node.log.read_text(errors="replace")
        what = f"{words(case)}: the node ends with {code}: {said[-2000:]}"
        expect(code in (3, 65, 78), what)
        if code == 3:
            expect(REFETCH in said, f"no way on: {what}")
            expect(verdict == "damaged", f"verify says {verdict}: {what}")
        else:
            names = {path.name for path in case.node.home.rglob("*") if path.is_file()}
            why = said.split("farthing: ", 1)[-1]
            expect(any(name in why for name in names), f"no file is named: {what}")
        return f"ends with {code}"

    def with_the_others(self, case, start):
        """The whole federation as it was, with this home damaged, and repaired if the node said how: it comes back and settles."""
        place = self.folder / "whole"
        shutil.copytree(self.original.federation.folder, place)
        nodes = [Node(node.name, place / node.name, node.endpoint) for node in self.original.nodes]
        book, bank = VoteBook(), self.original.bank
        book.votes = dict(self.original.federation.votes.votes)
        victim = next(node for node in nodes if node.name == case.node.name)
        # Its ports as they were, whatever its configuration says by now.
        rpc, peer = victim.endpoint.port, victim.endpoint.port - len(nodes)
        victim.environment = {"FARTHING_RPC_LISTEN": f"127.0.0.1:{rpc}", "FARTHING_PEER_LISTEN": f"127.0.0.1:{peer}"}
        do(case, victim.home, self.original)
        if start == "ends with 3":
            repaired = run("node", "refetch", "--home", victim.home)
            expect(repaired.returncode == 0, f"{words(case)}: refetch ends with {repaired.returncode}: {repaired.stderr}")
        try:
            for node in nodes:
                node.start()
            for node in nodes:
                if node is victim and start == "up, reads only":
                    node.wait_until_live()
                else:
                    node.wait_until_back(self.original.height, within=30)
            paid = bank.settle(next(node for node in nodes if node is not victim).endpoint)
            expect(paid, f"{words(case)}: no payment settles with the node back")
            end = time.monotonic() + 10
            for node in nodes:
                while node.height < paid.height:
                    expect(time.monotonic() < end, f"{words(case)}: {node.name} does not follow the others: {node.status()}")
                    time.sleep(0.02)
                bank.check(node.endpoint, [*self.original.promises, paid], f"{words(case)}: {node.name}")
                count = node.endpoint.metric("farthing_consensus_evidence_total")
                expect(count == 0, f"{words(case)}: {node.name} holds evidence: a key signed twice")
            mode = victim.status()["mode"]["kind"]
            expect((mode == "signing") == (start != "up, reads only"), f"{words(case)}: its mode is {mode}")
        finally:
            for node in nodes:
                node.kill()
        for node in nodes:
            if node is not victim or mode == "signing":
                book.add(node.home)
        shutil.rmtree(place)


def answer(node, within=30):
    """The status of a node that comes up; None once it has ended."""
    end = time.monotonic() + within
    while node.runs:
        status = node.status()
        if status:
            return status
        said = node.log.read_text(errors="replace")[-2000:]
        expect(time.monotonic() < end, f"neither an answer nor an end after {within} s: {said}")
        time.sleep(0.02)
    return None


def damage(folder, count, everything):
    """Each case alone; then those that ended differently once more among the other nodes."""
    original = Original(folder)
    chosen = list(cases(original, everything))
    total = len(chosen)
    if not everything:
        chosen = sample(chosen, count)
    examiner = Examiner(folder, original)
    with examiner.pool as pool:
        futures = [pool.submit(examiner.examine, i, case) for i, case in enumerate(chosen)]
        try:
            outcomes = []
            for future in futures:
                outcomes.append(future.result())
                if len(outcomes) % 250 == 0:
                    print(f"bytes: {len(outcomes)} of {len(futures)}", flush=True)
        finally:
            for future in futures:
                future.cancel()
    table(chosen, outcomes)
    flipped = [verdict for case, (verdict, _) in zip(chosen, outcomes) if case.change == "flipped" and ": " in class_of(case.path)]
    noticed = sum(verdict != "sound" for verdict in flipped)
    expect(2 * noticed >= len(flipped), f"of {len(flipped)} bytes flipped in the databases, verify noticed only {noticed}")
    firsts = {}
    for case, (_, start) in zip(chosen, outcomes):
        if start != "ends with 65" and start != "ends with 78":
            firsts.setdefault((start, class_of(case.path), case.change), (case, start))
    # Round-robin by what became of the node, since most files' changes end alike.
    groups = collections.defaultdict(list)
    for (start, *_), first in firsts.items():
        groups[start].append(first)
    whole = [group[i] for i in range(len(firsts)) for group in groups.values() if i < len(group)]
    if not everything:
        whole = whole[:WHOLE_IN_SAMPLE]
    for case, start in whole:
        examiner.with_the_others(case, start)
    repaired = sum(start == "ends with 3" for _, start in whole)
    print(f"bytes: verify noticed {noticed} of {len(flipped)} bytes flipped in the databases' files, and found all figures as before "
          f"with the others")
    print(f"bytes: {len(chosen)} of {total} damages to two homes of {original.height} blocks and {len(original.promises)} "
          f"transactions; no crash, no wrong sound, no other answer")
    print(f"bytes: {len(whole)} of them among the three other nodes: all came back to the same chain and followed a new payment, "
          f"{repaired} after the refetch they had asked for; no key signed twice")


def table(chosen, outcomes):
    """How often each class of file was hurt, what verify said, and what became of the node."""
    columns = ["damaged", "cut off", "refused", "sound, shorter", "sound", "up", "up, reads only", "up, behind", "ends with 3",
               "ends with 65", "ends with 78"]
    counts = collections.defaultdict(collections.Counter)
    for case, outcome in zip(chosen, outcomes):
        for row in (class_of(case.path), "all"):
            counts[row].update(["cases", *outcome])
    print(f"bytes: {'':20} {'':>6} | {'verify':^42} | the node, alone")
    heads = ["cases", "| damaged", "cut off", "refused", "shorter", "sound", "| up", "reads only", "behind", "3", "65", "78"]
    print(f"bytes: {'':20} " + " ".join(heads))
    for row in sorted(counts, key=lambda row: (row == "all", row)):
        cells = [f"{counts[row][name]:>{len(head) - 2 * head.startswith('| ')}}" for name, head in zip(["cases", *columns], heads)]
        cells = [("| " if head.startswith("| ") else "") + cell for head, cell in zip(heads, cells)]
        print(f"bytes: {row:20} " + " ".join(cells))
