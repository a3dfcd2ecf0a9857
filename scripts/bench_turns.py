#!/usr/bin/env python3
"""Whole spoken turns over network links: how soon something is heard, and the answer.

    .venv/bin/python scripts/bench_turns.py [--turns 20] [--links regional,Sydney-US]
        [--json] [--quiet]

Recorded questions that only a region can answer are played to an agent in real time.
The region is a real server in a process of its own on loopback, behind a proxy that
makes the way to it as long as a network does: 40 ms there and back (regional) or
200 ms (Sydney-US), with a few ms of jitter. Every turn is a session of its own, with a
connection of its own; the sound of the replies is timed and heard by nobody.

Times count from the last sample of speech. The first sound may be "One moment."; the
first words of the answer are those behind "I have it now.". A turn is answered when
what the region said was spoken to its end, and right when that held what was wanted.
20 turns over both links take about eleven minutes. Ends with 1 where a bar is missed:
99 % of first sounds within the budget, and not one silent turn.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread
from typing import Any

from voiceagent.agent.turn import Sentences
from voiceagent.app.config import Config
from voiceagent.app.workshop import Workshop
from voiceagent.audio.file import Recording, read_audio
from voiceagent.audio.frames import RATE
from voiceagent.clock import Pace
from voiceagent.replay.demo_region import DemoRegion
from voiceagent.replay.replay import Replay, ReplaySettings, replay
from voiceagent.replay.scenario import region_values
from voiceagent.replay.variants import Variants
from voiceagent.testing import Fault, FaultProxy
from voiceagent.trace.events import (
    RemoteAnswered,
    ReplyReady,
    SpeakingStarted,
    SpeakingStopped,
    TurnEnded,
)
from voiceagent.trace.turn_rows import TimedEvent, TurnRow, percentile

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
QUESTIONS = (
    ("32-asks-the-region", 1.00, "Edith Marlow"),
    ("33-region-dies", 1.00, "nineteen metres"),
    ("32-asks-the-region", 17.15, "in the cellar"),
    ("34-link-hangs", 1.00, "1884"),
)
"""Recording, the second at which the wake word begins, and a part of the answer."""
BEFORE, AFTER = 0.9, 6.0
"""Seconds of a recording that are played around the begin of a question."""
LINKS = {"regional": 0.04, "Sydney-US": 0.2}
"""Seconds there and back."""
JITTER = 0.004
"""Seconds at most, on each of the two ways."""
BAR = 0.99
"""Share of the turns whose first sound has to come within the budget."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one turn; times in ms from the end of speech."""

    asked: str
    first_sound: float
    first_words: float
    """Of the region's answer; infinite where there were none."""
    in_time: bool
    bridged: bool
    answered: bool
    right: bool
    silent: bool
    missed_by: str
    reply: str


def questions() -> list[tuple[Recording, str]]:
    """Each question as a recording of its own, and what its answer holds."""
    found = []
    for name, at, wanted in QUESTIONS:
        whole = read_audio(SAMPLES / f"{name}.flac")
        first, last = round((at - BEFORE) * RATE), round((at + AFTER) * RATE)
        facts = replace(whole.facts, name=f"{wanted}?", seconds=BEFORE + AFTER)
        found.append((Recording(whole.samples[first:last], facts), wanted))
    return found


@contextmanager
def link(url: str, round_trip: float) -> Iterator[str]:
    """The address of a server at `url` that is as far away as that."""
    host, _, port = url.split("/")[2].rpartition(":")
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    proxy = FaultProxy(host, int(port))
    # What the jitter adds on the average is part of the round trip.
    delay = (round_trip - JITTER) / 2
    proxy.up = Fault(delay=delay, jitter=JITTER)
    proxy.down = Fault(delay=delay, jitter=JITTER)
    asyncio.run_coroutine_threadsafe(proxy.__aenter__(), loop).result(10)
    try:
        yield proxy.url("/v1/realtime")
    finally:
        ending = proxy.__aexit__(None, None, None)
        asyncio.run_coroutine_threadsafe(ending, loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=2.0)
        loop.close()


def outcome(done: Replay, wanted: str) -> Outcome:
    """One turn judged by its events; a question that opened no turn is silent."""
    row = next((row for row in done.rows if row.latency_ms), TurnRow(done.file, 0))
    events = [one for one in done.records if row.turn and one[1].turn == row.turn]
    heard = [e for _, e in events if isinstance(e, SpeakingStopped) and e.heard_seconds]
    said = any(isinstance(e, RemoteAnswered) for _, e in events)
    words = _first_words(events, row) if said else math.inf
    whole = bool(heard) and heard[-1].reason == "done" and not row.failed
    return Outcome(
        asked=done.file,
        first_sound=row.latency_ms.get("response", math.inf) if heard else math.inf,
        first_words=words,
        in_time=bool(row.budget_met and heard),
        bridged=row.rescued_by == "wait",
        answered=whole and words < math.inf and row.tier == "region",
        right=wanted.lower() in row.reply.lower(),
        silent=not heard,
        missed_by=row.missed_by,
        reply=row.reply,
    )


