"""Only the routing, as a library: an edge model, a cloud model and a deadline.

    router = EdgeCloudRouter(edge=ask_edge, cloud=ask_cloud)
    found = await router.infer("how long is the whale", max_latency_ms=800)
    found.source, found.result, found.deadline_met, found.reason

Both are async functions that stream words. The edge is asked first unless the cloud is
predicted to be the only one in time; the other stands by from when the first is slower
than usual. The first words win, the loser is cancelled, and nothing is switched then.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import partial

from voiceagent.clock import now
from voiceagent.routing.breaker import Breaker
from voiceagent.routing.latency import LatencyBook, Prior
from voiceagent.routing.plan import LegFacts, Plan, Situation, make_plan
from voiceagent.routing.race import Attempt, Leg, race
from voiceagent.routing.veto import RESTS, Veto, VetoKind

__all__ = ["EdgeCloudRouter", "Inference"]

Ask = Callable[[str], AsyncIterator[str]]
EDGE, CLOUD = "edge", "cloud"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inference:
    """What came of one prompt."""

    source: str
    """`edge`, `cloud` or `none`."""
    result: str
    """All words that came; where the deadline was missed, those that came later too."""
    latency_ms: float
    """Until the last word."""
    ttft_ms: float | None
    """Until the first word; None where there was none."""
    deadline_met: bool
    """Whether the first word was in time."""
    reason: str
    attempts: list[Attempt] = field(default_factory=list)


class EdgeCloudRouter:
    """Learns how quick both are, and decides by what is left of the deadline."""

    def __init__(
        self,
        edge: Ask,
        cloud: Ask,
        *,
        edge_price: float = 0.0,
        cloud_price: float | None = None,
        edge_prior: Prior | None = None,
        cloud_prior: Prior | None = None,
        give_up: float = 10.0,
    ) -> None:
        """`edge(prompt)`, `cloud(prompt)`: async iterators of words, whose closing
        cancels them; they raise a `VoiceAgentError` or `Declined` where they have no
        answer. Prices are of one answer, None for unknown. `give_up`: seconds after the
        deadline at which nothing is waited for any more."""
        self.book = LatencyBook(
            {
                EDGE: edge_prior or Prior(0.1, 0.3),
                CLOUD: cloud_prior or Prior(0.3, 0.8),
            }
        )
        self._ask: dict[str, Ask] = {EDGE: edge, CLOUD: cloud}
        self._prices = {EDGE: edge_price, CLOUD: cloud_price}
        self._breakers = {EDGE: Breaker(), CLOUD: Breaker()}
        self._give_up = give_up

    async def infer(
        self,
        prompt: str,
        max_latency_ms: float = 800.0,
        *,
        edge_only: bool = False,
    ) -> Inference:
        """Answer `prompt`; the first word should come within `max_latency_ms`.

        `edge_only`: a veto, the prompt must not leave the device.
        """
        began, attempts = now(), list[Attempt]()
        limit = max_latency_ms / 1000
        plan = self.plan(prompt, limit, edge_only=edge_only)
        legs = [Leg(name, partial(self._ask[name], prompt)) for name in plan.order]
        note = partial(self._noted, prompt, attempts)
        words, first, source = "", None, "none"
        try:
            async with asyncio.timeout(limit + self._give_up):
                won = await race(legs, after=plan.after, note=note)
                if won is not None:
                    source, words, first = won.leg, won.first, now() - began
                    async for more in won.rest:
                        words += more
        except TimeoutError:
            source = source if words else "none"
        return Inference(
            source=source,
            result=words,
            latency_ms=round((now() - began) * 1000, 3),
            ttft_ms=None if first is None else round(first * 1000, 3),
            deadline_met=first is not None and first <= limit,
            reason=plan.reason,
            attempts=attempts,
        )

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

    def _noted(self, prompt: str, attempts: list[Attempt], attempt: Attempt) -> None:
        attempts.append(attempt)
        breaker = self._breakers[attempt.leg]
        if attempt.outcome == "won":
            breaker.succeeded()
        elif attempt.outcome in ("failed", "given up"):
            breaker.failed(now())
        if attempt.outcome != "declined":
            self.book.note(attempt.leg, len(prompt), attempt.took)
