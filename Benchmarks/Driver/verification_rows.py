"""P4: an auditor's verification beside bare signatures."""
import json
import os
import subprocess
import time

from nodes import PROGRAM, run
from parts import Bare, expect, part
from report import Row


def verify(genesis, *source):
    """Runs `farthing verify`; answers its report, wall time and processor time in seconds."""
    words = [PROGRAM, "verify", "--genesis", str(genesis), *map(str, source), "--json"]
    began = time.monotonic()
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    text = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    expect(process.returncode == 0, f"{' '.join(words)} ended with {process.returncode}: {text[-2000:]}")
    return json.loads(text), time.monotonic() - began, usage.ru_utime + usage.ru_stime


def p4(bench):
    row = Row("P4", "`farthing verify` of single payments among 10^5 accounts: which share of bare verifications does it reach?")
    folder = bench.new_folder()
    genesis, home, export, empty, empty_export = (
        folder / name for name in ("genesis.json", "home", "chain.export", "empty", "empty.export")
    )
    payers, blocks = bench.size(100_000, 1_000), bench.size(100, 2)
    made = part("chain", genesis=genesis, home=home, payers=payers, blocks=blocks, payments=bench.size(1_000, 100))
    part("chain", genesis=genesis, home=empty, payers=payers)
    for source, target in ((home, export), (empty, empty_export)):
        done = run("export", "--genesis", genesis, "--home", source, "--output", target)
        expect(done.returncode == 0, f"export ended with {done.returncode}: {done.stderr}")
    kinds = (
        ("recomputed", "--export", export, empty_export, 0.92),
        ("home compared", "--home", home, empty, 0.85),
    )
    for _ in bench.each_round():
        for name, option, source, start, target in kinds:
            _, start_wall, start_processor = verify(genesis, option, start)
            with Bare(bench) as bare:
                report, wall, processor = verify(genesis, option, source)
            expect(report["verdict"] == "sound" and report["block"] == made["digest"], f"another chain: {report}")
            checks = int(report["signaturesChecked"])
            row.add(f"{name}: its rate ÷ bare, the start apart", checks / (wall - start_wall) / bare.per_second, target=(">=", target))
            row.add(f"{name}: bare processor time ÷ its own", checks * bare.seconds("verify") / (processor - start_processor))
            row.add(f"{name}: checks a second, start included", checks / wall)
            row.add(f"{name}: start, genesis alone", start_wall * 1e3, "ms")
            row.digests.append(report["block"])
        row.add("bare verification", bare.seconds("verify") * 1e6, "µs")
    row.facts["chain"] = f"{blocks} blocks, {made['payments']} payments, {payers} accounts"
    return row
