"""What Scripts/bench runs: rows of figures beside bare costs, as a table and as JSON."""
import argparse
import json
import pathlib
import shutil
import signal
import sys
import tempfile
import time

import latency_rows
import ledger_rows
import long_rows
import machine
import overload_rows
import settlement_rows
import start_rows
import storage_rows
import verification_rows
from nodes import clients
from parts import Failed
from report import record

ROWS = {
    "bare": settlement_rows.bare_costs,
    "P1": settlement_rows.p1, "P2": settlement_rows.p2, "P3": settlement_rows.p3, "P4": verification_rows.p4,
    "P5": latency_rows.p5, "P6": latency_rows.p6, "P7": storage_rows.p7, "P8": ledger_rows.p8, "P9": start_rows.p9,
    "P10": ledger_rows.p10, "P11": ledger_rows.p11, "P12": overload_rows.p12, "P13": start_rows.p13,
    "G1": ledger_rows.g1, "G2": start_rows.g2, "G3": ledger_rows.g3, "long": long_rows.long_run,
}
# Takes hours, so nobody gets it who does not ask for it.
ONLY_BY_NAME = {"long"}


class Bench:
    """What was asked for, and a folder on the disk that is measured."""

    def __init__(self, options, folder):
        self.tiny, self.rounds, self.folder = options.tiny, options.rounds or (1 if options.tiny else 5), folder
        self.minutes = options.minutes
        self.keep = pathlib.Path(options.keep) if options.keep else None
        self._made = 0

    def size(self, full, tiny):
        return tiny if self.tiny else full

    def each_round(self):
        return range(self.rounds)

    def new_folder(self):
        """One that is not there yet has a name of its own."""
        self._made += 1
        path = self.folder / str(self._made)
        path.mkdir()
        return path


class Parser(argparse.ArgumentParser):
    """Ends as the other scripts do when it is not understood."""

    def error(self, message):
        self.print_usage(sys.stderr)
        self.exit(64, f"bench: {message}\n")


def say(line):
    print(line, file=sys.stderr, flush=True)


def main():
    parser = Parser(prog="Scripts/bench")
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {' '.join(ROWS)}; all but the last if left out")
    parser.add_argument("--rounds", type=int, metavar="N", help="how often; 5, and 1 in a tiny run")
    parser.add_argument("--minutes", type=float, metavar="N", default=120, help="how long the row `long` takes; 120")
    parser.add_argument("--tiny", action="store_true", help="tiny numbers: that everything works, not how fast")
    parser.add_argument("--json", metavar="FILE", help="write all values there too")
    parser.add_argument("--record", metavar="PAGE", help="write the results into this page, such as Docs/PERFORMANCE.md")
    parser.add_argument("--folder", metavar="DIR", help="where homes are made and removed: on the disk to be measured")
    parser.add_argument("--keep", metavar="DIR", help="keep long chains there, and use them again")
    options = parser.parse_args()
    unknown = [name for name in options.rows if name not in ROWS]
    if unknown or (options.rounds is not None and options.rounds < 1) or not options.minutes >= 1:
        parser.error(f"no such row: {' '.join(unknown)}" if unknown else "--rounds and --minutes: expected 1 or more")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = pathlib.Path(tempfile.mkdtemp(prefix="farthing-bench-", dir=options.folder))
    bench = Bench(options, folder)
    facts = machine.facts(folder)
    facts["loadBefore"] = machine.load_average()
    done, failed = [], []
    print("farthing bench: commit {commit}{dirty}, {date}, {model}, {processors} processors, {memory:.0f} GB, {fileSystem}".format(
        **facts, dirty=" with changes" if facts["changed"] else "", memory=facts["memoryBytes"] / 1e9))
    print(f"load average before: {' '.join(map(str, facts['loadBefore']))}; {bench.rounds} rounds", flush=True)
    try:
        for name in options.rows or [name for name in ROWS if options.tiny or name not in ONLY_BY_NAME]:
            say(f"bench: {name}")
            began, load = time.monotonic(), machine.load_average()
            try:
                row = ROWS[name](bench)
            except (Failed, clients.Broken, clients.Refused, clients.Unreachable, OSError, ValueError, KeyError) as error:
                failed.append(name)
                print(f"\n{name}  FAILED: {type(error).__name__}: {error}", flush=True)
                continue
            row.facts["took"] = f"{time.monotonic() - began:.0f} s, load average {load[0]} before, {machine.load_average()[0]} after"
            done.append(row)
            print("\n".join(row.lines()), flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    facts["loadAfter"] = machine.load_average()
    print(f"\nload average after: {' '.join(map(str, facts['loadAfter']))}")
    if options.json:
        values = {"machine": facts, "rounds": bench.rounds, "tiny": bench.tiny, "rows": [row.json() for row in done]}
        pathlib.Path(options.json).write_text(json.dumps(values, indent=1) + "\n")
    if options.record:
        record(pathlib.Path(options.record), done, facts)
    if failed:
        say(f"bench: not measured: {' '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
