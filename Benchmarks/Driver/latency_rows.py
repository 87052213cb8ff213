"""P5 and P6: how long from a client's submission to the disk, and what each step of it takes."""
import http.client
import json
import time

from nodes import Federation, clients, difference, percentile, run
from parts import Bare, expect
from report import Row

STEPS = ("waiting", "notarizing", "finalizing", "committing")


class Session:
    """One connection to a node that stays open."""

    def __init__(self, endpoint):
        self.connection = http.client.HTTPConnection(endpoint.host, endpoint.port, timeout=30)
        self.connection.connect()

    def settle(self, payment):
        """Submits, and waits in the same request for the verdict; answers how many seconds that took."""
        calls = [
            dict(jsonrpc="2.0", id=0, method="tx_submit", params=dict(transaction=payment["transaction"])),
            dict(jsonrpc="2.0", id=1, method="tx_wait", params=dict(id=payment["id"], timeoutMilliseconds=20_000)),
        ]
        body = json.dumps(calls)
        began = time.perf_counter()
        self.connection.request("POST", "/", body, {"Content-Type": "application/json"})
        answers = json.loads(self.connection.getresponse().read())
        took = time.perf_counter() - began
        expect(answers[1].get("result", {}).get("status") == "final", f"a lone payment does not become final: {answers}")
        return took


def bank_of(federation):
    """A client who pays from the treasury, one of Tests/Faults."""
    genesis = json.loads((federation.folder / "genesis.json").read_text())
    key = federation.folder / "accounts/treasury.pem"
    shown = run("keys", "show", key, "--json")
    expect(shown.returncode == 0, f"keys show ended with {shown.returncode}: {shown.stderr}")
    treasury = json.loads(shown.stdout)["account"]
    others = [entry["account"] for entry in genesis["accounts"] if entry["account"] != treasury]
    return clients.Bank(federation.network, genesis, clients.Key(key), [treasury, *others[:8]])


def quantile(values, percent):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def add_steps(row, federation, before):
    """The median of each step since an earlier look."""
    for step in STEPS:
        buckets = difference(federation.histogram("farthing_payment_step_seconds", step=step), before[step])
        for percent in (50, 99):
            value = percentile(buckets, percent)
            if value is not None:
                row.add(f"{step}, p{percent} by the nodes' metric", value * 1e3, "ms")


def look(federation):
    return {step: federation.histogram("farthing_payment_step_seconds", step=step) for step in STEPS}


def p5(bench):
    row = Row("P5", "An idle network of four nodes on one disk: how long from the submission of one payment until it is final?")
    with Federation(bench) as federation:
        bank = bank_of(federation)
        sessions = [Session(node.endpoint) for node in federation.nodes]
        for session in sessions:
            session.settle(bank.payment())
        count = bench.size(40, 4)
        for _ in bench.each_round():
            times, before = [], look(federation)
            used = federation.processor_seconds()
            with Bare(bench) as bare:
                for number in range(count):
                    time.sleep(0.35)  # wider than the least time between two blocks
                    times.append(sessions[number % len(sessions)].settle(bank.payment()))
            used = federation.processor_seconds() - used
            fsync = bare.seconds("fsync")
            p50, p99 = quantile(times, 50), quantile(times, 99)
            row.add("p50 ÷ (24 fsyncs + 3 ms)", p50 / (24 * fsync + 0.003), target=("<=", 1))
            row.add("p99 ÷ p50", p99 / p50, target=("<=", 3))
            row.add("submit to final, p50", p50 * 1e3, "ms")
            row.add("submit to final, p99", p99 * 1e3, "ms")
            row.add("one fsync, p50", fsync * 1e3, "ms")
            row.add("processor time per payment, all nodes", used / count * 1e3, "ms")
            add_steps(row, federation, before)
            row.digests.append("{} {}".format(*federation.one_head()))
        row.facts["payments in a round"] = count
    return row


def p6(bench):
    row = Row("P6", "At half of the maximum load: how long until final, the block interval apart?")
    interval = 0.25
    with Federation(bench, accounts=bench.size(10_000, 1_000)) as federation:
        options = ["--batch-share", 0]
        most = federation.load(*options, payments=bench.size(30_000, 300)).rate
        row.facts["maximum measured first"] = f"{most:,.0f} payments a second"
        for _ in bench.each_round():
            before, settled = look(federation), federation.histogram("farthing_payment_settling_seconds")
            rate = max(1, int(most / 2))
            load = federation.load(*options, "--rate", rate, payments=rate * bench.size(15, 1))
            buckets = difference(federation.histogram("farthing_payment_settling_seconds"), settled)
            row.add("submit to final less the interval, p99", load.report["finalityMilliseconds"]["p99"] - interval * 1e3, "ms",
                    ("<=", 150))
            row.add("submit to final, p50", load.report["finalityMilliseconds"]["p50"], "ms")
            row.add("submit to final, p99", load.report["finalityMilliseconds"]["p99"], "ms")
            row.add("admitted to durable, p99 by the nodes' metric", percentile(buckets, 99) * 1e3, "ms")
            row.add("payments final a second", load.rate)
            row.add("processors busy", (load.node_seconds + load.client_seconds) / load.seconds)
            add_steps(row, federation, before)
            row.digests.append("{} {}".format(*federation.one_head()))
    return row
