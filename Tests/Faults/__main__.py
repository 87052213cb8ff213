"""What Scripts/faults runs: one kind of fault, its figures, and 1 if a promise was broken."""
import argparse
import os
import pathlib
import random
import shutil
import signal
import sys
import tempfile
import time

import clocks
import crashes
import damage
import network
from client import Broken

SKIPPED = 75


def kinds(options, folder):
    """The fault's name, why it is impossible here or None, and what to do."""
    as_root = None if os.geteuid() == 0 else "only root may do this"
    return {
        "kill": (None, lambda: crashes.kill(folder, options.cycles)),
        "power": (as_root or (lambda: crashes.power_is_possible(folder)), lambda: crashes.power(folder, options.cuts)),
        "full": (as_root or (lambda: crashes.small_disk_is_possible(folder)), lambda: crashes.full(folder, options.runs)),
        "network": (as_root or network.is_possible, lambda: network.network(folder, options.rounds)),
        "clock": (clocks.is_possible, lambda: clocks.clock(folder, options.rounds)),
        "bytes": (None, lambda: damage.damage(folder, options.count, options.all)),
    }[options.kind]


def main():
    parser = argparse.ArgumentParser(prog="Scripts/faults")
    parser.add_argument("kind", choices=["kill", "power", "full", "network", "clock", "bytes"])
    parser.add_argument("--seed", type=int, default=random.randrange(1, 1 << 32))
    for name, count in (("cycles", 20), ("cuts", 5), ("runs", 5), ("rounds", 7), ("count", 60)):
        parser.add_argument(f"--{name}", type=int, default=count)
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args()
    random.seed(options.seed)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder, began, kept = pathlib.Path(tempfile.mkdtemp(prefix="farthing-faults-")), time.monotonic(), False
    try:
        why, work = kinds(options, folder)
        why = why() if callable(why) else why
        if why:
            print(f"{options.kind}: SKIPPED: {why}")
            return SKIPPED
        work()
        print(f"{options.kind}: every promise kept, in {time.monotonic() - began:.0f} s (seed {options.seed})")
        return 0
    except Broken as broken:
        kept = True
        print(f"{options.kind}: BROKEN (seed {options.seed}): {broken}\n{options.kind}: logs and homes are in {folder}")
        return 1
    finally:
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
