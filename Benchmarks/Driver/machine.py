"""What the machine and its processes say of themselves, from /proc."""
import os
import pathlib
import re
import subprocess
import time

TICK = os.sysconf("SC_CLK_TCK")
PROCESSORS = os.sysconf("SC_NPROCESSORS_ONLN")


def processor_seconds(pid):
    """User and system time of a process so far, its threads included."""
    words = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / TICK


def memory(pid, name="VmHWM"):
    """Bytes of memory: VmHWM is the most so far, VmRSS what is in use now."""
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(rf"^{name}:\s+(\d+) kB", text, re.M)[1]) * 1024


def folder_bytes(folder):
    """What the files of a folder take on disk."""
    return sum(path.lstat().st_blocks * 512 for path in pathlib.Path(folder).rglob("*") if path.is_file())


def load_average():
    return [float(word) for word in pathlib.Path("/proc/loadavg").read_text().split()[:3]]


def output(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def facts(folder):
    """What a reader needs to know of the machine, and of what ran on it."""
    model = re.search(r"^model name\s*: (.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.M)
    total = re.search(r"^MemTotal:\s+(\d+) kB", pathlib.Path("/proc/meminfo").read_text(), re.M)
    return {
        "commit": output("git", "rev-parse", "--short", "HEAD"),
        "changed": bool(output("git", "status", "--porcelain", "--untracked-files=no")),
        "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "processors": PROCESSORS,
        "model": model[1] if model else "unknown",
        "memoryBytes": int(total[1]) * 1024,
        "kernel": os.uname().release,
        "fileSystem": output("stat", "-f", "-c", "%T", str(folder)),
    }


def bytes_on_links(ports):
    """Bytes that all connections from or to these ports have sent so far, both directions, as the kernel counts them."""
    sent = 0
    for line in output("ss", "-tinOH", "state", "established").splitlines():
        ends = re.findall(r":(\d+)(?=\s)", line)[:2]
        count = re.search(r"\bbytes_sent:(\d+)", line)
        if count and any(int(end) in ports for end in ends):
            sent += int(count[1])
    return sent
