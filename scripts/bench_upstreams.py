#!/usr/bin/env python3
# ruff: noqa: ASYNC110  what is waited for is events and frames as they come
"""Spoken turns while the chat server behind the region misbehaves, in real time.

    .venv/bin/python scripts/bench_upstreams.py [--only PATTERN] [--typed] [--json]

An agent with all real engines hears a recorded question that only a region can answer.
The region is `voiceagent serve` with `backend = "chat"`, in a process of its own; the
server behind it has one habit after the other (those of the tests). Behind each stands
the same question with a server that behaves. The agent and the region live through all
of it. All habits take about fifteen minutes.

Times count from the last sample of speech, or from the typed line. The first sound may
be "One moment.". Ends with 1 where a bar is missed: a first sound beyond the budget, an
answer that came and was not said, a reason that is not told, a session that ended.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lib.from_tests import CHAT_HABITS as HABITS
from lib.from_tests import upstream_of
from lib.stage import Stage

from voiceagent.agent.state import State
from voiceagent.app.assemble import assemble
from voiceagent.app.config import Config
from voiceagent.app.options import AgentOptions
from voiceagent.app.workshop import Workshop
from voiceagent.audio.file import read_audio
from voiceagent.audio.frames import RATE
from voiceagent.audio.player import VirtualPlayer
from voiceagent.clock import now, run
from voiceagent.routing.config import RegionConfig
from voiceagent.trace.events import (
    Failed,
    LegEnded,
    LinkChanged,
    RemoteAnswered,
    ReplyReady,
    SpeakingStopped,
    TurnCancelled,
    TurnStarted,
)
from voiceagent.trace.trace import Record, Trace
from voiceagent.trace.turn_rows import TurnRow, turn_rows

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
RECORDING, AT, BEFORE, LENGTH = "32-asks-the-region", 1.0, 0.3, 4.5
"""Where "hey jarvis, who painted the tidewatcher" is spoken; seconds."""
TYPED = "who painted the tidewatcher"
PATIENCE = 30.0
"""Seconds that a turn may take here."""
CODES = (
    ("401", "upstream-key"),
    ("404", "upstream-model"),
    ("429", "upstream-busy"),
    ("307", "upstream-elsewhere"),
    ("500|failed while", "upstream-failed"),
    ("context", "prompt-too-long"),
    ("reached|broke off", "link-down"),
    ("stalled", "upstream-silent|fell silent|deadline_passed"),
    ("", "upstream-garbled"),
)
"""What is told of an error, by the pattern of the tests; where nobody waits for a
server any more, that."""
CUT = "broke the answer off|answer does not end"
"""What is told of one that is not whole, or longer than anybody listens to."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one habit; ms."""

    habit: str
    sound: float
    in_time: bool
    missed_by: str
    replies: str
    why: str
    words: bool
    """Whether what had to be said was said, whole."""
    reason: bool
    """Whether what was wrong was told."""
    following: bool
    """Whether the next question was answered."""
    lost: int
    """Links that went down."""

    @property
    def good(self) -> bool:
        """Whether all bars but that of the time are met."""
        return self.words and self.reason and self.following and not self.lost


class Talk:
    """One session of the agent."""

    def __init__(self, shop: Workshop, typed: bool) -> None:
        self.stage, self.records = Stage(), list[Record]()
        trace = Trace()
        trace.subscribe(self.records.append)
        self.agent = assemble(shop, AgentOptions(VirtualPlayer(), trace=trace))
        samples = read_audio(SAMPLES / f"{RECORDING}.flac").samples
        begin = round((AT - BEFORE) * RATE)
        cut = samples[begin : begin + round(LENGTH * RATE)]
        self._question = b"" if typed else cut.astype("<i2").tobytes()

    async def ask(self) -> tuple[TurnRow, list[Any]]:
        """The turn of one question, and its events."""
        since = len(self.records)
        if self._question:
            self.stage.say(self._question)
        else:
            self.agent.type(TYPED)
        until = now() + PATIENCE
        while now() < until and not self._over(since):
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.2)
        rows = turn_rows((r.at, r.event) for r in self.records)
        events = [record.event for record in self.records[since:]]
        return rows[-1], events

    def _over(self, since: int) -> bool:
        events = [record.event for record in self.records[since:]]
        begun = any(isinstance(e, TurnStarted) for e in events)
        ended = any(isinstance(e, SpeakingStopped | TurnCancelled) for e in events)
        quiet = self.agent.state is State.IDLE and not self.stage.speaking
        return begun and ended and quiet


