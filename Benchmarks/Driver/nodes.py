"""Real nodes that are measured: processor time, memory, disk, wire; and a load on them."""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "Tests/Faults"))
import client as clients  # noqa: E402
from federation import PROGRAM, Node, free_ports, run  # noqa: E402

import machine  # noqa: E402
from parts import expect  # noqa: E402


class Federation:
    """Validators on loopback, made new; stopped and removed at the end."""

    def __init__(self, bench, validators=4, accounts=1_000, preset="demo", **environment):
        self.folder = bench.new_folder()
        first = free_ports(2 * validators)
        made = run(
            "network", "create", "--validators", validators, "--output", self.folder, "--load-accounts", accounts,
            "--preset", preset, "--peer-port", first, "--rpc-port", first + validators, "--json",
        )
        expect(made.returncode == 0, f"network create ended with {made.returncode}: {made.stderr}")
        self.peer_ports = set(range(first, first + validators))
        self.nodes = [
            Node(pathlib.Path(node["home"]).name, pathlib.Path(node["home"]), clients.Endpoint("127.0.0.1", first + validators + i))
            for i, node in enumerate(json.loads(made.stdout)["nodes"])
        ]
        for node in self.nodes:
            node.environment = environment
        self.network = bytes.fromhex(json.loads(made.stdout)["network"])
        self.ended_seconds = 0.0
        self.urls = [f"http://127.0.0.1:{first + validators + i}" for i in range(validators)]

    def __enter__(self):
        for node in self.nodes:
            node.start()
        for node in self.nodes:
            node.wait_until_back(0, within=120)
        return self

    def __exit__(self, *_):
        for node in self.nodes:
            node.kill()

    @property
    def running(self):
        return [node for node in self.nodes if node.runs]

    def processor_seconds(self):
        """Of all nodes in all their lives."""
        return self.ended_seconds + sum(machine.processor_seconds(node.process.pid) for node in self.running)

    def restart(self, node, by_kill):
        """Ends a node as an operator or as SIGKILL does, and starts it; answers how long it takes until it signs at the others' height."""
        height = max(other.height for other in self.running)
        self.ended_seconds += machine.processor_seconds(node.process.pid)
        node.kill() if by_kill else node.stop()
        node.start()
        return node.wait_until_back(height, within=60)

    def peak_memory(self):
        """Of the node that had the most."""
        return max(machine.memory(node.process.pid) for node in self.running)

    def wire_bytes(self):
        return machine.bytes_on_links(self.peer_ports)

    def metric(self, name):
        """A metric of every node, added up."""
        return sum(node.endpoint.metric(name) for node in self.running)

    def one_head(self, within=300):
        """Waits until all running nodes have one head; answers its height and hash."""
        end = time.monotonic() + within
        while True:
            heads = {(s["head"]["height"], s["head"]["hash"]) if (s := node.status()) else None for node in self.running}
            if len(heads) == 1 and None not in heads:
                return heads.pop()
            expect(time.monotonic() < end, f"the nodes do not agree on one head: {heads}")
            time.sleep(0.02)

    def load(self, *options, payments, urls=None, is_whole=True, nice=0):
        """Runs `farthing load` and measures what it took; all payments must become final if `is_whole`."""
        words = [PROGRAM, "load", "--seed-file", str(self.folder / "accounts/load.seed"), "--json", "--interval", "1s"]
        for url in urls or self.urls:
            words += ["--url", url]
        words += ["--payments", str(payments), *map(str, options)]
        before, wire = self.processor_seconds(), self.wire_bytes()
        client = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            preexec_fn=(lambda: os.nice(nice)) if nice else None,
        )
        lines = client.stdout.read().splitlines()
        _, status, usage = os.wait4(client.pid, 0)
        client.returncode = os.waitstatus_to_exitcode(status)
        self.one_head()
        done = Load(
            json.loads(lines[-1]).get("report") if lines else None, usage.ru_utime + usage.ru_stime,
            self.processor_seconds() - before, self.wire_bytes() - wire,
        )
        expect(done.report, f"farthing load ended with {client.returncode} and no report")
        done.progress = [json.loads(line)["progress"] for line in lines[:-1] if '"progress"' in line]
        if is_whole:
            expect(done.final == payments, f"of {payments} payments {done.final} are final: {done.report}")
        return done

    def stop(self):
        """Ends all as an operator does."""
        for node in self.running:
            node.process.send_signal(signal.SIGTERM)
        for node in self.running:
            node.expect_end(0)

    def histogram(self, name, nodes=None, **labels):
        """Of all nodes, or of these, together: [(upper bound, how many at most that)], ascending."""
        totals = {}
        wanted = [f'{key}="{value}"' for key, value in labels.items()]
        for node in nodes or self.running:
            for line in node.endpoint.text("/metrics").splitlines():
                found = re.match(rf'{name}_bucket{{(.*)}} (\S+)$', line)
                if found and all(label in found[1] for label in wanted):
                    bound = re.search(r'le="([^"]*)"', found[1])[1]
                    totals[float(bound)] = totals.get(float(bound), 0) + float(found[2])
        return sorted(totals.items())


class Load:
    """What came of a load: its report, and processor time of client and nodes in seconds."""

    def __init__(self, report, client_seconds, node_seconds, wire_bytes):
        self.report, self.client_seconds = report, client_seconds
        self.node_seconds, self.wire_bytes = node_seconds, wire_bytes

    @property
    def final(self):
        return self.report["payments"]["final"]

    @property
    def seconds(self):
        return int(self.report["milliseconds"]) / 1000

    @property
    def rate(self):
        return self.final / self.seconds


def percentile(buckets, percent):
    """Of a cumulative histogram, the value below which so many are, straight between two bounds; None when it is empty."""
    total = buckets[-1][1] if buckets else 0
    if total == 0:
        return None
    wanted, below, count = total * percent / 100, 0.0, 0.0
    for bound, cumulative in buckets:
        if cumulative >= wanted:
            if bound == float("inf"):
                return below
            return below + (bound - below) * (wanted - count) / (cumulative - count)
        below, count = bound, cumulative
    return below


def difference(after, before):
    """What came into a histogram between two looks."""
    old = dict(before)
    return [(bound, count - old.get(bound, 0)) for bound, count in after]
