#!/usr/bin/env python3
"""The router under faults: thousands of turns on a virtual clock, the same every time.

    .venv/bin/python scripts/bench_routing.py [--turns 1000] [--seed 1]

Every turn is a hard question, asked of the real orchestration (race, ladder, voice),
with a simulated region that behaves badly. Told are first sounds after the deadline,
turns without any sound, what hedging buys and costs, and how soon a loser is gone.
"""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import dataclass, field

from voiceagent.agent.playback import Playback
from voiceagent.agent.request import TurnRequest
from voiceagent.agent.supervisor import Supervisor
from voiceagent.agent.thinking import Thinker
from voiceagent.agent.turn import Responder
from voiceagent.audio.player import VirtualPlayer
from voiceagent.clock import Compute, Pace, now, run
from voiceagent.deadline import Budget
from voiceagent.engines.fake import DeclaredTts
from voiceagent.frontend.endpoint import Completeness
from voiceagent.nlu.intent import Intent
from voiceagent.privacy.gate import Policy, PrivacyGate
from voiceagent.privacy.payload import DataClass
from voiceagent.privacy.receipts import Receipts
from voiceagent.routing.escalation import Escalation
from voiceagent.routing.handover import RemoteLeg
from voiceagent.routing.meter import Meter
from voiceagent.routing.receipt_book import ReceiptBook
from voiceagent.routing.release import Release
from voiceagent.routing.request import Sender
from voiceagent.routing.simulated_remote import Profile, SimulatedRemote
from voiceagent.routing.till import Till
from voiceagent.routing.way_out import WayOut
from voiceagent.skills.skill import Skill
from voiceagent.stt.utterance import Typed
from voiceagent.trace.events import LegEnded, SpeakingStarted, TurnEnded, TurnFinished
from voiceagent.trace.trace import Trace
from voiceagent.trace.turn_rows import percentile
from voiceagent.tts.cache import ReplyCache
from voiceagent.tts.earcons import earcon
from voiceagent.tts.renderer import Renderer

FAULTS = ("ok", "bimodal", "hang", "drip", "cut", "dead", "garbage", "offline")
COSTS = {"tts": 0.065, "intent": 0.003, "receipt": 0.001, "skill": 0.001}


class Nothing:
    """A pack that knows no sentence: every turn is handed over."""

    def progress(self, text: str) -> Completeness:
        return Completeness.COMPLETE

    def parse(self, text: str) -> Intent | None:
        return None

    def answers(self, intent: str) -> bool:
        """Whether anybody answers it."""
        return False

    def skill_for(self, intent: str) -> Skill | None:
        return None


@dataclass
class Result:
    """What came of a run."""

    first: list[float] = field(default_factory=list)
    """Seconds from the end of speech to the first sound."""
    answer: list[float] = field(default_factory=list)
    """... to the first word of a region's answer, where there was one."""
    late: int = 0
    silent: int = 0
    calls: int = 0
    losers: list[float] = field(default_factory=list)
    """Seconds from the decision until the loser was gone."""


class Watched(SimulatedRemote):
    """Remembers when it was let go."""

    gone: float = -1.0

    async def ask(self, payload, envelope):  # type: ignore[no-untyped-def]
        try:
            async for piece in super().ask(payload, envelope):
                yield piece
        finally:
            self.gone = now()


async def turns(remotes: list[Watched], count: int, *, hedge: bool) -> Result:
    """`count` hard questions, one after the other, ten seconds apart at least."""
    trace = Trace(cap=4096)
    async with Supervisor(trace.emit) as tasks:
        return await _turns(remotes, count, trace, tasks, hedge=hedge)


