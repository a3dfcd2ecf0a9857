#!/usr/bin/env python3
# ruff: noqa: ASYNC110  what is waited for is events and frames as they come
"""Engines stopped and killed in the middle of a turn, in real time.

    .venv/bin/python scripts/bench_hangs.py [--trials 20] [--seed 1] [--only recogniser]
        [--json]

One session with all real engines. A trial sends SIGSTOP or SIGKILL to the process of
the recogniser or of the language model, at a chance moment of a turn, or a voice (a
program) does that to itself while it renders. The same turn has to be answered as if
nothing had been, and the turn after it too. Commands come from the recordings in
`samples/`; what only the language model understands, and what no voice has said before,
is typed. Twenty trials take about five minutes. Ends with 1 where one of them fails.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from lib.stage import Stage

from voiceagent.agent.agent import Agent
from voiceagent.agent.state import State
from voiceagent.app.assemble import assemble
from voiceagent.app.config import Config
from voiceagent.app.options import AgentOptions
from voiceagent.app.workshop import Workshop
from voiceagent.audio.file import read_audio
from voiceagent.audio.frames import RATE
from voiceagent.audio.player import VirtualPlayer
from voiceagent.clock import now, run
from voiceagent.nlu.slm.in_child import ProcessSlm
from voiceagent.stt.in_child import ProcessStt
from voiceagent.trace.events import (
    Degraded,
    EarconPlayed,
    Failed,
    IntentMatched,
    ReplyReady,
    SpeakingStarted,
    SpeakingStopped,
    TurnCancelled,
    TurnEnded,
    TurnStarted,
)
from voiceagent.trace.trace import Record, Trace

E = TypeVar("E")
SAMPLES = Path(__file__).resolve().parents[1] / "samples"
SPOKEN = (
    ("01-light-in-one-breath", 1.00, "device.on"),
    ("02-time-and-date", 1.00, "clock.time"),
    ("02-time-and-date", 6.39, "clock.date"),
    ("07-volume", 7.26, "volume.change"),
    ("09-covers", 7.08, "cover.close"),
    ("11-temperature", 1.00, "climate.temperature"),
    ("12-scene-and-script", 6.93, "script.run"),
)
"""Recording, the second at which the wake word begins, and what is meant."""
BEFORE, LENGTH = 0.3, 4.2
"""Seconds before the wake word, and of it and the command."""
FREE = (
    ("could you make the kitchen brighter", "light.brightness"),
    ("please get the garage door closed", "cover.close"),
    ("i need some light in the kitchen", "device.on"),
    ("i need the time", "clock.time"),
    ("please kill the lights in the bedroom", "device.off"),
    ("could you shut the blinds in the living room for me", "cover.close"),
)
"""What no template says, and what it means."""
VICTIMS = ("recogniser", "model", "voice")
SIGNALS = (signal.SIGSTOP, signal.SIGKILL)
PATIENCE = 25.0
"""Seconds that a turn may take here until it counts as not answered."""
PROGRAM = """#!/bin/sh
if [ -e "{flag}" ]; then
    how=$(cat "{flag}")
    rm -f "{flag}"
    kill -"$how" $$
fi
exec "{program}" "$@"
"""


@dataclass(frozen=True, slots=True)
class Told:
    """What came of one turn."""

    right: bool
    seconds: float
    """From the end of what was said or typed to the beginning of the answer."""
    rungs: str
    """What was said, in the order of the ladder."""
    why: str = ""
    """Why it does not count as right."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One fault."""

    victim: str
    how: str
    after_ms: float
    """From the beginning of the turn."""
    seconds: float
    said: str
    degraded: int
    same: bool
    """Whether the turn was answered rightly."""
    following: bool
    """Whether the one after it was."""
    why: str = ""
    """Why not."""


