"""Follows a page of Docs to the letter: runs its commands, and holds their output against what the page shows.

  python3 Tests/Spec/guide.py PAGE --folder NEW [--record]

A fenced block marked `console` holds commands, each behind `$ ` (a line that ends with a backslash goes on), and below each
what it prints on both streams. All run in one bash, in NEW, in the order of the page, and each must end with 0. Hashes,
accounts, times and numbers differ from run to run, so they are compared by their kind alone; every other byte is compared, exit
codes and the figures that each run must reach included, and in a block marked `console exact` every digit. `--record` writes
the output of this run into the page.
"""
import argparse
import atexit
import contextlib
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading

KINDS = [
    (r"\d{4}-\d\d-\d\dT[\d:.]+Z", "<time>"),
    (r"\b[a-z]+1[02-9ac-hj-np-z]{50,}\b", "<account>"),
    (r"\b[0-9a-f]{8,}(…|\b)", "<hex>"),
    (r"[A-Za-z0-9+/]{40,}={0,2}", "<base64>"),
    (r"\b\d[\d.,]*", "<number>"),
    (r"(<number> (block|transaction|payment|byte|file))s?\b", r"\1s"),
    (r" +", " "),
]
# Lines that are the same in each run, though they hold numbers: what was said, paid and promised.
FIXED = re.compile(
    r"(exit code|verdict|farthing verification report|evidence|uncertified tail|transactions|payments|accounts|supply"
    r"|amount paid|validators)\b"
)


def kinds(line):
    if FIXED.match(line):
        return line.rstrip()
    for pattern, name in KINDS:
        line = re.sub(pattern, name, line)
    return line.rstrip()


class Shell:
    """One bash; a command's end is a line that nothing else prints."""

    MARK = "<<the end of a step>>"
    SECONDS = 60  # for one step; the longest takes two

    def __init__(self, folder):
        self.process = subprocess.Popen(
            ["bash"], cwd=folder, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        # Whatever a step left running ends with the guide, also when a step fails.
        atexit.register(self.end)

    def end(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait()

    def run(self, command):
        # Commands get an empty standard input: what follows in the pipe is for bash alone.
        self.process.stdin.write(f"{{ {command}\n}} </dev/null\nprintf '\\n%s %s\\n' '{self.MARK}' $?\n")
        self.process.stdin.flush()
        lines = []
        late = threading.Timer(self.SECONDS, os.killpg, [self.process.pid, signal.SIGKILL])
        late.start()
        try:
            return self.answer(command, lines)
        finally:
            late.cancel()

    def answer(self, command, lines):
        for line in self.process.stdout:
            if line.startswith(self.MARK):
                # The line feed before the mark closes a last line that had none.
                if lines and not lines[-1]:
                    lines.pop()
                return lines, int(line.split()[-1])
            lines.append(line.rstrip("\n"))
        sys.exit(f"the shell ended, or was ended after {self.SECONDS} s, during: {command}")


def steps(lines):
    """The page in parts: ("text", lines) as they are, ("step", command lines, output lines, what to compare of a line)."""
    inside, parts, compared = False, [], kinds
    for line in lines:
        if line.startswith("```"):
            inside = line.startswith("```console")
            compared = str.rstrip if line == "```console exact" else kinds
            parts.append(("text", [line]))
        elif not inside:
            parts.append(("text", [line]))
        elif parts[-1][0] == "step" and parts[-1][1][-1].endswith("\\"):
            parts[-1][1].append(line)
        elif line.startswith("$ "):
            parts.append(("step", [line], [], compared))
        elif parts[-1][0] == "step":
            parts[-1][2].append(line)
        else:
            sys.exit(f"a block of commands begins with output: {line}")
    return parts


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("page", type=pathlib.Path)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()

    shell, failures, page, count = Shell(options.folder), 0, [], 0
    for part in steps(options.page.read_text().splitlines()):
        if part[0] == "text":
            page += part[1]
            continue
        count += 1
        command = "\n".join(part[1])[2:]
        # An empty line between two steps is the page's, not the command's.
        shown, rest = part[2], []
        while shown and not shown[-1]:
            rest.append(shown.pop())
        found, status = shell.run(command)
        while found and not found[-1]:
            found.pop()
        page += part[1] + found + rest
        if status or (not options.record and list(map(part[3], shown)) != list(map(part[3], found))):
            failures += 1
            print(f"$ {command}\n  ends with {status}; the page shows:", *shown, "  this run printed:", *found, sep="\n", flush=True)
            if status:
                break
    if options.record and not failures:
        options.page.write_text("\n".join(page) + "\n")
    print(f"{options.page}: {count} steps, {failures} failed")
    sys.exit(1 if failures or not count else 0)


main()
