"""P1 to P3: payments through real nodes, beside the signatures that they cannot do without."""
import machine
from nodes import Federation
from parts import Bare
from report import Row


def bare_costs(bench):
    row = Row("bare", "What can't be spared, with nothing around it, on all processors at once")
    for _ in bench.each_round():
        with Bare(bench) as bare:
            pass
        row.add("Ed25519 verification, processor time", bare.seconds("verify") * 1e6, "µs")
        row.add("Ed25519 verifications a second, all processors", bare.last["verifyPerSecond"])
        row.add("Ed25519 signature, processor time", bare.seconds("sign") * 1e6, "µs")
        row.add("SHA-256 of 64 bytes, processor time", bare.seconds("hash64") * 1e6, "µs")
        row.add("one fsync, p50", bare.seconds("fsync") * 1e3, "ms")
        row.add("one fsync, p99", bare.seconds("fsyncP99") * 1e3, "ms")
        row.add("LevelDB entry in a synced batch of 5,000", bare.seconds("batchEntry") * 1e6, "µs")
    return row


def settle(bench, row, federation, payments, options, signatures_per_payment, targets):
    """Rounds of one load, each between two measurements of the bare cost."""
    validators = len(federation.nodes)
    federation.load(*options, payments=max(1, payments // 10))  # pages, tables and connections are warm after this
    for _ in bench.each_round():
        with Bare(bench) as bare:
            load = federation.load(*options, payments=payments)
        verify = bare.seconds("verify")
        per_payment = load.node_seconds / payments
        client = load.client_seconds / payments
        floor = validators * verify * signatures_per_payment
        row.add("processor time ÷ bare verifications", per_payment / floor, target=targets.get("ratio"))
        row.add("processor time per payment, all nodes", per_payment * 1e6, "µs", targets.get("time"))
        row.add("payments final a second", load.rate, target=targets.get("rate"))
        if "share" in targets:
            row.add("rate × (bare + client) ÷ processors", load.rate * (floor + client) / machine.PROCESSORS,
                    target=targets["share"])
        row.add("processor time per payment, client", client * 1e6, "µs")
        row.add("bare verification", verify * 1e6, "µs")
        row.add("processors busy", (load.node_seconds + load.client_seconds) / load.seconds)
        row.add("submit to final, p50", load.report["finalityMilliseconds"]["p50"], "ms")
        row.add("submit to final, p99", load.report["finalityMilliseconds"]["p99"], "ms")
        row.add("on all links per payment", load.wire_bytes / payments, "bytes")
        row.digests.append("{} {}".format(*federation.one_head()))
    row.facts["peak memory of a node"] = f"{federation.peak_memory() / 2**20:.0f} MiB"
    row.facts["payments in a round"] = payments


def p1(bench):
    row = Row("P1", "Single payments among 10^5 accounts, four validators: what do they cost beyond four verifications each?")
    with Federation(bench, accounts=bench.size(100_000, 1_000)) as federation:
        settle(bench, row, federation, bench.size(60_000, 300), ["--batch-share", 0], 1,
               {"ratio": ("<=", 1.35), "share": (">=", 0.85)})
    return row


def p2(bench):
    row = Row("P2", "A hundred payments under each signature, 10^4 payees, four validators")
    with Federation(bench, accounts=bench.size(10_000, 1_000), preset="bench") as federation:
        options = ["--batch-share", 100, "--window", 400_000, "--concurrency", 8]
        settle(bench, row, federation, bench.size(2_000_000, 10_000), options, 0.01,
               {"rate": (">=", 150_000), "time": ("<=", 10)})
    return row


def p3(bench):
    row = Row("P3", "A thousand payments under each signature, 10^4 payees, one validator")
    with Federation(bench, validators=1, accounts=bench.size(10_000, 2_000), preset="bench") as federation:
        options = ["--batch-share", 100, "--batch-size", 1_000, "--window", 1_000_000, "--concurrency", 8]
        settle(bench, row, federation, bench.size(5_000_000, 20_000), options, 0.001, {"rate": (">=", 600_000)})
    return row
