#!/usr/bin/env python3
"""Kill an agent again and again while its disk fills up and is freed.

A typed-to agent sets timers, changes a list and asks a region, and is ended by SIGKILL
at random moments; each time another one goes on over the same folder, on a small disk
of its own (as root on Linux; else a plain folder that never fills). What was confirmed
without "I can't keep this" has to be there once at the end, every answer has its
receipt, the chain verifies, and nothing of ours is left in the temporary folder.

    .venv/bin/python scripts/bench_kills.py --kills 200
"""

from __future__ import annotations

import argparse
import json
import os
import random
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import msgspec

from voiceagent.agent.effects import UNKEPT
from voiceagent.app.assemble import assemble
from voiceagent.app.config import Config
from voiceagent.app.options import AgentOptions
from voiceagent.app.workshop import Workshop
from voiceagent.audio.clip import Clip, wav_bytes
from voiceagent.audio.player import VirtualPlayer
from voiceagent.audio.source import Quiet
from voiceagent.clock import Pace, run
from voiceagent.privacy.receipts import Receipts
from voiceagent.store import Store
from voiceagent.trace.trace import Trace
from voiceagent.trace.turn_rows import turn_rows

SIZE = "1500k"
LONGEST = 2.5
"""Seconds that an agent lives at most, once it has begun."""
THINGS = "milk bread eggs butter cheese rice coffee tea honey soap".split()


