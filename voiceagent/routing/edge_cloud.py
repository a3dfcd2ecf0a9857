"""Only the routing, as a library: an edge model, a cloud model and a deadline.

    router = EdgeCloudRouter(edge=ask_edge, cloud=ask_cloud)
    found = await router.infer("how long is the whale", max_latency_ms=800)
    found.source, found.result, found.deadline_met, found.reason

Both are async functions that stream words. Any two objects will do as well:

    router = EdgeCloudRouter(edge_model, cloud_client)
    found = router.infer_sync("how long is the whale", max_latency_ms=100)

with `is_loaded()`, `generate(prompt)` and `complete(prompt)`, plain or async.

The edge is asked first unless the cloud is predicted to be the only one in time; the
other stands by from when the first is slower than usual. The first words win, the loser
is cancelled, and nothing is switched then.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from voiceagent.clock import now, perf
from voiceagent.errors import UsageError
from voiceagent.routing.breaker import Breaker
from voiceagent.routing.latency import LatencyBook, Prior
from voiceagent.routing.loop_thread import LoopThread
from voiceagent.routing.models_asked import (
    MOST_THREADS,
    Ask,
    AskedObject,
    CloudClient,
    EdgeModel,
    client_leg,
    model_leg,
)
from voiceagent.routing.plan import NEVER, LegFacts, Plan, Situation, make_plan
from voiceagent.routing.race import Attempt, Leg, race
from voiceagent.routing.veto import RESTS, Veto, VetoKind

__all__ = ["EdgeCloudRouter", "Inference"]

EDGE, CLOUD = "edge", "cloud"
LONGEST = 600.0
"""Seconds; more is no deadline."""
GRACE = 0.02
"""Seconds after a deadline in which what was cancelled at it comes back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inference:
    """What came of one prompt; `found["result"]` is `found.result`."""

    source: str
    """`edge`, `cloud` or `none`."""
    result: Any
    """All words that came. Of streams, where the deadline was missed, those that came
    later too; of models and clients what they gave, be it words or not."""
    latency_ms: float
    """Until the last word."""
    ttft_ms: float | None
    """Until the first word; None where there was none."""
    deadline_met: bool
    """Whether the first word was in time; of models and clients, whether the last."""
    reason: str
    attempts: list[Attempt] = field(default_factory=list)

    def __getitem__(self, name: str) -> Any:
        if name not in self.__slots__:
            raise KeyError(name)
        return getattr(self, name)


@dataclass(slots=True)
class SoFar:
    """What has come so far."""

    source: str = "none"
    words: Any = ""
    first: float | None = None
    whole: bool = False


