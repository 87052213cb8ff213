"""The long run: hours of mixed load with restarts, and whether anything is at the end as it was at the beginning."""
import concurrent.futures
import statistics
import time

import machine
from nodes import Federation, difference, percentile, run
from parts import expect
from report import Row

RATE = 400
WINDOWS = 24


def long_run(bench):
    """Every window has the same load and one restart; the first node is never restarted, so that its memory tells."""
    row = Row("long", "Hours of mixed load, one node after another restarted: is the end as the beginning?")
    windows, rate = bench.size(WINDOWS, 2), bench.size(RATE, 100)
    seconds = bench.size(bench.minutes * 60 / windows, 3)
    with Federation(bench, accounts=bench.size(10_000, 1_000)) as federation, concurrent.futures.ThreadPoolExecutor(1) as other:
        steady, restarted = federation.nodes[0], federation.nodes[1:]
        began = time.monotonic()
        for number in range(windows):
            commits, finality = look(federation, steady)
            back = other.submit(restart_later, federation, restarted[number % len(restarted)], number % 2 == 1, seconds / 3)
            load = federation.load("--batch-share", 50, "--rate", rate, payments=max(1, round(rate * seconds)))
            row.add("a restarted node signs again after", back.result(), "s")
            latency = load.report["finalityMilliseconds"]
            row.add("payments final a second", load.rate)
            row.add("submit to final, p50", latency["p50"], "ms")
            row.add("submit to final, p99", latency["p99"], "ms")
            row.add("processor time per payment, all nodes", load.node_seconds / load.final * 1e6, "µs")
            commits_now, finality_now = look(federation, steady)
            row.add("a block's commit, p50 by the node's metric", percentile(difference(commits_now, commits), 50) * 1e3, "ms")
            row.add("the slowest commit took at most", largest(difference(commits_now, commits)) * 1e3, "ms")
            row.add("proposal to final, p99 by the node's metric", percentile(difference(finality_now, finality), 99) * 1e3, "ms")
            row.add("memory in use", machine.memory(steady.process.pid, "VmRSS") / 2**20, "MiB")
            row.add("descriptors open", steady.endpoint.metric("farthing_process_open_fds"))
            row.add("commits that wait", steady.endpoint.metric("farthing_storage_commit_backlog_blocks"))
            row.add("on disk", machine.folder_bytes(steady.home / "data") / 2**20, "MiB")
        row.facts["from first to last payment"] = f"{(time.monotonic() - began) / 60:.0f} min, {windows} windows"
        for name in ("payments final a second", "submit to final, p50", "submit to final, p99", "processor time per payment, all nodes",
                     "memory in use", "descriptors open"):
            row.add(f"end ÷ beginning: {name}", end_by_beginning(row.figures[name].values))
        head = federation.one_head()
        row.facts["chain"] = f"{head[0]} blocks, one head at all nodes"
        evidence = federation.metric("farthing_consensus_evidence_total")
        expect(evidence == 0, f"the nodes hold evidence: {evidence}")
        federation.stop()
        audit = run("verify", "--genesis", federation.folder / "genesis.json", "--home", steady.home)
        expect(audit.returncode == 0, f"verify ends with {audit.returncode}: {audit.stdout[-2000:]} {audit.stderr[-2000:]}")
        row.facts["verified at the end"] = "the home of the node that was never restarted, every entry compared"
        row.digests.append("{} {}".format(*head))
    return row


def restart_later(federation, node, by_kill, seconds):
    time.sleep(seconds)
    return federation.restart(node, by_kill)


def look(federation, node):
    return [
        federation.histogram(name, [node])
        for name in ("farthing_storage_commit_seconds", "farthing_consensus_finality_seconds")
    ]


def largest(buckets):
    """The upper bound of the last bucket that has anything; where that has none, the lower."""
    below, count, found = 0.0, 0.0, 0.0
    for bound, cumulative in buckets:
        if cumulative > count:
            found = bound if bound != float("inf") else below
        below, count = bound, cumulative
    return found


def end_by_beginning(values):
    """Medians, so that one odd window does not decide."""
    quarter = max(1, len(values) // 4)
    return statistics.median(values[-quarter:]) / statistics.median(values[:quarter])