@dataclass
class Kept:
    """What was asked for, and what has to have become of it."""

    number: int = 0
    timers: set[int] = field(default_factory=set)
    """Seconds of those that were confirmed."""
    maybe: set[int] = field(default_factory=set)
    """Of those that may be there: nothing was confirmed, or not for long."""
    items: dict[str, bool | None] = field(default_factory=dict)
    """Whether it stands on the list; None: either is right."""
    questions: int = 0
    answers: int = 0
    unkept: int = 0
    withheld: int = 0
    """Questions that did not leave, since they could not be booked."""
    failed: list[str] = field(default_factory=list)
    """What needs no book and was not done all the same."""

    def wish(self, dice: random.Random) -> tuple[str, str]:
        """What is typed next, and what of: no two timers are alike."""
        self.number += 1
        kind = dice.choice(("timer", "timer", "item", "question"))
        if kind == "timer":
            minutes, seconds = 2 + self.number // 58, 2 + self.number % 58
            text = f"set a timer for {minutes} minutes and {seconds} seconds"
            return text, str(60 * minutes + seconds)
        if kind == "question":
            self.questions += 1
            return f"who wrote about the {self.number} whales", ""
        thing = dice.choice(THINGS)
        if self.items.get(thing):
            return f"remove {thing} from my shopping list", thing
        return f"add {thing} to my shopping list", thing

    def asked(self, text: str, about: str) -> None:
        """From now on it may have happened."""
        if "timer" in text:
            self.maybe.add(int(about))
        elif about:
            self.items[about] = None

    def told(self, text: str, about: str, reply: str) -> None:
        """What the agent said to it."""
        if UNKEPT in reply:
            self.unkept += 1
        elif "imer set" in reply:
            self.timers.add(int(about))
        elif "Added" in reply or "Removed" in reply:
            self.items[about] = "Added" in reply
        elif "documents" in reply:
            self.answers += 1
        elif "already" in reply or "not on your" in reply:
            self.items[about] = "already" in reply
        elif about:
            self.failed.append(f"failed: {text}: {reply}")
        else:
            self.withheld += 1


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """Whether the folder is a disk of its own."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    own = shutil.which("mount") is not None and not subprocess.run(mount).returncode
    try:
        yield own
    finally:
        if own:
            subprocess.run(["umount", "-l", str(folder)], check=False)


def fill_and_free(disk: Path) -> NoReturn:
    """For ever: nothing is left of the disk, and then there is room again."""
    dice = random.Random()
    while True:
        with suppress(OSError), (disk / "fill").open("wb", buffering=0) as out:
            while True:
                out.write(bytes(2048))
        time.sleep(dice.uniform(0.0, 0.6))
        (disk / "fill").unlink(missing_ok=True)
        time.sleep(dice.uniform(0.0, 0.8))


class Agent:
    """One process after the other, over one folder."""

    def __init__(self, home: Path, disk: Path) -> None:
        sound = home / "reply.wav"
        sound.write_bytes(wav_bytes(Clip(bytes(16_000), 16_000)))
        command = [
            "/bin/sh",
            "-c",
            f"cat > /dev/null; sleep 0.01; cp {sound} {{output}}",
        ]
        config = {
            "store": {"folder": str(disk / "state")},
            "region": {"url": "sim://ok"},
            "speak": {"voice": "command", "command": command},
        }
        self.shop = Workshop(msgspec.convert(config, Config))
        for text in ("set a timer for a minute", "who wrote about the 42 whales"):
            self.ask(Store(None), text)  # what is dear is made once

    def ask(self, store: Store, text: str) -> str:
        trace = Trace()
        options = AgentOptions(
            player=VirtualPlayer(),
            pace=Pace.MEASURED,
            store=store,
            trace=trace,
            typed=True,
        )
        agent = assemble(self.shop, options)
        run(agent.run(Quiet(), typed=text), virtual=True, today=True)
        return " ".join(row.reply for row in turn_rows(trace, file="text"))

    def live(self, wishes: int, answers: int) -> NoReturn:
        """Answer lines until the end of them."""
        store = self.shop.store()
        with os.fdopen(wishes) as lines, os.fdopen(answers, "w") as out:
            for line in lines:
                print(json.dumps(self.ask(store, line.strip())), file=out, flush=True)
        store.close()
        os._exit(0)


def one_life(agent: Agent, kept: Kept, dice: random.Random) -> None:
    """Ask as fast as it answers, and kill it in the middle of something."""
    (wishes_out, wishes_in), (answers_out, answers_in) = os.pipe(), os.pipe()
    if not (process := os.fork()):
        os.close(wishes_in)
        os.close(answers_out)
        agent.live(wishes_out, answers_in)
    os.close(wishes_out)
    os.close(answers_in)
    end = time.monotonic() + dice.uniform(0.05, LONGEST)
    with os.fdopen(wishes_in, "w") as wishes, os.fdopen(answers_out) as answers:
        while (left := end - time.monotonic()) > 0:
            text, about = kept.wish(dice)
            kept.asked(text, about)
            print(text, file=wishes, flush=True)
            if not select.select([answers], [], [], left)[0]:
                break
            kept.told(text, about, json.loads(answers.readline()))
        os.kill(process, signal.SIGKILL)
        # What it had said before it died counts.
        if line := answers.readline().strip():
            with suppress(ValueError):
                kept.told(text, about, json.loads(line))
    os.waitpid(process, 0)


def judged(agent: Agent, kept: Kept, state: Path, temporary: Path) -> list[str]:
    """What is wrong, after one more start."""
    store = agent.shop.store()
    agent.ask(store, "what time is it")
    seconds = [round(row[0]) for row in store.read("SELECT seconds FROM timers")]
    items = [row[0] for row in store.read("SELECT item FROM items")]
    store.close()
    receipts = Receipts(state, reading=True)
    left = [r for r in receipts.all() if r.left != "nothing"]
    verdict = receipts.verify()
    wrong = [f"lost: a timer of {one} s" for one in kept.timers - set(seconds)]
    wrong += [
        f"doubled: a timer of {s} s" for s in set(seconds) if seconds.count(s) > 1
    ]
    wrong += [f"never set: a timer of {s} s" for s in set(seconds) - kept.maybe]
    wrong += [
        f"lost: {item}" if there else f"came back: {item}"
        for item, there in kept.items.items()
        if there is not None and there != (item in items)
    ]
    wrong += [f"doubled: {item}" for item in set(items) if items.count(item) > 1]
    if not kept.answers <= len(left) <= kept.questions:
        asked = f"{kept.questions} questions, {kept.answers} answers"
        wrong.append(f"{asked}, {len(left)} receipts")
    wrong += [f"receipts: {finding}" for finding in verdict.findings]
    remains = [path for path in temporary.rglob("*") if not path.is_dir()]
    remains += [p for p in state.iterdir() if p.name.startswith(".") or p.is_dir()]
    remains += state.glob("*.corrupt-*")
    return wrong + [f"left behind: {path}" for path in remains]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    dice, kept = random.Random(asked.seed), Kept()
    with tempfile.TemporaryDirectory() as name, small_disk(Path(name, "disk")) as own:
        home, temporary = Path(name), Path(name, "tmp")
        temporary.mkdir()
        tempfile.tempdir = str(temporary)
        agent = Agent(home, home / "disk")
        filler = os.fork() if own else 0
        if own and not filler:
            fill_and_free(home / "disk")
        try:
            for done in range(1, asked.kills + 1):
                one_life(agent, kept, dice)
                if done % 20 == 0:
                    print(f"{done} kills, {kept.number} wishes", file=sys.stderr)
        finally:
            if filler:
                os.kill(filler, signal.SIGKILL)
                os.waitpid(filler, 0)
        (home / "disk" / "fill").unlink(missing_ok=True)
        wrong = kept.failed + judged(agent, kept, home / "disk" / "state", temporary)
    disk = f"a disk of {SIZE} that filled and was freed" if own else "a plain folder"
    print(f"{asked.kills} kills over {disk}, {kept.number} wishes:")
    print(f"  {len(kept.timers)} timers confirmed, {kept.answers} answers")
    print(f"  {kept.unkept} said not to be kept, {kept.withheld} questions withheld")
    print(f"  {len(wrong)} wrong")
    for line in wrong:
        print(f"  {line}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