class EdgeCloudRouter:
    """Learns how quick both are, and decides by what is left of the deadline."""

    def __init__(
        self,
        edge_model: EdgeModel | Ask | None = None,
        cloud_client: CloudClient | Ask | None = None,
        *,
        edge: Ask | None = None,
        cloud: Ask | None = None,
        edge_price: float = 0.0,
        cloud_price: float | None = None,
        edge_prior: Prior | None = None,
        cloud_prior: Prior | None = None,
        give_up: float = 10.0,
    ) -> None:
        """`edge(prompt)`, `cloud(prompt)`: async iterators of words, whose closing
        cancels them; they raise a `VoiceAgentError` or `Declined` where they have no
        answer. Prices are of one answer, None for unknown. `give_up`: seconds after the
        deadline at which nothing of a stream is waited for any more; of an
        `edge_model` and a `cloud_client` nothing is after the deadline itself."""
        self.book = LatencyBook(
            {
                EDGE: edge_prior or Prior(0.1, 0.3),
                CLOUD: cloud_prior or Prior(0.3, 0.8),
            }
        )
        self._asked = list[AskedObject]()
        self._ask: dict[str, Ask] = {
            EDGE: self._leg(EDGE, edge_model, edge),
            CLOUD: self._leg(CLOUD, cloud_client, cloud),
        }
        self._prices = {EDGE: edge_price, CLOUD: cloud_price}
        self._breakers = {EDGE: Breaker(), CLOUD: Breaker()}
        self._give_up = 0.0 if self._asked else give_up
        self._thread: LoopThread | None = None

    async def infer(
        self,
        prompt: str,
        max_latency_ms: float = 800.0,
        *,
        edge_only: bool = False,
    ) -> Inference:
        """Answer `prompt`; the first word should come within `max_latency_ms`, of
        models and clients the last.

        `edge_only`: a veto, the prompt must not leave the device. Raises `UsageError`
        where the deadline is none.
        """
        limit = _seconds(prompt, max_latency_ms)
        return await self._infer(prompt, limit, edge_only, strict=not self._give_up)

    def infer_sync(
        self, prompt: str, max_latency_ms: float = 100.0, *, edge_only: bool = False
    ) -> Inference:
        """The same for callers without a loop, or on one that may be blocked for so
        long: what is not there at the deadline is not waited for."""
        limit, began = _seconds(prompt, max_latency_ms), perf()
        if self._thread is None:
            self._thread = LoopThread("edge-cloud-router")
        work = self._infer(prompt, limit, edge_only, strict=True)
        try:
            return self._thread.call(work, limit + GRACE)
        except TimeoutError:
            # It blocks the loop: the next one gets another.
            self._thread = None
            took = round((perf() - began) * 1000, 3)
            why = "a coroutine of the model or the client blocks its loop"
            return Inference(
                source="none",
                result="",
                latency_ms=took,
                ttft_ms=None,
                deadline_met=False,
                reason=why,
            )

    def close(self) -> None:
        """Let its threads go; what hangs in one is not waited for."""
        for one in self._asked:
            one.close()
        if self._thread is not None:
            self._thread.close()
            self._thread = None

    def plan(self, prompt: str, limit: float, *, edge_only: bool = False) -> Plan:
        """Whom it would ask, and why."""
        facts = []
        for name in (EDGE, CLOUD):
            expected = self.book.predict(name, len(prompt))
            vetoes = list[Veto]()
            if edge_only and name == CLOUD:
                vetoes.append(Veto(VetoKind.PRIVACY, "it must not leave the device"))
            if not self._breakers[name].allows(now()):
                vetoes.append(Veto(VetoKind.RESTING, RESTS))
            facts.append(
                LegFacts(
                    name=name,
                    vetoes=tuple(vetoes),
                    usual=expected.usual,
                    slow=expected.slow,
                    patience=expected.patience,
                    price=self._prices[name],
                    seen=expected.seen,
                )
            )
        return make_plan(Situation(left=limit, legs=tuple(facts)))

    def _leg(self, name: str, given: object, stream: Ask | None) -> Ask:
        """How that side is asked: as a stream, or by its methods."""
        if (given is None) == (stream is None):
            raise UsageError(
                f"give one {name} to ask",
                hint="EdgeCloudRouter(edge_model, cloud_client), or with the async "
                "streams `edge=` and `cloud=`",
            )
        if stream is not None:
            return stream
        methods = ("is_loaded", "generate") if name == EDGE else ("complete",)
        if callable(given) and not hasattr(given, methods[-1]):
            return given
        what, threads = ("edge_model", 1) if name == EDGE else ("cloud_client", 0)
        asked = AskedObject(what, given, *methods, threads=threads or MOST_THREADS)
        self._asked.append(asked)
        return model_leg(asked) if name == EDGE else client_leg(asked)

    async def _infer(
        self, prompt: str, limit: float, edge_only: bool, *, strict: bool
    ) -> Inference:
        began, attempts, heard = now(), list[Attempt](), SoFar()
        for one in self._asked:
            one.limit = limit
        plan = self.plan(prompt, limit, edge_only=edge_only)
        try:
            async with asyncio.timeout(limit + (0.0 if strict else self._give_up)):
                await self._hear(prompt, plan, heard, attempts, limit, strict)
        except TimeoutError:
            heard.source = heard.source if heard.words else "none"
        took, first = now() - began, heard.first
        in_time = first is not None and first - began <= limit
        return Inference(
            source=heard.source,
            result=heard.words,
            latency_ms=round(took * 1000, 3),
            ttft_ms=None if first is None else round((first - began) * 1000, 3),
            deadline_met=in_time and (heard.whole or not strict),
            reason=_told(plan, heard, strict),
            attempts=attempts,
        )

    async def _hear(
        self,
        prompt: str,
        plan: Plan,
        heard: SoFar,
        attempts: list[Attempt],
        limit: float,
        strict: bool,
    ) -> None:
        legs = [Leg(name, partial(self._ask[name], prompt)) for name in plan.order]
        after = min(plan.after, limit / 2) if strict else plan.after
        note = partial(self._noted, prompt, attempts, strict)
        won = await race(legs, after=after if len(legs) > 1 else NEVER, note=note)
        if won is None:
            return
        heard.source, heard.words, heard.first = won.leg, won.first, now()
        async for more in won.rest:
            heard.words += more
        heard.whole = True

    def _noted(
        self, prompt: str, attempts: list[Attempt], strict: bool, attempt: Attempt
    ) -> None:
        attempts.append(attempt)
        breaker = self._breakers[attempt.leg]
        late = strict and attempt.outcome in ("given up", "cancelled")
        if attempt.outcome == "won":
            breaker.succeeded()
        elif attempt.outcome in ("failed", "given up") and not late:
            breaker.failed(now())
        if attempt.outcome != "declined":
            # It would have taken longer; how much is open.
            took = 2 * attempt.took if late else attempt.took
            self.book.note(attempt.leg, len(prompt), took)


def _told(plan: Plan, heard: SoFar, strict: bool) -> str:
    """The plan's reason, and what became of it."""
    if not strict or heard.whole:
        return plan.reason
    end = "nothing came in time" if heard.source == "none" else "cut off when due"
    return f"{plan.reason}; {end}"


def _seconds(prompt: object, max_latency_ms: object) -> float:
    """The deadline in seconds; `UsageError` where something cannot be asked."""
    if not isinstance(prompt, str):
        raise UsageError("a prompt is text", hint='infer("how long is the whale")')
    number = isinstance(max_latency_ms, int | float)
    if not number or isinstance(max_latency_ms, bool):
        raise UsageError("`max_latency_ms` is no number", hint="give milliseconds")
    seconds = max_latency_ms / 1000  # type: ignore[operator]
    if not 0.0 < seconds <= LONGEST:
        raise UsageError(
            f"`max_latency_ms` cannot be {max_latency_ms}",
            hint=f"give more than 0, and {LONGEST * 1000:.0f} at most",
        )
    return float(seconds)