def _first_words(events: Sequence[TimedEvent], row: TurnRow) -> float:
    """When the words of the answer began to sound, in ms from the end of speech."""
    ended, announced = math.inf, None
    for at, event in events:
        match event:
            case TurnEnded():
                ended = at - row.latency_ms["endpoint"] / 1000
            case ReplyReady() if event.rung in ("full", "late") and announced is None:
                announced = event.pii_text
            case SpeakingStarted() if announced is not None:
                prefix = announced.startswith(Sentences().now)
                return (at + event.clip_seconds * prefix - ended) * 1000
            case _:
                pass
    return math.inf


def summary(name: str, took: Sequence[Outcome]) -> dict[str, Any]:
    """The turns of one link together; first words only where there were some."""
    sounds = [one.first_sound for one in took]
    words = [one.first_words for one in took if one.first_words < math.inf]
    missed = [one.missed_by or "nothing was heard" for one in took if not one.in_time]
    in_time = 1 - len(missed) / len(took)
    silent = sum(one.silent for one in took)
    return {
        "link": name,
        "round_trip_ms": round(LINKS[name] * 1000),
        "turns": len(took),
        "in_time": round(in_time, 4),
        "answered": round(sum(one.answered for one in took) / len(took), 4),
        "right": round(sum(one.right for one in took) / len(took), 4),
        "bridged": sum(one.bridged for one in took),
        "silent": silent,
        "first_sound_p50_ms": _ms(sounds, 0.5),
        "first_sound_p95_ms": _ms(sounds, 0.95),
        "first_words_p50_ms": _ms(words, 0.5),
        "first_words_p95_ms": _ms(words, 0.95),
        "missed_by": {stage: missed.count(stage) for stage in sorted(set(missed))},
        "good": in_time >= BAR and not silent,
    }


def _ms(values: Sequence[float], share: float) -> float | None:
    value = percentile(values, share)
    return round(value, 1) if math.isfinite(value) else None


def show(one: dict[str, Any]) -> None:
    """One link as a row of the table, and why turns were late."""
    times = (value for key, value in one.items() if key.startswith("first_"))
    print(
        f"{one['link']:10} {one['round_trip_ms']:4} ms {one['turns']:5} "
        f"{one['in_time']:7.1%} {one['answered']:8.1%} {one['right']:6.1%} "
        f"{one['bridged']:7} {one['silent']:6} ",
        *(f"{'none' if t is None else f'{t:.0f}':>5}" for t in times),
    )
    for stage, count in one["missed_by"].items():
        print(f"{'':10} late by {stage}: {count}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=20, help="over each link")
    parser.add_argument("--links", default=",".join(LINKS))
    parser.add_argument("--json", action="store_true", help="one object a line")
    parser.add_argument("--quiet", action="store_true", help="no line for each turn")
    given = parser.parse_args()
    asked, names, good = questions(), given.links.split(","), True
    if given.turns < 1 or not set(names) <= set(LINKS):
        parser.error(f"at least one turn; links are {', '.join(LINKS)}")
    variants = Variants(Workshop(Config()))
    settings = ReplaySettings(pace=Pace.REALTIME)

    def turn(address: str, number: int) -> Outcome:
        recording, wanted = asked[number % len(asked)]
        shop = variants.workshop(region_values("ok", {"ok": address}))
        return outcome(replay(shop, recording, settings), wanted)

    with DemoRegion() as region:
        turn(region.url, 0)  # engines load on both sides
        if not given.json:
            print(
                "link      and back turns in time answered  right bridged silent "
                "sound p50, p95; words p50, p95"
            )
        for name in names:
            took: list[Outcome] = []
            with link(region.url, LINKS[name]) as address:
                for number in range(given.turns):
                    took.append(turn(address, number))
                    if not given.quiet:
                        print(name, number + 1, took[-1], file=sys.stderr, flush=True)
            one = summary(name, took)
            good = good and one["good"]
            if given.json:
                print(json.dumps(one), flush=True)
            else:
                show(one)
    if not given.json:
        print("all bars met" if good else "a bar was missed")
    raise SystemExit(not good)


if __name__ == "__main__":
    main()
