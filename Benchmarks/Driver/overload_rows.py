"""P12: twice and ten times what the federation can take."""
from nodes import Federation
from parts import expect
from report import Row

# Small enough to be full within seconds of overload.
POOL = "4MiB"


def p12(bench):
    row = Row("P12", "Offered twice and ten times the maximum, signed beforehand, the client at low priority: which rate is kept?")
    with Federation(bench, accounts=bench.size(10_000, 1_000), FARTHING_MEMPOOL_BYTES=POOL) as federation:
        for _ in bench.each_round():
            options = ["--batch-share", 0, "--presign"]
            most = federation.load(*options, payments=bench.size(30_000, 300), nice=19).rate
            row.add("maximum", most, "payments a second")
            for factor, target in ((2, 0.9), (10, 0.7)):
                rate = int(most * factor)
                load = federation.load(
                    *options, "--rate", rate, "--window", 10_000_000, "--concurrency", 64,
                    payments=max(300, int(rate * bench.size(6, 0.1))), is_whole=False, nice=19,
                )
                tally = load.report["transactions"]
                expect(tally["rejected"] == 0, f"valid payments were rejected: {load.report}")
                expect(tally["lastingRefusals"] == 0, f"a refusal does not say that it may be tried again: {load.report}")
                expect(load.final + tally["expired"] == load.report["payments"]["sent"], f"not all accounted for: {load.report}")
                name = f"{factor} ×"
                row.add(f"{name}: rate kept", load.rate / most, target=(">=", target))
                row.add(f"{name}: offered ÷ maximum, while there was something new to send", offered(load) / most)
                row.add(f"{name}: refused, each retryable", tally["refusals"])
                row.add(f"{name}: in calls that were not taken", tally["unanswered"])
                row.add(f"{name}: accepted, and expired nevertheless", tally["expiredAfterPending"], target=("<=", 0))
                row.add(f"{name}: expired without having been accepted", tally["expired"] - tally["expiredAfterPending"])
                row.add(f"{name}: submit to final, p50", load.report["finalityMilliseconds"]["p50"], "ms")
                row.add(f"{name}: processor time per payment, all nodes", load.node_seconds / max(1, load.final) * 1e6, "µs")
                row.add(f"{name}: peak memory of a node so far", federation.peak_memory() / 2**20, "MiB")
            row.digests.append("{} {}".format(*federation.one_head()))
    return row


def offered(load):
    """Payments a second that were sent, those sent again included, up to the first second in which all had been sent."""
    for report in [*load.progress, load.report]:
        sent = report["payments"]["sent"]
        if sent == load.report["payments"]["sent"]:
            tally = report["transactions"]
            return (sent + tally["refusals"] + tally["unanswered"]) * 1000 / int(report["milliseconds"])
    return load.rate