def outcome(name: str, row: TurnRow, events: Sequence[Any], next_row: str) -> Outcome:
    """The turn of a habit, judged."""
    habit = HABITS[name]
    replies = [e.pii_text for e in events if isinstance(e, ReplyReady)]
    said = " ".join(replies)
    told = [f"{e.outcome} {e.why}" for e in events if isinstance(e, LegEnded)]
    told = [one for one in told if one.strip() != "won"]
    told += [f"{e.code} {e.what} {e.why}" for e in events if isinstance(e, Failed)]
    why = "; ".join(filter(None, told))
    expected = reason_of(name)
    wanted = "" if expected else habit.words
    answered = any(isinstance(e, RemoteAnswered) for e in events)
    whole = not wanted or (wanted[:20] in said and answered)
    return Outcome(
        habit=name,
        sound=round(row.latency_ms.get("response", float("inf"))),
        in_time=bool(row.budget_met),
        missed_by=row.missed_by,
        replies=" > ".join(reply[:60] for reply in replies),
        why=why[:160],
        words=whole and bool(replies),
        reason=bool(re.search(expected, f"{why} {said}")) if expected else not why,
        following=HABITS["plain"].words in next_row,
        lost=sum(isinstance(e, LinkChanged) and e.state == "down" for e in events),
    )


def reason_of(name: str) -> str:
    """A pattern of what has to be told of a habit; empty: nothing is wrong."""
    habit = HABITS[name]
    if habit.must_call:
        return ""  # the device insists on no call
    if habit.cut:
        return CUT
    if habit.calls:
        return "upstream-garbled"  # the device offers no tools here
    if not habit.error:
        return ""
    return next(code for pattern, code in CODES if re.search(pattern, habit.error))


@asynccontextmanager
async def region_over(upstream: str, folder: Path) -> AsyncIterator[str]:
    """A real region that asks that server."""
    config = folder / "region.toml"
    config.write_text(
        f'[serve]\nbackend = "chat"\n[upstream]\nurl = "{upstream}"\nmodel = "m"\n'
        f'[memory]\nfolder = "{folder}"\n'
    )
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("voiceagent")),
        *("serve", "--port", "0", "--json", "--config", str(config)),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        yield str(json.loads(await process.stdout.readline())["url"])
        if process.returncode is not None:
            raise SystemExit("the region ended")
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def main(names: Sequence[str], typed: bool, folder: Path) -> list[Outcome]:
    """Every habit, told as it comes."""
    told: list[Outcome] = []
    async with (
        upstream_of(HABITS["plain"]) as upstream,
        region_over(upstream.url, folder) as url,
    ):
        shop = Workshop(Config(region=RegionConfig(url=url)))
        talk = Talk(shop, typed)
        running = asyncio.ensure_future(talk.agent.run(talk.stage))
        await asyncio.sleep(8.0)  # engines load, sentences are rendered
        await talk.ask()
        for name in names:
            upstream.asked.clear()
            upstream.habit = HABITS[name]
            row, events = await talk.ask()
            upstream.habit = HABITS["plain"]
            next_row, _ = await talk.ask()
            told.append(outcome(name, row, events, next_row.reply))
            print(line(told[-1]), flush=True)
            if running.done():
                raise SystemExit("the agent ended")
        talk.stage.ended = True
        await running
    return told


HEAD = f"{'habit':40} sound ms  time  words  reason  next  said"


def line(one: Outcome) -> str:
    """A row of the table."""
    marks = ["yes" if m else "NO" for m in (one.in_time, one.words, one.reason)]
    following = "yes" if one.following else "NO"
    return (
        f"{one.habit[:40]:40} {one.sound:8} {marks[0]:>5} {marks[1]:>6} "
        f"{marks[2]:>7} {following:>5}  {one.replies}"
        + (f"  [{one.missed_by}]" if not one.in_time else "")
        + (f"  ({one.why})" if one.why else "")
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="habits whose name holds that")
    parser.add_argument("--typed", action="store_true", help="the question is typed")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    names = [name for name in HABITS if re.search(given.only, name)]
    print(HEAD)
    with tempfile.TemporaryDirectory(prefix="voiceagent-") as made:
        told = run(main(names, given.typed, Path(made)))
    if given.json:
        print(json.dumps([asdict(one) for one in told]))
    late = sum(not one.in_time for one in told)
    good = sum(one.good for one in told)
    print(
        f"first sound in time {len(told) - late} of {len(told)}, the rest right {good}"
    )
    sys.exit(bool(late or good < len(told)))
