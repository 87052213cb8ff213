"""Runs one command of the program Benchmarks, which measures parts in one process."""
import json
import os
import subprocess

PROGRAM = os.path.realpath(os.environ.get("BENCHMARKS", ".build/release/Benchmarks"))


class Failed(Exception):
    """Something could not be measured, or came out wrong."""


def expect(holds, what):
    if not holds:
        raise Failed(what)


def part(name, **options):
    """The figures of one command; an option that is True is a flag, one that is None is left out."""
    words = [PROGRAM, name]
    for option, value in options.items():
        option = "--" + option.replace("_", "-")
        if value is not None and value is not False:
            words += [option] if value is True else [option, str(value)]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    expect(done.returncode == 0, f"{' '.join(words)} ended with {done.returncode}: {done.stderr[-2000:]}")
    return json.loads(done.stdout)


class Bare:
    """Bare costs, measured before and after something else: their mean is what that is compared with."""

    def __init__(self, bench):
        self.milliseconds, self.folder = (20 if bench.tiny else 500), bench.folder
        self.first, self.last = None, None

    def _measure(self):
        return part("bare", milliseconds=self.milliseconds, folder=self.folder)

    def __enter__(self):
        self.first = self._measure()
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.last = self._measure()

    @property
    def per_second(self):
        """Verifications a second of wall time, on all processors."""
        return (self.first["verifyPerSecond"] + self.last["verifyPerSecond"]) / 2

    def seconds(self, name):
        """The mean of a figure in nanoseconds, in seconds: verify, sign, hash64, fsync, batchEntry."""
        return (self.first[name + "Nanoseconds"] + self.last[name + "Nanoseconds"]) / 2e9
