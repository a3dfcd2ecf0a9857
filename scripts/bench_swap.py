#!/usr/bin/env python3
"""Swaps language models under load: turns go on while one model replaces another.

    .venv/bin/python scripts/bench_swap.py --model intents-en --swaps 20 --json

Two copies of a model are put on a shelf of their own; a typed turn follows the other
without a pause, and `models use` switches between the copies: with the model in a
process of its own, as the live agent has it, and once more within this process. What is
counted: turns that failed, were late or were not answered by a model, and the memory
that stays. Exit code 1 where a turn failed or a swap did not happen.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from voiceagent.app.assemble import assemble
from voiceagent.app.config import load_config
from voiceagent.app.options import AgentOptions
from voiceagent.app.workshop import Workshop
from voiceagent.audio.player import VirtualPlayer
from voiceagent.clock import Pace, run
from voiceagent.nlu.models.model_folder import CARD, find_model
from voiceagent.nlu.models.shelf import ModelChoice, add_file, add_folder
from voiceagent.trace.events import (
    Degraded,
    Event,
    Failed,
    ModelAnswered,
    ModelRolledBack,
    ModelSwapped,
    TurnFinished,
)
from voiceagent.trace.trace import Record, Trace

if TYPE_CHECKING:
    from voiceagent.agent.agent import Agent
    from voiceagent.audio.frames import AudioFrame
    from voiceagent.audio.source import OnEvent
    from voiceagent.nlu.models.model_folder import Kind

ROOT = Path(__file__).resolve().parents[1]

__all__ = ["Result", "bench", "main"]

SENTENCES = (
    "it is too dark in here",
    "could you make it a bit brighter",
    "wake me in twenty",
    "how does photosynthesis work",
    "turn on the kitchen light",
)
"""Most are for the model; the last one is a template's, as between them in life."""
AROUND = 8
"""Turns before the first swap and after the last one."""


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it."""

    process: str
    """Where the model was: `apart`, as live, or `inside`."""
    swaps: int
    rolled_back: int
    turns: int
    asked: int
    """Turns in which a model was asked."""
    failed: int
    late: int
    """Answers of a model that came after its deadline, and replies after theirs."""
    turn_ms_p50: float
    turn_ms_max: float
    rss_mb: dict[str, float]
    """All our processes: `before` the first swap, at the `peak`, `after` the last."""


class Load:
    """A source without sound that types one sentence after the other."""

    name = "load"

    def __init__(self, swaps: int, names: Sequence[str]) -> None:
        self.agent: Agent | None = None
        self.on_event: OnEvent = lambda event: None
        self.memory: list[float] = []
        self._swaps, self._names, self._choice = swaps, names, ModelChoice()
        self._finished = self._swapped = 0
        self._more = asyncio.Event()

    def __call__(self, record: Record) -> None:
        """Hear what happens."""
        self._finished += isinstance(record.event, TurnFinished)
        self._swapped += isinstance(record.event, ModelSwapped | ModelRolledBack)
        self._more.set()

    async def frames(self) -> AsyncIterator[AudioFrame]:
        """No frames; turns until all swaps are done."""
        await self._turns(AROUND)
        for number in range(self._swaps):
            self._choice.write(self._names[(number + 1) % len(self._names)])
            await self._turns(0, swapped=number + 1)
        await self._turns(AROUND)
        nothing: tuple[AudioFrame, ...] = ()
        for frame in nothing:
            yield frame

    async def _turns(self, count: int, swapped: int = 0) -> None:
        """At least `count` turns, and until that many swaps are done."""
        last = self._finished + count
        while self._finished < last or self._swapped < swapped:
            await self._turn()
            self.memory.append(rss_mb())

    async def _turn(self) -> None:
        assert self.agent is not None
        number = self._finished
        self.agent.type(SENTENCES[number % len(SENTENCES)])
        while self._finished == number:
            self._more.clear()
            await self._more.wait()


def bench(path: str, swaps: int, *, kind: Kind, apart: bool) -> Result:
    """Put two copies of a model on a shelf and swap them while turns go on."""
    source = find_model(path).folder if not path.endswith(".gguf") else Path(path)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_DATA_HOME"] = os.environ["XDG_STATE_HOME"] = folder
        names = [_copied(source, f"swap-{letter}", kind) for letter in "ab"]
        ModelChoice().write(names[0])
        return _measured(Load(swaps, names), apart)


def _copied(source: Path, name: str, kind: Kind) -> str:
    if source.is_file():
        add_file(source, kind=kind, licence="as stated", name=name, link=True)
        return name
    with tempfile.TemporaryDirectory() as folder:
        renamed = Path(folder)
        for file in source.iterdir():
            (renamed / file.name).symlink_to(file.resolve())
        text = (source / CARD).read_text(encoding="utf-8")
        old = find_model(str(source)).name
        (renamed / CARD).unlink()
        (renamed / CARD).write_text(
            text.replace(f'name = "{old}"', f'name = "{name}"'), encoding="utf-8"
        )
        add_folder(renamed, licence="")
    return name


def _measured(load: Load, apart: bool) -> Result:
    trace = Trace()
    trace.subscribe(load)
    flags = {"wake.engine": "none", "slm.process": apart}
    shop = Workshop(load_config(environ={}, flags=flags).config)
    options = AgentOptions(
        player=VirtualPlayer(), pace=Pace.REALTIME, trace=trace, silent=True
    )
    load.agent = assemble(shop, options)
    run(load.agent.run(load))
    shop.library(live=True).close()
    where = "apart" if apart else "inside"
    return _result(where, [record.event for record in trace], load.memory)


def _result(where: str, events: Sequence[Event], memory: Sequence[float]) -> Result:
    answered = [e for e in events if isinstance(e, ModelAnswered)]
    ledgers = [e for e in events if isinstance(e, TurnFinished)]
    broken = sum(isinstance(e, Failed | Degraded) for e in events)
    late = sum(e.outcome == "too late" for e in answered)
    times = [e.latency_ms["response"] for e in ledgers]
    before, after = memory[: AROUND // 2], memory[-AROUND // 2 :]
    return Result(
        process=where,
        swaps=sum(isinstance(e, ModelSwapped) for e in events),
        rolled_back=sum(isinstance(e, ModelRolledBack) for e in events),
        turns=len(ledgers),
        asked=len(answered),
        failed=broken + sum(e.outcome == "failed" for e in answered),
        late=late + sum(not e.budget_met for e in ledgers),
        turn_ms_p50=round(statistics.median(times), 2),
        turn_ms_max=round(max(times), 2),
        rss_mb={"before": max(before), "peak": max(memory), "after": min(after)},
    )


def rss_mb() -> float:
    """Resident megabytes of this process and of those that it started."""
    pages = sum(_pages(pid) for pid in _family(os.getpid()))
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


def _family(root: int) -> Iterator[int]:
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            parents.setdefault(_field(entry / "stat", 1), []).append(int(entry.name))
    waiting = [root]
    while waiting:
        pid = waiting.pop()
        yield pid
        waiting += parents.get(pid, [])


def _field(file: Path, number: int) -> int:
    """A field of a process's line, counted behind its name; 0 where it has gone."""
    try:
        return int(file.read_text().rpartition(")")[2].split()[number])
    except (OSError, IndexError):
        return 0


def _pages(pid: int) -> int:
    return _field(Path(f"/proc/{pid}/stat"), 21)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 where a turn failed or a swap is missing."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--model", default="intents-en", help="name, folder or GGUF")
    parser.add_argument("--kind", default="instruct", help="of a bare GGUF")
    parser.add_argument("--swaps", type=int, default=20)
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--apart", action="store_true", help="only in a process apart")
    only.add_argument("--in-process", action="store_true", help="no process apart")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    ways = [True] * (not given.in_process) + [False] * (not given.apart)
    good = True
    for apart in ways:
        result = bench(given.model, given.swaps, kind=given.kind, apart=apart)
        _print(result, json=given.json)
        missing = result.swaps < given.swaps or result.rolled_back
        good = good and not (result.failed or missing)
    return 0 if good else 1


def _print(result: Result, *, json: bool) -> None:
    """Say it at once: the next way takes a while."""
    if json:
        print(msgspec.json.encode(result).decode(), flush=True)
        return
    for key, value in msgspec.to_builtins(result).items():
        print(f"{key:12} {value}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