class Session:
    """An agent, what it is told, and what it does."""

    def __init__(self, shop: Workshop, chance: random.Random) -> None:
        self.stage, self._chance = Stage(), chance
        self.trace = Trace()
        self.records: list[Record] = []
        self.trace.subscribe(self.records.append)
        player = VirtualPlayer()
        self.agent: Agent = assemble(shop, AgentOptions(player, trace=self.trace))
        self._minutes = iter(chance.sample(range(21, 60), 39))

    def events(self, kind: type[E], since: int) -> list[E]:
        """Those of a kind from a place in the records on."""
        return [r.event for r in self.records[since:] if isinstance(r.event, kind)]

    async def turn(self, victim: str, fault: Callable[[], None] | None = None) -> Told:
        """One turn of the kind that needs that engine; `fault` is done in its midst."""
        since, hand = len(self.records), asyncio.get_running_loop().call_later
        if victim == "recogniser":
            name, at, meant = self._chance.choice(SPOKEN)
            pcm = _cut(name, at)
            self.stage.say(pcm)
            if fault is not None:
                hand(self._chance.uniform(0.3, len(pcm) / 2 / RATE - 0.5), fault)
            while self.stage.speaking:
                await asyncio.sleep(0.02)
            return await self._answer(meant, since)
        if victim == "model":
            text, meant = self._chance.choice(FREE)
            if fault is not None:
                hand(self._chance.uniform(0.0, 0.03), fault)
        else:
            text, meant = f"set a timer for {next(self._minutes)} minutes", "timer.set"
            if fault is not None:
                fault()
        self.agent.type(text)
        return await self._answer(meant, since)

    async def _answer(self, meant: str, since: int) -> Told:
        """Wait until it has been answered and is quiet again."""
        until = now() + PATIENCE
        while now() < until and not self._over(since):
            await asyncio.sleep(0.05)
        rungs = [one.rung for one in self.events(ReplyReady, since)]
        meanings = {one.name for one in self.events(IntentMatched, since)}
        spoken = [one.reason for one in self.events(SpeakingStopped, since)]
        sounds = [one.name for one in self.events(EarconPlayed, since)]
        sounds = [name for name in sounds if name != "wake"]  # we listen: no answer
        starts = self.events(TurnStarted, since)
        good = meanings == {meant} and spoken[-1:] == ["done"] and not sounds
        good = good and len(starts) == 1 and rungs[-1:] == ["full"]
        errors = [(one.code, one.what) for one in self.events(Failed, since)]
        why = f"{meant}: {meanings}, {rungs}, {spoken}, {sounds}, {errors}, {starts}"
        begins = [
            r.at for r in self.records[since:] if isinstance(r.event, SpeakingStarted)
        ]
        took = begins[-1] - self._speech_end(since) if begins else float("inf")
        said = " > ".join(rungs) or "nothing"
        return Told(good, took, said, "" if good else why)

    def _speech_end(self, since: int) -> float:
        """When the user had said or typed all."""
        for record in self.records[since:]:
            event = record.event
            if isinstance(event, TurnEnded):
                return record.at - (event.t - event.speech_end)
        return 0.0

    def _over(self, since: int) -> bool:
        quiet = self.agent.state is State.IDLE
        done = [
            *self.events(SpeakingStopped, since),
            *self.events(TurnCancelled, since),
        ]
        return quiet and bool(self.events(TurnStarted, since)) and bool(done)


def _cut(name: str, at: float) -> bytes:
    samples = read_audio(SAMPLES / f"{name}.flac").samples
    begin = round((at - BEFORE) * RATE)
    return samples[begin : begin + round(LENGTH * RATE)].astype("<i2").tobytes()


async def trial(
    session: Session, victim: str, how: signal.Signals, fault: Callable[[], None]
) -> Trial:
    """One fault, and the turn after it."""
    since, began = len(session.records), now()
    at = 0.0

    def strike() -> None:
        nonlocal at
        at = now() - began
        fault()

    same = await session.turn(victim, strike)
    following = await session.turn(victim)
    return Trial(
        victim=victim,
        how=how.name,
        after_ms=round(at * 1000),
        seconds=round(same.seconds, 2),
        said=same.rungs,
        degraded=len(session.events(Degraded, since)),
        same=same.right,
        following=following.right,
        why="; then ".join(filter(None, (same.why, following.why))),
    )


