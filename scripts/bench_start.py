#!/usr/bin/env python3
"""How long the program takes to start, in processor time and on the clock.

Each line is the median of several new processes with a warm cache, but for the first
run of a new installation, which has no cache. `listen` is given silence and counted
until it is idle, with the processes that it starts; the clock stands beside it for its
first word (`arming`). Processor time grows with what else the machine does: the load is
printed too.

    .venv/bin/python scripts/bench_start.py
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TICK = os.sysconf("SC_CLK_TCK")
SILENCE = bytes(640)
WORDS = ("ask", "what time is it")
BARS = {"--version": 0.17, "ask": 0.6, "ask, first run": 2.0, "listen": 2.0}


@dataclass(frozen=True, slots=True)
class Taken:
    """What one start took, in seconds."""

    processor: float
    clock: float
    first: float = 0.0
    """On the clock, to the first line."""


def environment(home: Path) -> dict[str, str]:
    """A user with a home of its own."""
    keep = {k: v for k, v in os.environ.items() if not k.startswith("VOICEAGENT_")}
    keep.pop("PYTHONDONTWRITEBYTECODE", None)
    where = {f"XDG_{name}_HOME": str(home / name) for name in ("STATE", "CONFIG")}
    path = {"PYTHONPATH": str(ROOT)} if (ROOT / "voiceagent").is_dir() else {}
    return {**keep, **where, **path, "XDG_CACHE_HOME": str(home / "CACHE")}


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "voiceagent", *words]


def started(home: Path, *words: str) -> Taken:
    """A command that ends by itself."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command(*words), env=environment(home), capture_output=True)
    took, after = (
        time.perf_counter() - began,
        resource.getrusage(resource.RUSAGE_CHILDREN),
    )
    if done.returncode:
        raise SystemExit(done.stderr.decode())
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Taken(used, took)


def listening(home: Path, *words: str) -> Taken:
    """`listen` until it is idle, with all of its processes."""
    began = time.perf_counter()
    with subprocess.Popen(
        command("listen", "--stdin", "--json", *words),
        env=environment(home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
    ) as process:
        assert process.stdin and process.stdout
        over = threading.Event()
        feeding = threading.Thread(target=feed, args=(process.stdin, over))
        feeding.start()
        first = 0.0
        try:
            for line in process.stdout:
                first = first or time.perf_counter() - began
                event = json.loads(line)
                if event["event"] == "StateChanged" and event["state"] == "idle":
                    return Taken(
                        processor(process.pid), time.perf_counter() - began, first
                    )
        finally:
            over.set()
            feeding.join()
    raise SystemExit("`listen` ended before it listened")


def feed(pipe: object, over: threading.Event) -> None:
    """Silence in real time."""
    while not over.wait(0.02):
        try:
            pipe.write(SILENCE)  # type: ignore[attr-defined]
        except OSError:
            return
    pipe.close()  # type: ignore[attr-defined]


def processor(pid: int) -> float:
    """Seconds that a process and those below it have used."""
    parents: dict[int, list[int]] = {}
    used: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        number = int(entry.name)
        parents.setdefault(int(fields[1]), []).append(number)
        used[number] = sum(map(int, fields[11:15])) / TICK
    total, below = 0.0, [pid]
    while below:
        one = below.pop()
        total += used.get(one, 0.0)
        below += parents.get(one, ())
    return total


def median(times: int, start: Callable[[], Taken]) -> Taken:
    taken = [start() for _ in range(times)]
    return Taken(
        statistics.median(one.processor for one in taken),
        statistics.median(one.clock for one in taken),
        statistics.median(one.first for one in taken),
    )


def first_run(times: int) -> Taken:
    def start() -> Taken:
        with tempfile.TemporaryDirectory() as home:
            return started(Path(home), *WORDS)

    return median(times, start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=7, help="starts of each kind")
    parser.add_argument("--no-listen", action="store_true", help="typed only")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        started(home, *WORDS)  # fills the cache, and compiles the modules
        rows = {
            "python -c pass": median(asked.times, lambda: bare(home)),
            "--version": median(asked.times, lambda: started(home, "--version")),
            "ask": median(asked.times, lambda: started(home, *WORDS)),
            "ask, first run": first_run(asked.times),
        }
        if not asked.no_listen:
            listening(home)
            rows["listen"] = median(asked.times, lambda: listening(home))
    print(f"{'start':16} {'processor':>10} {'bar':>6} {'clock':>7} {'first line':>11}")
    for what, took in rows.items():
        bar = f"{BARS[what]:.2f}" if what in BARS else ""
        first = f"{took.first:.2f}" if took.first else ""
        print(
            f"{what:16} {took.processor:10.2f} {bar:>6} {took.clock:7.2f} {first:>11}"
        )
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"medians of {asked.times}; load {load} on {os.cpu_count()} processors")


def bare(home: Path) -> Taken:
    """What Python itself takes."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], env=environment(home), check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Taken(used, time.perf_counter() - began)


if __name__ == "__main__":
    main()