async def _turns(
    remotes: list[Watched], count: int, trace: Trace, tasks: Supervisor, *, hedge: bool
) -> Result:
    compute, result = Compute(Pace.VIRTUAL, COSTS), Result()
    voice = Renderer([DeclaredTts()], ReplyCache(), compute, trace.emit)
    mouth = Playback(voice, VirtualPlayer(), earcon, trace.emit, tasks=tasks)
    out = WayOut(
        Sender(session="bench"),
        Release(PrivacyGate(Policy(DataClass.TEXT)), compute),
        ReceiptBook(Receipts(None), compute, "bench"),
        Till(Meter(), compute, trace.emit),
        trace.emit,
    )
    escalation = Escalation(
        [RemoteLeg(remote) for remote in remotes], out, trace.emit, hedge=hedge
    )
    thinker = Thinker(Nothing(), compute, trace.emit, escalation=escalation)
    responder = Responder(thinker=thinker, mouth=mouth, emit=trace.emit, tasks=tasks)
    await responder.warm()
    budget, began = Budget(), 0.0

    def heard(record) -> None:  # type: ignore[no-untyped-def]
        event = record.event
        if isinstance(event, TurnFinished):
            took = event.latency_ms["response"] / 1000
            result.first.append(took)
            result.late += not event.budget_met
        elif isinstance(event, SpeakingStarted):
            sounds.append(now())
        elif isinstance(event, LegEnded) and event.outcome == "won":
            result.answer.append(now() - began)
            decided.append(now())

    trace.subscribe(heard)
    for number in range(1, count + 1):
        sounds: list[float] = []
        decided: list[float] = []
        began = now()
        ended = TurnEnded(
            turn=number, t=0.0, speech_start=0.0, speech_end=0.0, reason="typed"
        )
        request = TurnRequest(
            ended=ended,
            utterance=Typed(f"question number {number}"),
            hearing=None,
            speech_end=began,
            deadline=budget.start(began),
        )
        await responder.turn(request)
        result.silent += not sounds
        for remote in remotes:
            if decided and remote.cancelled and remote.gone >= decided[0]:
                result.losers.append(remote.gone - decided[0])
                remote.cancelled = 0
        await asyncio.sleep(10.0)
    result.calls = sum(remote.calls for remote in remotes)
    await responder.close()
    return result


def remote(kind: str, seed: int, name: str = "region") -> Watched:
    return Watched(Profile(kind=kind, seed=seed), name=name)


def faults(count: int, seed: int) -> bool:
    """Every fault alone: is there a sound by the deadline, and is there any?"""
    print(f"{count} turns each, deadline 800 ms, one region, seed {seed}")
    print(
        f"{'region':10}{'p50 ms':>9}{'p99 ms':>9}{'late':>8}{'silent':>8}{'calls':>8}"
    )
    good = True
    for kind in FAULTS:
        done = run(turns([remote(kind, seed)], count, hedge=True), virtual=True)
        p50, p99 = (percentile(done.first, q) * 1000 for q in (0.5, 0.99))
        late = done.late / count
        print(f"{kind:10}{p50:9.0f}{p99:9.0f}{late:8.2%}{done.silent:8}{done.calls:8}")
        good = good and late <= 0.01 and done.silent == 0
    return good


def pairs(count: int, seed: int) -> bool:
    """A region with a fault and a sound one beside it: the sound one answers."""
    print(f"\n{count} turns each, a region with a fault and a sound backup")
    print(f"{'region':10}{'answered':>10}{'late':>8}{'silent':>8}{'calls/turn':>12}")
    good = True
    for kind in FAULTS[2:]:
        legs = [remote(kind, seed), remote("ok", seed + 1, "backup")]
        done = run(turns(legs, count, hedge=True), virtual=True)
        late, each = done.late / count, done.calls / count
        share = len(done.answer) / count
        print(f"{kind:10}{share:10.2%}{late:8.2%}{done.silent:8}{each:12.2f}")
        good = good and late <= 0.01 and done.silent == 0
    return good


def hedging(count: int, seed: int) -> bool:
    """A bimodal region: the tail with and without a second leg."""
    found = {}
    for hedge in (False, True):
        legs = [remote("bimodal", seed), remote("bimodal", seed + 1, "backup")]
        found[hedge] = run(turns(legs, count, hedge=hedge), virtual=True)
    print(f"\nhedging, bimodal region (96 % 180 ms, 4 % 1.2 s), {count} turns")
    print(f"{'hedge':8}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'calls':>8}")
    for hedge, done in found.items():
        p = [percentile(done.answer, q) * 1000 for q in (0.5, 0.95, 0.99)]
        name = "on" if hedge else "off"
        print(f"{name:8}{p[0]:9.0f}{p[1]:9.0f}{p[2]:9.0f}{done.calls:8}")
    tail = [percentile(found[h].answer, 0.99) for h in (False, True)]
    extra = found[True].calls / count - 1
    losers = found[True].losers
    gone = max(losers, default=0.0) * 1000
    print(f"p99 {tail[0] / tail[1]:.2f} x lower for {extra:.1%} more calls")
    print(f"losers gone after at most {gone:.1f} ms ({len(losers)} of them)")
    return tail[0] / tail[1] >= 2.5 and extra <= 0.05 and gone <= 50


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    good = [part(given.turns, given.seed) for part in (faults, pairs, hedging)]
    print("\nall bars met" if all(good) else "\na bar was missed")
    raise SystemExit(not all(good))


if __name__ == "__main__":
    main()