def faults(shop: Workshop, flag: Path) -> dict[str, Callable[[signal.Signals], None]]:
    """How each engine is struck."""
    stt, library = shop.engines.live_stt(), shop.library(live=True)
    slm, _ = library.first()
    assert isinstance(stt, ProcessStt) and isinstance(slm, ProcessSlm)
    return {
        "recogniser": lambda how: os.kill(stt.pid, how),
        "model": lambda how: os.kill(slm.pid, how),
        "voice": lambda how: _mark(flag, how),
    }


def _mark(flag: Path, how: signal.Signals) -> None:
    flag.write_text(how.name.removeprefix("SIG"))


def wrap_voices(folder: Path, flag: Path) -> None:
    """Programs before the real ones that strike themselves where they are told to."""
    for name in ("flite", "espeak-ng"):
        program = shutil.which(name)
        if program is not None:
            wrapper = folder / name
            wrapper.write_text(PROGRAM.format(flag=flag, program=program))
            wrapper.chmod(0o755)
    os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"


async def session_of(
    shop: Workshop, flag: Path, plan: list[tuple[str, signal.Signals]], seed: int
) -> AsyncIterator[Trial]:
    """All trials of one victim in one session."""
    session = Session(shop, random.Random(seed))
    strike = faults(shop, flag)
    running = asyncio.ensure_future(session.agent.run(session.stage))
    await asyncio.sleep(2.0)  # the sentences that must be ready are rendered
    for victim, how in plan:
        yield await trial(session, victim, how, partial(strike[victim], how))
    session.stage.ended = True
    await running


def plans(trials: int, only: str) -> Iterator[list[tuple[str, signal.Signals]]]:
    """The trials by session. A model that is lost twice in a row is out of use, and
    has a session of its own for each."""
    every = [
        (victim, how) for how in SIGNALS for victim in VICTIMS if only in ("", victim)
    ]
    plan = sorted(every[number % len(every)] for number in range(trials))
    for victim in VICTIMS:
        mine = [one for one in plan if one[0] == victim]
        yield from ([one] for one in mine) if victim == "model" else [mine]


async def main(trials: int, seed: int, only: str, folder: Path) -> list[Trial]:
    """All trials, told as they come."""
    flag = folder / "strike"
    wrap_voices(folder, flag)
    shop, told = Workshop(Config()), []
    try:
        for number, plan in enumerate(plans(trials, only)):
            if not plan:
                continue
            async for one in session_of(shop, flag, plan, seed + number):
                told.append(one)
                print(row(len(told), one), flush=True)
            shop.library(live=True).close()
    finally:
        shop.engines.live_stt().close()  # type: ignore[attr-defined]
    return told


HEAD = "  #  victim      signal   after ms   answer s  degraded  same  next  said"


def row(number: int, one: Trial) -> str:
    """A line of the table."""
    marks = ["yes" if good else "NO" for good in (one.same, one.following)]
    return (
        f"{number:3}  {one.victim:<10}  {one.how:<7}  {one.after_ms:8.0f}  "
        f"{one.seconds:8.2f}  {one.degraded:8}  {marks[0]:>4}  {marks[1]:>4}  "
        f"{one.said}{'' if one.same and one.following else '  ' + one.why}"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=VICTIMS, default="")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    print(HEAD)
    with tempfile.TemporaryDirectory(prefix="voiceagent-") as folder:
        told = run(main(chosen.trials, chosen.seed, chosen.only, Path(folder)))
    good = sum(one.same and one.following for one in told)
    if chosen.json:
        print(json.dumps([asdict(one) for one in told]))
    print(f"{good} of {len(told)}: the same turn answered, the next one right")
    sys.exit(good != len(told))
