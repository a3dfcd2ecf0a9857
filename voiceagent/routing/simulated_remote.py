"""A remote that is not there: answers from a table, over a link that behaves as told.

For virtual replays, what-if questions, benchmarks of the router and tests of one's own:
the same seed gives the same delays, and hours pass in seconds. An address such as
`sim://bimodal?seed=3&first_ms=180` names the behaviour:

    ok        every answer after `first_ms`, give or take a tenth
    bimodal   96 of 100 after `first_ms`, the others after `late_ms`
    hang      takes the question and says nothing
    drip      a letter every `drip_ms`: words come, but no clause in time
    cut       breaks off after the first clause
    dead      refuses every question at once
    garbage   answers with something that is no answer
    offline   there is no way to it
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from voiceagent.errors import ConfigError, LinkDown, RemoteFailed
from voiceagent.privacy.payload import Payload
from voiceagent.routing.remote import (
    Answered,
    AnswerWords,
    Envelope,
    HeardAs,
    LinkState,
    Piece,
)

__all__ = [
    "ANSWER",
    "PROFILES",
    "SCHEME",
    "Profile",
    "SimulatedRemote",
    "parse_address",
]

SCHEME = "sim"
PROFILES = ("ok", "bimodal", "hang", "drip", "cut", "dead", "garbage", "offline")
LATE_SHARE = 0.04
"""Share of the slow answers of a bimodal region."""
ANSWER = "That is in the documents of the region. There is more to say about it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How a simulated region behaves."""

    kind: str = "ok"
    first: float = 0.18
    """Seconds to the first words, the way there and back included."""
    late: float = 1.2
    """... of the slow answers of a bimodal region."""
    round_trip: float = 0.04
    """Seconds there and back: what even a refusal takes."""
    drip: float = 0.2
    """Seconds between two letters of a dripping answer."""
    seed: int = 1


def parse_address(url: str) -> Profile:
    """The profile that a `sim://` address names; raises `ConfigError`."""
    parts = urlsplit(url)
    kind = parts.netloc or "ok"
    given = dict(parse_qsl(parts.query))
    try:
        profile = Profile(
            kind=kind,
            first=float(given.pop("first_ms", 180)) / 1000,
            late=float(given.pop("late_ms", 1200)) / 1000,
            round_trip=float(given.pop("rtt_ms", 40)) / 1000,
            drip=float(given.pop("drip_ms", 200)) / 1000,
            seed=int(given.pop("seed", 1)),
        )
    except ValueError as error:
        raise ConfigError(f"`{url}` is no simulated region", cause=str(error)) from None
    if kind not in PROFILES or given:
        wrong = f"unknown `{', '.join(given)}`" if given else f"no kind `{kind}`"
        hint = f"kinds: {', '.join(PROFILES)}; first_ms, late_ms, rtt_ms, drip_ms, seed"
        raise ConfigError(f"`{url}` is no simulated region", cause=wrong, hint=hint)
    return profile


class SimulatedRemote:
    """Answers after seconds of the loop's clock, whatever loop that is."""

    def __init__(
        self,
        profile: Profile,
        *,
        name: str = "region",
        region: str = "simulated",
        answer: Callable[[str], str] = lambda question: ANSWER,
        hears: Callable[[bytes], str] = lambda audio: "",
    ) -> None:
        """`answer(question)`: the words; `hears(audio)`: what its recogniser makes of
        16 kHz PCM16."""
        self.name, self.profile = name, profile
        self.asked: list[tuple[Payload, Envelope]] = []
        """Every question so far: what a real region would have seen."""
        self.calls = self.cancelled = 0
        self.told: list[tuple[str, str]] = []
        """What it was told that the user heard, by turn."""
        self._region, self._answer, self._hears = region, answer, hears
        self._chance = random.Random(profile.seed)

    @property
    def link(self) -> LinkState:
        """Down where it is offline."""
        return LinkState.DOWN if self.profile.kind == "offline" else LinkState.UP

    @property
    def region(self) -> str:
        """Where it says that it stands."""
        return self._region

    @property
    def trouble(self) -> RemoteFailed | None:
        """It never says why."""
        return None

    async def ask(
        self, payload: Payload, envelope: Envelope
    ) -> AsyncGenerator[Piece, None]:
        """The answer, in the time that the profile tells."""
        self.asked.append((payload, envelope))
        self.calls += 1
        finished = False
        try:
            async for piece in self._pieces(payload):
                yield piece
            finished = True
        except (RemoteFailed, LinkDown):
            finished = True
            raise
        finally:
            self.cancelled += not finished

    async def heard(self, turn_id: str, text: str) -> None:
        """Remember it."""
        self.told.append((turn_id, text))

    def nudge(self) -> None:
        """There is a way, or there is none."""

    async def answer_tool(self, turn_id: str, call_id: str, output: str) -> None:
        """It has no tools."""

    async def run(self) -> None:
        """There is nothing to keep open."""
        await asyncio.Event().wait()

    async def _pieces(self, payload: Payload) -> AsyncIterator[Piece]:
        kind, profile = self.profile.kind, self.profile
        if kind == "offline":
            raise LinkDown(f"no way to {self.name}", cause="simulated")
        if kind in ("dead", "garbage"):
            await asyncio.sleep(profile.round_trip)
            what = "refused" if kind == "dead" else "garbled"
            raise RemoteFailed(f"{self.name}: {what}", cause="simulated")
        await asyncio.sleep(self._first())
        if kind == "hang":
            await asyncio.Event().wait()
        question = payload.text
        if payload.audio:
            question = self._hears(payload.audio)
            yield HeardAs(question)
        async for word in self._words(self._answer(question)):
            yield word
        yield Answered(model="simulated", region=self._region)

    async def _words(self, text: str) -> AsyncIterator[Piece]:
        if self.profile.kind == "drip":
            for letter in text:
                yield AnswerWords(letter)
                await asyncio.sleep(self.profile.drip)
            return
        head, stop, tail = text.partition(". ")
        yield AnswerWords(head + stop)
        if self.profile.kind == "cut":
            await asyncio.sleep(self.profile.round_trip)
            raise RemoteFailed(f"{self.name}: broken off", cause="simulated")
        if tail:
            await asyncio.sleep(0.05)
            yield AnswerWords(tail)

    def _first(self) -> float:
        profile = self.profile
        jitter = self._chance.uniform(0.9, 1.1)
        late = profile.kind == "bimodal" and self._chance.random() < LATE_SHARE
        return (profile.late if late else profile.first) * jitter
